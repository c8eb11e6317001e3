/* SPDX-License-Identifier: MIT */
/*
 * A room as its worker sees it: its router, its peers, and what is recorded of it. Who may do what
 * is not known here; the control side says what is permitted, shown and recorded.
 *
 * Owned by the worker, on its thread. It owns its members (a peer and its taps each).
 */
#ifndef ENGINE_HALL_H
#define ENGINE_HALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/engine.h"
#include "peer/peer.h"
#include "record/tap.h"
#include "route/router.h"

/* How a hall tells what happened: the worker's. */
typedef void(hall_event_fn)(void *arg, const struct lectern_event *event);

struct hall {
	/* given */
	lectern_id id;
	struct peer_host *host;
	struct tap *tap; /* NULL: nothing can be recorded */
	hall_event_fn *event;
	void *arg;
	/* owned */
	struct router router;
	struct list members; /* struct hall_member.of_hall */
	/* state */
	char recording[LECTERN_MAX_RECORDING]; /* empty: none */
};

struct hall_member {
	struct hall *hall;
	lectern_id id;
	struct peer *peer;
	struct tap_track *tracks[LECTERN_KINDS]; /* NULL: not recorded */
	bool sends[LECTERN_KINDS];		 /* has a section for it */
	struct tap_member who;
	struct list of_hall;
};

int hall_create(lectern_id id, struct peer_host *host, struct tap *tap, hall_event_fn *event,
	void *arg, struct hall **ret_hall);
/* Accepts NULL. Its members are removed already. */
void hall_destroy(struct hall *hall, uint64_t now_us);

int hall_add(struct hall *hall, lectern_id id, const struct lectern_peer_params *params,
	uint64_t now_us, struct hall_member **ret_member);
/* Frees it. */
void hall_remove(struct hall_member *member, uint64_t now_us);

/* Empty: stop. */
void hall_record(struct hall *hall, const char *recording, uint64_t now_us);
void hall_tick(struct hall *hall, uint64_t now_us);
/* LECTERN_EVENT_LINK for each connected member. */
void hall_tell_links(struct hall *hall);

#endif
