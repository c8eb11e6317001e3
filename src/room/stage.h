/* SPDX-License-Identifier: MIT */
/*
 * What the video slots show, the same for everybody (a member's own tracks are left out for it).
 *
 * Slot 0 is the shared screen and slot 1 the camera of the lead, who is the instructor. The rest go
 * to the other cameras. Nothing jumps: a camera keeps its slot while it is on, unless there are
 * more cameras than slots and another one has more right to be seen (a host, then one who spoke
 * lately, then one with a raised hand).
 */
#ifndef ROOM_STAGE_H
#define ROOM_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "room/member.h"

enum {
	STAGE_SCREEN = 0,
	STAGE_LEAD = 1,
	STAGE_REST = 2,		       /* the first of the slots for other cameras */
	STAGE_SPOKE_US = 30 * 1000000, /* one who spoke within this time goes before others */
};

struct stage_slot {
	char member[LECTERN_MAX_MEMBER]; /* empty: shows nothing */
	enum lectern_kind kind;
};

struct stage {
	struct stage_slot slots[LECTERN_VIDEO_SLOTS];
};

/* Brings the stage up to date; tells whether it changed. `lead` may be NULL. */
bool stage_update(struct stage *stage, struct member *const *members, size_t count,
	const struct member *lead, uint64_t now_us);

#endif
