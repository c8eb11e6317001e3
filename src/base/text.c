/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

/* The character that begins at `at`; the byte behind the text is its NUL. */
static bool is_bad(const unsigned char *at, bool lines)
{
	if (lines && (*at == '\n' || *at == '\t'))
		return false;
	if (*at < 0x20 || *at == 0x7f)
		return true;
	if (*at == 0xc2)
		return at[1] < 0xa0;
	if (*at == 0xe2 && at[1] == 0x80)
		return at[2] >= 0xa8 && at[2] <= 0xae;
	return *at == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9;
}

static bool is_good(const char *text, size_t room, bool lines)
{
	if (strnlen(text, room) == room)
		return false;
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (is_bad(at, lines))
			return false;
	return true;
}

bool text_is_line(const char *text, size_t room)
{
	return text[strspn(text, " ")] != '\0' && is_good(text, room, false);
}

bool text_is_line_or_empty(const char *text, size_t room)
{
	return text[0] == '\0' || text_is_line(text, room);
}

bool text_is_prose(const char *text, size_t room)
{
	return is_good(text, room, true);
}
