/* SPDX-License-Identifier: MIT */
/* The chat of a class: its last lines, and how fast one member may write them. */
#ifndef ROOM_CHAT_H
#define ROOM_CHAT_H

#include <stddef.h>
#include <stdint.h>

#include "room/member.h"

enum {
	CHAT_LINES = 200,	  /* kept for those who enter later */
	CHAT_MAX_TEXT = 2000,	  /* bytes of a line */
	CHAT_BURST = 5,		  /* lines at once by one member ... */
	CHAT_REFILL_US = 1000000, /* ... then one in this time */
};

struct chat_line {
	uint64_t line; /* counts up from 1 */
	char member[LECTERN_MAX_MEMBER];
	char name[LECTERN_MAX_NAME];
	int64_t at_ms;
	char *text;
};

struct chat {
	struct chat_line lines[CHAT_LINES]; /* ring: line n is at n % CHAT_LINES */
	uint64_t last;			    /* number of the newest line, 0 none */
};

void chat_finish(struct chat *chat);
/* -EINVAL: nothing left after trimming, or too long; -EAGAIN: too fast; -ENOMEM. */
int chat_write(struct chat *chat, struct member *member, const char *text, uint64_t now_us,
	int64_t wall_ms);
size_t chat_count(const struct chat *chat);
/* From the oldest kept line, index 0, to the newest. */
const struct chat_line *chat_at(const struct chat *chat, size_t index);

#endif
