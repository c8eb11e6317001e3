/* SPDX-License-Identifier: MIT */
/* What outlet.c and outlet_drain.c share. */
#ifndef OUTLET_PRIV_H
#define OUTLET_PRIV_H

#include "egress/outlet.h"

enum outlet_sent_state {
	OUTLET_SENT_NONE, /* or told as received */
	OUTLET_SENT_WAITING,
	OUTLET_SENT_LOST, /* told as lost; may yet be told as received */
};

struct outlet_sent {
	uint16_t seq;
	uint8_t state;
};

/*
 * Items are linked by a table of their own, which stays in the cache when they do not: between the
 * packet that makes an item and the end of the turn come those of all other subscribers.
 */
struct outlet_pool {
	struct outlet_item *items; /* owned, `count` */
	uint16_t *next;		   /* owned: of each, in its chain */
	struct outlet_chain free;
	struct list waiting; /* struct outlet.of_pool */
	unsigned count, free_count;
	struct outlet_pool_counters counters;
};

enum { OUTLET_NO_ITEM = 65535 };

static inline struct outlet_chain outlet_chain_none(void)
{
	return (struct outlet_chain){OUTLET_NO_ITEM, OUTLET_NO_ITEM};
}

static inline bool outlet_chain_empty(const struct outlet_chain *chain)
{
	return chain->first == OUTLET_NO_ITEM;
}

static inline struct outlet_item *outlet_chain_first(
	const struct outlet_pool *pool, const struct outlet_chain *chain)
{
	return outlet_chain_empty(chain) ? NULL : &pool->items[chain->first];
}

static inline void outlet_chain_append(
	struct outlet_pool *pool, struct outlet_chain *chain, uint16_t number)
{
	pool->next[number] = OUTLET_NO_ITEM;
	if (outlet_chain_empty(chain))
		chain->first = number;
	else
		pool->next[chain->last] = number;
	chain->last = number;
}

/* NULL: none. */
static inline struct outlet_item *outlet_chain_take(
	struct outlet_pool *pool, struct outlet_chain *chain)
{
	struct outlet_item *item = outlet_chain_first(pool, chain);

	if (item)
		chain->first = pool->next[chain->first];
	return item;
}

/* It will be written or read soon. */
static inline void outlet_item_prefetch(const struct outlet_pool *pool, uint16_t number)
{
	__builtin_prefetch(&pool->items[number], 1);
	__builtin_prefetch(pool->items[number].bytes, 1);
}

/* Puts back what it holds, and itself. */
void outlet_item_put(struct outlet_pool *pool, struct outlet_item *item);
/* Forgets what waits. Returns how many. */
unsigned outlet_drop(struct outlet *outlet);
/* Sends what waits. */
void outlet_drain(struct outlet *outlet, uint64_t now_us);

#endif
