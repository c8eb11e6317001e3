/* SPDX-License-Identifier: MIT */
/* How the clients of tests write RTP headers: each call writes at `at` and returns how many bytes. */
#ifndef CLIENT_PUT_H
#define CLIENT_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return 2;
}

static inline size_t put_u32(uint8_t *at, uint32_t value)
{
	put_u16(at, (uint16_t)(value >> 16));
	put_u16(at + 2, (uint16_t)value);
	return 4;
}

/* RFC 8285 4.2: one; `id` 0: none. */
static inline size_t put_element(uint8_t *at, uint8_t id, const void *value, size_t len)
{
	if (!id)
		return 0;
	at[0] = (uint8_t)(id << 4 | (len - 1));
	memcpy(at + 1, value, len);
	return 1 + len;
}

#endif
