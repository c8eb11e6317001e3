/* SPDX-License-Identifier: MIT */
#include "delivery/header.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

enum {
	/* Bytes in one encoded word: "=?UTF-8?B?", 60 characters and "?=" are 72 of at most 75. */
	WORD_BYTES = 45,
	WORD = 12 + 60,
	MAX_TEXT = 2048,
};

static bool is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* As it is: ASCII, short enough for a line, and nothing that would be read as an encoded word. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			return false;
	return strlen(text) <= 60 && !strstr(text, "=?");
}

/* The longest piece that ends between two characters. */
static size_t piece(const char *text, size_t len)
{
	size_t n = len < WORD_BYTES ? len : WORD_BYTES;

	while (n > 1 && n < len && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void put_words(FILE *out, const char *text)
{
	for (size_t len = strlen(text); len > 0;) {
		char word[WORD];
		size_t n = piece(text, len);

		sodium_bin2base64(word, sizeof(word), (const unsigned char *)text, n,
			sodium_base64_VARIANT_ORIGINAL);
		fprintf(out, "=?UTF-8?B?%s?=%s", word, n < len ? "\r\n " : "");
		text += n;
		len -= n;
	}
}

static int end(FILE *out, char **text, char **ret_line)
{
	bool broken = ferror(out) != 0;

	if (fclose(out) != 0 || broken) {
		free(*text);
		return -ENOMEM;
	}
	*ret_line = *text;
	return 0;
}

int header_text(const char *name, const char *text, char **ret_line)
{
	char *line;
	size_t size;
	FILE *out;

	if (!is_clean(text) || strlen(text) > MAX_TEXT)
		return -EINVAL;
	out = open_memstream(&line, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "%s: ", name);
	if (is_plain(text))
		fputs(text, out);
	else
		put_words(out, text);
	return end(out, &line, ret_line);
}

int header_check_address(const char *address)
{
	const char *at = strchr(address, '@');

	if (!at || at == address || at[1] == '\0' || strchr(at + 1, '@') || strlen(address) > 254)
		return -EINVAL;
	for (const char *c = address; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("<>()[],;:\\\"", *c))
			return -EINVAL;
	return address[0] == '-' ? -EINVAL : 0;
}

int header_address(const char *name, const char *display, const char *address, char **ret_line)
{
	char *line;
	size_t size;
	FILE *out;

	if (header_check_address(address) < 0 || !is_clean(display) || strlen(display) > MAX_TEXT)
		return -EINVAL;
	out = open_memstream(&line, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "%s: ", name);
	if (display[0] == '\0') {
		fputs(address, out);
	} else {
		/* Always encoded: then no character of a name means anything. */
		put_words(out, display);
		fprintf(out, "\r\n <%s>", address);
	}
	return end(out, &line, ret_line);
}

int header_date(int64_t at_ms, char **ret_line)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t at = (time_t)(at_ms / 1000);
	struct tm tm;
	char *line;

	if (!gmtime_r(&at, &tm))
		return -EINVAL;
	if (asprintf(&line, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d +0000", days + 3 * tm.tm_wday,
		    tm.tm_mday, months + 3 * tm.tm_mon, 1900 + tm.tm_year, tm.tm_hour, tm.tm_min,
		    tm.tm_sec) < 0)
		return -ENOMEM;
	*ret_line = line;
	return 0;
}
