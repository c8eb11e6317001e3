/* SPDX-License-Identifier: MIT */
#include "base/rand.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void rand_bytes(void *out, size_t len)
{
	uint8_t *at = out;

	while (len > 0) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort();
		at += n;
		len -= (size_t)n;
	}
}

uint32_t rand_u32(void)
{
	uint32_t value;

	rand_bytes(&value, sizeof(value));
	return value;
}

void rand_ice_chars(char *out, size_t len)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	rand_bytes(out, len);
	for (size_t i = 0; i < len; i++) /* 64 characters: no bias */
		out[i] = alphabet[(unsigned char)out[i] & 63];
	out[len] = '\0';
}
