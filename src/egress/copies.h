/* SPDX-License-Identifier: MIT */
/*
 * The redundancy of a sent audio stream (RFC 2198): whether a packet goes with copies of those
 * before it, and of how many.
 *
 * What its sender made already goes on as it is, only with the receiver's payload type. Where the
 * sender made none, or fewer than the receiver's losses ask for, the copies come from what the
 * source still holds: none below 1 % loss, one up to 5 %, two above; fewer again only after ten
 * seconds of less. Nothing from before the stretch (egress/timeline) is copied: that was another
 * source's sound.
 */
#ifndef EGRESS_COPIES_H
#define EGRESS_COPIES_H

#include <stdint.h>

#include "base/pkt.h"
#include "egress/outlet.h"
#include "route/source.h"

enum {
	COPIES_SOME =
		10, /* loss in parts per thousand, from which on one copy goes with a packet */
	COPIES_MANY = 50, /* above which two */
	COPIES_MOST = 2,
	COPIES_CALM_US = 10000000,
	COPIES_MAX_PACKET = 1200, /* bytes of a packet, or it goes without */
};

struct copies {
	uint8_t red_pt;	  /* given; 0: the receiver takes none */
	uint8_t level;	  /* copies that its losses ask for */
	uint64_t calm_us; /* since when fewer would do; 0: they would not */
	uint32_t first;	  /* the source's timestamp from which on packets are of the stretch */
};

/* `loss` in parts per thousand, of late. Several times a second. */
void copies_tick(struct copies *copies, uint16_t loss, uint64_t now_us);
/* Adds the payload of `pkt` with copies to an item in which the header is written, all blocks of
 * type `pt`, and makes it a RED packet. 0: it goes without, nothing was added; else bytes of the
 * payload. */
size_t copies_add(struct copies *copies, struct source *source, struct pkt *pkt, uint8_t pt,
	struct outlet_item *item);

#endif
