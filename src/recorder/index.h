/* SPDX-License-Identifier: MIT */
/*
 * A clip's index file (FORMAT.md, "Clip index"): its lines, and reading it back into what the
 * manifest and recovery need. Reading trusts nothing: a hostile index gives a clip that is placed
 * by its arrival, or -EINVAL when its head line is not usable. Any thread.
 */
#ifndef RECORDER_INDEX_H
#define RECORDER_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lectern/types.h"

enum {
	INDEX_FILE = 16, /* "c0001.webm", with room */
	INDEX_CODEC = 8,
	INDEX_MAX_CLIPS = 9999,	 /* of a recording */
	INDEX_MAX_SYNCS = 65536, /* sync points that are looked at */
};

/* What a clip is of: the head line, but for the file's name and the time. */
struct clip_head {
	uint8_t kind;  /* enum lectern_kind */
	uint8_t codec; /* enum lectern_codec */
	uint32_t clock_rate;
	uint64_t arrival_us; /* monotonic, of the packet whose frame has time 0 in the file */
	int64_t rtp;	     /* its timestamp, unwrapped */
	const char *why;     /* what the clip begins after: "start", "gap", "fault", ... */
	char member[LECTERN_MAX_MEMBER];
	char name[LECTERN_MAX_NAME];
	char role[16];
};

struct clip_index {
	unsigned number;
	char kind[8], codec[INDEX_CODEC], member[LECTERN_MAX_MEMBER], name[LECTERN_MAX_NAME],
		role[16];
	int64_t at_us;	  /* arrival of time 0, on the recording's timeline */
	int64_t start_us; /* time 0 on the timeline: by sync points, else at_us */
	double rate;	  /* timeline time per file time, 1 when not known */
	int64_t last_ms;  /* where the last cluster begins, in the file */
	int64_t end_ms;	  /* the clip's length */
	int64_t bytes;
	unsigned width, height, syncs;
	bool ended; /* it has its end line: the file is whole and has cues */
	bool recovered;
};

/* "c0001.webm" or "c0001.jsonl"; out holds INDEX_FILE. */
const char *index_file(unsigned number, const char *suffix, char *out);
/* The number of a file "cNNNN.<suffix>", 0 if it is none. */
unsigned index_number(const char *file, const char *suffix);
/* The same of a media file, whatever its suffix. */
unsigned index_media_number(const char *file);
/* The suffix of media of a codec, by its number and by its name in an index. */
const char *index_suffix(uint8_t codec);
const char *index_suffix_of(const char *codec);

/* Lines, malloced, or NULL when out of memory. */
char *index_head_line(
	unsigned number, const struct clip_head *head, int64_t at_us, size_t *ret_len);
char *index_cluster_line(int64_t at_ms, int64_t offset, size_t *ret_len);
char *index_sync_line(int64_t rtp, uint64_t capture_us, size_t *ret_len);
char *index_gap_line(int64_t at_ms, int64_t length_ms, size_t *ret_len);
char *index_end_line(int64_t end_ms, int64_t bytes, unsigned width, unsigned height, bool recovered,
	size_t *ret_len);

/* -ENOENT, -EINVAL without a good head line. */
int index_load(int dir, unsigned number, struct clip_index *ret_index);

#endif
