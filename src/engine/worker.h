/* SPDX-License-Identifier: MIT */
/*
 * A media worker: one thread with one loop, one UDP port, its halls and their peers.
 *
 * The control thread makes it, sends it commands and takes its events; it touches nothing of the
 * inside in between. worker_create() makes everything that can fail before the thread starts, so
 * that a port in use is an error there and then. Workers are connected before they start, and all
 * are stopped before one is destroyed: what they hold of one another's comes back in between.
 */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include <stdint.h>

#include "dtls/identity.h"
#include "engine/link.h"
#include "engine/reels.h"
#include "lectern/engine.h"

enum {
	WORKER_ROOMS = 4096,	/* of an engine */
	WORKER_PACKETS = 16384, /* buffers of a worker's pool */
	WORKER_ITEMS = 8192,	/* packets that wait for the end of the turn */
	WORKER_TICK_US = 100 * 1000,
	WORKER_LINK_US = 2 * 1000000,
	WORKER_COMMANDS = 1024, /* on their way; more wait */
	WORKER_EVENTS = 2048,
};

enum command_type {
	COMMAND_ROOM_OPEN = 1,
	COMMAND_ROOM_CLOSE,
	COMMAND_PEER_ADD,
	COMMAND_PEER_REMOVE,
	COMMAND_PEER_RESTART,
	COMMAND_PEER_PERMIT,
	COMMAND_ROOM_RESERVE,
	COMMAND_SLOT_SHOW,
	COMMAND_SLOT_LIMIT,
	COMMAND_ROOM_RECORD,
	COMMAND_REEL_ADD, /* a peer that may be recorded, wherever it is */
	COMMAND_REEL_REMOVE,
	COMMAND_STOP,
};

struct command_restart {
	char local_ufrag[LECTERN_MAX_UFRAG + 1], local_pwd[LECTERN_MAX_PWD + 1];
	char remote_ufrag[LECTERN_MAX_UFRAG + 1];
};

/* In any order with what other workers are told: ids are never reused, and what names something
 * that is not there yet waits for it (router_want) or is of no use any more. */
struct command {
	enum command_type type;
	bool home; /* ROOM_OPEN, PEER_ADD: the worker is the room's home */
	lectern_id room, peer;
	union {
		unsigned kinds;
		struct {
			unsigned slot;
			lectern_id source;
			enum lectern_kind kind;
		} show;
		struct {
			unsigned slot, height;
		} limit;
		char recording[LECTERN_MAX_RECORDING]; /* empty: stop */
		struct command_restart *restart;       /* owned */
		struct lectern_peer_params *params;    /* owned */
		struct reel_peer *reel;		       /* owned */
	} u;
};

struct worker;

struct worker_config {
	const struct lectern_engine_config *engine; /* borrowed until return */
	const struct dtls_identity *identity;	    /* borrowed until the worker is destroyed */
	unsigned number;
};

int worker_create(const struct worker_config *config, struct worker **ret_worker);
/* Borrows the link until it is destroyed; what it lends is `from`'s. */
void worker_connect(struct worker *from, struct worker *to, struct link *link);
int worker_start(struct worker *worker);
/* Of `count` workers, started or not: ends the threads; every peer gets its close_notify, and
 * nothing of another worker is held any more. */
void worker_stop_all(struct worker *const *workers, unsigned count);
/* After its links. Accepts NULL. */
void worker_destroy(struct worker *worker);

struct loop *worker_loop(const struct worker *worker);
const struct lectern_endpoint *worker_endpoint(const struct worker *worker);
/* Takes what the command's type owns, always. -ENOMEM: it is lost. */
int worker_command(struct worker *worker, const struct command *command);
/* Commands that had to wait for room. */
void worker_push_backlog(struct worker *worker);
/* False: none. */
bool worker_event(struct worker *worker, struct lectern_event *ret_event);

#endif
