/* SPDX-License-Identifier: MIT */
/*
 * Pooled packet buffer: the only refcounted thing in the house.
 *
 * One producer fills it (net/udp), consumers hold references. Once parsed it is read-only. A pool
 * belongs to one worker and is not locked; nothing is allocated after the pool was made. `rtp` is
 * the parsed view which rtp/packet fills: offsets into data, never pointers. `data` is a place of
 * PKT_ROOM bytes of the pool's.
 *
 * A packet reaches another worker as a view: a packet of that worker's own, with a count of its
 * own, whose `data` lies in the lender's. The lender's packet has a reference for it, given back
 * when the view's last one goes. So a count is only ever touched by one thread.
 */
#ifndef BASE_PKT_H
#define BASE_PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PKT_ROOM = 1600, /* LECTERN_MAX_PACKET and an SRTP trailer */
};

struct pkt_rtp {
	uint32_t ssrc, timestamp;
	uint16_t seq;
	uint8_t pt;
	bool marker;
	uint16_t header_len; /* fixed header, CSRCs and extensions */
	uint16_t
		payload_at; /* where in data the payload begins: behind the header, or within RED */
	uint16_t payload_len; /* without padding */
	uint8_t padding;
	bool red; /* payload is the primary block, the last, of a RED one behind the header */
	/* header extensions, as negotiated (RFC 8285); has_ tells presence */
	bool has_level, has_twcc;
	bool voice;    /* RFC 6464 V bit */
	uint8_t level; /* RFC 6464: -dBov, 0 loudest, 127 silence */
	uint16_t twcc;
	uint16_t dd_at;	 /* where in data the dependency descriptor lies ... */
	uint8_t dd_len;	 /* ... and its length, 0: none */
	uint16_t number; /* of the frame, by that descriptor */
	/* video of any codec, told by rtp/codec's mark; see rtp/targets.h */
	bool keyframe;		     /* it begins a picture from which decoding can start */
	bool frame_start, frame_end; /* of the frame of one spatial layer */
	uint8_t layer;		     /* simulcast layer of its track, 0 lowest */
	uint8_t spatial, temporal;   /* layer inside the stream, 0 base */
	uint32_t targets;	     /* targets that its frame is part of */
	uint32_t switches;	     /* those that can be decoded from here on if this frame can */
	uint32_t after;		     /* those that have all frames which this one refers to */
	uint32_t breaks;	     /* those that cannot go on here without a keyframe */
	uint16_t width, height;	     /* of a keyframe's first packet, else 0 */
	/* video payload descriptor (RFC 7741, RFC 9628) */
	uint8_t descriptor_len; /* bytes of the payload that rtp/codec's rewrite replaces */
	bool has_picture_id, has_tl0;
	bool picture_dense;  /* picture ids must have no gaps: VP8 */
	uint16_t picture_id; /* 15 bits, also where the sender used 7 */
	uint8_t tl0;	     /* TL0PICIDX */
};

struct pkt_pool;

struct pkt {
	struct pkt_pool *pool;
	struct pkt *next; /* free list of the pool */
	struct pkt *lent; /* of a view: the lender's packet */
	uint32_t refs;
	uint32_t len;	     /* bytes in data */
	uint64_t arrival_us; /* base/clock, monotonic */
	struct pkt_rtp rtp;
	uint8_t *data;
};

/* -ENOMEM. The pool never grows: pkt_get() returns NULL when all are held. */
int pkt_pool_create(unsigned count, struct pkt_pool **ret_pool);

/* Takes back what a view was of, on the thread of the views. */
struct pkt_lender {
	void (*give_back)(struct pkt_lender *lender, struct pkt *lent);
};

/* A pool of views, which have no bytes of their own. Keeps `lender`. -ENOMEM. */
int pkt_views_create(unsigned count, struct pkt_lender *lender, struct pkt_pool **ret_pool);
/* Takes the reference to `lent` that was passed over; NULL when all are held: it does not. */
struct pkt *pkt_view(struct pkt_pool *views, struct pkt *lent);

/* Every packet must have been put back. Accepts NULL. */
void pkt_pool_destroy(struct pkt_pool *pool);
struct pkt *pkt_get(struct pkt_pool *pool);
struct pkt *pkt_ref(struct pkt *pkt);
/* Accepts NULL. */
void pkt_put(struct pkt *pkt);
unsigned pkt_pool_free(const struct pkt_pool *pool);

#endif
