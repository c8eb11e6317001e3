/* SPDX-License-Identifier: MIT */
/*
 * A class being held: the rules of src/room, and what they mean for clients, engine and recorder.
 *
 * Every call on the room is followed by classroom_carry_out(), which sends, permits, shows and
 * records what the room's effects say, in their order. Owned by struct live.
 */
#ifndef SIGNALING_CLASSROOM_H
#define SIGNALING_CLASSROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/engine.h"
#include "room/room.h"
#include "signaling/presence.h"
#include "signaling/protocol.h"
#include "signaling/tape.h"
#include "src/academy/door.h"
#include "src/academy/session.h"
#include "src/store/id.h"

struct client;
struct live;
struct whip;

enum {
	INSTANCE_TEXT = 65,
	CLASSROOM_COUNT_US = 1000000,
	CLASSROOM_LATE_US = 60 * 1000000, /* until then the database surely knows that it ended */
};

/* What a video slot of a peer shows, as the engine was told. */
struct shown {
	lectern_id source;
	enum lectern_kind kind;
};

struct seat {
	struct list node; /* classroom->seats */
	char member[LECTERN_MAX_MEMBER];
	enum room_role role;
	char instance[INSTANCE_TEXT];	    /* the page that media belongs to */
	struct client *client;		    /* NULL: the link is lost */
	struct whip *whip;		    /* a program that came by HTTP, else NULL */
	lectern_id peer;		    /* 0: no media */
	struct lectern_peer_params *params; /* of that peer */
	unsigned answers;
	uint64_t restart_us; /* when ICE was last restarted */
	struct shown shown[LECTERN_VIDEO_SLOTS];
	bool counted; /* is in class, and the ledger says so */
	struct presence presence;
};

struct classroom {
	struct list node; /* live->classrooms */
	struct live *live;
	struct session session;
	char session_id[ID_TEXT];
	struct room *room;
	int64_t ends_at_ms;	/* as planned */
	lectern_id engine_room; /* 0: nobody is inside yet */
	bool begun;		/* and the database was told */
	uint64_t counted_us;	/* when the ledger last followed who is here */
	struct list seats;
	struct tape tape;
	bool ending;	   /* ended; the byes wait for the recording's row, whose id they tell */
	uint64_t ended_us; /* when the class ended; kept for a while, to tell those who come late */
	bool over;	   /* to be destroyed at the end of the turn */
};

/* What the database knows of a class and of a person's part in it. */
struct class_facts {
	struct session session;
	struct door door;
	enum session_role role;
	bool recorded; /* there is a recording, and it was running */
};

/* Opens the classroom as the facts say; a class that was open goes on. */
int classroom_create(
	struct live *live, const struct class_facts *facts, struct classroom **ret_classroom);
/* Accepts NULL. Its clients lose their seat but are not closed. */
void classroom_destroy(struct classroom *classroom);

/* Does what the last call on the room asks for. */
void classroom_carry_out(struct classroom *classroom);
/* A few times a second; sets `over` when there is no more reason for it. */
void classroom_tick(struct classroom *classroom, struct room_time time);

struct seat *classroom_find_seat(const struct classroom *classroom, const char *member);
struct seat *classroom_find_peer(const struct classroom *classroom, lectern_id peer);
/* -ENOMEM. */
int classroom_add_seat(struct classroom *classroom, const char *member, enum room_role role,
	struct seat **ret_seat);
/* The seat of one whom the room does not know (any more). */
void classroom_remove_seat(struct classroom *classroom, struct seat *seat);
/* The client leaves its seat, which waits for it. */
void classroom_unseat(struct client *client);

/* Not in the lobby. */
bool classroom_is_in(const struct classroom *classroom, const struct seat *seat);
/* To everybody who is in the class, not to those in the lobby. */
void classroom_broadcast(
	struct classroom *classroom, const struct shape *shape, const void *fields);
/* To those who may know of the member: themselves, the class, and of one in the lobby the hosts. */
void classroom_tell(struct classroom *classroom, const struct member *about,
	const struct shape *shape, const void *fields);
bool classroom_may_see(
	const struct classroom *classroom, const struct seat *seat, const struct member *member);

/* The seat gets `peer`, which the engine made of `params`, instead of the one that it had. -ENOMEM:
 * nothing has changed. */
int classroom_take_peer(struct classroom *classroom, struct seat *seat, lectern_id peer,
	const struct lectern_peer_params *params);
void classroom_remove_peer(struct classroom *classroom, struct seat *seat);
void classroom_on_event(struct classroom *classroom, const struct lectern_event *event);

/* What goes into messages; texts are borrowed from the room. */
struct proto_member proto_member_of(const struct member *member);
struct proto_line proto_line_of(const struct chat_line *line);
struct proto_room classroom_proto(const struct classroom *classroom);
/* Into `slots` of LECTERN_VIDEO_SLOTS; how many. */
size_t classroom_slots(
	const struct classroom *classroom, const struct seat *seat, struct proto_slot *slots);

#endif
