/* SPDX-License-Identifier: MIT */
/* Time. Only net, engine, recorder and signaling read clocks; protocol modules are given the time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in microseconds: the same for every process of a machine. */
uint64_t clock_now_us(void);
/* Milliseconds since 1970 UTC; may jump. */
int64_t clock_wall_ms(void);

#endif
