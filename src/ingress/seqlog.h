/* SPDX-License-Identifier: MIT */
/*
 * What a receiver knows of the numbering of one RTP stream: the extended highest number, which of
 * the last SEQLOG_WINDOW were seen, what was lost and the jitter (RFC 3550 A.1, A.3, A.8).
 *
 * A packet found by its repair stream (RFC 4588) fills its place, but still counts as lost on the
 * way. A number that does not follow is refused until the next one follows it: then the sender has
 * begun anew, and so does the log.
 */
#ifndef INGRESS_SEQLOG_H
#define INGRESS_SEQLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp/rtcp.h"

enum {
	SEQLOG_WINDOW = 1024,  /* numbers, a power of two */
	SEQLOG_DROPOUT = 3000, /* RFC 3550 A.1: a gap no longer than this is loss */
};

enum seqlog_result {
	SEQLOG_NEW,	/* in order, after a gap, or late */
	SEQLOG_RESTART, /* new, of a numbering that begins anew */
	SEQLOG_DUPLICATE,
	SEQLOG_OLD,
	SEQLOG_JUMP, /* does not follow */
};

struct seqlog {
	bool started;
	bool jumped;		/* a number that does not follow came ... */
	uint16_t jump_seq;	/* ... and this would follow it */
	int64_t first, highest; /* extended */
	uint64_t seen[SEQLOG_WINDOW / 64];
	uint64_t received;			   /* originals, each once */
	uint64_t expected_before, received_before; /* at the last report block */
	bool has_transit;
	int32_t transit;
	uint32_t jitter; /* scaled by 16 */
};

/* ret_seq: the extended number, with SEQLOG_NEW and SEQLOG_RESTART. */
enum seqlog_result seqlog_put(struct seqlog *log, uint16_t seq, bool repaired, int64_t *ret_seq);
/* RFC 3550 A.8: an original in the order that it came. */
void seqlog_jitter(
	struct seqlog *log, uint32_t timestamp, uint64_t arrival_us, uint32_t clock_rate);
/* Fills what RFC 3550 A.3 says, since the last call. */
void seqlog_block(struct seqlog *log, struct rtcp_block *block);
/* Since the log (re)started. */
uint64_t seqlog_expected(const struct seqlog *log);

#endif
