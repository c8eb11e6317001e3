/* SPDX-License-Identifier: MIT */
/*
 * From one worker to another: messages about rooms that both have a part of, and packets by
 * reference. There is one link for each ordered pair of workers.
 *
 *   lender: link_send(), link_lend()  --parcels-->  borrower: link_front(), link_view(), link_pop()
 *   lender: link_collect()           <--returned--  borrower: when the last reference of a view goes
 *
 * A message is never lost: what finds the ring full waits in a list. A packet that finds it full is
 * dropped and counted. The lender keeps a reference for each packet that is out; the way back is a
 * ring that cannot be full, for it has room for all that can be out at a time: LINK_ROOM in the
 * ring of parcels and LINK_VIEWS in views. Nothing is allocated per packet.
 *
 * Fields and functions belong to the one thread or the other, as headed below.
 */
#ifndef ENGINE_LINK_H
#define ENGINE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pkt.h"
#include "engine/letters.h"
#include "lectern/types.h"
#include "net/loop.h"
#include "route/source.h"

enum {
	LINK_ROOM = 4096,  /* parcels on their way: 100 ms of a worker's packets */
	LINK_VIEWS = 8192, /* packets that the borrower holds, most of them in histories */
	/* Buffers that the lender keeps for receiving: none is lent when so few are free. */
	LINK_RESERVE = 2048,
};

enum parcel_type {
	/* both ways */
	PARCEL_HELLO = 1, /* the sender has a part of the room */
	/* from a source's worker */
	PARCEL_OPEN,   /* a source may be had */
	PARCEL_CLOSED, /* and no more */
	PARCEL_LAYER,  /* what one of its layers is now */
	PARCEL_REPORT, /* a sender report of a layer */
	PARCEL_PACKET,
	/* to it */
	PARCEL_WANT,
	PARCEL_UNWANT,
	PARCEL_KEYFRAME,
	/* from the worker that ranks */
	PARCEL_HEARD,
};

/* Of struct source_layer, what changes without numbering. */
struct parcel_layer {
	uint32_t bps;
	uint16_t height;
	bool live;
	uint8_t spatial_count;
	uint16_t heights[TARGETS_SPATIAL];
};

/* A cache line. Which fields count is told by the type; `opening` tells one permission of a source
 * from the next. */
struct parcel {
	uint8_t type, kind;
	uint8_t layer;		   /* LAYER, REPORT, PACKET, KEYFRAME: which one ... */
	uint16_t restarts, newest; /* ... and where its numbering is */
	uint32_t opening;
	lectern_id room, peer;
	union {
		bool first; /* HELLO: an answer is expected */
		struct {
			uint8_t codec, layer_count;
			uint32_t profile, clock_rate;
		} open;
		struct parcel_layer layer;
		struct source_report report;
		struct {
			struct pkt *pkt; /* the lender's; a reference goes with it */
			struct parcel_layer layer;
		} packet;
		lectern_id heard[LECTERN_AUDIO_SLOTS];
	} u;
};

void parcel_layer_init(struct parcel_layer *told, const struct source_layer *layer);
void parcel_layer_apply(const struct parcel_layer *told, struct source_layer *layer);

enum link_drop {
	LINK_DROP_FULL = 0,  /* the borrower is behind by a whole ring */
	LINK_DROP_RESERVE,   /* the lender needs its buffers for receiving */
	LINK_DROP_NO_VIEW,   /* the borrower holds too many */
	LINK_DROP_UNWATCHED, /* came after the borrower had no more use for it */
	LINK_DROPS,
};

const char *link_drop_text(enum link_drop drop);

struct link {
	/* given */
	unsigned from, to;
	struct loop *to_loop;
	/* between the two */
	struct letters parcels; /* its backlog is the lender's */
	struct ring *returned;	/* struct pkt * each */
	/* the lender's thread */
	bool pushed;  /* since the last wake */
	unsigned out; /* references that have not come back */
	uint64_t lent;
	/* the borrower's thread */
	_Alignas(64) struct pkt_lender lender;
	struct pkt_pool *views;
	/* each written by the thread that drops, see link_drop */
	uint64_t drops[LINK_DROPS];
};

int link_create(unsigned from, unsigned to, struct loop *to_loop, struct link **ret_link);
/* When both threads have ended and every view was put: what is out comes back. Accepts NULL. */
void link_destroy(struct link *link);

/* ---- the lender's thread ---- */

void link_send(struct link *link, const struct parcel *parcel);
/* A PARCEL_PACKET; takes a reference of its own where it goes. `pool` is the packet's. */
void link_lend(struct link *link, const struct parcel *parcel, const struct pkt_pool *pool);
void link_collect(struct link *link);
/* At the end of a turn: wakes the borrower, once, if there is something for it. */
void link_flush(struct link *link);

/* ---- the borrower's thread ---- */

const struct parcel *link_front(struct link *link);
void link_pop(struct link *link);
/* The packet of a PARCEL_PACKET, to be put; NULL: dropped, and counted. */
struct pkt *link_view(struct link *link, const struct parcel *parcel);
/* Gives it back unseen. */
void link_refuse(struct link *link, const struct parcel *parcel, enum link_drop why);

#endif
