/* SPDX-License-Identifier: MIT */
/*
 * A room as one worker sees it: its router, those of its peers that were placed there, and by its
 * span what is on other workers. On the room's home worker the voices are ranked and the room is
 * recorded. Who may do what is not known here; the control side says what is permitted, shown and
 * recorded.
 *
 * Owned by the worker, on its thread. It owns its members.
 */
#ifndef ENGINE_HALL_H
#define ENGINE_HALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "engine/reels.h"
#include "engine/span.h"
#include "lectern/engine.h"
#include "peer/peer.h"
#include "route/router.h"

/* What a worker lends to its halls. */
struct hall_host {
	struct peer_host *peers;
	struct tap *tap; /* NULL: nothing can be recorded */
	struct bridge *bridge;
	struct list *holding; /* routers that hold packets until the end of the turn */
	void (*event)(void *arg, const struct lectern_event *event);
	void *arg;
};

struct hall {
	/* given */
	lectern_id id;
	const struct hall_host *host;
	bool home;
	/* owned */
	struct router router;
	struct span span;
	struct reels reels;  /* home */
	struct list members; /* struct hall_member.of_hall */
};

struct hall_member {
	struct hall *hall;
	lectern_id id;
	struct peer *peer;
	struct list of_hall;
};

/* Keeps `host`. -ENOMEM. */
int hall_create(lectern_id id, bool home, const struct hall_host *host, struct hall **ret_hall);
/* Accepts NULL. Its members are removed already. */
void hall_destroy(struct hall *hall, uint64_t now_us);

int hall_add(struct hall *hall, lectern_id id, const struct lectern_peer_params *params,
	uint64_t now_us, struct hall_member **ret_member);
/* Frees it. */
void hall_remove(struct hall_member *member, uint64_t now_us);

void hall_tick(struct hall *hall, uint64_t now_us);
/* LECTERN_EVENT_LINK for each connected member. */
void hall_tell_links(struct hall *hall);

#endif
