/* SPDX-License-Identifier: MIT */
/* Numbers that look random and are the same in every run, so that a failure comes again. */
#ifndef TESTS_DICE_H
#define TESTS_DICE_H

#include <stdint.h>

static uint64_t dice_state;

static inline void dice_seed(uint64_t seed)
{
	dice_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* The high half of an LCG (Knuth's MMIX). */
static inline uint32_t dice(void)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(dice_state >> 32);
}

#endif
