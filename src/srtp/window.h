/* SPDX-License-Identifier: MIT */
/*
 * Packet indices (RFC 3711 3.3.1) and the record of those that were seen (3.3.2), which is the
 * same thing whether they were received or sent.
 *
 * A record is `next`, one more than the highest index seen (0: none was), and a ring of `size`
 * bits for the indices below it, `size` being a multiple of 64. What lies further back counts as
 * seen. Pure functions: who keeps the bits decides how many there are.
 */
#ifndef SRTP_WINDOW_H
#define SRTP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_MAX_RTP_INDEX ((INT64_C(1) << 48) - 1)

/*
 * The index of a packet, from its sequence number: the nearest to the highest one seen (appendix
 * A). Negative where that lies before the first that there can be.
 */
static inline int64_t window_guess(uint64_t next, uint16_t seq)
{
	uint64_t top = next ? next - 1 : seq;
	uint16_t top_seq = (uint16_t)top;
	int64_t roc = (int64_t)(top >> 16);

	if (top_seq < 32768) {
		if (seq - top_seq > 32768)
			roc--;
	} else if (top_seq - 32768 > seq) {
		roc++;
	}
	return roc * 65536 + seq;
}

static inline bool window_is_new(uint64_t next, const uint64_t *bits, unsigned size, uint64_t index)
{
	unsigned at = (unsigned)(index % size);

	if (index >= next)
		return true;
	return next - index <= size && !(bits[at / 64] >> (at % 64) & 1);
}

static inline void window_add(uint64_t *next, uint64_t *bits, unsigned size, uint64_t index)
{
	uint64_t from = *next;
	unsigned at;

	if (index >= from + size)
		from = index + 1 - size; /* all of the ring is passed over, once */
	for (; from <= index; from++) {
		at = (unsigned)(from % size);
		bits[at / 64] &= ~(UINT64_C(1) << (at % 64));
	}
	at = (unsigned)(index % size);
	bits[at / 64] |= UINT64_C(1) << (at % 64);
	if (index >= *next)
		*next = index + 1;
}

#endif
