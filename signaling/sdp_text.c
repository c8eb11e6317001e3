/* SPDX-License-Identifier: MIT */
#include "signaling/sdp_text.h"

#include <string.h>

struct reader sdp_word(struct reader *r, char stop)
{
	struct reader ahead = *r;
	size_t len = 0;

	while (reader_left(&ahead) && read_u8(&ahead) != (uint8_t)stop)
		len++;
	ahead = read_sub(r, len);
	if (reader_left(r))
		read_u8(r);
	return ahead;
}

struct reader sdp_line(struct reader *r)
{
	struct reader line = sdp_word(r, '\n');

	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool sdp_skip(struct reader *r, const char *prefix)
{
	size_t len = strlen(prefix);

	if (reader_left(r) < len || memcmp(r->data + r->pos, prefix, len) != 0)
		return false;
	read_bytes(r, len);
	return true;
}

bool sdp_is(const struct reader *r, const char *literal)
{
	struct reader copy = *r;

	return sdp_skip(&copy, literal) && reader_left(&copy) == 0;
}

bool sdp_number(struct reader r, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!reader_left(&r))
		return false;
	while (reader_left(&r)) {
		uint8_t digit = (uint8_t)(read_u8(&r) - '0');

		if (digit > 9 || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

bool sdp_copy(struct reader r, char *out, size_t room)
{
	size_t len = reader_left(&r);

	if (!len || len >= room)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = read_u8(&r);

		if (c <= ' ' || c >= 0x7f)
			return false;
		out[i] = (char)c;
	}
	out[len] = '\0';
	return true;
}

bool sdp_copy_ice(struct reader r, size_t least, char *out, size_t room)
{
	static const char chars[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return sdp_copy(r, out, room) && strlen(out) >= least && out[strspn(out, chars)] == '\0';
}
