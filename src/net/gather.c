/* SPDX-License-Identifier: MIT */
#include "net/gather.h"

#include <stdbool.h>

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* The longest turn of late, which fades away. */
static void note_turn(struct gather *gather, uint64_t began_us, uint64_t ended_us)
{
	uint64_t passed_us = least(began_us - gather->began_us, GATHER_MEMORY_US);
	uint64_t took_us = least(ended_us - began_us, GATHER_LATENCY_US);

	gather->long_us -= (uint32_t)(gather->long_us * passed_us / GATHER_MEMORY_US);
	if (gather->long_us < took_us)
		gather->long_us = (uint32_t)took_us;
}

/* As long as what waits meanwhile is sent in time. */
static uint32_t time_left(const struct gather *gather)
{
	uint32_t spent_us = gather->long_us + gather->long_us / 2;
	uint32_t left_us = spent_us < GATHER_LATENCY_US ? GATHER_LATENCY_US - spent_us : 0;

	return left_us < GATHER_LEAST_US ? GATHER_LEAST_US : least(left_us, GATHER_MOST_US);
}

uint64_t gather_turn(struct gather *gather, uint64_t began_us, uint64_t ended_us)
{
	bool idle = began_us >= gather->ready_us + GATHER_IDLE_US;

	note_turn(gather, began_us, ended_us);
	gather->grown_us = idle ? GATHER_FIRST_US - GATHER_GROWTH_US
				: least(gather->grown_us + GATHER_GROWTH_US, time_left(gather));
	gather->began_us = began_us;
	gather->ready_us = began_us + (idle ? (uint32_t)GATHER_FIRST_US : gather->grown_us);
	if (gather->ready_us < ended_us)
		gather->ready_us = ended_us;
	return idle ? ended_us : gather->ready_us;
}
