/* SPDX-License-Identifier: MIT */
/*
 * Which lost packet a copy in a redundant one is (RFC 2198 tells the copy's timestamp alone).
 *
 * It is found by the timestamps of those around it: between two packets that came, a copy's place
 * follows from how the time between them divides. Where it does not (the sender paused in between),
 * the copies are taken for the packets right before, as senders make them. A copy of what came is
 * none; nor is one of before the oldest that is remembered.
 */
#ifndef INGRESS_REDUNDANCY_H
#define INGRESS_REDUNDANCY_H

#include <stdbool.h>
#include <stdint.h>

enum { REDUNDANCY_REACH = 64 }; /* packets, a power of two: 341 ms in steps of 10 ms, and some */

/* All zero: none came yet. */
struct redundancy {
	struct {
		int64_t seq; /* extended; 0: none */
		uint32_t timestamp;
	} came[REDUNDANCY_REACH];
};

/* A packet came, or was found. */
void redundancy_came(struct redundancy *r, int64_t seq, uint32_t timestamp);
/* Packet `seq`, which came, carries a copy of `timestamp`, the `back`th before its primary. False:
 * it came, or its place cannot be told. */
bool redundancy_find(const struct redundancy *r, int64_t seq, uint32_t timestamp, unsigned back,
	int64_t *ret_seq);

#endif
