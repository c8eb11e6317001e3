/* SPDX-License-Identifier: MIT */
/*
 * A media worker: one thread with one loop, one UDP port, its halls and their peers.
 *
 * The control thread makes it, sends it commands and takes its events; it touches nothing of the
 * inside in between. worker_create() makes everything that can fail before the thread starts, so
 * that a port in use is an error there and then.
 */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include <stdint.h>

#include "dtls/identity.h"
#include "engine/letters.h"
#include "lectern/engine.h"

enum {
	WORKER_ROOMS = 4096,	/* of an engine */
	WORKER_PACKETS = 16384, /* buffers of a worker's pool */
	WORKER_ITEMS = 8192,	/* packets that wait for the end of the turn */
	WORKER_TICK_US = 100 * 1000,
	WORKER_LINK_US = 2 * 1000000,
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
	COMMAND_STOP,
};

struct command_restart {
	char local_ufrag[LECTERN_MAX_UFRAG + 1], local_pwd[LECTERN_MAX_PWD + 1];
	char remote_ufrag[LECTERN_MAX_UFRAG + 1];
};

struct command {
	struct letter letter;
	enum command_type type;
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
	} u;
};

struct event_letter {
	struct letter letter;
	struct lectern_event event;
};

struct worker;

struct worker_config {
	const struct lectern_engine_config *engine; /* borrowed until return */
	const struct dtls_identity *identity;	    /* borrowed until the worker is destroyed */
	unsigned number;
};

int worker_create(const struct worker_config *config, struct worker **ret_worker);
/* Ends the thread: every peer gets its close_notify. Accepts NULL. */
void worker_destroy(struct worker *worker);

const struct lectern_endpoint *worker_endpoint(const struct worker *worker);
/* Takes `command`, whatever its type owns too. */
void worker_command(struct worker *worker, struct command *command);
/* Commands that had to wait for room. */
void worker_push_backlog(struct worker *worker);
/* NULL: none. The caller frees it. */
struct event_letter *worker_event(struct worker *worker);

#endif
