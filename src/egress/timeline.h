/* SPDX-License-Identifier: MIT */
/*
 * The numbers of one sent stream: where each packet of now this source, now that one, lies in it.
 *
 * A stretch is a run of packets of one layer of one source, from timeline_switch() to the next. In
 * a stretch a packet either has a place or is dropped, since it is of a layer inside the stream that
 * the receiver does not get. Sequence numbers are the source's plus a constant, less those dropped
 * (egress/numbering), so that what was lost shows as a gap and what was dropped does not, and late
 * packets still fall into place. Picture ids likewise where they must have no gaps, else they keep
 * their distances, as timestamps do. Between stretches all follow on.
 *
 * A packet that turns out to be unwanted only when its number was passed (it was lost, and came
 * late) keeps its number: an empty packet can be sent in its place.
 *
 * Every extended sequence number is given out at most once: packets that came before a stretch
 * began, or fell out of the window in which that can be told, are refused. SRTP depends on it
 * (RFC 3711 9.1).
 *
 * Pure: no time, no memory, nothing of packets but struct pkt_rtp.
 */
#ifndef EGRESS_TIMELINE_H
#define EGRESS_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pkt.h"
#include "egress/numbering.h"

enum { TIMELINE_WINDOW = NUMBERING_WINDOW }; /* numbers of the source, a power of two */

struct timeline {
	/* what was given out last */
	int64_t highest;     /* extended sequence number */
	uint32_t timestamp;  /* the newest */
	uint16_t picture_id; /* 15 bits, the newest */
	uint8_t tl0;
	uint16_t number; /* of a frame, dependency descriptor */
	bool started;	 /* there was a packet at all */
	/* this stretch */
	int64_t first; /* its first number of the source, extended */
	struct numbering seqs;
	struct numbering pictures; /* of dense ids */
	bool has_pictures;
	uint32_t timestamp_offset;
	uint16_t picture_offset;
	uint16_t number_offset;
	uint8_t tl0_offset;
	uint64_t used[TIMELINE_WINDOW / 64]; /* of the source's numbers */
};

struct timeline_place {
	int64_t seq; /* extended; its low 16 bits go on the wire */
	uint32_t timestamp;
	uint16_t picture_id;
	uint16_t number;
	uint8_t tl0;
};

/* seq below 2^15: SRTP's rollover counter cannot be guessed wrongly at the start (RFC 3711 3.3.1).
 */
void timeline_init(
	struct timeline *t, uint16_t seq, uint32_t timestamp, uint16_t picture_id, uint8_t tl0);
/* A stretch begins with `first`, whose timestamp shall be `timestamp`. */
void timeline_switch(struct timeline *t, const struct pkt_rtp *first, uint32_t timestamp);
/* Whether a packet with a higher number came in this stretch. */
bool timeline_is_late(const struct timeline *t, const struct pkt_rtp *rtp);
/* The place of a packet that is about to be sent. -ERANGE: before the stretch, or too old to tell;
 * -EEXIST: its number was given out, or it was dropped. */
int timeline_take(struct timeline *t, const struct pkt_rtp *rtp, struct timeline_place *ret_place);
/* A packet that is not late is not sent. */
void timeline_drop(struct timeline *t, const struct pkt_rtp *rtp);
/* Which packet of the source has, or would have had, that number on the wire. False: none of this
 * stretch, or of more than TIMELINE_WINDOW ago. */
bool timeline_find(const struct timeline *t, uint16_t seq, uint16_t *ret_source_seq);
/* The place of a packet that was sent before (timeline_find). */
struct timeline_place timeline_again(const struct timeline *t, const struct pkt_rtp *rtp);

#endif
