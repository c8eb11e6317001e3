/* SPDX-License-Identifier: MIT */
#include "recorder/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/chapters.h"
#include "recorder/index.h"
#include "recorder/io.h"
#include "recorder/jsonl.h"

enum { VERSION = 1, MAX_HOLES = 1000, MAX_TEXT = 16 * 1024 * 1024 };

static const char manifest_name[] = "manifest.json";

/* A stretch that the log says was not recorded; `from_ms` -1: from where the clips before it end.
 */
struct hole {
	int64_t from_ms, until_ms;
	const char *why;
};

/* What is gathered before it is written. */
struct manifest {
	struct clip_index *clips;
	unsigned clip_count, clip_room;
	struct chapters chapters;
	struct hole holes[MAX_HOLES];
	unsigned hole_count;
	int64_t started_ms, last_event_ms, fault_ms; /* fault_ms -1: none now */
	bool recovered, stopped;
};

static void add_hole(struct manifest *m, int64_t from_ms, int64_t until_ms, const char *why)
{
	if (m->hole_count < MAX_HOLES)
		m->holes[m->hole_count++] = (struct hole){from_ms, until_ms, why};
}

static void take_event(void *user, json_t *event)
{
	struct manifest *m = user;
	const char *type = jsonl_string(event, "type");
	int64_t at_ms = jsonl_int(event, "at_ms", -1);

	if (at_ms < 0 || at_ms > INT64_C(1) << 40)
		return;
	if (strcmp(type, "start") == 0)
		m->started_ms = jsonl_int(event, "wall_ms", 0);
	else if (strcmp(type, "stop") == 0)
		m->stopped = true;
	else if (strcmp(type, "interrupted") == 0)
		m->recovered = true;
	else if (strcmp(type, "resumed") == 0) {
		add_hole(m, -1, at_ms, m->stopped ? "stopped" : "interrupted");
		m->stopped = false;
	} else if (strcmp(type, "fault") == 0) {
		bool on = json_is_true(json_object_get(event, "on"));

		if (!on && m->fault_ms >= 0)
			add_hole(m, m->fault_ms, at_ms, "fault");
		if (!on || m->fault_ms < 0)
			m->fault_ms = on ? at_ms : -1;
	}
	chapters_event(&m->chapters, at_ms, event);
	if (at_ms > m->last_event_ms)
		m->last_event_ms = at_ms;
}

static int add_clip(struct manifest *m, int dir, unsigned number, const char *name)
{
	struct clip_index index;
	char file[INDEX_FILE];
	struct stat st;
	int r;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	r = index_load(dir, number, &index);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || index.end_ms <= 0 || st.st_size == 0 || !S_ISREG(st.st_mode) ||
		strcmp(name, index_file(number, index_suffix_of(index.codec), file)) != 0)
		return 0;
	index.bytes = st.st_size;
	if (m->clip_count == m->clip_room) {
		unsigned room = m->clip_room ? 2 * m->clip_room : 64;
		void *grown = realloc(m->clips, room * sizeof(*m->clips));

		if (!grown)
			return -ENOMEM;
		m->clips = grown;
		m->clip_room = room;
	}
	m->recovered |= index.recovered;
	m->clips[m->clip_count++] = index;
	return 0;
}

/* A stream of the folder's entries of its own, whatever else reads `dir`. */
static DIR *entries(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

static int load_clips(struct manifest *m, int dir)
{
	DIR *stream = entries(dir);
	struct dirent *entry;
	int r = 0;

	if (!stream)
		return -errno;
	while (r == 0 && (entry = readdir(stream))) {
		unsigned number = index_media_number(entry->d_name);

		if (number > 0)
			r = add_clip(m, dir, number, entry->d_name);
	}
	closedir(stream);
	return r;
}

static int by_track(const void *a, const void *b)
{
	const struct clip_index *x = a, *y = b;
	int r = strcmp(x->member, y->member);

	if (r == 0)
		r = strcmp(x->kind, y->kind);
	if (r == 0)
		r = x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
	return r ? r : (int)x->number - (int)y->number;
}

static int by_start(const void *a, const void *b)
{
	const struct clip_index *x = a, *y = b;

	if (x->start_us != y->start_us)
		return x->start_us < y->start_us ? -1 : 1;
	return (int)x->number - (int)y->number;
}

static int64_t start_ms(const struct clip_index *clip)
{
	return clip->start_us > 0 ? (clip->start_us + 500) / 1000 : 0;
}

static int64_t until_ms(const struct clip_index *clip)
{
	return start_ms(clip) + (int64_t)((double)clip->end_ms * clip->rate + 0.5);
}

/* The clips of a track follow one another: one that would run into the next plays only until then.
 */
static void part_clips(struct manifest *m)
{
	if (m->clip_count == 0)
		return;
	qsort(m->clips, m->clip_count, sizeof(*m->clips), by_track);
	for (unsigned i = 0; i + 1 < m->clip_count; i++) {
		struct clip_index *clip = &m->clips[i], *next = clip + 1;

		if (strcmp(clip->member, next->member) == 0 &&
			strcmp(clip->kind, next->kind) == 0 && until_ms(clip) > start_ms(next))
			clip->end_ms =
				(int64_t)((double)(start_ms(next) - start_ms(clip)) / clip->rate);
	}
	qsort(m->clips, m->clip_count, sizeof(*m->clips), by_start);
}

static json_t *clips_array(const struct manifest *m, struct manifest_sum *sum)
{
	json_t *array = json_array();
	char file[INDEX_FILE];

	for (unsigned i = 0; i < m->clip_count; i++) {
		const struct clip_index *c = &m->clips[i];

		if (c->end_ms <= 0)
			continue;
		json_array_append_new(array,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:f, s:I, s:I, s:i, s:i}",
				"file", index_file(c->number, index_suffix_of(c->codec), file),
				"kind", c->kind, "codec", c->codec, "member", c->member, "name",
				c->name, "role", c->role, "start_ms", (json_int_t)start_ms(c),
				"rate", c->rate, "duration_ms", (json_int_t)c->end_ms, "bytes",
				(json_int_t)c->bytes, "width", (int)c->width, "height",
				(int)c->height));
		sum->clips++;
		sum->bytes += c->bytes;
		if (until_ms(c) > sum->duration_ms)
			sum->duration_ms = until_ms(c);
	}
	return array;
}

static json_t *gaps_array(const struct manifest *m)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < m->hole_count; i++) {
		const struct hole *hole = &m->holes[i];
		int64_t from_ms = hole->from_ms;

		for (unsigned c = 0; hole->from_ms < 0 && c < m->clip_count; c++)
			if (start_ms(&m->clips[c]) < hole->until_ms &&
				until_ms(&m->clips[c]) > from_ms)
				from_ms = until_ms(&m->clips[c]);
		if (from_ms < 0)
			from_ms = 0;
		if (from_ms < hole->until_ms)
			json_array_append_new(
				array, json_pack("{s:I, s:I, s:s}", "at_ms", (json_int_t)from_ms,
					       "length_ms", (json_int_t)(hole->until_ms - from_ms),
					       "why", hole->why));
	}
	return array;
}

static int write_text(struct manifest *m, int dir, const char *recording, struct manifest_sum *sum)
{
	json_t *clips = clips_array(m, sum), *object;
	char *text;
	size_t len;
	int r;

	if (m->last_event_ms > sum->duration_ms)
		sum->duration_ms = m->last_event_ms;
	object = json_pack("{s:i, s:s, s:I, s:I, s:b, s:o, s:o, s:o}", "version", VERSION,
		"recording", recording, "started_ms", (json_int_t)m->started_ms, "duration_ms",
		(json_int_t)sum->duration_ms, "recovered", m->recovered, "clips", clips, "gaps",
		gaps_array(m), "chapters", chapters_take(&m->chapters, sum->duration_ms));
	text = jsonl_line(object, &len);
	if (!text)
		return -ENOMEM;
	r = io_replace(dir, manifest_name, text, len);
	free(text);
	return r;
}

int manifest_write(int dir, const char *recording, struct manifest_sum *ret_sum)
{
	struct manifest_sum sum = {0};
	struct manifest *m = calloc(1, sizeof(*m));
	int r = -ENOMEM;

	if (!m)
		return r;
	m->fault_ms = -1;
	r = chapters_init(&m->chapters);
	if (r == 0)
		r = jsonl_read(dir, "events.jsonl", take_event, m, NULL);
	if (r == 0 && m->fault_ms >= 0) /* it never wrote again */
		add_hole(m, m->fault_ms, m->last_event_ms, "fault");
	if (r == 0)
		r = load_clips(m, dir);
	if (r == 0) {
		part_clips(m);
		sum.started_ms = m->started_ms;
		r = write_text(m, dir, recording, &sum);
	}
	if (r == 0) {
		*ret_sum = sum;
		r = sum.clips > 0 ? 0 : -ENODATA;
	}
	chapters_finish(&m->chapters);
	free(m->clips);
	free(m);
	return r;
}

static bool newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

bool manifest_is_current(int dir)
{
	struct stat manifest, clip;
	DIR *stream;
	struct dirent *entry;
	bool current = true;

	if (fstatat(dir, manifest_name, &manifest, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	stream = entries(dir);
	if (!stream)
		return false;
	while (current && (entry = readdir(stream)))
		if (index_media_number(entry->d_name) > 0 &&
			fstatat(dir, entry->d_name, &clip, AT_SYMLINK_NOFOLLOW) == 0)
			current = !newer(&clip.st_mtim, &manifest.st_mtim);
	closedir(stream);
	return current;
}

int manifest_read(int dir, struct manifest_sum *ret_sum)
{
	struct manifest_sum sum = {0};
	json_t *object, *clip;
	struct stat st;
	size_t i;
	int fd;

	if (!manifest_is_current(dir))
		return -ENOENT;
	fd = openat(dir, manifest_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_size > MAX_TEXT) {
		close(fd);
		return -ENOENT;
	}
	object = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	close(fd);
	if (!json_is_array(json_object_get(object, "clips"))) {
		json_decref(object);
		return -ENOENT;
	}
	sum.started_ms = jsonl_int(object, "started_ms", 0);
	sum.duration_ms = jsonl_int(object, "duration_ms", 0);
	json_array_foreach(json_object_get(object, "clips"), i, clip)
	{
		sum.clips++;
		sum.bytes += jsonl_int(clip, "bytes", 0);
	}
	json_decref(object);
	*ret_sum = sum;
	return sum.clips > 0 ? 0 : -ENODATA;
}
