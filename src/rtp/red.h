/* SPDX-License-Identifier: MIT */
/*
 * Redundant audio (RFC 2198, RFC 7587 8.2): a payload that carries, before its own block of sound
 * (the primary, always the last), copies of earlier ones, each told by how far back its timestamp
 * lies.
 *
 * Pure coding of the block headers: which packets were lost is the business of ingress/redundancy,
 * which copies to send that of egress. Limits: RED_MAX_BLOCKS; a copy of at most RED_MAX_LEN bytes,
 * at most RED_MAX_AGO ticks back.
 */
#ifndef RTP_RED_H
#define RTP_RED_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
	RED_MAX_BLOCKS = 10, /* browsers send at most nine copies */
	RED_MAX_LEN = 1023,  /* 10 bits */
	RED_MAX_AGO = 16383, /* 14 bits: 341 ms at 48 kHz */
	RED_HEAD = 4,	     /* bytes before a copy's block; RED_PRIMARY_HEAD before the last */
	RED_PRIMARY_HEAD = 1,
};

struct red_block {
	uint8_t pt;
	uint16_t ago; /* timestamp ticks before the primary; 0: the primary */
	uint16_t at;  /* where in the payload it begins */
	uint16_t len;
};

struct red {
	unsigned count; /* 1 to RED_MAX_BLOCKS, oldest first, the primary last */
	struct red_block blocks[RED_MAX_BLOCKS];
};

/* -EBADMSG. Writes ret_red only on success. */
int red_parse(const uint8_t *payload, size_t len, struct red *ret_red);
/* Appends the headers of `count` blocks, whose bytes are to follow in the same order. */
void red_write_heads(struct writer *w, const struct red_block *blocks, unsigned count);

#endif
