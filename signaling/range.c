/* SPDX-License-Identifier: MIT */
#include "signaling/range.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* What is left of a header to read. */
struct text {
	const char *at;
};

static bool skip(struct text *text, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(text->at, word, len) != 0)
		return false;
	text->at += len;
	return true;
}

/* Stops at INT64_MAX instead of overflowing: no file is that long. False: there is no number. */
static bool number(struct text *text, int64_t *ret_number)
{
	size_t digits = strspn(text->at, "0123456789");
	int64_t value = 0;

	for (size_t i = 0; i < digits; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, text->at[i] - '0', &value))
			value = INT64_MAX;
	text->at += digits;
	*ret_number = value;
	return digits > 0;
}

/* "-500": the last 500 bytes. */
static int suffix(struct text text, int64_t size, int64_t *ret_start, int64_t *ret_length)
{
	int64_t last;

	if (!number(&text, &last) || *text.at != '\0' || last == 0 || size == 0)
		return -ERANGE;
	if (last > size)
		last = size;
	*ret_start = size - last;
	*ret_length = last;
	return 1;
}

int range_parse(const char *header, int64_t size, int64_t *ret_start, int64_t *ret_length)
{
	struct text text = {header};
	int64_t first, last = INT64_MAX;

	if (!skip(&text, "bytes="))
		return 0;
	if (skip(&text, "-"))
		return suffix(text, size, ret_start, ret_length);
	if (!number(&text, &first) || !skip(&text, "-"))
		return -ERANGE;
	if (*text.at != '\0' && !number(&text, &last))
		return -ERANGE;
	if (*text.at != '\0' || last < first || first >= size)
		return -ERANGE;
	if (last >= size)
		last = size - 1;
	*ret_start = first;
	*ret_length = last - first + 1;
	return 1;
}
