/* SPDX-License-Identifier: MIT */
/* The one writer of an outlet: in which order, and how padded, what waits is sent. */
#include <stdlib.h>
#include <string.h>

#include "egress/outlet_priv.h"

static void number(struct outlet *outlet, uint8_t *packet, uint8_t at)
{
	uint16_t seq = outlet->twcc_seq++;

	rtp_set_twcc(packet, at, seq);
	if (!outlet->sent)
		outlet->sent = calloc(OUTLET_SENT, sizeof(outlet->sent[0]));
	if (outlet->sent)
		outlet->sent[seq & (OUTLET_SENT - 1)] =
			(struct outlet_sent){.seq = seq, .state = OUTLET_SENT_WAITING};
}

/* Copies the packet together. Returns its length. */
static size_t assemble(const struct outlet_item *item, uint8_t *packet)
{
	size_t len = item->len;

	memcpy(packet, item->bytes, len);
	for (unsigned i = 0; i < item->piece_count; i++) {
		const struct outlet_piece *piece = &item->pieces[i];

		memcpy(packet + len, piece->pkt->data + piece->at, piece->len);
		len += piece->len;
	}
	return len;
}

/* RFC 3550 5.1: the last byte counts the padding, itself too. */
static void pad(struct outlet *outlet, uint8_t *packet, size_t len, size_t to_len)
{
	size_t padding = to_len - len;

	packet[0] |= 0x20;
	memset(packet + len, 0, padding - 1);
	packet[to_len - 1] = (uint8_t)padding;
	outlet->pool->counters.padded++;
	outlet->pool->counters.padding += padding;
}

/* Sends `item`, made `size` bytes long if that is more than it is, and puts it back. */
static void emit(struct outlet *outlet, struct outlet_item *item, size_t size, uint64_t now_us)
{
	uint8_t *packet = outlet->ops->place(outlet->arg);
	size_t len;

	if (!packet) {
		outlet->no_room++;
		outlet_item_put(outlet->pool, item);
		return;
	}
	len = assemble(item, packet);
	if (size > len) {
		pad(outlet, packet, len, size);
		len = size;
	}
	if (item->twcc_at)
		number(outlet, packet, item->twcc_at);
	rtp_set_send_time(packet, item->send_time_at, now_us);
	outlet_item_put(outlet->pool, item);
	outlet->packets++;
	outlet->bytes += len;
	outlet->window_bytes += len;
	outlet->ops->ready(outlet->arg, packet, len);
}

/* How many of the first items can be of one size, and which. */
static unsigned stretch(
	const struct outlet_pool *pool, const struct outlet_chain *items, uint16_t *ret_size)
{
	uint16_t number = items->first, least = pool->items[number].size, most = least;
	unsigned count = 1;

	while ((number = pool->next[number]) != OUTLET_NO_ITEM) {
		uint16_t size = pool->items[number].size;
		uint16_t low = size < least ? size : least, high = size > most ? size : most;

		if (high - low > OUTLET_MAX_PAD || high - low > high / 16)
			break;
		least = low;
		most = high;
		count++;
	}
	*ret_size = most;
	return count;
}

/* One run: as many of the first items as can be of one size, and one that is shorter: the next, or
 * a packet of sound. */
static void send_run(struct outlet *outlet, struct outlet_chain *items, struct outlet_chain *sounds,
	uint64_t now_us)
{
	struct outlet_pool *pool = outlet->pool;
	uint16_t size;
	unsigned same = stretch(pool, items, &size);
	struct outlet_item *item = NULL, *last;
	struct outlet_chain *of_last = NULL;

	for (unsigned i = 0; i + 1 < same; i++)
		emit(outlet, outlet_chain_take(pool, items), size, now_us);
	item = outlet_chain_take(pool, items);
	if ((last = outlet_chain_first(pool, items)) != NULL && last->size < size)
		of_last = items;
	else if ((last = outlet_chain_first(pool, sounds)) != NULL && last->size < size)
		of_last = sounds;
	emit(outlet, item, of_last ? size : 0, now_us);
	if (of_last)
		emit(outlet, outlet_chain_take(pool, of_last), 0, now_us);
}

/* It is drained after the next one, or next, and is in the cache itself. */
static void soon(const struct outlet *outlet, unsigned turns)
{
	if (turns == 2 && outlet->sent)
		__builtin_prefetch(&outlet->sent[outlet->twcc_seq & (OUTLET_SENT - 1)], 1);
	if (outlet->ops->soon)
		outlet->ops->soon(outlet->arg, turns);
}

/* Has what is sent next brought into the cache. */
static void prefetch(const struct outlet_pool *pool)
{
	const struct outlet *outlet, *after;
	const struct list *then;

	if (list_empty(&pool->waiting))
		return;
	outlet = list_of(pool->waiting.next, struct outlet, of_pool);
	then = outlet->of_pool.next;
	soon(outlet, 1);
	if (then != &pool->waiting) {
		after = list_of(then, struct outlet, of_pool);
		soon(after, 2);
		__builtin_prefetch(after->of_pool.next);
	}
	for (uint16_t i = outlet->items.first; i != OUTLET_NO_ITEM; i = pool->next[i])
		outlet_item_prefetch(pool, i);
}

/* Parts what waits, in its order. */
static void gather(struct outlet *outlet, struct outlet_chain *items, struct outlet_chain *sounds)
{
	struct outlet_pool *pool = outlet->pool;
	struct outlet_item *item;

	*items = *sounds = outlet_chain_none();
	while ((item = outlet_chain_take(pool, &outlet->items)) != NULL)
		outlet_chain_append(
			pool, item->pads ? items : sounds, (uint16_t)(item - pool->items));
}

void outlet_drain(struct outlet *outlet, uint64_t now_us)
{
	struct outlet_chain items, sounds;
	struct outlet_item *sound;

	list_remove(&outlet->of_pool);
	if (!outlet->ops->open(outlet->arg)) {
		outlet->pool->counters.closed += outlet_drop(outlet);
		return;
	}
	prefetch(outlet->pool);
	gather(outlet, &items, &sounds);
	while (!outlet_chain_empty(&items))
		send_run(outlet, &items, &sounds, now_us);
	while ((sound = outlet_chain_take(outlet->pool, &sounds)) != NULL)
		emit(outlet, sound, 0, now_us);
}
