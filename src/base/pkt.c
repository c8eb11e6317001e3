/* SPDX-License-Identifier: MIT */
#include "base/pkt.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pkt_pool {
	struct pkt *free;
	unsigned count, free_count;
	uint8_t *bytes; /* PKT_ROOM for each packet */
	struct pkt packets[];
};

int pkt_pool_create(unsigned count, struct pkt_pool **ret_pool)
{
	struct pkt_pool *pool = calloc(1, sizeof(*pool) + (size_t)count * sizeof(struct pkt));

	if (!pool)
		return -ENOMEM;
	pool->bytes = malloc((size_t)count * PKT_ROOM);
	if (!pool->bytes) {
		free(pool);
		return -ENOMEM;
	}
	pool->count = pool->free_count = count;
	/* The first ones are handed out first, so that a quiet worker touches little memory. */
	for (unsigned i = count; i-- > 0;) {
		pool->packets[i].pool = pool;
		pool->packets[i].data = pool->bytes + (size_t)i * PKT_ROOM;
		pool->packets[i].next = pool->free;
		pool->free = &pool->packets[i];
	}
	*ret_pool = pool;
	return 0;
}

void pkt_pool_destroy(struct pkt_pool *pool)
{
	if (!pool)
		return;
	assert(pool->free_count == pool->count);
	free(pool->bytes);
	free(pool);
}

struct pkt *pkt_get(struct pkt_pool *pool)
{
	struct pkt *pkt = pool->free;

	if (!pkt)
		return NULL;
	pool->free = pkt->next;
	pool->free_count--;
	pkt->next = NULL;
	pkt->refs = 1;
	pkt->len = 0;
	pkt->arrival_us = 0;
	memset(&pkt->rtp, 0, sizeof(pkt->rtp));
	return pkt;
}

struct pkt *pkt_ref(struct pkt *pkt)
{
	assert(pkt->refs > 0);
	pkt->refs++;
	return pkt;
}

void pkt_put(struct pkt *pkt)
{
	struct pkt_pool *pool;

	if (!pkt)
		return;
	assert(pkt->refs > 0);
	if (--pkt->refs > 0)
		return;
	pool = pkt->pool;
	pkt->next = pool->free;
	pool->free = pkt;
	pool->free_count++;
}

unsigned pkt_pool_free(const struct pkt_pool *pool)
{
	return pool->free_count;
}
