/* SPDX-License-Identifier: MIT */
/*
 * Chapters out of the event log, line by line: one at the start, one where a screen share starts,
 * one where another member speaks for a while. Pure; at most CHAPTERS_MAX. See FORMAT.md.
 */
#ifndef RECORDER_CHAPTERS_H
#define RECORDER_CHAPTERS_H

#include <jansson.h>
#include <stdint.h>

#include "lectern/types.h"

enum {
	CHAPTERS_MAX = 1000,
	CHAPTERS_SPEAKS_MS = 5000, /* a speaker holds the floor for at least this long */
	CHAPTERS_APART_MS = 10000, /* and this long after the last chapter began */
};

struct chapters {
	json_t *array; /* owned */
	int64_t last_ms;
	char speaker[LECTERN_MAX_MEMBER]; /* whose chapter it is, "" nobody's */
	/* who speaks now, and since when: becomes a chapter when it has lasted */
	struct {
		char member[LECTERN_MAX_MEMBER], name[LECTERN_MAX_NAME];
		int64_t since_ms;
	} now;
};

/* -ENOMEM. */
int chapters_init(struct chapters *c);
void chapters_finish(struct chapters *c);
/* Lines in order of time. */
void chapters_event(struct chapters *c, int64_t at_ms, const json_t *event);
/* After the last event. The array is given away to the caller. */
json_t *chapters_take(struct chapters *c, int64_t end_ms);

#endif
