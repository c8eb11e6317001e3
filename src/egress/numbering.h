/* SPDX-License-Identifier: MIT */
/*
 * New numbers for old ones, some of which are left out: the kept ones follow on without a gap.
 *
 * Only what comes in order can be left out: a number that has not come when a higher one does keeps
 * its place, for it may come yet. So the new number of each old one is fixed when a higher old one
 * is known, two old ones never get the same, and the way back is as certain.
 *
 * Numbers are extended ones; of the last NUMBERING_WINDOW it is known which were left out. Pure.
 */
#ifndef EGRESS_NUMBERING_H
#define EGRESS_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

enum { NUMBERING_WINDOW = 1024 }; /* a power of two */

struct numbering {
	int64_t highest; /* old number that came */
	int64_t offset;	 /* new = old + offset - those left out below */
	int64_t out;	 /* how many were left out */
	uint64_t left_out[NUMBERING_WINDOW / 64];
};

/* `first`, which is the next to come, shall be `is`. */
void numbering_begin(struct numbering *n, int64_t first, int64_t is);
/* Whether a higher one came. */
bool numbering_is_late(const struct numbering *n, int64_t old);
/* Too long ago to tell. */
bool numbering_is_lost(const struct numbering *n, int64_t old);
/* `old` came and is kept, or is late. */
void numbering_keep(struct numbering *n, int64_t old);
/* `old`, which is not late, came and is left out. */
void numbering_leave_out(struct numbering *n, int64_t old);
bool numbering_left_out(const struct numbering *n, int64_t old);
/* The new number of one that was not left out; of one that was, the next's. */
int64_t numbering_of(const struct numbering *n, int64_t old);
/* The old number whose new one it is, among those that came or may come late. */
bool numbering_find(const struct numbering *n, int64_t is, int64_t *ret_old);

#endif
