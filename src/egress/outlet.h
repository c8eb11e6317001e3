/* SPDX-License-Identifier: MIT */
/*
 * Where the slots of one subscriber put their packets, and the one writer that sends them.
 *
 * A slot makes an item: the header and whatever else it writes itself, then pieces, which are bytes
 * of received packets that are not copied yet. The outlet queues it. At the end of the worker's turn
 * the outlets that have items are drained one by one: then each packet gets its transport-wide
 * number and send time, is padded if that helps (below), copied together and handed to the peer,
 * which encrypts it where it lies. This is where a pacer will sit.
 *
 * Packets are sent in the order in which the kernel takes them for least: as runs of one size, which
 * a shorter one may end (UDP_SEGMENT). Those of a frame differ by few bytes, so that RTP padding
 * (RFC 3550 5.1) of at most OUTLET_MAX_PAD mends a run; sound is never padded, it ends a run of
 * video instead. The order within an SSRC is kept; transport-wide numbers are in the order sent.
 *
 * It also learns from the subscriber's feedback what was lost and how long the way is.
 *
 * Items come from a pool of the worker's that never grows: when it is empty, what waits is sent
 * early. Belongs to the worker's thread.
 */
#ifndef EGRESS_OUTLET_H
#define EGRESS_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/pkt.h"
#include "rtp/packet.h"

enum {
	OUTLET_ROOM = 1600,	  /* bytes of a place of the peer's: a packet and an SRTP trailer */
	OUTLET_MAX_PACKET = 1450, /* bytes of a plaintext packet */
	OUTLET_SENT = 1024, /* packets remembered for feedback, a power of two: 2 s at 5 Mbit/s */
	OUTLET_HEAD = 192,  /* bytes that an item holds itself */
	OUTLET_MAX_ITEMS = 65535, /* of a pool */
	OUTLET_PIECES = 3,
	OUTLET_MAX_PAD = 32, /* bytes of padding, and no more than a sixteenth of the packet */
};

/* Bytes of pkt->data; a reference is held until they are sent. */
struct outlet_piece {
	struct pkt *pkt;
	uint16_t at, len;
};

/* Lies in lines of the cache: the first tells all but the bytes, and few packets need a third. */
struct outlet_item {
	_Alignas(64) uint8_t twcc_at; /* where the values lie that are known when it is sent; */
	uint8_t send_time_at;	      /* see struct rtp_template */
	uint16_t size;		      /* of the whole packet, see outlet_add() */
	uint8_t len;		      /* bytes written */
	uint8_t piece_count;
	bool repair;
	bool pads; /* may be padded: video. The same for all of a stream, whose order depends on it */
	struct outlet_piece pieces[OUTLET_PIECES];
	uint8_t bytes[OUTLET_HEAD]; /* the RTP header first, then what begins the payload */
};

/* Items of a pool, one behind the other, by their numbers. */
struct outlet_chain {
	uint16_t first, last;
};

/* Of a worker: its items, and its outlets that wait to be drained. */
struct outlet_pool;

struct outlet_pool_counters {
	uint64_t early;	  /* drained because there was no item left */
	uint64_t padded;  /* packets */
	uint64_t padding; /* bytes of theirs */
	uint64_t closed;  /* packets dropped since nothing may go to their peer now */
};

int outlet_pool_create(unsigned count, struct outlet_pool **ret_pool);
/* Its outlets are gone. Accepts NULL. */
void outlet_pool_destroy(struct outlet_pool *pool);
/* Sends what the next outlet has. False: none has anything. */
bool outlet_pool_drain_one(struct outlet_pool *pool, uint64_t now_us);
void outlet_pool_drain(struct outlet_pool *pool, uint64_t now_us);
unsigned outlet_pool_free(const struct outlet_pool *pool);
const struct outlet_pool_counters *outlet_pool_counters(const struct outlet_pool *pool);

struct outlet_ops {
	/* Its packets are sent now, one by one. False: they are dropped. */
	bool (*open)(void *arg);
	/* A place of OUTLET_ROOM bytes. NULL: the packet is dropped. */
	uint8_t *(*place)(void *arg);
	/* There lies a plaintext RTP packet. */
	void (*ready)(void *arg, uint8_t *packet, size_t len);
	/* It is drained after the next one (`turns` 2), or next (1): what that needs may be brought
	 * into the cache. May be NULL. */
	void (*soon)(void *arg, unsigned turns);
};

struct outlet_sent; /* outlet.c */

struct outlet {
	const struct outlet_ops *ops; /* given */
	void *arg;
	struct outlet_pool *pool;
	struct list of_pool; /* while it has items */
	struct outlet_chain items;
	uint16_t twcc_seq;	  /* of the next packet */
	struct outlet_sent *sent; /* OUTLET_SENT, from the first packet that is numbered */
	uint32_t rtt_us;	  /* smoothed, 0 unknown */
	int32_t repair_credit;	  /* bytes that may still go as RTX */
	/* this window; see outlet_tick() */
	uint64_t window_us;
	uint64_t window_bytes;
	uint32_t window_told, window_lost;
	/* results and counts */
	uint32_t bps;
	uint16_t loss; /* parts per thousand */
	uint64_t packets, bytes;
	uint64_t no_room, repair_denied, feedback_unmatched;
};

/* Keeps `pool`. */
void outlet_init(
	struct outlet *outlet, struct outlet_pool *pool, const struct outlet_ops *ops, void *arg);
/* What waits is not sent. */
void outlet_finish(struct outlet *outlet);

/*
 * An empty item for a packet with header `head`; never NULL. The caller writes item->bytes, counts
 * them in item->len, adds pieces, and gives it to outlet_send(). Whether it can be sent shows when
 * the outlet is drained: to the subscriber what is dropped then is what gets lost on the way.
 */
struct outlet_item *outlet_begin(
	struct outlet *outlet, const struct rtp_template *head, uint64_t now_us);
/* Takes a reference. The whole is at most OUTLET_MAX_PACKET long. */
void outlet_add(struct outlet_item *item, struct pkt *pkt, size_t at, size_t len);
/* Takes the item. */
void outlet_send(struct outlet *outlet, struct outlet_item *item);
/* Whether a repair of `len` bytes is within the budget: a quarter of what else is sent. Counted. */
bool outlet_may_repair(struct outlet *outlet, size_t len);

/* The subscriber's TWCC feedback (rtcp_handler.twcc). -EBADMSG. */
int outlet_feedback(struct outlet *outlet, const uint8_t *fci, size_t len);
/* 0: could not be told. */
void outlet_round_trip(struct outlet *outlet, uint32_t rtt_us);
/* Several times a second: rates and losses. */
void outlet_tick(struct outlet *outlet, uint64_t now_us);

#endif
