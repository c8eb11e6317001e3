/* SPDX-License-Identifier: MIT */
/*
 * The live class as pure rules: who is in it, who may do what, what everybody sees.
 *
 * No socket, no JSON, no clock: calls bring the time, and what has to be done comes out as a list
 * of effects (room/effect.h), valid until the next call, which empties it. The signaling carries
 * them out; a simulation can drive a room alone. Members and ids are named by text, as in the
 * protocol.
 *
 * The door: before the class begins hosts are inside and prepare, everybody else waits in the lobby.
 * It begins when a host says so, or at its planned start as soon as a host is there; then those in
 * the lobby are in, or with approval each when a host admits them, once for the whole class. It runs
 * over until a host ends it, or until no host has been there for a while after its planned end.
 *
 * Rights: hosts (instructors and coordinators) may send everything. A trainee may send what a host
 * granted. At most one screen is shared. What is on (member.on) is always within what is allowed
 * (member.may), nothing is on before the class is open and after it ended, and everything that is
 * forwarded or recorded is on. Limits: LECTERN_MAX_ROOM_PEERS members and as many removed people.
 *
 * Errors: -EPERM the actor has no right to it; -ENOENT no such member; others as told.
 */
#ifndef ROOM_ROOM_H
#define ROOM_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "room/chat.h"
#include "room/effect.h"
#include "room/member.h"
#include "room/stage.h"

enum {
	ROOM_GRACE_US = 30 * 1000000,	  /* a seat is kept after its link was lost */
	ROOM_EMPTY_US = 600 * 1000000,	  /* an open class without anybody ends by itself */
	ROOM_HOSTLESS_US = 300 * 1000000, /* so does one without a host after its planned end */
	ROOM_SPEAKER_US = 1000000,	  /* one who is the loudest for this long is the speaker */
};

/* Waiting: it has not begun. */
enum room_state { ROOM_WAITING, ROOM_OPEN, ROOM_ENDED };

enum room_policy { ROOM_RECORD_ALWAYS, ROOM_RECORD_ON_DEMAND, ROOM_RECORD_NEVER };

struct room_time {
	uint64_t now_us; /* monotonic */
	int64_t wall_ms;
};

struct room_config {
	enum room_policy policy;
	int64_t opened_at_ms; /* not 0: the class was open already, before this server started */
	bool recording;	      /* and it was being recorded on demand */
	int64_t starts_at_ms; /* as planned; 0: begins with the first host */
	int64_t ends_at_ms;   /* as planned; 0: not told */
	bool approval;	      /* a host lets each one in */
};

struct room_person {
	const char *id, *name;
	enum room_role role;
	bool admitted; /* needs no approval: the server let them in for another reason */
};

struct room_info {
	enum room_state state;
	enum room_policy policy;
	int64_t opened_at_ms;
	bool approval;
	bool recording, recording_fault;
	int64_t recording_since_ms; /* 0 while not recording */
};

struct room;

int room_create(const struct room_config *config, struct room_time time, struct room **ret_room);
/* Accepts NULL. */
void room_destroy(struct room *room);

/*
 * Takes a seat, or the person's own seat again. `same` tells that media is kept: the same page came
 * back; else everything is off until the member says what it sends.
 * -EPERM: was removed; -ESHUTDOWN: ended; -ENOSPC: full; -ENOMEM.
 */
int room_enter(
	struct room *room, const struct room_person *person, bool same, struct room_time time);
/* The link of a member was lost; the seat is kept for a while. */
void room_lose(struct room *room, const char *member, struct room_time time);
void room_leave(struct room *room, const char *member, struct room_time time);
/* What hangs on time: grace, speaker, an empty class. Call it a few times a second. */
void room_tick(struct room *room, struct room_time time);
/* A host begins the class before its time; again is no error. -ESHUTDOWN: ended. */
int room_begin(struct room *room, const char *actor, struct room_time time);
/* A host lets one in from the lobby; target NULL: all. -EBUSY: the class has not begun. */
int room_admit(struct room *room, const char *actor, const char *target, struct room_time time);
/* A host ends the class; actor NULL: the house does. */
int room_end(struct room *room, const char *actor, struct room_time time);

/* kinds: LECTERN_KIND_BIT()s of all that the member sends now. -EBUSY: another screen is shared. */
int room_media(struct room *room, const char *member, unsigned kinds, struct room_time time);
/* target NULL: the actor's own hand. */
int room_hand(struct room *room, const char *actor, const char *target, bool raised,
	struct room_time time);
/* What a trainee may send; giving something lowers the hand. */
int room_floor(struct room *room, const char *actor, const char *target, unsigned kinds,
	struct room_time time);
/* target NULL: every trainee. */
int room_mute(struct room *room, const char *actor, const char *target, struct room_time time);
/* For good: the person cannot enter again. Hosts cannot be removed. -ENOSPC: too many were. */
int room_remove(struct room *room, const char *actor, const char *target, struct room_time time);
/* -EINVAL: empty or too long; -EAGAIN: too fast; -ENOMEM. */
int room_chat(struct room *room, const char *member, const char *text, struct room_time time);
/* Where the policy is on_demand. */
int room_record(struct room *room, const char *actor, bool on, struct room_time time);

/* The loudest member now; NULL: silence. */
void room_heard(struct room *room, const char *speaker, struct room_time time);
/* Nothing of the recording reaches the disk, or does again. */
void room_recording_fault(struct room *room, bool fault);

/* Reading; pointers are valid until the next call that changes the room. */
const struct room_effects *room_effects(const struct room *room);
const struct room_info *room_info(const struct room *room);
const struct stage *room_stage(const struct room *room);
const struct chat *room_chat_lines(const struct room *room);
size_t room_count(const struct room *room);
const struct member *room_at(const struct room *room, size_t index); /* in order of entry */
const struct member *room_find(const struct room *room, const char *member);
/* The member whose camera and microphone have slots of their own; NULL: no host is here. */
const struct member *room_lead(const struct room *room);

#endif
