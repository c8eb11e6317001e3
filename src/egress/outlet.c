/* SPDX-License-Identifier: MIT */
#include "egress/outlet.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "egress/outlet_priv.h"
#include "rtp/twcc.h"

enum {
	WINDOW_US = 2000000,
	REPAIR_START = 16000, /* bytes of credit */
	REPAIR_MOST = 64000,  /* a burst lost of a large keyframe */
	REPAIR_SHARE = 4,     /* one byte of repair for so many of media */
};

/* ---- the worker's ---- */

int outlet_pool_create(unsigned count, struct outlet_pool **ret_pool)
{
	struct outlet_pool *pool = calloc(1, sizeof(*pool));

	assert(count <= OUTLET_MAX_ITEMS);
	if (!pool)
		return -ENOMEM;
	pool->items = aligned_alloc(_Alignof(struct outlet_item), count * sizeof(pool->items[0]));
	pool->next = calloc(count, sizeof(pool->next[0]));
	if (!pool->items || !pool->next) {
		outlet_pool_destroy(pool);
		return -ENOMEM;
	}
	list_init(&pool->waiting);
	pool->free = outlet_chain_none();
	for (unsigned i = 0; i < count; i++)
		outlet_chain_append(pool, &pool->free, (uint16_t)i);
	pool->count = pool->free_count = count;
	*ret_pool = pool;
	return 0;
}

void outlet_pool_destroy(struct outlet_pool *pool)
{
	if (!pool)
		return;
	assert(pool->free_count == pool->count);
	free(pool->items);
	free(pool->next);
	free(pool);
}

bool outlet_pool_drain_one(struct outlet_pool *pool, uint64_t now_us)
{
	if (list_empty(&pool->waiting))
		return false;
	outlet_drain(list_of(pool->waiting.next, struct outlet, of_pool), now_us);
	return true;
}

void outlet_pool_drain(struct outlet_pool *pool, uint64_t now_us)
{
	while (outlet_pool_drain_one(pool, now_us))
		;
}

unsigned outlet_pool_free(const struct outlet_pool *pool)
{
	return pool->free_count;
}

const struct outlet_pool_counters *outlet_pool_counters(const struct outlet_pool *pool)
{
	return &pool->counters;
}

void outlet_item_put(struct outlet_pool *pool, struct outlet_item *item)
{
	uint16_t number = (uint16_t)(item - pool->items);

	for (unsigned i = 0; i < item->piece_count; i++)
		pkt_put(item->pieces[i].pkt);
	/* The first to be taken again: it is in the cache. */
	pool->next[number] = pool->free.first;
	pool->free.first = number;
	pool->free_count++;
}

/* ---- a subscriber's ---- */

void outlet_init(
	struct outlet *outlet, struct outlet_pool *pool, const struct outlet_ops *ops, void *arg)
{
	*outlet = (struct outlet){
		.ops = ops, .arg = arg, .pool = pool, .repair_credit = REPAIR_START};
	list_init(&outlet->of_pool);
	outlet->items = outlet_chain_none();
}

unsigned outlet_drop(struct outlet *outlet)
{
	struct outlet_item *item;
	unsigned count = 0;

	while ((item = outlet_chain_take(outlet->pool, &outlet->items)) != NULL) {
		outlet_item_put(outlet->pool, item);
		count++;
	}
	list_remove(&outlet->of_pool);
	return count;
}

void outlet_finish(struct outlet *outlet)
{
	if (outlet->pool)
		outlet_drop(outlet);
	free(outlet->sent);
	outlet->sent = NULL;
}

static struct outlet_item *take_item(struct outlet_pool *pool, uint64_t now_us)
{
	struct outlet_item *item;

	if (!pool->free_count) {
		pool->counters.early++;
		outlet_pool_drain(pool, now_us);
	}
	item = outlet_chain_take(pool, &pool->free);
	assert(item); /* else somebody holds them all, and does not send them */
	pool->free_count--;
	if (pool->free_count)
		outlet_item_prefetch(pool, pool->free.first);
	return item;
}

struct outlet_item *outlet_begin(
	struct outlet *outlet, const struct rtp_template *head, uint64_t now_us)
{
	struct outlet_item *item = take_item(outlet->pool, now_us);

	item->twcc_at = head->twcc_at;
	item->send_time_at = head->abs_send_time_at;
	item->len = 0;
	item->size = 0;
	item->piece_count = 0;
	item->repair = false;
	item->pads = false;
	return item;
}

void outlet_add(struct outlet_item *item, struct pkt *pkt, size_t at, size_t len)
{
	assert(item->piece_count < OUTLET_PIECES && at + len <= pkt->len);
	item->pieces[item->piece_count++] =
		(struct outlet_piece){pkt_ref(pkt), (uint16_t)at, (uint16_t)len};
	item->size = (uint16_t)(item->size + len);
}

void outlet_send(struct outlet *outlet, struct outlet_item *item)
{
	item->size = (uint16_t)(item->size + item->len);
	assert(item->len <= OUTLET_HEAD && item->size <= OUTLET_MAX_PACKET);
	if (item->repair)
		outlet->repair_credit -= item->size;
	else if (outlet->repair_credit < REPAIR_MOST)
		outlet->repair_credit += item->size / REPAIR_SHARE;
	outlet_chain_append(outlet->pool, &outlet->items, (uint16_t)(item - outlet->pool->items));
	if (list_empty(&outlet->of_pool))
		list_append(&outlet->pool->waiting, &outlet->of_pool);
}

bool outlet_may_repair(struct outlet *outlet, size_t len)
{
	bool may = outlet->repair_credit >= (int32_t)len;

	outlet->repair_denied += !may;
	return may;
}

static void take_status(struct outlet *outlet, uint16_t seq, bool arrived)
{
	struct outlet_sent *sent = &outlet->sent[seq & (OUTLET_SENT - 1)];

	if (sent->seq != seq || sent->state == OUTLET_SENT_NONE) {
		outlet->feedback_unmatched += sent->seq != seq;
		return;
	}
	if (sent->state == OUTLET_SENT_WAITING) {
		outlet->window_told++;
		outlet->window_lost += !arrived;
	} else if (arrived && outlet->window_lost > 0) {
		outlet->window_lost--;
	}
	sent->state = arrived ? OUTLET_SENT_NONE : OUTLET_SENT_LOST;
}

int outlet_feedback(struct outlet *outlet, const uint8_t *fci, size_t len)
{
	struct twcc_feedback feedback BYTES_UNFILLED;
	int error;

	error = twcc_parse(fci, len, &feedback);
	if (error || !outlet->sent)
		return error;
	for (unsigned i = 0; i < feedback.count; i++)
		take_status(
			outlet, (uint16_t)(feedback.base + i), feedback.arrivals[i] != TWCC_LOST);
	return 0;
}

void outlet_round_trip(struct outlet *outlet, uint32_t rtt_us)
{
	if (!rtt_us)
		return;
	/* RFC 6298's smoothing. */
	outlet->rtt_us = outlet->rtt_us ? (7 * (outlet->rtt_us / 8)) + rtt_us / 8 : rtt_us;
}

void outlet_tick(struct outlet *outlet, uint64_t now_us)
{
	uint64_t passed_us = now_us - outlet->window_us;

	if (passed_us < WINDOW_US)
		return;
	outlet->bps =
		outlet->window_us ? (uint32_t)(outlet->window_bytes * 8 * 1000000 / passed_us) : 0;
	outlet->loss = outlet->window_told
			       ? (uint16_t)(outlet->window_lost * 1000 / outlet->window_told)
			       : 0;
	outlet->window_us = now_us;
	outlet->window_bytes = 0;
	outlet->window_told = outlet->window_lost = 0;
}
