/* SPDX-License-Identifier: MIT */
/* Payloads that tests send: recognisable, and of the form that their codec has on the wire. */
#ifndef TESTS_ENGINE_MEDIA_H
#define TESTS_ENGINE_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	MEDIA_OPUS_LEN = 60,
	MEDIA_VP8_LEN = 900,
	MEDIA_VP8_DESCRIPTOR = 4, /* X S, I, 15 bits of picture id: RFC 7741 4.2 */
};

static inline void media_fill(uint8_t *out, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)((seed + i) * 2654435761u >> 24);
}

static inline size_t media_opus(uint8_t *out, uint32_t seed)
{
	media_fill(out, MEDIA_OPUS_LEN, seed);
	out[0] = 0x78; /* TOC: CELT, 20 ms, mono, one frame */
	return MEDIA_OPUS_LEN;
}

/* A frame in one packet. */
static inline size_t media_vp8(uint8_t *out, uint16_t picture, bool keyframe, uint32_t seed)
{
	static const uint8_t size_360p[] = {0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};

	media_fill(out, MEDIA_VP8_LEN, seed);
	out[0] = 0x90;
	out[1] = 0x80;
	out[2] = (uint8_t)(0x80 | picture >> 8);
	out[3] = (uint8_t)picture;
	/* RFC 6386 9.1: bit 0 clear is a keyframe, bit 4 show_frame */
	out[4] = keyframe ? 0x10 : 0x11;
	if (keyframe)
		memcpy(out + 7, size_360p, sizeof(size_360p));
	return MEDIA_VP8_LEN;
}

#endif
