/* SPDX-License-Identifier: MIT */
/*
 * What is recorded of a room: for each of its peers, on whatever worker, the taps of the tracks
 * that it may send. On the room's home worker alone, so that the recorder hears of a room from one
 * connection. The router keeps from the taps what is not permitted, as from every sink.
 *
 * Owned by a hall, on its worker's thread.
 */
#ifndef ENGINE_REELS_H
#define ENGINE_REELS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/engine.h"
#include "record/tap.h"
#include "route/router.h"

struct reels {
	/* given */
	struct tap *tap; /* NULL: nothing can be recorded */
	struct router *router;
	/* owned */
	struct list list;
	/* state */
	char recording[LECTERN_MAX_RECORDING]; /* empty: none */
};

/* Who a peer is and what it may send. */
struct reel_peer {
	lectern_id id;
	char member[LECTERN_MAX_MEMBER];
	char name[LECTERN_MAX_NAME];
	char role[16];
	bool sends[LECTERN_KINDS];
};

void reel_peer_init(
	struct reel_peer *peer, lectern_id id, const struct lectern_peer_params *params);

void reels_init(struct reels *reels, struct tap *tap, struct router *router);
void reels_finish(struct reels *reels);
/* -ENOMEM. */
int reels_add(struct reels *reels, const struct reel_peer *peer, uint64_t now_us);
/* Harmless for one that was not added. */
void reels_remove(struct reels *reels, lectern_id peer);
/* Empty: stop. */
void reels_record(struct reels *reels, const char *recording, uint64_t now_us);

#endif
