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

struct outlet_pool {
	struct outlet_item *free;
	struct list waiting; /* struct outlet.of_pool */
	unsigned count, free_count;
	struct outlet_pool_counters counters;
	struct outlet_item items[];
};

/* Puts back what it holds, and itself. */
void outlet_item_put(struct outlet_pool *pool, struct outlet_item *item);
/* Forgets what waits. Returns how many. */
unsigned outlet_drop(struct outlet *outlet);
/* Sends what waits. */
void outlet_drain(struct outlet *outlet, uint64_t now_us);

#endif
