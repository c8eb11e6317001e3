/* SPDX-License-Identifier: MIT */
#include "base/pkt.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pkt_pool {
	struct pkt *free;
	unsigned count, free_count;
	unsigned fresh;		   /* packets[fresh] and what follows were never handed out */
	struct pkt_lender *lender; /* of a pool of views */
	uint8_t *bytes;		   /* PKT_ROOM for each packet; of views NULL */
	struct pkt packets[];
};

/* Untouched until it is handed out, so that a quiet worker's pool is not resident. */
static struct pkt_pool *allocate(unsigned count)
{
	struct pkt_pool *pool = calloc(1, sizeof(*pool) + (size_t)count * sizeof(struct pkt));

	if (pool)
		pool->count = pool->free_count = count;
	return pool;
}

int pkt_pool_create(unsigned count, struct pkt_pool **ret_pool)
{
	struct pkt_pool *pool = allocate(count);

	if (!pool)
		return -ENOMEM;
	pool->bytes = malloc((size_t)count * PKT_ROOM);
	if (!pool->bytes) {
		free(pool);
		return -ENOMEM;
	}
	*ret_pool = pool;
	return 0;
}

int pkt_views_create(unsigned count, struct pkt_lender *lender, struct pkt_pool **ret_pool)
{
	struct pkt_pool *pool = allocate(count);

	if (!pool)
		return -ENOMEM;
	pool->lender = lender;
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

/* What was held last comes first: it is still in the cache. */
static struct pkt *take(struct pkt_pool *pool)
{
	struct pkt *pkt = pool->free;

	if (pkt) {
		pool->free = pkt->next;
	} else if (pool->fresh < pool->count) {
		pkt = &pool->packets[pool->fresh];
		pkt->pool = pool;
		if (pool->bytes)
			pkt->data = pool->bytes + (size_t)pool->fresh * PKT_ROOM;
		pool->fresh++;
	} else {
		return NULL;
	}
	pool->free_count--;
	pkt->next = NULL;
	pkt->refs = 1;
	return pkt;
}

struct pkt *pkt_get(struct pkt_pool *pool)
{
	struct pkt *pkt = take(pool);

	assert(!pool->lender);
	if (!pkt)
		return NULL;
	pkt->len = 0;
	pkt->arrival_us = 0;
	memset(&pkt->rtp, 0, sizeof(pkt->rtp));
	return pkt;
}

/* Reads of `lent` what nobody writes any more; its count and its list are its own thread's. */
struct pkt *pkt_view(struct pkt_pool *views, struct pkt *lent)
{
	struct pkt *view = take(views);

	assert(views->lender);
	if (!view)
		return NULL;
	view->lent = lent;
	view->len = lent->len;
	view->arrival_us = lent->arrival_us;
	view->rtp = lent->rtp;
	view->data = lent->data;
	return view;
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
	if (pool->lender)
		pool->lender->give_back(pool->lender, pkt->lent);
	pkt->next = pool->free;
	pool->free = pkt;
	pool->free_count++;
}

unsigned pkt_pool_free(const struct pkt_pool *pool)
{
	return pool->free_count;
}
