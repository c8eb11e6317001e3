/* SPDX-License-Identifier: MIT */
#include "tests/bench/spread.h"

#include <math.h>
#include <string.h>

enum {
	LARGEST = 31, /* the highest bit of a value that is told apart */
	STEP_BITS = 5,
};

void spread_init(struct spread *spread)
{
	memset(spread, 0, sizeof(*spread));
}

/* Below 32 each value has a bucket of its own; above, the five bits after the highest tell. */
static unsigned bucket_of(uint64_t value)
{
	unsigned top;

	if (value >> (LARGEST + 1))
		value = UINT32_MAX;
	if (value < SPREAD_STEPS)
		return (unsigned)value;
	top = 63 - (unsigned)__builtin_clzll(value);
	return (top - STEP_BITS + 1) * SPREAD_STEPS + (unsigned)(value >> (top - STEP_BITS)) -
	       SPREAD_STEPS;
}

/* The middle of a bucket. */
static double value_of(unsigned bucket)
{
	unsigned power = bucket / SPREAD_STEPS;

	if (!power)
		return bucket;
	return ldexp(SPREAD_STEPS + bucket % SPREAD_STEPS + 0.5, (int)power - 1);
}

void spread_add(struct spread *spread, uint64_t value_us)
{
	spread->buckets[bucket_of(value_us)]++;
	spread->count++;
}

double spread_at(const struct spread *spread, double share)
{
	double wanted = share * (double)spread->count;
	uint64_t seen = 0;
	unsigned last = 0;

	if (!spread->count)
		return -1;
	for (unsigned i = 0; i < SPREAD_BUCKETS; i++) {
		if (!spread->buckets[i])
			continue;
		seen += spread->buckets[i];
		last = i;
		if ((double)seen >= wanted)
			break;
	}
	return value_of(last);
}
