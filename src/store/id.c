/* SPDX-License-Identifier: MIT */
#include "store/id.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/rand.h"

/* Crockford's base32: no i, l, o, u. */
static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

int64_t id_new(void)
{
	uint64_t bits;

	do {
		rand_bytes(&bits, sizeof(bits));
		bits >>= 1;
	} while (bits == 0);
	return (int64_t)bits;
}

const char *id_text(int64_t id, char *out)
{
	uint64_t bits = (uint64_t)id;

	for (size_t i = ID_TEXT - 1; i-- > 0; bits >>= 5)
		out[i] = digits[bits & 31];
	out[ID_TEXT - 1] = '\0';
	return out;
}

int id_parse(const char *text, int64_t *ret_id)
{
	uint64_t bits = 0;

	if (strnlen(text, ID_TEXT) != ID_TEXT - 1)
		return -EINVAL;
	for (size_t i = 0; i < ID_TEXT - 1; i++) {
		const char *digit = strchr(digits, text[i]);

		if (!digit)
			return -EINVAL;
		bits = bits << 5 | (uint64_t)(digit - digits);
	}
	/* 13 digits hold 65 bits: the first one may only carry three of them. */
	if (strchr(digits, text[0]) - digits > 7 || bits == 0)
		return -EINVAL;
	*ret_id = (int64_t)bits;
	return 0;
}
