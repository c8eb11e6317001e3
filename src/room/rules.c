/* SPDX-License-Identifier: MIT */
/* What members may do in a class: media, hands, the floor, muting, chat, the recording. */
#include <errno.h>
#include <string.h>

#include "room/room_priv.h"

/* A host may take the screen over from another; nobody else may. */
static struct member *other_screen(const struct room *room, const struct member *member)
{
	for (size_t i = 0; i < room->count; i++) {
		struct member *other = room->members[i];

		if (other != member && (other->on & LECTERN_KIND_BIT(LECTERN_SCREEN)))
			return other;
	}
	return NULL;
}

int room_media(struct room *room, const char *id, unsigned kinds, struct room_time time)
{
	struct member *member = room_get(room, id), *other = NULL;
	unsigned screen = LECTERN_KIND_BIT(LECTERN_SCREEN);

	room->effects.count = 0;
	if (!member || room->info.state == ROOM_ENDED || (kinds & ~member->may))
		return -EPERM;
	if (member->lobby && kinds)
		return -EPERM;
	if (kinds & screen & ~member->on)
		other = other_screen(room, member);
	if (other && !member_is_host(member))
		return -EBUSY;
	if (other) {
		room_switch(room, other, other->on & ~screen);
		room_tell_member(room, other);
	}
	if (kinds == member->on)
		return 0;
	room_switch(room, member, kinds);
	room_tell_member(room, member);
	room_update_stage(room, time);
	return 0;
}

static void set_hand(struct room *room, struct member *member, bool raised)
{
	if ((member->hand != 0) == raised)
		return;
	member->hand = raised ? ++room->hands : 0;
	room_note(room, member, ROOM_NOTE_HAND, raised);
}

int room_hand(struct room *room, const char *actor, const char *target, bool raised,
	struct room_time time)
{
	struct member *self = room_get(room, actor);
	struct member *member = target ? room_get(room, target) : self;

	room->effects.count = 0;
	if (!self || self->lobby || room->info.state == ROOM_ENDED)
		return -EPERM;
	if (member != self && (raised || !member_is_host(self)))
		return -EPERM;
	if (!member)
		return -ENOENT;
	if ((member->hand != 0) == raised)
		return 0;
	set_hand(room, member, raised);
	room_tell_member(room, member);
	room_update_stage(room, time);
	return 0;
}

int room_floor(struct room *room, const char *actor, const char *target, unsigned kinds,
	struct room_time time)
{
	struct member *member = room_get(room, target);

	room->effects.count = 0;
	if (!room_host(room, actor) || room->info.state == ROOM_ENDED)
		return -EPERM;
	if (!member)
		return -ENOENT;
	if (member_is_host(member))
		return -EPERM;
	if (member->may == kinds)
		return 0;
	if (kinds & ~member->may)
		set_hand(room, member, false);
	room_switch(room, member, member->on & kinds);
	member->may = kinds;
	room_note(room, member, ROOM_NOTE_FLOOR, kinds);
	room_tell_member(room, member);
	room_update_stage(room, time);
	return 0;
}

static void mute(struct room *room, struct member *member)
{
	unsigned mic = LECTERN_KIND_BIT(LECTERN_MIC);

	if (!(member->on & mic))
		return;
	member->mutes++;
	room_switch(room, member, member->on & ~mic);
	room_tell_member(room, member);
}

int room_mute(struct room *room, const char *actor, const char *target, struct room_time time)
{
	struct member *member = target ? room_get(room, target) : NULL;

	room->effects.count = 0;
	if (!room_host(room, actor))
		return -EPERM;
	if (target && !member)
		return -ENOENT;
	if (member)
		mute(room, member);
	for (size_t i = 0; !target && i < room->count; i++) {
		if (!member_is_host(room->members[i]))
			mute(room, room->members[i]);
	}
	room_update_stage(room, time);
	return 0;
}

int room_chat(struct room *room, const char *id, const char *text, struct room_time time)
{
	struct member *member = room_get(room, id);
	int result;

	room->effects.count = 0;
	if (!member || member->lobby || room->info.state == ROOM_ENDED)
		return -EPERM;
	result = chat_write(&room->chat, member, text, time.now_us, time.wall_ms);
	if (result < 0)
		return result;
	room_effects_add(&room->effects, ROOM_EFFECT_LINE, member->id);
	room_note(room, member, ROOM_NOTE_CHAT, 0);
	return 0;
}

int room_record(struct room *room, const char *actor, bool on, struct room_time time)
{
	room->effects.count = 0;
	if (!room_host(room, actor) || room->info.policy != ROOM_RECORD_ON_DEMAND)
		return -EPERM;
	if (room->info.state != ROOM_OPEN)
		return -EPERM;
	room_start_recording(room, on, time);
	return 0;
}
