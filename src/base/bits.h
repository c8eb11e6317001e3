/* SPDX-License-Identifier: MIT */
/*
 * Bounded reader and writer of bits, the most significant first, with a sticky error: as
 * base/bytes, for the headers of codecs and the dependency descriptor. A read past the end returns
 * 0 and sets `bad` for good.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
	const uint8_t *data;
	size_t len, pos; /* in bits */
	bool bad;
};

static inline struct bits bits_of(const void *data, size_t bytes)
{
	return (struct bits){.data = data, .len = bytes * 8};
}

/* n at most 32. */
static inline uint32_t read_bits(struct bits *b, unsigned n)
{
	uint32_t value = 0;

	if (b->bad || n > b->len - b->pos) {
		b->bad = true;
		return 0;
	}
	for (; n; n--, b->pos++)
		value = value << 1 | (b->data[b->pos / 8] >> (7 - b->pos % 8) & 1);
	return value;
}

static inline bool read_flag(struct bits *b)
{
	return read_bits(b, 1);
}

static inline void skip_bits(struct bits *b, size_t n)
{
	if (b->bad || n > b->len - b->pos)
		b->bad = true;
	else
		b->pos += n;
}

/* Exp-Golomb, unsigned (ITU-T H.264 9.1). */
static inline uint32_t read_ue(struct bits *b)
{
	unsigned zeros = 0;

	while (!b->bad && !read_flag(b))
		zeros++;
	if (zeros > 31) {
		b->bad = true;
		return 0;
	}
	return b->bad ? 0 : (1u << zeros) - 1 + read_bits(b, zeros);
}

struct bit_writer {
	uint8_t *data;
	size_t room, len; /* in bits */
	bool bad;
};

static inline struct bit_writer bit_writer_of(void *data, size_t bytes)
{
	return (struct bit_writer){.data = data, .room = bytes * 8};
}

static inline void write_bits(struct bit_writer *w, uint32_t value, unsigned n)
{
	if (w->bad || n > w->room - w->len) {
		w->bad = true;
		return;
	}
	while (n--) {
		uint8_t bit = (uint8_t)(1u << (7 - w->len % 8));
		uint8_t *byte = &w->data[w->len / 8];

		*byte = value >> n & 1 ? *byte | bit : (uint8_t)(*byte & ~bit);
		w->len++;
	}
}

#endif
