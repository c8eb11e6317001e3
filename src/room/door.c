/* SPDX-License-Identifier: MIT */
/* How a class begins, and who waits in the lobby. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "room/room_priv.h"

bool room_has_host(const struct room *room)
{
	for (size_t i = 0; i < room->count; i++) {
		if (member_is_host(room->members[i]))
			return true;
	}
	return false;
}

static bool was_admitted(const struct room *room, const char *person)
{
	for (size_t i = 0; i < room->admitted_count; i++) {
		if (strcmp(room->admitted[i], person) == 0)
			return true;
	}
	return false;
}

bool room_must_wait(const struct room *room, const struct member *member)
{
	if (member_is_host(member))
		return false;
	if (room->info.state == ROOM_WAITING)
		return true;
	return room->info.approval && !was_admitted(room, member->id);
}

static void let_in(struct room *room, struct member *member)
{
	member->lobby = false;
	room_note(room, member, ROOM_NOTE_JOIN, 0);
	room_tell_member(room, member);
}

static void begin(struct room *room, struct room_time time)
{
	room->info.state = ROOM_OPEN;
	room->info.opened_at_ms = time.wall_ms;
	room_effects_add(&room->effects, ROOM_EFFECT_ROOM, NULL);
	for (size_t i = 0; i < room->count; i++) {
		struct member *member = room->members[i];

		if (member->lobby && !room_must_wait(room, member))
			let_in(room, member);
	}
	if (room->info.policy == ROOM_RECORD_ALWAYS)
		room_start_recording(room, true, time);
	room_update_stage(room, time);
}

void room_begin_in_time(struct room *room, struct room_time time)
{
	if (room->info.state == ROOM_WAITING && time.wall_ms >= room->starts_at_ms &&
		room_has_host(room))
		begin(room, time);
}

int room_begin(struct room *room, const char *actor, struct room_time time)
{
	room->effects.count = 0;
	if (!room_host(room, actor))
		return -EPERM;
	if (room->info.state == ROOM_ENDED)
		return -ESHUTDOWN;
	if (room->info.state == ROOM_WAITING)
		begin(room, time);
	return 0;
}

/* -ENOSPC: who is admitted could not be kept in mind. */
static int admit(struct room *room, struct member *member)
{
	if (!member->lobby)
		return 0;
	if (room->admitted_count == LECTERN_MAX_ROOM_PEERS)
		return -ENOSPC;
	snprintf(room->admitted[room->admitted_count++], LECTERN_MAX_MEMBER, "%s", member->id);
	let_in(room, member);
	return 0;
}

int room_admit(struct room *room, const char *actor, const char *target, struct room_time time)
{
	struct member *member = target ? room_get(room, target) : NULL;
	int result = 0;

	room->effects.count = 0;
	if (!room_host(room, actor))
		return -EPERM;
	if (target && !member)
		return -ENOENT;
	if (room->info.state != ROOM_OPEN)
		return -EBUSY;
	if (member)
		result = admit(room, member);
	for (size_t i = 0; result == 0 && !target && i < room->count; i++)
		result = admit(room, room->members[i]);
	room_update_stage(room, time);
	return result;
}
