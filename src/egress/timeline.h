/* SPDX-License-Identifier: MIT */
/*
 * The numbering and timing of one sent stream while what it carries changes: which sequence number,
 * timestamp and picture id a packet of the current source gets.
 *
 * A stretch is a run of packets of one layer of one source, from timeline_switch() to the next. In
 * a stretch all numbers are the source's own plus a constant, so that gaps and late packets stay
 * what they are; between stretches they follow on without a gap. Every extended sequence number is
 * given out at most once: packets that came before a stretch began, or fell out of the window in
 * which that can be told, are refused. SRTP depends on it (RFC 3711 9.1).
 *
 * Pure: no time, no memory, nothing of packets but struct pkt_rtp.
 */
#ifndef EGRESS_TIMELINE_H
#define EGRESS_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pkt.h"

enum { TIMELINE_WINDOW = 1024 }; /* numbers, a power of two */

struct timeline {
	/* what was given out last */
	int64_t highest;     /* extended sequence number */
	uint32_t timestamp;  /* the newest */
	uint16_t picture_id; /* 15 bits, the newest */
	uint8_t tl0;
	bool started; /* there was a packet at all */
	/* this stretch */
	int64_t first;	     /* its first number */
	uint16_t seq_offset; /* given out = source's + offset */
	uint32_t timestamp_offset;
	uint16_t picture_offset;
	uint8_t tl0_offset;
	uint64_t used[TIMELINE_WINDOW / 64];
};

struct timeline_place {
	int64_t seq; /* extended; its low 16 bits go on the wire */
	uint32_t timestamp;
	uint16_t picture_id;
	uint8_t tl0;
};

/* seq below 2^15: SRTP's rollover counter cannot be guessed wrongly at the start (RFC 3711 3.3.1).
 */
void timeline_init(
	struct timeline *t, uint16_t seq, uint32_t timestamp, uint16_t picture_id, uint8_t tl0);
/* A stretch begins with `first`, whose timestamp shall be `timestamp`. */
void timeline_switch(struct timeline *t, const struct pkt_rtp *first, uint32_t timestamp);
/* The place of a packet that is about to be sent. -ERANGE: before the stretch, or too old to tell;
 * -EEXIST: its number was given out. */
int timeline_take(struct timeline *t, const struct pkt_rtp *rtp, struct timeline_place *ret_place);
/* Which packet of the source has, or would have had, that number on the wire. False: none of this
 * stretch, or of more than TIMELINE_WINDOW ago. */
bool timeline_find(const struct timeline *t, uint16_t seq, uint16_t *ret_source_seq);
/* The place of a packet that was sent before (timeline_find). */
struct timeline_place timeline_again(const struct timeline *t, const struct pkt_rtp *rtp);

#endif
