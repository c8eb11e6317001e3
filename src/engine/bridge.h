/* SPDX-License-Identifier: MIT */
/*
 * A worker's end of everything that goes between workers: its links to each of the others and from
 * them, and the mirrors that stand for sources there.
 *
 * Owned by the worker, on its thread; the links are the engine's. With one worker there are none,
 * and nothing here costs anything.
 */
#ifndef ENGINE_BRIDGE_H
#define ENGINE_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/link.h"

enum {
	BRIDGE_MAX_WORKERS = 64, /* a mask of workers is 64 bits */
	BRIDGE_TURN = 512,	 /* parcels of another worker, in one turn */
};

struct mirror;

struct bridge {
	/* given */
	unsigned self, count;
	const struct pkt_pool *pool;				       /* whose packets are lent */
	struct link *out[BRIDGE_MAX_WORKERS], *in[BRIDGE_MAX_WORKERS]; /* by worker; own: NULL */
	/* owned */
	struct mirror **mirrors; /* by peer's index and kind */
	/* state */
	uint32_t last_opening;
	uint64_t told_drops[LINK_DROPS];
};

int bridge_init(struct bridge *bridge, unsigned self, const struct pkt_pool *pool);
void bridge_finish(struct bridge *bridge);

/* The place of a mirror of that source, which may be of another peer with the same index. */
struct mirror **bridge_mirror(struct bridge *bridge, lectern_id peer, uint8_t kind);
/* To each worker of the mask. */
void bridge_send(struct bridge *bridge, uint64_t workers, const struct parcel *parcel);
/*
 * Takes what came from the others, at most BRIDGE_TURN of each: packets go to their mirrors, and
 * messages to `message`, which borrows them. Returns whether there is more.
 */
typedef void(bridge_message_fn)(
	void *arg, unsigned from, const struct parcel *parcel, uint64_t now_us);
bool bridge_recv(struct bridge *bridge, bridge_message_fn *message, void *arg, uint64_t now_us);
/* At the end of a turn. */
void bridge_flush(struct bridge *bridge);
/* Every 2 s or so: logs what was dropped since. */
void bridge_tell_drops(struct bridge *bridge);

static inline uint64_t bridge_bit(unsigned worker)
{
	return UINT64_C(1) << worker;
}

/* All workers but our own. */
static inline uint64_t bridge_others(const struct bridge *bridge)
{
	uint64_t all = bridge->count < 64 ? bridge_bit(bridge->count) - 1 : UINT64_MAX;

	return all & ~bridge_bit(bridge->self);
}

#endif
