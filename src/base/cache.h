/* SPDX-License-Identifier: MIT */
/*
 * The CPU's cache, for what is done for hundreds of receivers in turn, each with state of its own
 * that nobody has touched since its last packet.
 */
#ifndef BASE_CACHE_H
#define BASE_CACHE_H

#include <stddef.h>

enum { CACHE_LINE = 64 };

/* Has `len` bytes at `at` brought in, in the background. */
static inline void cache_fetch(const void *at, size_t len)
{
	for (size_t i = 0; i < len; i += CACHE_LINE)
		__builtin_prefetch((const char *)at + i, 1);
}

#endif
