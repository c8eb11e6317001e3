/* SPDX-License-Identifier: MIT */
/* The one writer of an outlet: in which order, and how padded, what waits is sent. */
#include <stdlib.h>
#include <string.h>

#include "egress/outlet_priv.h"

enum { GATHER = 64 }; /* items that are put in order at a time: segments of one message */

static void number(struct outlet *outlet, const struct rtp_template *t, uint8_t *packet)
{
	uint16_t seq = outlet->twcc_seq++;

	rtp_template_set_twcc(t, packet, seq);
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
	if (item->head->twcc_at)
		number(outlet, item->head, packet);
	rtp_template_set_time(item->head, packet, now_us);
	outlet_item_put(outlet->pool, item);
	outlet->packets++;
	outlet->bytes += len;
	outlet->window_bytes += len;
	outlet->ops->ready(outlet->arg, packet, len);
}

/* How many of the first items can be of one size, and which. */
static unsigned stretch(struct outlet_item *const *items, unsigned count, uint16_t *ret_size)
{
	uint16_t least = items[0]->size, most = least;
	unsigned i;

	for (i = 1; i < count; i++) {
		uint16_t size = items[i]->size;
		uint16_t low = size < least ? size : least, high = size > most ? size : most;

		if (high - low > OUTLET_MAX_PAD || high - low > high / 16)
			break;
		least = low;
		most = high;
	}
	*ret_size = most;
	return i;
}

/*
 * One run: as many of the first items as can be of one size, and one that is shorter: the next, or
 * a packet of sound. Returns how many of `items` were sent.
 */
static unsigned send_run(struct outlet *outlet, struct outlet_item *const *items, unsigned count,
	struct outlet_item *sound, bool *ret_sound_sent, uint64_t now_us)
{
	uint16_t size;
	unsigned same = stretch(items, count, &size);
	struct outlet_item *last = NULL;

	if (same < count && items[same]->size < size)
		last = items[same];
	else if (sound && sound->size < size)
		last = sound;
	for (unsigned i = 0; i < same; i++)
		emit(outlet, items[i], i + 1 < same || last ? size : 0, now_us);
	if (last)
		emit(outlet, last, 0, now_us);
	*ret_sound_sent = last && last == sound;
	return same + (last && last != sound);
}

static void send_gathered(struct outlet *outlet, struct outlet_item *const *items, unsigned count,
	struct outlet_item *const *sounds, unsigned sound_count, uint64_t now_us)
{
	unsigned done = 0, heard = 0;

	while (done < count) {
		bool sound_sent;

		done += send_run(outlet, items + done, count - done,
			heard < sound_count ? sounds[heard] : NULL, &sound_sent, now_us);
		heard += sound_sent;
	}
	while (heard < sound_count)
		emit(outlet, sounds[heard++], 0, now_us);
}

static unsigned gather(struct outlet *outlet, struct outlet_item **items, unsigned *ret_count,
	struct outlet_item **sounds, unsigned *ret_sound_count)
{
	unsigned count = 0, sound_count = 0;

	while (outlet->first && count + sound_count < GATHER) {
		struct outlet_item *item = outlet->first;

		outlet->first = item->next;
		if (item->pads)
			items[count++] = item;
		else
			sounds[sound_count++] = item;
	}
	if (!outlet->first)
		outlet->end = &outlet->first;
	*ret_count = count;
	*ret_sound_count = sound_count;
	return count + sound_count;
}

void outlet_drain(struct outlet *outlet, uint64_t now_us)
{
	struct outlet_item *items[GATHER], *sounds[GATHER];
	unsigned count, sound_count;

	list_remove(&outlet->of_pool);
	if (!outlet->ops->open(outlet->arg)) {
		outlet->pool->counters.closed += outlet_drop(outlet);
		return;
	}
	while (gather(outlet, items, &count, sounds, &sound_count))
		send_gathered(outlet, items, count, sounds, sound_count, now_us);
}
