/* SPDX-License-Identifier: MIT */
/*
 * What a room wants done after a call: plain data, carried out by the signaling in this order.
 *
 * The room keeps the list; it is valid until the next call on the room. A call never makes more
 * effects than were reserved when its members entered, so a rule cannot fail for want of memory.
 */
#ifndef ROOM_EFFECT_H
#define ROOM_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "room/member.h"

enum room_effect_type {
	ROOM_EFFECT_MEMBER,  /* tell everybody the new state of `member` */
	ROOM_EFFECT_GONE,    /* tell everybody that `member` left for good; close its connection and
				peer */
	ROOM_EFFECT_ROOM,    /* tell everybody the new state of the class */
	ROOM_EFFECT_LINE,    /* tell everybody the newest line of the chat */
	ROOM_EFFECT_STAGE,   /* the video slots changed: tell and show everybody */
	ROOM_EFFECT_PERMIT,  /* `kinds` of `member` may be forwarded and recorded, no others */
	ROOM_EFFECT_RESERVE, /* audio slot 0 is `member`'s microphone; empty: nobody's */
	ROOM_EFFECT_RECORD,  /* recording starts (`on`) or stops */
	ROOM_EFFECT_ENDED,   /* the class is over: everybody is sent away */
	ROOM_EFFECT_NOTE,    /* a line for the event log of the recording */
};

/* As in src/recorder/FORMAT.md. */
enum room_note {
	ROOM_NOTE_JOIN,
	ROOM_NOTE_LEAVE,
	ROOM_NOTE_MIC, /* as enum lectern_kind from here: mic, camera, screen */
	ROOM_NOTE_CAMERA,
	ROOM_NOTE_SCREEN,
	ROOM_NOTE_SPEAKER,
	ROOM_NOTE_HAND,
	ROOM_NOTE_FLOOR,
	ROOM_NOTE_CHAT,
};

enum room_gone {
	ROOM_GONE_LEFT,	   /* by itself, or by the end of the grace time */
	ROOM_GONE_REMOVED, /* by a host */
};

struct room_effect {
	enum room_effect_type type;
	char member[LECTERN_MAX_MEMBER];
	union {
		unsigned kinds;	       /* PERMIT */
		bool on;	       /* RECORD */
		enum room_gone reason; /* GONE */
		struct {
			enum room_note note;
			unsigned value; /* on, raised, or for the floor the kinds; else 0 */
			enum room_role role;
			char name[LECTERN_MAX_NAME];
		} note;
	} u;
};

struct room_effects {
	struct room_effect *items;
	size_t count, room;
};

/* -ENOMEM. Makes room for `count` effects in all. */
int room_effects_reserve(struct room_effects *effects, size_t count);
void room_effects_finish(struct room_effects *effects);
/* A cleared effect at the end of the list; `member` may be NULL. */
struct room_effect *room_effects_add(
	struct room_effects *effects, enum room_effect_type type, const char *member);

#endif
