/* SPDX-License-Identifier: MIT */
#include "tests/bench/stream.h"

#include <string.h>

void stream_init(struct stream *stream)
{
	memset(stream, 0, sizeof(*stream));
}

/* RFC 3550 A.1 in one line: the number nearest to the highest one. */
static uint64_t extend(const struct stream *stream, uint16_t seq)
{
	int16_t ahead = (int16_t)(seq - (uint16_t)stream->highest);

	return stream->highest + (uint64_t)(int64_t)ahead;
}

static void remember_gap(struct stream *stream, uint64_t from, uint64_t to, uint64_t now_us)
{
	for (uint64_t seq = from; seq < to && stream->gap_count < STREAM_MISSING; seq++)
		stream->gaps[stream->gap_count++] =
			(struct stream_gap){.seq = seq, .due_us = now_us + STREAM_NACK_FIRST_US};
}

static struct stream_gap *find_gap(struct stream *stream, uint64_t seq)
{
	for (unsigned i = 0; i < stream->gap_count; i++) {
		if (stream->gaps[i].seq == seq)
			return &stream->gaps[i];
	}
	return NULL;
}

static void close_gap(struct stream *stream, struct stream_gap *gap)
{
	*gap = stream->gaps[--stream->gap_count];
}

static bool take_late(struct stream *stream, uint64_t seq)
{
	struct stream_gap *gap = find_gap(stream, seq);

	if (!gap) {
		stream->repeated++;
		return false;
	}
	if (gap->tries)
		stream->repaired++;
	else
		stream->received++;
	close_gap(stream, gap);
	return true;
}

bool stream_take(struct stream *stream, uint16_t seq, uint64_t now_us)
{
	uint64_t number;

	if (!stream->begun) {
		/* Room below, for what was sent before and comes after. */
		stream->begun = true;
		stream->first = stream->highest = 0x10000 + seq;
		stream->received = 1;
		return true;
	}
	number = extend(stream, seq);
	if (number <= stream->highest)
		return take_late(stream, number);
	if (number > stream->highest + 1)
		remember_gap(stream, stream->highest + 1, number, now_us);
	stream->highest = number;
	stream->received++;
	return true;
}

void stream_repair(struct stream *stream, uint16_t seq)
{
	struct stream_gap *gap;

	if (!stream->begun)
		return;
	gap = find_gap(stream, extend(stream, seq));
	if (!gap)
		return;
	stream->repaired++;
	close_gap(stream, gap);
}

uint64_t stream_expected(const struct stream *stream)
{
	return stream->begun ? stream->highest - stream->first + 1 : 0;
}

unsigned stream_nack(struct stream *stream, uint64_t now_us, uint16_t *out, unsigned room)
{
	unsigned count = 0;

	for (unsigned i = 0; i < stream->gap_count && count < room;) {
		struct stream_gap *gap = &stream->gaps[i];

		if (gap->due_us > now_us) {
			i++;
		} else if (gap->tries == STREAM_NACK_TRIES) {
			close_gap(stream, gap);
		} else {
			out[count++] = (uint16_t)gap->seq;
			gap->tries++;
			gap->due_us = now_us + STREAM_NACK_AGAIN_US;
			i++;
		}
	}
	return count;
}
