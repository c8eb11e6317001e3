/* SPDX-License-Identifier: MIT */
/*
 * The router of one room: which sinks get the packets of which source.
 *
 * It is the gate of the room's rules: while a source is not permitted, no packet and no report of
 * it reaches any sink, whatever arrives. A sink says whose track it wants; the router attaches it
 * when that source is there and permitted, and again after it was away, so nobody else keeps score.
 * Audio slots are assigned here too: route/speaker tells who is heard, and every listener gets
 * those but never itself.
 *
 * A room has a router on each worker that has peers of it. One of them ranks the voices; the others
 * follow it (router_follow) and are told who is heard.
 *
 * Owned by its worker's part of the room; all calls on that thread. Sources and sinks belong to others,
 * and leave (router_remove, router_forget) before they are freed. Ids are never reused, so a want
 * may name a peer that is not there yet or any more.
 */
#ifndef ROUTE_ROUTER_H
#define ROUTE_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/types.h"
#include "route/sink.h"
#include "route/source.h"
#include "route/speaker.h"

/* A member's audio slots. `sinks` are its slots' sinks, [0] for the reserved microphone. */
struct listener {
	uint64_t peer; /* its own microphone is never put into its slots */
	unsigned count;
	struct sink *sinks[LECTERN_AUDIO_SLOTS];
	struct list of_router;
};

struct router_ops {
	/* Who is heard, or who speaks, changed. heard[0] is the reserved microphone's peer; 0:
	 * none. */
	void (*heard)(void *arg, const uint64_t heard[LECTERN_AUDIO_SLOTS], uint64_t speaker);
	/* A source became permitted, or is no more; its sinks are attached, or detached, already.
	 * May be NULL. */
	void (*gate)(void *arg, struct source *source, bool open, uint64_t now_us);
};

enum { ROUTER_HELD = 32 };

struct router {
	const struct router_ops *ops; /* given; NULL: nobody listens */
	void *arg;
	struct list *holding; /* see router_hold() */
	struct list sources;  /* struct source.of_router */
	struct list sinks;    /* struct sink.of_router: those that want something */
	struct list listeners;
	bool follows; /* voices are ranked elsewhere */
	/* packets of one source that wait for the rest of the turn; a reference each */
	struct source *held_of;
	unsigned held_count;
	struct pkt *held[ROUTER_HELD];
	struct list of_holding;
	struct speaker speaker;
};

void router_init(struct router *router, const struct router_ops *ops, void *arg);
/*
 * From now on packets wait until router_release(), or until those of another source come, so that
 * the few of a frame reach each sink one behind the other: what a subscriber needs in the cache is
 * then fetched once for the frame, not once for each packet. While it holds some, the router is in
 * `holding`, whose owner releases all of them before the turn ends.
 */
void router_hold(struct router *router, struct list *holding);
void router_release(struct router *router, uint64_t now_us);
/* All that are in the list. */
void router_release_all(struct list *holding, uint64_t now_us);
/* Before any source is added: who is heard will be told by router_set_heard(). */
void router_follow(struct router *router);
/* Detaches everything that is still attached. */
void router_finish(struct router *router, uint64_t now_us);

/* Not permitted yet. A peer has at most one source of a kind. */
void router_add(struct router *router, struct source *source);
/* Harmless for one that was not added. */
void router_remove(struct router *router, struct source *source, uint64_t now_us);
void router_permit(struct router *router, struct source *source, bool permitted, uint64_t now_us);

/* `peer` 0: nothing. */
void router_want(
	struct router *router, struct sink *sink, uint64_t peer, uint8_t kind, uint64_t now_us);
/* No callback; harmless for a sink that never wanted anything. */
void router_forget(struct sink *sink);

/* Keeps `listener` until router_unlisten(), which also forgets its sinks. */
void router_listen(struct router *router, struct listener *listener, uint64_t now_us);
void router_unlisten(struct router *router, struct listener *listener);
/* Whose microphone audio slot 0 is for; 0: nobody's. */
void router_reserve(struct router *router, uint64_t peer, uint64_t now_us);

/* Of a router that follows. */
void router_set_heard(
	struct router *router, const uint64_t heard[LECTERN_AUDIO_SLOTS], uint64_t now_us);
/* Of one that ranks. */
const uint64_t *router_heard(const struct router *router);

/* The step of the data path: hands a packet of `source` to its sinks, in order of attachment; at
 * once, or after router_hold() later in the turn. */
void router_packet(struct router *router, struct source *source, struct pkt *pkt, uint64_t now_us);
/* Likewise a sender report, which is source->layers[layer].report already. */
void router_report(struct router *router, struct source *source, unsigned layer, uint64_t now_us);
/* Every 100 ms or so: levels fall silent without packets too. */
void router_tick(struct router *router, uint64_t now_us);

#endif
