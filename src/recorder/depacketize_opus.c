/* SPDX-License-Identifier: MIT */
/*
 * Opus (RFC 7587): one packet is one frame. What is missing, or was not sent because there was
 * silence (DTX), is filled with silence of the same length, so that players, which count samples,
 * stay in step with the timestamps.
 */
#include "recorder/depacketize_priv.h"

enum {
	MAX_TICKS = 5760, /* 120 ms at 48 kHz, RFC 6716 3.2.5 */
	MAX_FRAMES = 48,
	MIN_TICKS = 120, /* 2.5 ms */
};

/* The length of a packet by its first bytes (RFC 6716 3.1), 0 if it is not Opus. */
static uint32_t ticks_of(const uint8_t *data, size_t len)
{
	static const uint16_t silk[] = {480, 960, 1920, 2880};
	uint32_t config = data[0] >> 3, frame, count = 1;

	if (config < 12)
		frame = silk[config & 3];
	else if (config < 16)
		frame = 480u << (config & 1);
	else
		frame = 120u << (config & 3);
	if ((data[0] & 3) == 3) {
		if (len < 2)
			return 0;
		count = data[1] & 0x3f;
	} else if ((data[0] & 3) != 0) {
		count = 2;
	}
	return count <= MAX_FRAMES && frame * count <= MAX_TICKS ? frame * count : 0;
}

static void give(struct depacketizer *d, struct frame *frame)
{
	d->last_rtp = frame->rtp;
	d->next_rtp = frame->rtp + frame->ticks;
	frame->keyframe = true;
	d->ops->frame(d->user, frame);
}

/* Fullband CELT, one mono frame whose first symbol says silence (RFC 6716 4.3); by its length. */
static void fill(struct depacketizer *d, int64_t until_rtp, uint64_t arrival_us)
{
	while (until_rtp - d->next_rtp >= MIN_TICKS) {
		uint32_t size = 3, ticks;
		uint8_t silence[] = {0, 0xff, 0xfe};

		while (size > 0 && (int64_t)(MIN_TICKS << size) > until_rtp - d->next_rtp)
			size--;
		ticks = (uint32_t)MIN_TICKS << size;
		silence[0] = (uint8_t)((28 + size) << 3);
		give(d, &(struct frame){.data = silence,
				.len = sizeof(silence),
				.rtp = d->next_rtp,
				.ticks = ticks,
				.arrival_us = arrival_us});
	}
}

void depacketize_opus(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	struct frame frame = {
		.data = pkt->data + pkt->rtp.header_len,
		.len = pkt->rtp.payload_len,
		.rtp = rtp,
		.arrival_us = pkt->arrival_us,
	};

	frame.ticks = ticks_of(frame.data, frame.len);
	if (frame.ticks == 0) {
		d->drops[DEPACKETIZE_BAD]++;
		return;
	}
	if (d->last_rtp >= 0) {
		/* One that begins within the last one would sound twice. */
		if (rtp < d->next_rtp - MIN_TICKS) {
			d->drops[DEPACKETIZE_OLD]++;
			return;
		}
		if (missing > 0 && rtp > d->next_rtp)
			d->ops->gap(d->user, d->next_rtp, rtp);
		if (rtp - d->next_rtp >= DEPACKETIZE_FILL_TICKS)
			d->ops->restart(d->user);
		else
			fill(d, rtp, pkt->arrival_us);
	}
	give(d, &frame);
}
