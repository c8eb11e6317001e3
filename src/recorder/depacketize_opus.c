/* SPDX-License-Identifier: MIT */
/*
 * Opus (RFC 7587): one packet is one frame. What is missing, or was not sent because there was
 * silence (DTX), is filled with silence of the same length, so that players, which count samples,
 * stay in step with the timestamps.
 */
#include "base/bytes.h"
#include "recorder/depacketize_priv.h"

enum {
	MAX_TICKS = 5760,      /* 120 ms at 48 kHz, RFC 6716 3.2.5 */
	MAX_FRAME_SIZE = 1275, /* 3.2.1 */
	MIN_TICKS = 120,       /* 2.5 ms */
	/* the count byte of code 3 */
	VBR = 0x80,
	PADDED = 0x40,
	COUNT = 0x3f,
};

/* A frame's length (RFC 6716 3.2.1). */
static size_t read_length(struct reader *r)
{
	size_t first = read_u8(r);

	return first < 252 ? first : first + 4 * (size_t)read_u8(r);
}

/* Packets of code 3, after their count byte (RFC 6716 3.2.5): do the lengths add up? */
static bool frames_fit(struct reader *r, uint8_t flags, uint32_t count)
{
	size_t padding = 0, used = 0, last;

	if (flags & PADDED) {
		uint8_t more;

		do {
			more = read_u8(r);
			padding += more == 255 ? 254 : more;
		} while (more == 255);
	}
	for (uint32_t i = 0; (flags & VBR) && i + 1 < count; i++) {
		size_t len = read_length(r);

		used += len;
		if (len > MAX_FRAME_SIZE)
			return false;
	}
	if (r->bad || padding + used > reader_left(r))
		return false;
	last = reader_left(r) - padding - used;
	if (!(flags & VBR)) {
		if (last % count != 0)
			return false;
		last /= count;
	}
	return last <= MAX_FRAME_SIZE;
}

/* How many frames a packet has (RFC 6716 3.2), 0 if it is not well formed: players refuse those. */
static uint32_t count_frames(struct reader *r, uint8_t toc)
{
	size_t left = reader_left(r), first;
	uint8_t flags;

	switch (toc & 3) {
	case 0:
		return left <= MAX_FRAME_SIZE ? 1 : 0;
	case 1:
		return left % 2 == 0 && left / 2 <= MAX_FRAME_SIZE ? 2 : 0;
	case 2:
		first = read_length(r);
		left = reader_left(r);
		return !r->bad && first <= left && left - first <= MAX_FRAME_SIZE ? 2 : 0;
	default:
		flags = read_u8(r);
		if (r->bad || (flags & COUNT) == 0)
			return 0;
		return frames_fit(r, flags, flags & COUNT) ? flags & COUNT : 0;
	}
}

/* The length of a packet (RFC 6716 3.1), 0 if it is not Opus. */
static uint32_t ticks_of(const uint8_t *data, size_t len)
{
	static const uint16_t silk[] = {480, 960, 1920, 2880};
	struct reader r = reader_of(data, len);
	uint8_t toc = read_u8(&r);
	uint32_t config = toc >> 3, frame, ticks;

	if (config < 12)
		frame = silk[config & 3];
	else if (config < 16)
		frame = 480u << (config & 1);
	else
		frame = 120u << (config & 3);
	ticks = frame * count_frames(&r, toc);
	return ticks <= MAX_TICKS ? ticks : 0;
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
		.data = pkt->data + pkt->rtp.payload_at,
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
