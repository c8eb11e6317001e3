/* SPDX-License-Identifier: MIT */
/*
 * A source on another worker, as the sinks on this one see it: the mirror of a track that crosses
 * once, however many want it here.
 *
 * It is there as long as the source is permitted. Packets cross only while somebody watches it
 * (and a while longer), or always, where its levels are ranked. What its layers are is kept up to
 * date by the source's worker. It answers what was lost from a history of its own, of the last
 * second as ingress/uptrack's is; keyframes it asks of the source, whose limits hold.
 *
 * Owned by a span, on its worker's thread.
 */
#ifndef ENGINE_MIRROR_H
#define ENGINE_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "engine/bridge.h"
#include "ingress/history.h"
#include "route/router.h"
#include "route/source.h"

enum { MIRROR_ASK_US = 20000 }; /* between two requests of a keyframe: one goes for many sinks */

struct mirror {
	struct source source;
	/* given */
	struct router *router;
	struct bridge *bridge;
	unsigned from; /* the source's worker */
	lectern_id room;
	uint32_t opening;
	bool always; /* wanted with or without sinks */
	/* state */
	bool watched; /* has sinks */
	bool wanted;  /* the source's worker was told so */
	uint64_t asked_us[SOURCE_LAYERS];
	struct history histories[SOURCE_LAYERS]; /* made when first wanted */
	struct list of_span;
};

/* From a PARCEL_OPEN of worker `from`; adds it to the router. -ENOMEM. */
int mirror_create(struct router *router, struct bridge *bridge, unsigned from,
	const struct parcel *open, bool always, uint64_t now_us, struct mirror **ret_mirror);
/* Takes it from the router: its sinks are detached. */
void mirror_destroy(struct mirror *mirror, uint64_t now_us);
/* Whether a source is one of these. */
bool mirror_is(const struct source *source);
/* Whether a parcel is of this very opening of the source. */
bool mirror_is_of(const struct mirror *mirror, const struct parcel *parcel);

/* Borrows `view`. */
void mirror_packet(
	struct mirror *mirror, const struct parcel *parcel, struct pkt *view, uint64_t now_us);
void mirror_layer(struct mirror *mirror, const struct parcel *parcel);
void mirror_report(struct mirror *mirror, const struct parcel *parcel, uint64_t now_us);
/* Every 100 ms or so. */
void mirror_tick(struct mirror *mirror, uint64_t now_us);

#endif
