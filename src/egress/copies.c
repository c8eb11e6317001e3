/* SPDX-License-Identifier: MIT */
#include "egress/copies.h"

#include <assert.h>

#include "rtp/red.h"
#include "rtp/seq.h"

static uint8_t level_of(uint16_t loss)
{
	if (loss < COPIES_SOME)
		return 0;
	return loss <= COPIES_MANY ? 1 : COPIES_MOST;
}

void copies_tick(struct copies *copies, uint16_t loss, uint64_t now_us)
{
	uint8_t level = level_of(loss);

	if (level >= copies->level) {
		copies->level = level;
		copies->calm_us = 0;
		return;
	}
	if (!copies->calm_us)
		copies->calm_us = now_us;
	if (now_us - copies->calm_us < COPIES_CALM_US)
		return;
	copies->level--;
	copies->calm_us = 0;
}

static bool in_stretch(const struct copies *copies, uint32_t timestamp)
{
	return timestamp_diff(timestamp, copies->first) >= 0;
}

/* The header is written; what it says is not yet that this is RED. */
static void write_heads(const struct copies *copies, struct outlet_item *item,
	const struct red_block *blocks, unsigned count)
{
	struct writer w = writer_of(item->bytes, sizeof(item->bytes));

	w.len = item->len;
	red_write_heads(&w, blocks, count);
	assert(!w.bad);
	item->len = (uint8_t)w.len;
	item->bytes[1] = (uint8_t)((item->bytes[1] & 0x80) | copies->red_pt);
}

static size_t heads_len(unsigned count)
{
	return RED_HEAD * (count - 1) + RED_PRIMARY_HEAD;
}

/* What the sender made. */
static size_t pass_on(
	const struct copies *copies, struct pkt *pkt, uint8_t pt, struct outlet_item *item)
{
	const struct pkt_rtp *rtp = &pkt->rtp;
	unsigned skip = 0;
	struct red red;
	size_t len;

	if (red_parse(pkt->data + rtp->header_len,
		    rtp->payload_at + (size_t)rtp->payload_len - rtp->header_len, &red))
		return 0;
	while (skip + 1 < red.count && !in_stretch(copies, rtp->timestamp - red.blocks[skip].ago))
		skip++;
	len = rtp->payload_at + (size_t)rtp->payload_len - rtp->header_len - red.blocks[skip].at;
	red.count -= skip;
	if (red.count < 2 || red.count - 1 < copies->level ||
		item->len + heads_len(red.count) + len > COPIES_MAX_PACKET)
		return 0;
	for (unsigned i = skip; i < skip + red.count; i++)
		red.blocks[i].pt = pt;
	write_heads(copies, item, red.blocks + skip, red.count);
	outlet_add(item, pkt, rtp->header_len + (size_t)red.blocks[skip].at, len);
	return heads_len(red.count) + len;
}

/* A packet before `pkt` that may go with it; NULL: none. */
static struct pkt *find_copy(
	const struct copies *copies, struct source *source, const struct pkt *pkt, unsigned back)
{
	struct pkt *copy =
		source->ops->find(source, pkt->rtp.layer, (uint16_t)(pkt->rtp.seq - back));
	uint32_t ago;

	if (!copy || copy->rtp.payload_len == 0 || copy->rtp.payload_len > RED_MAX_LEN)
		return NULL;
	ago = pkt->rtp.timestamp - copy->rtp.timestamp;
	return ago > 0 && ago <= RED_MAX_AGO && in_stretch(copies, copy->rtp.timestamp) ? copy
											: NULL;
}

static size_t make(const struct copies *copies, struct source *source, struct pkt *pkt, uint8_t pt,
	struct outlet_item *item)
{
	size_t room = COPIES_MAX_PACKET - item->len - RED_PRIMARY_HEAD, len = pkt->rtp.payload_len;
	struct red_block blocks[COPIES_MOST + 1];
	struct pkt *found[COPIES_MOST];
	unsigned count = 0;

	for (unsigned back = copies->level; back > 0; back--) {
		struct pkt *copy = find_copy(copies, source, pkt, back);

		if (!copy || len + RED_HEAD + copy->rtp.payload_len > room)
			continue;
		blocks[count] = (struct red_block){.pt = pt,
			.ago = (uint16_t)(pkt->rtp.timestamp - copy->rtp.timestamp),
			.len = copy->rtp.payload_len};
		len += RED_HEAD + (size_t)copy->rtp.payload_len;
		found[count++] = copy;
	}
	if (count == 0)
		return 0;
	blocks[count] = (struct red_block){.pt = pt, .len = pkt->rtp.payload_len};
	write_heads(copies, item, blocks, count + 1);
	for (unsigned i = 0; i < count; i++)
		outlet_add(item, found[i], found[i]->rtp.payload_at, found[i]->rtp.payload_len);
	outlet_add(item, pkt, pkt->rtp.payload_at, pkt->rtp.payload_len);
	return RED_PRIMARY_HEAD + len;
}

size_t copies_add(struct copies *copies, struct source *source, struct pkt *pkt, uint8_t pt,
	struct outlet_item *item)
{
	size_t len = 0;

	if (!copies->red_pt || pkt->rtp.payload_len == 0)
		return 0;
	/* It keeps up, so that it is never taken for one of the future. */
	if (timestamp_diff(pkt->rtp.timestamp, copies->first) > RED_MAX_AGO)
		copies->first = pkt->rtp.timestamp - RED_MAX_AGO;
	if (pkt->rtp.red)
		len = pass_on(copies, pkt, pt, item);
	return len || !copies->level ? len : make(copies, source, pkt, pt, item);
}
