/* SPDX-License-Identifier: MIT */
/*
 * What makes the parts of a room on several workers one room.
 *
 * Each worker that has peers of a room has a hall of it, and each hall a span. Halls find each other
 * by PARCEL_HELLO. Each then tells the others of its sources that are permitted (PARCEL_OPEN) and
 * no more so (PARCEL_CLOSED); the others have a mirror of each in between, which asks for packets
 * while there are sinks for it. So a want never has to name a worker, and it does not matter in
 * which order workers hear of a room, a peer or a permission.
 *
 * The hall on the room's home worker ranks the voices: microphones' packets always go there, and
 * it tells the others who is heard.
 *
 * Owned by a hall, on its worker's thread.
 */
#ifndef ENGINE_SPAN_H
#define ENGINE_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "engine/bridge.h"
#include "route/router.h"

struct span {
	/* given */
	lectern_id room;
	bool home;
	struct router *router;
	struct bridge *bridge;
	/* owned */
	struct list shares;  /* own sources that others may have */
	struct list mirrors; /* struct mirror.of_span: sources of others */
	/* state */
	uint64_t halls; /* workers that are known to have a hall of the room */
};

/* Greets the others. */
void span_init(struct span *span, lectern_id room, bool home, struct router *router,
	struct bridge *bridge);
/* The hall's own sources have left the router. */
void span_finish(struct span *span, uint64_t now_us);

/* A source of the router was permitted, or is no more. */
void span_gate(struct span *span, struct source *source, bool open);
/* Who is heard, as the home's router ranks them. */
void span_heard(struct span *span, const uint64_t heard[LECTERN_AUDIO_SLOTS]);
/* A message of worker `from` about this room. */
void span_recv(struct span *span, unsigned from, const struct parcel *parcel, uint64_t now_us);
/* Every 100 ms or so. */
void span_tick(struct span *span, uint64_t now_us);

#endif
