/* SPDX-License-Identifier: MIT */
/*
 * How values are spread: a histogram of microseconds from which percentiles are read.
 *
 * Buckets are a 32nd of a power of two wide, so a percentile is off by 3 % at most and adding costs
 * a few instructions. No allocation, no state beside itself; values from 0 to 2^32 - 1.
 */
#ifndef BENCH_SPREAD_H
#define BENCH_SPREAD_H

#include <stdint.h>

enum {
	SPREAD_STEPS = 32, /* of a power of two */
	SPREAD_BUCKETS = SPREAD_STEPS * 28,
};

struct spread {
	uint64_t count;
	uint64_t buckets[SPREAD_BUCKETS];
};

void spread_init(struct spread *spread);
void spread_add(struct spread *spread, uint64_t value_us);
/* The value that `share` (0 to 1) of all values do not exceed; -1 if there are none. */
double spread_at(const struct spread *spread, double share);

#endif
