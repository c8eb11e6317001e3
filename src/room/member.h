/* SPDX-License-Identifier: MIT */
/*
 * A person in a class: one member per person, whatever connections they come by.
 *
 * A member whose link is lost keeps the seat for ROOM_GRACE_US: hand, floor, place in the list. The
 * id is the person's id, so that it is the same after a restart of the server and in the recording.
 */
#ifndef ROOM_MEMBER_H
#define ROOM_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "lectern/types.h"

enum room_role {
	ROOM_INSTRUCTOR,
	ROOM_COORDINATOR,
	ROOM_TRAINEE,
	ROOM_GUEST, /* a trainee of this session alone, who came by a link */
};

struct member {
	char id[LECTERN_MAX_MEMBER];
	char name[LECTERN_MAX_NAME];
	enum room_role role;
	bool present;		  /* a connection holds the seat */
	bool lobby;		  /* waits to be let in: has no part in the class yet */
	uint64_t absent_since_us; /* while not present */
	unsigned hand;		  /* 0 down, else its order */
	unsigned may;		  /* LECTERN_KIND_BIT()s that the room allows */
	unsigned on;		  /* what is forwarded: always within `may` */
	unsigned mutes;		  /* how often a host switched the microphone off */
	uint64_t spoke_us;	  /* when last marked as the speaker; 0 never */
	unsigned chat_tokens;	  /* token bucket for lines of chat */
	uint64_t chat_filled_us;
};

static inline bool member_is_host(const struct member *member)
{
	return member->role < ROOM_TRAINEE;
}

#endif
