/* SPDX-License-Identifier: MIT */
#include "recorder/index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lectern/engine.h"
#include "recorder/fit.h"
#include "recorder/jsonl.h"

/* A sender report that moves a clip further than this from where its packets came is a lie. */
enum { MAX_EARLY_US = 5000000, MAX_LATE_US = 1000000 };

/* What a clip without an end line is taken to go on for after its last cluster began. */
enum { CLUSTER_MS = 500 };

/* Numbers of a file that are larger than these are lies, and would overflow: 35 years, 140 days. */
#define MAX_TIME_US (INT64_C(1) << 50)
#define MAX_TICKS (INT64_C(1) << 40)

static const struct {
	const char *name, *suffix;
} codecs[] = {
	[LECTERN_CODEC_OPUS] = {"opus", "webm"},
	[LECTERN_CODEC_VP8] = {"vp8", "webm"},
	[LECTERN_CODEC_VP9] = {"vp9", "webm"},
	[LECTERN_CODEC_AV1] = {"av1", "webm"},
	[LECTERN_CODEC_H264] = {"h264", "mp4"},
};

static const char *const kinds[] = {"mic", "camera", "screen"};

const char *index_file(unsigned number, const char *suffix, char *out)
{
	snprintf(out, INDEX_FILE, "c%04u.%s", number % 10000, suffix);
	return out;
}

unsigned index_number(const char *file, const char *suffix)
{
	unsigned number = 0;

	if (strlen(file) < 7 || file[0] != 'c' || file[5] != '.' || strcmp(file + 6, suffix) != 0)
		return 0;
	for (int i = 1; i < 5; i++) {
		if (file[i] < '0' || file[i] > '9')
			return 0;
		number = number * 10 + (unsigned)(file[i] - '0');
	}
	return number;
}

unsigned index_media_number(const char *file)
{
	unsigned number = index_number(file, "webm");

	return number ? number : index_number(file, "mp4");
}

const char *index_suffix(uint8_t codec)
{
	return codecs[codec].suffix;
}

const char *index_suffix_of(const char *codec)
{
	for (size_t i = LECTERN_CODEC_OPUS; i < sizeof(codecs) / sizeof(*codecs); i++) {
		if (strcmp(codecs[i].name, codec) == 0)
			return codecs[i].suffix;
	}
	return "webm";
}

char *index_head_line(unsigned number, const struct clip_head *head, int64_t at_us, size_t *ret_len)
{
	char file[INDEX_FILE];

	return jsonl_line(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s}",
				  "clip", index_file(number, index_suffix(head->codec), file),
				  "kind", kinds[head->kind], "codec", codecs[head->codec].name,
				  "member", head->member, "name", head->name, "role", head->role,
				  "at_us", (json_int_t)at_us, "arrival_us",
				  (json_int_t)head->arrival_us, "rtp", (json_int_t)head->rtp,
				  "clock_rate", (json_int_t)head->clock_rate, "why", head->why),
		ret_len);
}

char *index_cluster_line(int64_t at_ms, int64_t offset, size_t *ret_len)
{
	return jsonl_line(
		json_pack("{s:I, s:I}", "at_ms", (json_int_t)at_ms, "offset", (json_int_t)offset),
		ret_len);
}

char *index_sync_line(int64_t rtp, uint64_t capture_us, size_t *ret_len)
{
	return jsonl_line(json_pack("{s:I, s:I}", "rtp", (json_int_t)rtp, "capture_us",
				  (json_int_t)capture_us),
		ret_len);
}

char *index_gap_line(int64_t at_ms, int64_t length_ms, size_t *ret_len)
{
	return jsonl_line(json_pack("{s:I, s:I}", "gap_at_ms", (json_int_t)at_ms, "length_ms",
				  (json_int_t)length_ms),
		ret_len);
}

char *index_end_line(int64_t end_ms, int64_t bytes, unsigned width, unsigned height, bool recovered,
	size_t *ret_len)
{
	return jsonl_line(json_pack("{s:I, s:I, s:i, s:i, s:b}", "end_ms", (json_int_t)end_ms,
				  "bytes", (json_int_t)bytes, "width", (int)width, "height",
				  (int)height, "recovered", recovered),
		ret_len);
}

struct loading {
	struct clip_index *index;
	bool has_head;
	int64_t arrival_us, rtp, clock_rate;
	struct fit_point *points; /* owned */
	unsigned room;
};

static void load_head(struct loading *l, json_t *line)
{
	struct clip_index *index = l->index;

	l->rtp = jsonl_int(line, "rtp", 0);
	l->arrival_us = jsonl_int(line, "arrival_us", -1);
	l->clock_rate = jsonl_int(line, "clock_rate", 0);
	index->at_us = jsonl_int(line, "at_us", -1);
	jsonl_copy(line, "kind", index->kind, sizeof(index->kind));
	jsonl_copy(line, "codec", index->codec, sizeof(index->codec));
	jsonl_copy(line, "member", index->member, sizeof(index->member));
	jsonl_copy(line, "name", index->name, sizeof(index->name));
	jsonl_copy(line, "role", index->role, sizeof(index->role));
	l->has_head = l->arrival_us >= 0 && l->arrival_us < MAX_TIME_US && index->at_us >= 0 &&
		      index->at_us < MAX_TIME_US && l->clock_rate >= 1000 &&
		      l->clock_rate <= 1000000 && l->rtp >= 0 && l->rtp < MAX_TICKS &&
		      *index->kind && *index->member;
}

static void add_point(struct loading *l, struct fit_point point)
{
	if (l->index->syncs == l->room) {
		unsigned room = l->room ? 2 * l->room : 64;
		void *grown = realloc(l->points, room * sizeof(*l->points));

		if (!grown)
			return; /* those that there are do as well */
		l->points = grown;
		l->room = room;
	}
	l->points[l->index->syncs++] = point;
}

static void load_sync(struct loading *l, json_t *line)
{
	int64_t rtp = jsonl_int(line, "rtp", -1), capture_us = jsonl_int(line, "capture_us", -1);
	int64_t late_us, file_us, drift_us;

	if (capture_us < 0 || capture_us >= MAX_TIME_US || rtp < 0 || rtp >= MAX_TICKS ||
		l->index->syncs == INDEX_MAX_SYNCS)
		return;
	file_us = (rtp - l->rtp) * 1000000 / l->clock_rate;
	drift_us = llabs(file_us) / 1000000 * FIT_PPM;
	late_us = capture_us - file_us - l->arrival_us;
	if (late_us < -MAX_EARLY_US - drift_us || late_us > MAX_LATE_US + drift_us)
		return;
	add_point(l, (struct fit_point){file_us, l->index->at_us + late_us});
}

static int64_t bounded_ms(int64_t ms)
{
	return ms < 0 || ms > MAX_TIME_US / 1000 ? 0 : ms;
}

static void load_line(void *user, json_t *line)
{
	struct loading *l = user;
	struct clip_index *index = l->index;

	if (json_object_get(line, "clip") && !l->has_head)
		load_head(l, line);
	else if (json_object_get(line, "offset"))
		index->last_ms = bounded_ms(jsonl_int(line, "at_ms", index->last_ms));
	else if (json_object_get(line, "capture_us") && l->has_head)
		load_sync(l, line);
	else if (json_object_get(line, "end_ms")) {
		index->ended = true;
		index->recovered = json_is_true(json_object_get(line, "recovered"));
		index->end_ms = bounded_ms(jsonl_int(line, "end_ms", 0));
		index->bytes = jsonl_int(line, "bytes", 0);
		index->width = (unsigned)jsonl_int(line, "width", 0);
		index->height = (unsigned)jsonl_int(line, "height", 0);
	}
}

int index_load(int dir, unsigned number, struct clip_index *ret_index)
{
	struct clip_index index = {.number = number};
	struct loading l = {.index = &index};
	char file[INDEX_FILE];
	int r;

	r = jsonl_read(dir, index_file(number, "jsonl", file), load_line, &l, NULL);
	if (r == 0 && !l.has_head)
		r = -EINVAL;
	if (r == 0) {
		index.start_us = index.at_us;
		index.rate = 1;
		if (index.syncs > 0) {
			struct fit fit = fit_points(l.points, index.syncs);

			index.start_us = fit.start_us;
			index.rate = fit.rate;
		}
		if (!index.ended)
			index.end_ms = index.last_ms + CLUSTER_MS;
		*ret_index = index;
	}
	free(l.points);
	return r;
}
