/* SPDX-License-Identifier: MIT */
/*
 * A received RTP stream as its receiver counts it: what was expected, what came, what is missing.
 *
 * Only sequence numbers go in, so every packet can be counted without being decrypted. A number
 * that was passed over is remembered (STREAM_MISSING of them) until it comes or is given up; that
 * is what NACKs are made of. A packet that comes late without having been asked for was reordered
 * and counts as received; one that was asked for counts as repaired: `lost` is what the network and
 * the server lost at first, whether it was mended or not.
 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stdbool.h>
#include <stdint.h>

enum {
	STREAM_MISSING = 128,
	STREAM_NACK_TRIES = 5,
	STREAM_NACK_FIRST_US = 10 * 1000, /* reordering is waited for */
	STREAM_NACK_AGAIN_US = 100 * 1000,
};

struct stream_gap {
	uint64_t seq;
	uint64_t due_us;
	unsigned tries;
};

struct stream {
	bool begun;
	uint64_t first, highest; /* extended sequence numbers */
	uint64_t received, repaired, repeated;
	unsigned gap_count;
	struct stream_gap gaps[STREAM_MISSING];
};

void stream_init(struct stream *stream);
/* A packet of the stream itself, retransmitted or not. False: it was there already. */
bool stream_take(struct stream *stream, uint16_t seq, uint64_t now_us);
/* A packet that came by another stream (RFC 4588). */
void stream_repair(struct stream *stream, uint16_t seq);
uint64_t stream_expected(const struct stream *stream);
/* How many numbers it wrote that are to be asked for now, at most `room`. */
unsigned stream_nack(struct stream *stream, uint64_t now_us, uint16_t *out, unsigned room);

#endif
