/* SPDX-License-Identifier: MIT */
/* Serial arithmetic for numbers that wrap: RTP sequence numbers, timestamps (RFC 3550, RFC 1982).
 */
#ifndef RTP_SEQ_H
#define RTP_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* How far `a` is ahead of `b`; negative: behind. */
static inline int16_t seq_diff(uint16_t a, uint16_t b)
{
	return (int16_t)(uint16_t)(a - b);
}

static inline bool seq_newer(uint16_t a, uint16_t b)
{
	return seq_diff(a, b) > 0;
}

/* The extended number nearest to `near` whose low 16 bits are `seq`. */
static inline int64_t seq_extend(uint16_t seq, int64_t near)
{
	return near + seq_diff(seq, (uint16_t)near);
}

static inline int32_t timestamp_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

#endif
