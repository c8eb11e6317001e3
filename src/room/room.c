/* SPDX-License-Identifier: MIT */
/* Who is in the class, and how it ends. How it begins is in door.c, what members do in it in rules.c. */
#include "room/room.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "room/room_priv.h"

enum {
	/* The most that one call makes for each member: the end of a class in which all was on. */
	EFFECTS_PER_MEMBER = 8,
	EFFECTS_MORE = 32,
};

int room_create(const struct room_config *config, struct room_time time, struct room **ret_room)
{
	struct room *room = calloc(1, sizeof(*room));

	if (!room)
		return -ENOMEM;
	if (room_effects_reserve(&room->effects, EFFECTS_MORE) < 0) {
		free(room);
		return -ENOMEM;
	}
	room->info.policy = config->policy;
	room->info.approval = config->approval;
	room->starts_at_ms = config->starts_at_ms;
	room->ends_at_ms = config->ends_at_ms;
	room->empty_since_us = room->hostless_since_us = time.now_us;
	if (config->opened_at_ms) {
		room->info.state = ROOM_OPEN;
		room->info.opened_at_ms = config->opened_at_ms;
		if (config->policy == ROOM_RECORD_ALWAYS || config->recording)
			room_start_recording(room, true, time);
	}
	*ret_room = room;
	return 0;
}

void room_destroy(struct room *room)
{
	if (!room)
		return;
	for (size_t i = 0; i < room->count; i++)
		free(room->members[i]);
	chat_finish(&room->chat);
	room_effects_finish(&room->effects);
	free(room);
}

struct member *room_get(const struct room *room, const char *id)
{
	for (size_t i = 0; i < room->count; i++) {
		if (strcmp(room->members[i]->id, id) == 0)
			return room->members[i];
	}
	return NULL;
}

struct member *room_host(const struct room *room, const char *id)
{
	struct member *member = room_get(room, id);

	return member && member_is_host(member) ? member : NULL;
}

void room_note(struct room *room, const struct member *member, enum room_note note, unsigned value)
{
	struct room_effect *effect;

	if (!room->info.recording)
		return;
	effect = room_effects_add(&room->effects, ROOM_EFFECT_NOTE, member->id);
	effect->u.note.note = note;
	effect->u.note.value = value;
	effect->u.note.role = member->role;
	memcpy(effect->u.note.name, member->name, sizeof(member->name));
}

void room_tell_member(struct room *room, const struct member *member)
{
	room_effects_add(&room->effects, ROOM_EFFECT_MEMBER, member->id);
}

void room_switch(struct room *room, struct member *member, unsigned kinds)
{
	unsigned changed = member->on ^ kinds;

	assert((kinds & ~member->may) == 0);
	if (!changed)
		return;
	member->on = kinds;
	room_effects_add(&room->effects, ROOM_EFFECT_PERMIT, member->id)->u.kinds = kinds;
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		unsigned bit = LECTERN_KIND_BIT(kind);

		if (changed & bit)
			room_note(room, member, ROOM_NOTE_MIC + kind, (kinds & bit) != 0);
	}
}

void room_update_stage(struct room *room, struct room_time time)
{
	if (stage_update(&room->stage, room->members, room->count, room->lead, time.now_us))
		room_effects_add(&room->effects, ROOM_EFFECT_STAGE, NULL);
}

/* An instructor before a coordinator, then the first to enter; who leads goes on leading. */
void room_update_lead(struct room *room)
{
	struct member *lead = room->lead;

	for (size_t i = 0; i < room->count; i++) {
		struct member *member = room->members[i];

		if (member_is_host(member) && (!lead || member->role < lead->role))
			lead = member;
	}
	if (lead != room->lead) {
		room->lead = lead;
		room_effects_add(&room->effects, ROOM_EFFECT_RESERVE, lead ? lead->id : NULL);
	}
}

/* What is so when the recording begins, for one who watches it from there. */
static void note_beginning(struct room *room)
{
	for (size_t i = 0; i < room->count; i++) {
		const struct member *member = room->members[i];

		if (member->lobby)
			continue;
		room_note(room, member, ROOM_NOTE_JOIN, 0);
		for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
			if (member->on & LECTERN_KIND_BIT(kind))
				room_note(room, member, ROOM_NOTE_MIC + kind, 1);
		}
	}
}

void room_start_recording(struct room *room, bool on, struct room_time time)
{
	if (room->info.recording == on)
		return;
	room->info.recording = on;
	room->info.recording_fault = false;
	room->info.recording_since_ms = on ? time.wall_ms : 0;
	room_effects_add(&room->effects, ROOM_EFFECT_RECORD, NULL)->u.on = on;
	room_effects_add(&room->effects, ROOM_EFFECT_ROOM, NULL);
	if (on)
		note_beginning(room);
}

static bool was_removed(const struct room *room, const char *person)
{
	for (size_t i = 0; i < room->removed_count; i++) {
		if (strcmp(room->removed[i], person) == 0)
			return true;
	}
	return false;
}

static int add_member(struct room *room, const struct room_person *person, struct room_time time)
{
	struct member *member;
	size_t effects = EFFECTS_MORE + (room->count + 1) * EFFECTS_PER_MEMBER;

	if (room->count == LECTERN_MAX_ROOM_PEERS)
		return -ENOSPC;
	member = calloc(1, sizeof(*member));
	if (!member || room_effects_reserve(&room->effects, effects) < 0) {
		free(member);
		return -ENOMEM;
	}
	snprintf(member->id, sizeof(member->id), "%s", person->id);
	snprintf(member->name, sizeof(member->name), "%s", person->name);
	member->role = person->role;
	member->present = true;
	member->chat_tokens = CHAT_BURST;
	member->chat_filled_us = time.now_us;
	if (member_is_host(member))
		member->may = (1u << LECTERN_KINDS) - 1;
	member->lobby = room_must_wait(room, member) &&
			!(person->admitted && room->info.state == ROOM_OPEN);
	room->members[room->count++] = member;
	if (!member->lobby)
		room_note(room, member, ROOM_NOTE_JOIN, 0);
	return 0;
}

int room_enter(
	struct room *room, const struct room_person *person, bool same, struct room_time time)
{
	struct member *member;
	int result;

	room->effects.count = 0;
	if (room->info.state == ROOM_ENDED)
		return -ESHUTDOWN;
	if (was_removed(room, person->id))
		return -EPERM;
	member = room_get(room, person->id);
	if (!member) {
		result = add_member(room, person, time);
		if (result < 0)
			return result;
		member = room_get(room, person->id);
	}
	member->present = true;
	if (!same)
		room_switch(room, member, 0);
	room_tell_member(room, member);
	room_begin_in_time(room, time);
	room_update_lead(room);
	room_update_stage(room, time);
	return 0;
}

void room_lose(struct room *room, const char *id, struct room_time time)
{
	struct member *member = room_get(room, id);

	room->effects.count = 0;
	if (!member || !member->present)
		return;
	member->present = false;
	member->absent_since_us = time.now_us;
	room_tell_member(room, member);
}

/* Does not update lead and stage. */
static void take_out(
	struct room *room, struct member *member, enum room_gone reason, struct room_time time)
{
	size_t at = 0;

	room_switch(room, member, 0);
	if (!member->lobby)
		room_note(room, member, ROOM_NOTE_LEAVE, 0);
	room_effects_add(&room->effects, ROOM_EFFECT_GONE, member->id)->u.reason = reason;
	while (room->members[at] != member)
		at++;
	room->count--;
	memmove(&room->members[at], &room->members[at + 1],
		(room->count - at) * sizeof(room->members[0]));
	if (room->lead == member)
		room->lead = NULL;
	if (member_is_host(member) && !room_has_host(room))
		room->hostless_since_us = time.now_us;
	free(member);
	if (room->count == 0)
		room->empty_since_us = time.now_us;
}

static void settle(struct room *room, bool lead_left, struct room_time time)
{
	room_update_lead(room);
	if (lead_left && !room->lead)
		room_effects_add(&room->effects, ROOM_EFFECT_RESERVE, NULL);
	room_update_stage(room, time);
}

void room_leave(struct room *room, const char *id, struct room_time time)
{
	struct member *member = room_get(room, id);
	bool lead_left = member && member == room->lead;

	room->effects.count = 0;
	if (!member)
		return;
	take_out(room, member, ROOM_GONE_LEFT, time);
	settle(room, lead_left, time);
}

int room_remove(struct room *room, const char *actor, const char *target, struct room_time time)
{
	struct member *member = room_get(room, target);

	room->effects.count = 0;
	if (!room_host(room, actor))
		return -EPERM;
	if (!member)
		return -ENOENT;
	if (member_is_host(member))
		return -EPERM;
	if (room->removed_count == LECTERN_MAX_ROOM_PEERS)
		return -ENOSPC;
	snprintf(room->removed[room->removed_count++], LECTERN_MAX_MEMBER, "%s", member->id);
	take_out(room, member, ROOM_GONE_REMOVED, time);
	settle(room, false, time);
	return 0;
}

static void end_class(struct room *room, struct room_time time)
{
	for (size_t i = 0; i < room->count; i++) {
		room_switch(room, room->members[i], 0);
		if (!room->members[i]->lobby)
			room_note(room, room->members[i], ROOM_NOTE_LEAVE, 0);
	}
	room_start_recording(room, false, time);
	room->info.state = ROOM_ENDED;
	room_update_stage(room, time);
	room_effects_add(&room->effects, ROOM_EFFECT_ROOM, NULL);
	room_effects_add(&room->effects, ROOM_EFFECT_ENDED, NULL);
}

int room_end(struct room *room, const char *actor, struct room_time time)
{
	room->effects.count = 0;
	if (actor && !room_host(room, actor))
		return -EPERM;
	if (room->info.state == ROOM_ENDED)
		return -ESHUTDOWN;
	end_class(room, time);
	return 0;
}

/* One who has been the loudest for a while becomes the speaker, once until another does. */
static void settle_speaker(struct room *room, struct room_time time)
{
	struct member *member = room_get(room, room->speaker);

	if (!member || !clock_passed(room->speaker_since_us, ROOM_SPEAKER_US, time.now_us))
		return;
	member->spoke_us = time.now_us;
	if (strcmp(room->speaker_told, room->speaker) == 0)
		return;
	memcpy(room->speaker_told, room->speaker, sizeof(room->speaker_told));
	room_note(room, member, ROOM_NOTE_SPEAKER, 0);
	room_update_stage(room, time);
}

void room_heard(struct room *room, const char *speaker, struct room_time time)
{
	room->effects.count = 0;
	if (!speaker)
		speaker = "";
	if (strcmp(room->speaker, speaker) == 0)
		return;
	settle_speaker(room, time);
	snprintf(room->speaker, sizeof(room->speaker), "%s", speaker);
	room->speaker_since_us = time.now_us;
}

/* Nobody is here, or nobody who could end it, though its time is over. */
static bool is_abandoned(const struct room *room, struct room_time time)
{
	if (room->info.state != ROOM_OPEN)
		return false;
	if (room->count == 0 && clock_passed(room->empty_since_us, ROOM_EMPTY_US, time.now_us))
		return true;
	return room->ends_at_ms && time.wall_ms >= room->ends_at_ms && !room_has_host(room) &&
	       clock_passed(room->hostless_since_us, ROOM_HOSTLESS_US, time.now_us);
}

void room_tick(struct room *room, struct room_time time)
{
	const struct member *lead = room->lead;
	size_t before = room->count;

	room->effects.count = 0;
	if (room->info.state == ROOM_ENDED)
		return;
	for (size_t i = room->count; i-- > 0;) {
		struct member *member = room->members[i];

		if (!member->present &&
			clock_passed(member->absent_since_us, ROOM_GRACE_US, time.now_us))
			take_out(room, member, ROOM_GONE_LEFT, time);
	}
	if (room->count != before)
		settle(room, lead && !room->lead, time);
	settle_speaker(room, time);
	room_begin_in_time(room, time);
	if (is_abandoned(room, time))
		end_class(room, time);
}

void room_recording_fault(struct room *room, bool fault)
{
	room->effects.count = 0;
	if (!room->info.recording || room->info.recording_fault == fault)
		return;
	room->info.recording_fault = fault;
	room_effects_add(&room->effects, ROOM_EFFECT_ROOM, NULL);
}

const struct room_effects *room_effects(const struct room *room)
{
	return &room->effects;
}

const struct room_info *room_info(const struct room *room)
{
	return &room->info;
}

const struct stage *room_stage(const struct room *room)
{
	return &room->stage;
}

const struct chat *room_chat_lines(const struct room *room)
{
	return &room->chat;
}

size_t room_count(const struct room *room)
{
	return room->count;
}

const struct member *room_at(const struct room *room, size_t index)
{
	assert(index < room->count);
	return room->members[index];
}

const struct member *room_find(const struct room *room, const char *member)
{
	return room_get(room, member);
}

const struct member *room_lead(const struct room *room)
{
	return room->lead;
}
