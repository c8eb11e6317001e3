/* SPDX-License-Identifier: MIT */
/*
 * Every class that is held now, and the WebSockets of those who are in them.
 *
 *	struct live            all of it; one a server
 *	  struct classroom     a class being held: the rules (src/room), the engine's room, the tape
 *	    struct seat        a member: its client, its peer
 *	  struct client        one WebSocket
 *	  struct recorder_link the control connection to lectern-recorder
 *
 * Everything is on the control thread. The database is asked through signaling/work.h, the answers
 * come back later: what was asked for is found again by id, never by a pointer that was kept.
 */
#ifndef SIGNALING_LIVE_H
#define SIGNALING_LIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <libwebsockets.h>

#include "base/list.h"
#include "room/room.h"
#include "signaling/http.h"

struct classroom;
struct client;
struct ledger;
struct recorder_link;

enum {
	LIVE_TICK_US = 100 * 1000,
	LIVE_STARTING_US = 3 * 1000000,	   /* for the recorder to start together with us */
	LIVE_SETTLING_US = 500 * 1000,	   /* and to say what it has to say of its start */
	LIVE_ABANDONED_US = 600 * 1000000, /* a class that a dead server left open ends by itself */
	LIVE_ORPHAN_US = 60 * 1000000,	   /* a recording without a class is sealed */
};

struct live {
	struct server *server; /* borrowed */
	struct list clients, classrooms;
	struct list left_open, orphans; /* what a dead server left: live.c */
	struct recorder_link *recorder; /* NULL: nothing is recorded */
	struct ledger *ledger;
	lws_sorted_usec_list_t timer;
	uint64_t started_us;
	uint64_t last_client;
	bool stopping;
	uint64_t linked_us; /* when the recorder first answered; 0: not yet */
	bool tap_down;	    /* media does not reach the recorder */
};

/* Also sets server->live and live_look. http, work and engine must be there. `why`:
 * LECTERN_MAX_WHY. */
int live_create(struct server *server, struct live **ret_live, char *why);
/* Recorder included: what the operator is told from here on is not pushed away by lines about the
 * start. True after LIVE_STARTING_US in any case. */
bool live_ready(const struct live *live);
/* Everybody is told that the server restarts; classes stay open for when they come back. */
void live_shutdown(struct live *live);
/* After live_shutdown(): nobody is left. */
bool live_idle(const struct live *live);
/* Closes what is open; the context of HTTP must still be there. Accepts NULL. */
void live_destroy(struct live *live);
/* Events of the engine; called when it woke the loop. */
void live_poll(struct live *live);

struct room_time live_now(void);
struct classroom *live_find_classroom(const struct live *live, int64_t session);
struct class_facts;
/* The classroom of a session, opened if it is not. -ESHUTDOWN: the class is over. */
int live_hold(struct live *live, const struct class_facts *facts, struct classroom **ret_classroom);
struct client *live_find_client(const struct live *live, uint64_t id);

#endif
