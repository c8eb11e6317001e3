/* SPDX-License-Identifier: MIT */
/* For tests of src/room: the time, people who enter, and what a call wants done. */
#ifndef TESTS_ROOM_CALLS_H
#define TESTS_ROOM_CALLS_H

#include <stdio.h>
#include <string.h>

#include "room/room.h"

enum {
	MIC = LECTERN_KIND_BIT(LECTERN_MIC),
	CAMERA = LECTERN_KIND_BIT(LECTERN_CAMERA),
	SCREEN = LECTERN_KIND_BIT(LECTERN_SCREEN),
	ALL = MIC | CAMERA | SCREEN,
};

/* Time of the test; every call takes it by value. */
__attribute__((unused)) static struct room_time now = {.now_us = 1000000, .wall_ms = 1790000000000};

static inline void pass(uint64_t us)
{
	now.now_us += us;
	now.wall_ms += (int64_t)(us / 1000);
}

static inline int enter(struct room *room, const char *id, enum room_role role)
{
	struct room_person person = {.id = id, .name = id, .role = role};

	return room_enter(room, &person, false, now);
}

static inline const struct room_effect *effect(
	const struct room *room, enum room_effect_type type, const char *member)
{
	const struct room_effects *effects = room_effects(room);

	for (size_t i = 0; i < effects->count; i++) {
		if (effects->items[i].type == type &&
			(!member || strcmp(effects->items[i].member, member) == 0))
			return &effects->items[i];
	}
	return NULL;
}

static inline const struct room_effect *note(
	const struct room *room, enum room_note which, const char *member)
{
	const struct room_effects *effects = room_effects(room);

	for (size_t i = 0; i < effects->count; i++) {
		const struct room_effect *one = &effects->items[i];

		if (one->type == ROOM_EFFECT_NOTE && one->u.note.note == which &&
			strcmp(one->member, member) == 0)
			return one;
	}
	return NULL;
}

#endif
