/* SPDX-License-Identifier: MIT */
/*
 * What is missing of a stream, and when to ask for it again (RFC 4585 6.2.1).
 *
 * A number is asked for after a guard that grows with the reordering seen (at most 20 ms), again
 * each round trip, and given up after NACK_TRIES or when it is too old. When more is missing than
 * is worth asking for, all of it is forgotten: a keyframe is the cheaper repair.
 */
#ifndef INGRESS_NACK_H
#define INGRESS_NACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NACK_MAX = 256, /* numbers missing */
	NACK_TRIES = 10,
	NACK_AGE_US = 1500000, /* or three round trips */
};

/* What a packet came by. How late those come that were overtaken is learnt from originals. */
enum nack_by {
	NACK_BY_ITSELF,
	NACK_BY_REPAIR, /* RTX, or found in another packet */
	NACK_BY_EITHER, /* who has no repair stream sends it again on the stream itself */
};

struct nack_missing {
	int64_t seq; /* extended */
	uint64_t since_us, asked_us;
	uint8_t tries;
};

struct nack {
	unsigned count;
	uint32_t guard_us;
	struct nack_missing missing[NACK_MAX]; /* by rising number */
};

/* Numbers from `from` up to but without `to` did not come. False: too many, all forgotten. */
bool nack_gap(struct nack *nack, int64_t from, int64_t to, uint64_t now_us);
/* One came. True if it was missing. */
bool nack_came(struct nack *nack, int64_t seq, enum nack_by by, uint64_t now_us);
/* Fills what is to be asked for now, rising. ret_given_up: the highest number given up by this
 * call, or -1. */
size_t nack_due(struct nack *nack, uint32_t rtt_us, uint64_t now_us, uint16_t *seqs, size_t room,
	int64_t *ret_given_up);
void nack_clear(struct nack *nack);

#endif
