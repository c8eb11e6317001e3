/* SPDX-License-Identifier: MIT */
/* What the files of src/room share: the room itself, and the few steps that every rule ends with.
 */
#ifndef ROOM_ROOM_PRIV_H
#define ROOM_ROOM_PRIV_H

#include "room/room.h"

struct room {
	struct room_info info;
	struct stage stage;
	struct chat chat;
	struct room_effects effects;

	/* owned, in order of entry */
	struct member *members[LECTERN_MAX_ROOM_PEERS];
	size_t count;
	struct member *lead;	 /* one of members, or NULL */
	uint64_t empty_since_us; /* while nobody is seated */
	unsigned hands;		 /* raised so far */

	/* people, for as long as the class is held */
	char removed[LECTERN_MAX_ROOM_PEERS][LECTERN_MAX_MEMBER];
	size_t removed_count;
	char admitted[LECTERN_MAX_ROOM_PEERS][LECTERN_MAX_MEMBER];
	size_t admitted_count;

	int64_t starts_at_ms, ends_at_ms;
	uint64_t hostless_since_us; /* while no host is seated */

	/* who is the loudest, since when, and whether it was told */
	char speaker[LECTERN_MAX_MEMBER];
	uint64_t speaker_since_us;
	char speaker_told[LECTERN_MAX_MEMBER];
};

struct member *room_get(const struct room *room, const char *id);
/* The actor of a host's command, or NULL. */
struct member *room_host(const struct room *room, const char *id);
/* A member's `on` becomes `kinds`: permits, tells, notes. Does not update the stage. */
void room_switch(struct room *room, struct member *member, unsigned kinds);
void room_update_stage(struct room *room, struct room_time time);
void room_update_lead(struct room *room);
void room_note(struct room *room, const struct member *member, enum room_note note, unsigned value);
void room_tell_member(struct room *room, const struct member *member);
/* door.c */
bool room_must_wait(const struct room *room, const struct member *member);
bool room_has_host(const struct room *room);
/* Begins the class whose time has come, if a host is here. */
void room_begin_in_time(struct room *room, struct room_time time);
void room_start_recording(struct room *room, bool on, struct room_time time);

#endif
