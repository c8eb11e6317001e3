/* SPDX-License-Identifier: MIT */
#include "recorder/folder.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lectern/types.h"
#include "recorder/clipfile.h"
#include "recorder/io.h"
#include "recorder/jsonl.h"

enum { BOOT_ID = 40, PROBE_SIZE = 256 * 1024 };

static const char events_name[] = "events.jsonl";

struct folder {
	char name[LECTERN_MAX_RECORDING];
	int dir, events;
	unsigned next_clip;
	int64_t base_us; /* monotonic time of the timeline's 0; below 0 after a reboot */
	int64_t last_ms; /* of the last line of the log: lines are in order of time */
	bool events_dirty, needs_repair;
	int events_error;  /* of a sync: told by the next line */
	struct list clips; /* struct clipfile.of_folder */
};

/* What the files of a recording that exists already tell. */
struct past {
	int64_t wall_ms, mono_us, base_us; /* of the last start or resumed line */
	int64_t last_ms;
	char boot[BOOT_ID];
	bool started, stopped;
};

static void boot_id(char *out)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, BOOT_ID - 1);

	if (fd >= 0)
		close(fd);
	out[n < 0 ? 0 : n] = 0;
	out[strcspn(out, "\n")] = 0;
}

static void take_past(void *user, json_t *line)
{
	struct past *past = user;
	const char *type = jsonl_string(line, "type");
	int64_t at_ms = jsonl_int(line, "at_ms", 0);

	if (at_ms > past->last_ms && at_ms < INT64_C(1) << 40)
		past->last_ms = at_ms;
	if (strcmp(type, "start") == 0 || strcmp(type, "resumed") == 0) {
		past->started = true;
		past->stopped = false;
		past->mono_us = jsonl_int(line, "now_us", 0);
		past->base_us = past->mono_us - at_ms * 1000;
		past->wall_ms = jsonl_int(line, "wall_ms", 0) - at_ms;
		jsonl_copy(line, "boot", past->boot, sizeof(past->boot));
	} else if (strcmp(type, "stop") == 0 || strcmp(type, "interrupted") == 0) {
		past->stopped = true;
	}
}

static int append(struct folder *folder, json_t *object)
{
	size_t len;
	char *line = jsonl_line(object, &len);
	int r = line ? io_append(folder->events, line, len) : -ENOMEM;

	free(line);
	folder->events_dirty = true;
	return r;
}

/* The log never goes back, whatever a clock or a late message says. */
static json_int_t in_order(struct folder *folder, int64_t at_ms)
{
	if (at_ms > folder->last_ms)
		folder->last_ms = at_ms;
	return folder->last_ms;
}

static int append_type(struct folder *folder, int64_t at_ms, const char *type)
{
	return append(
		folder, json_pack("{s:I, s:s}", "at_ms", in_order(folder, at_ms), "type", type));
}

/* "start" and "resumed" carry what ties the timeline to both clocks. */
static int append_origin(
	struct folder *folder, const char *type, int64_t at_ms, int64_t wall_ms, uint64_t now_us)
{
	char boot[BOOT_ID];

	boot_id(boot);
	return append(
		folder, json_pack("{s:I, s:s, s:I, s:I, s:s}", "at_ms", in_order(folder, at_ms),
				"type", type, "wall_ms", (json_int_t)wall_ms, "now_us",
				(json_int_t)now_us, "boot", boot));
}

/* The next free number, and how far the clips that are there reach. */
static int survey_clips(struct folder *folder, struct past *past)
{
	int fd = openat(folder->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream)
		return -errno;
	while ((entry = readdir(stream))) {
		struct clip_index index;
		/* The index is made before the media: its number counts, even alone. */
		unsigned number = index_number(entry->d_name, "jsonl");

		if (number == 0)
			continue;
		if (number >= folder->next_clip)
			folder->next_clip = number + 1;
		if (index_load(folder->dir, number, &index) < 0)
			continue;
		folder->needs_repair |= !index.ended;
		if (index.start_us / 1000 + index.end_ms > past->last_ms)
			past->last_ms = index.start_us / 1000 + index.end_ms;
	}
	closedir(stream);
	return 0;
}

static int open_events(struct folder *folder, bool make, struct past *past)
{
	int r;

	folder->events = openat(folder->dir, events_name,
		O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | (make ? O_CREAT : 0), 0600);
	if (folder->events < 0)
		return -errno;
	r = io_trim_lines(folder->events);
	if (r == 0)
		r = jsonl_read(folder->dir, events_name, take_past, past, NULL);
	if (r == 0)
		r = survey_clips(folder, past);
	folder->last_ms = past->last_ms;
	return r;
}

static int open_dir(int root, const char *name, bool make, int *ret_fd)
{
	const char *slash = strchr(name, '/');
	char site[LECTERN_MAX_RECORDING];
	int site_fd, r;

	assert(slash);
	snprintf(site, sizeof(site), "%.*s", (int)(slash - name), name);
	if (make) {
		r = io_folder(root, site, &site_fd);
		if (r < 0)
			return r;
		r = io_folder(site_fd, slash + 1, ret_fd);
		close(site_fd);
		return r;
	}
	site_fd = openat(root, site, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (site_fd < 0)
		return -errno;
	*ret_fd = openat(site_fd, slash + 1, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = *ret_fd < 0 ? -errno : 0;
	close(site_fd);
	return r;
}

static int create(int root, const char *name, bool make, struct past *past, struct folder **ret)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	int r;

	if (!folder)
		return -ENOMEM;
	snprintf(folder->name, sizeof(folder->name), "%s", name);
	folder->dir = folder->events = -1;
	folder->next_clip = 1;
	list_init(&folder->clips);
	r = open_dir(root, name, make, &folder->dir);
	if (r == 0)
		r = open_events(folder, make, past);
	if (r < 0) {
		folder_destroy(folder);
		return r;
	}
	*ret = folder;
	return 0;
}

/* Where on the timeline a recording goes on: by the monotonic clock, or the wall's after a reboot.
 */
static int64_t resume_ms(const struct past *past, int64_t wall_ms, uint64_t now_us)
{
	char boot[BOOT_ID];
	int64_t at_ms;

	boot_id(boot);
	if (strcmp(boot, past->boot) == 0 && (int64_t)now_us >= past->mono_us)
		at_ms = ((int64_t)now_us - past->base_us) / 1000;
	else
		at_ms = wall_ms - past->wall_ms;
	return at_ms > past->last_ms ? at_ms : past->last_ms;
}

int folder_create(
	int root, const char *name, int64_t wall_ms, uint64_t now_us, struct folder **ret_folder)
{
	struct past past = {0};
	struct folder *folder;
	int64_t at_ms = 0;
	int r = create(root, name, true, &past, &folder);

	if (r < 0)
		return r;
	unlinkat(folder->dir, "manifest.json", 0); /* not sealed any more */
	if (past.started) {
		at_ms = resume_ms(&past, wall_ms, now_us);
		if (!past.stopped)
			r = append_type(folder, past.last_ms, "interrupted");
	}
	folder->base_us = (int64_t)now_us - at_ms * 1000;
	if (r == 0)
		r = append_origin(
			folder, past.started ? "resumed" : "start", at_ms, wall_ms, now_us);
	if (r == 0 && (fsync(folder->events) < 0 || fsync(folder->dir) < 0))
		r = -errno;
	if (r < 0) {
		folder_destroy(folder);
		return r;
	}
	*ret_folder = folder;
	return 0;
}

int folder_create_again(int root, const char *name, struct folder **ret_folder)
{
	struct past past = {0};
	struct folder *folder;
	int r = create(root, name, false, &past, &folder);

	if (r < 0)
		return r;
	if (past.started && !past.stopped)
		append_type(folder, past.last_ms, "interrupted"); /* if it can: it may be full */
	*ret_folder = folder;
	return 0;
}

static struct clipfile *find(struct folder *folder, uint64_t clip)
{
	list_each (node, &folder->clips) {
		struct clipfile *file = list_of(node, struct clipfile, of_folder);

		if (file->clip == clip)
			return file;
	}
	return NULL;
}

void folder_destroy(struct folder *folder)
{
	if (!folder)
		return;
	list_each (node, &folder->clips) {
		list_remove(node);
		clipfile_destroy(list_of(node, struct clipfile, of_folder));
	}
	if (folder->events >= 0)
		close(folder->events);
	if (folder->dir >= 0)
		close(folder->dir);
	free(folder);
}

int folder_event(struct folder *folder, uint64_t at_us, const char *text, size_t len)
{
	json_t *event = jsonl_parse(text, len), *line;
	int64_t at_ms = ((int64_t)at_us - folder->base_us) / 1000;
	int error = folder->events_error;

	if (!event)
		return -EINVAL;
	if (error) { /* told once: the caller keeps the line and comes again */
		folder->events_error = 0;
		json_decref(event);
		return error;
	}
	line = json_pack("{s:I}", "at_ms", in_order(folder, at_ms));
	json_object_update_missing(line, event); /* the time comes first, and is ours */
	json_decref(event);
	return append(folder, line);
}

int folder_clip_begin(struct folder *folder, uint64_t clip, const struct clip_head *head)
{
	int64_t at_us = (int64_t)head->arrival_us - folder->base_us;
	struct clipfile *file;
	size_t len;
	char *line;
	int r;

	if (folder->next_clip > INDEX_MAX_CLIPS)
		return -EMFILE;
	line = index_head_line(folder->next_clip, head, at_us > 0 ? at_us : 0, &len);
	if (!line)
		return -ENOMEM;
	r = clipfile_create(
		folder->dir, folder->next_clip, index_suffix(head->codec), clip, line, len, &file);
	free(line);
	if (r < 0 && r != -EEXIST) /* leave no number taken by half a clip */
		folder->needs_repair = true;
	folder->next_clip++;
	if (r < 0)
		return r;
	list_append(&folder->clips, &file->of_folder);
	return 0;
}

int folder_clip_write(
	struct folder *folder, uint64_t clip, int64_t offset, const void *data, size_t len)
{
	struct clipfile *file = find(folder, clip);

	return file ? clipfile_write(file, offset, data, len) : -EBADF;
}

int folder_clip_line(struct folder *folder, uint64_t clip, const char *line, size_t len)
{
	struct clipfile *file = find(folder, clip);

	return file ? clipfile_line(file, line, len) : -EBADF;
}

int folder_clip_end(struct folder *folder, uint64_t clip, bool whole)
{
	struct clipfile *file = find(folder, clip);
	int r;

	if (!file)
		return -EBADF;
	list_remove(&file->of_folder);
	clipfile_sync(file);
	r = clipfile_destroy(file);
	if (r < 0 || !whole)
		folder->needs_repair = true;
	return r;
}

void folder_sync(struct folder *folder)
{
	list_each (node, &folder->clips)
		clipfile_sync(list_of(node, struct clipfile, of_folder));
	if (folder->events_dirty && fdatasync(folder->events) < 0)
		folder->events_error = -errno;
	folder->events_dirty = false;
}

int folder_probe(struct folder *folder)
{
	static const char name[] = ".probe";
	int fd = openat(
		folder->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	char *zeros = fd < 0 ? NULL : calloc(1, PROBE_SIZE);
	int r = fd < 0 ? -errno : -ENOMEM;

	if (zeros)
		r = io_write(fd, zeros, PROBE_SIZE);
	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	free(zeros);
	if (fd >= 0) {
		close(fd);
		unlinkat(folder->dir, name, 0);
	}
	return r;
}

int folder_seal(struct folder *folder, uint64_t at_us, struct manifest_sum *ret_sum)
{
	list_each (node, &folder->clips)
		folder_clip_end(folder, list_of(node, struct clipfile, of_folder)->clip, false);
	/* Without room for a line there may still be room for the manifest: go on. */
	if (at_us > 0)
		append_type(folder, ((int64_t)at_us - folder->base_us) / 1000, "stop");
	folder_sync(folder);
	return manifest_write(folder->dir, folder->name, ret_sum);
}

bool folder_needs_repair(const struct folder *folder)
{
	return folder->needs_repair;
}
