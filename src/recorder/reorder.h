/* SPDX-License-Identifier: MIT */
/*
 * Puts the packets of one stream in order by sequence number (RFC 3550 A.1) and waits for those
 * that are missing: a retransmission may come long after the live call has given up on it. But what
 * is held here is lost when the process is killed, and at most a second may be: REORDER_WAIT_US and
 * a turn of the recorder's tick stay well below that (clip.h bounds what waits after it).
 *
 * Nothing waits while nothing is missing. Holds at most REORDER_SLOTS packets, by reference. The
 * time is given; intake's thread. Counts why packets were not taken.
 */
#ifndef RECORDER_REORDER_H
#define RECORDER_REORDER_H

#include <stdint.h>

#include "base/pkt.h"

enum {
	REORDER_SLOTS = 2048,	      /* a power of two: half of them is a second of 12 Mbit/s */
	REORDER_WAIT_US = 600 * 1000, /* for a missing packet */
};

enum reorder_drop { REORDER_LATE, REORDER_TWICE, REORDER_JUMP, REORDER_DROPS };

struct reorder {
	struct pkt *slots[REORDER_SLOTS]; /* owned references */
	int64_t next;			  /* extended number that goes out next; -1: none yet */
	int64_t highest;
	unsigned held;
	uint64_t waiting_us; /* since when `next` is missing though later ones came; 0: it is not */
	uint16_t jump_next;  /* the number that would follow one which was far off */
	unsigned jumps;
	uint64_t drops[REORDER_DROPS];
};

void reorder_init(struct reorder *r);
/* Puts back what it holds. */
void reorder_finish(struct reorder *r);
/* Keeps a reference if the packet is of use. */
void reorder_push(struct reorder *r, struct pkt *pkt);
/*
 * The next packet in order, given to the caller, or NULL: nothing is due. `ret_missing` says how
 * many numbers before it were given up. With now_us UINT64_MAX nothing is waited for.
 */
struct pkt *reorder_pop(struct reorder *r, uint64_t now_us, unsigned *ret_missing);

#endif
