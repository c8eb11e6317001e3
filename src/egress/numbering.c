/* SPDX-License-Identifier: MIT */
#include "egress/numbering.h"

#include <assert.h>
#include <string.h>

void numbering_begin(struct numbering *n, int64_t first, int64_t is)
{
	*n = (struct numbering){.highest = first - 1, .offset = is - first};
}

bool numbering_is_late(const struct numbering *n, int64_t old)
{
	return old <= n->highest;
}

bool numbering_is_lost(const struct numbering *n, int64_t old)
{
	return old <= n->highest - NUMBERING_WINDOW;
}

static uint64_t *word_of(struct numbering *n, int64_t old)
{
	return &n->left_out[(uint64_t)old % NUMBERING_WINDOW / 64];
}

static uint64_t bit_of(int64_t old)
{
	return (uint64_t)1 << ((uint64_t)old % 64);
}

static void advance(struct numbering *n, int64_t old)
{
	if (old - n->highest >= NUMBERING_WINDOW)
		memset(n->left_out, 0, sizeof(n->left_out));
	else
		for (int64_t i = n->highest + 1; i <= old; i++)
			*word_of(n, i) &= ~bit_of(i);
	n->highest = old;
}

void numbering_keep(struct numbering *n, int64_t old)
{
	if (old > n->highest)
		advance(n, old);
}

void numbering_leave_out(struct numbering *n, int64_t old)
{
	assert(old > n->highest);
	advance(n, old);
	*word_of(n, old) |= bit_of(old);
	n->out++;
}

bool numbering_left_out(const struct numbering *n, int64_t old)
{
	return numbering_is_late(n, old) && !numbering_is_lost(n, old) &&
	       n->left_out[(uint64_t)old % NUMBERING_WINDOW / 64] & bit_of(old);
}

/* How many from `old` up to the highest were left out. */
static int64_t out_from(const struct numbering *n, int64_t old)
{
	int64_t count = 0;

	while (old <= n->highest) {
		uint64_t word = n->left_out[(uint64_t)old % NUMBERING_WINDOW / 64];
		int64_t end = old - (int64_t)((uint64_t)old % 64) + 63;

		word &= UINT64_MAX << (uint64_t)old % 64;
		if (end > n->highest)
			word &= UINT64_MAX >> (end - n->highest);
		count += __builtin_popcountll(word);
		old = end + 1;
	}
	return count;
}

int64_t numbering_of(const struct numbering *n, int64_t old)
{
	int64_t above = numbering_is_lost(n, old) ? 0 : out_from(n, old);

	return old + n->offset - (n->out - above);
}

bool numbering_find(const struct numbering *n, int64_t is, int64_t *ret_old)
{
	int64_t old = n->highest, ahead;

	if (is > numbering_of(n, old))
		return false;
	/* Going down by one, the new number goes down by one or not at all. */
	while ((ahead = numbering_of(n, old) - is) > 0) {
		old -= ahead;
		if (numbering_is_lost(n, old))
			return false;
	}
	while (numbering_left_out(n, old))
		old++;
	if (old > n->highest)
		return false;
	*ret_old = old;
	return true;
}
