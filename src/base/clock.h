/* SPDX-License-Identifier: MIT */
/* Time. Only net, engine, recorder and signaling read clocks; protocol modules are given the time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* CLOCK_MONOTONIC in microseconds: the same for every process of a machine. */
uint64_t clock_now_us(void);
/* Milliseconds since 1970 UTC; may jump. */
int64_t clock_wall_ms(void);

/*
 * Whether `span_us` have gone by since. A moment that lies ahead of now_us, which was read a little
 * earlier, is not one of long ago, as a plain difference of unsigned numbers would have it.
 */
static inline bool clock_passed(uint64_t since_us, uint64_t span_us, uint64_t now_us)
{
	return now_us >= since_us + span_us;
}

#endif
