/* SPDX-License-Identifier: MIT */
/*
 * Where the slots of one subscriber put their packets: numbers them transport-wide, remembers when
 * each was sent, hands the finished plaintext to the peer, and learns from the subscriber's
 * feedback what was lost and how long the way is.
 *
 * A slot writes straight into the peer's output batch: one copy from the received packet to the
 * buffer in which SRTP encrypts. This is also where a pacer will sit: transport sequence and send
 * time are stamped here, at the last moment.
 */
#ifndef EGRESS_OUTLET_H
#define EGRESS_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/packet.h"

enum {
	OUTLET_ROOM = 1600, /* bytes of a buffer of the peer's: a packet and an SRTP trailer */
	OUTLET_MAX_PACKET = 1450, /* bytes of a plaintext packet */
	OUTLET_SENT = 1024, /* packets remembered for feedback, a power of two: 2 s at 5 Mbit/s */
};

struct outlet_ops {
	/* A buffer of OUTLET_ROOM bytes; NULL: the packet is dropped. Another call before ready()
	 * gives the same one. */
	uint8_t *(*room)(void *arg);
	/* A plaintext RTP packet of `len` bytes lies in it. */
	void (*ready)(void *arg, size_t len);
};

struct outlet_sent; /* outlet.c */

struct outlet {
	const struct outlet_ops *ops; /* given */
	void *arg;
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

void outlet_init(struct outlet *outlet, const struct outlet_ops *ops, void *arg);
void outlet_finish(struct outlet *outlet);

/* NULL: no room; counted. */
uint8_t *outlet_begin(struct outlet *outlet);
/* The packet that was written at outlet_begin() with header `t`. */
void outlet_send(struct outlet *outlet, const struct rtp_template *t, uint8_t *packet, size_t len,
	bool repair, uint64_t now_us);
/* Whether a repair of `len` bytes is within the budget: a quarter of what else is sent. Counted. */
bool outlet_may_repair(struct outlet *outlet, size_t len);

/* The subscriber's TWCC feedback (rtcp_handler.twcc). -EBADMSG. */
int outlet_feedback(struct outlet *outlet, const uint8_t *fci, size_t len);
/* 0: could not be told. */
void outlet_round_trip(struct outlet *outlet, uint32_t rtt_us);
/* Several times a second: rates and losses. */
void outlet_tick(struct outlet *outlet, uint64_t now_us);

#endif
