/* SPDX-License-Identifier: MIT */
/*
 * Bounded reader and writer with a sticky error: the only way to touch bytes from the wire.
 * Big-endian, as every protocol here is. A read past the end returns 0 and sets `bad` for good;
 * check it once, at the end. A writer past its end sets `bad` and writes nothing.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * For large locals of the packet path, whose bytes are all written before they are read: the build
 * has the compiler fill every local with zeros (-ftrivial-auto-var-init), and kilobytes of them for
 * each report of each subscriber are a cost that shows.
 */
#define BYTES_UNFILLED __attribute__((uninitialized))

struct reader {
	const uint8_t *data;
	size_t len, pos;
	bool bad;
};

static inline struct reader reader_of(const void *data, size_t len)
{
	return (struct reader){.data = data, .len = len};
}

static inline size_t reader_left(const struct reader *r)
{
	return r->bad ? 0 : r->len - r->pos;
}

/* NULL and bad when fewer than n bytes are left. */
static inline const uint8_t *read_bytes(struct reader *r, size_t n)
{
	const uint8_t *at;

	if (r->bad || n > r->len - r->pos) {
		r->bad = true;
		return NULL;
	}
	at = r->data + r->pos;
	r->pos += n;
	return at;
}

static inline uint64_t read_be(struct reader *r, size_t n)
{
	const uint8_t *at = read_bytes(r, n);
	uint64_t value = 0;

	for (size_t i = 0; at && i < n; i++)
		value = value << 8 | at[i];
	return value;
}

static inline uint8_t read_u8(struct reader *r)
{
	return (uint8_t)read_be(r, 1);
}

static inline uint16_t read_u16(struct reader *r)
{
	return (uint16_t)read_be(r, 2);
}

static inline uint32_t read_u24(struct reader *r)
{
	return (uint32_t)read_be(r, 3);
}

static inline uint32_t read_u32(struct reader *r)
{
	return (uint32_t)read_be(r, 4);
}

static inline uint64_t read_u64(struct reader *r)
{
	return read_be(r, 8);
}

static inline struct reader read_sub(struct reader *r, size_t n)
{
	const uint8_t *at = read_bytes(r, n);

	return at ? reader_of(at, n) : (struct reader){.bad = true};
}

struct writer {
	uint8_t *data;
	size_t room, len;
	bool bad;
};

static inline struct writer writer_of(void *data, size_t room)
{
	return (struct writer){.data = data, .room = room};
}

static inline void write_bytes(struct writer *w, const void *bytes, size_t n)
{
	if (w->bad || n > w->room - w->len) {
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->data + w->len, bytes, n);
	w->len += n;
}

static inline void write_be(struct writer *w, uint64_t value, size_t n)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(value >> (8 * (n - 1 - i)));
	write_bytes(w, bytes, n);
}

static inline void write_u8(struct writer *w, uint8_t value)
{
	write_be(w, value, 1);
}

static inline void write_u16(struct writer *w, uint16_t value)
{
	write_be(w, value, 2);
}

static inline void write_u24(struct writer *w, uint32_t value)
{
	write_be(w, value, 3);
}

static inline void write_u32(struct writer *w, uint32_t value)
{
	write_be(w, value, 4);
}

static inline void write_u64(struct writer *w, uint64_t value)
{
	write_be(w, value, 8);
}

#endif
