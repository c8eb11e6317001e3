/* SPDX-License-Identifier: MIT */
/*
 * How long a loop that is never idle waits before its next turn.
 *
 * Hundreds of receivers report one by one, and to sleep and be woken for each costs more than to
 * read it: 16 us against 2 on a virtual machine of two cores. So while there is something to do all
 * the time a turn begins some time after the one before, and finds all that came meanwhile. How
 * long is a matter of latency: what comes at the worst moment waits for the rest of that time, and
 * then for the turn that sends it. Together they shall stay within GATHER_LATENCY_US; a worker
 * whose longest turns of late are short can gather for long, one that has much to send cannot.
 *
 * What comes after a while without work is taken at once, and only a loop that has had work for
 * many turns on end gathers for longer than GATHER_FIRST_US: a small class is not delayed.
 *
 * Pure: it is given the time.
 */
#ifndef NET_GATHER_H
#define NET_GATHER_H

#include <stdint.h>

enum {
	/*
	 * Less one and a half times the longest turn: what waits is sent in the middle of the next
	 * one, and may have come while another went on. With 500 receivers on two workers, whose
	 * longest turns take more than 2 ms, next to nothing is left for gathering, and 99 of 100
	 * packets are on their way within 5 ms; with 200 on one worker it is 2 ms.
	 */
	GATHER_LATENCY_US = 4200,
	GATHER_LEAST_US = 500, /* below it there is nothing to be gained */
	GATHER_FIRST_US = 1000,
	GATHER_MOST_US = 3000,
	GATHER_GROWTH_US = 250,	   /* in a turn */
	GATHER_IDLE_US = 1000,	   /* so long without work, and the next is taken at once */
	GATHER_MEMORY_US = 250000, /* a long turn counts for so long, less and less */
};

/* Zeroed at the start. */
struct gather {
	uint64_t began_us; /* the last turn */
	uint64_t ready_us; /* whatever comes before it, or soon after, comes while there is work */
	uint32_t grown_us; /* how long it may gather */
	uint32_t long_us;  /* the longest turn of late */
};

/* A turn took from `began_us` to `ended_us`. Returns before when the next shall not begin, at least
 * `ended_us`. */
uint64_t gather_turn(struct gather *gather, uint64_t began_us, uint64_t ended_us);

#endif
