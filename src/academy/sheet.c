/* SPDX-License-Identifier: MIT */
#include "academy/sheet.h"

#include <stdint.h>
#include <string.h>

enum { END = -1 };

static int peek(const struct sheet *sheet)
{
	struct reader ahead = sheet->in;

	return reader_left(&ahead) > 0 ? read_u8(&ahead) : END;
}

static int take(struct sheet *sheet)
{
	return reader_left(&sheet->in) > 0 ? read_u8(&sheet->in) : END;
}

/* Of the first line, outside of quotes. */
static char find_separator(struct sheet sheet)
{
	unsigned commas = 0, semicolons = 0, tabs = 0;
	bool quoted = false;

	for (int c = take(&sheet); c != END && (quoted || (c != '\n' && c != '\r'));
		c = take(&sheet)) {
		quoted ^= c == '"';
		commas += !quoted && c == ',';
		semicolons += !quoted && c == ';';
		tabs += !quoted && c == '\t';
	}
	if (tabs > commas && tabs > semicolons)
		return '\t';
	return semicolons > commas ? ';' : ',';
}

void sheet_init(struct sheet *sheet, const char *text, size_t len)
{
	const size_t mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	*sheet = (struct sheet){.in = reader_of(text + mark, len - mark)};
	sheet->separator = find_separator(*sheet);
}

static void wrong(struct sheet_row *row, const char *code)
{
	if (!row->wrong)
		row->wrong = code;
}

static void put(struct sheet_row *row, int c)
{
	if (row->used + 2 > sizeof(row->text))
		wrong(row, "too_long");
	else if (c == '\0')
		wrong(row, "bad_text");
	else
		row->text[row->used++] = (char)c;
}

/* RFC 3629 3: the length of the character at `at`, 0 where it is none. */
static size_t character(const unsigned char *at)
{
	static const struct {
		unsigned char first, last, low, high; /* of the first byte, and of the second */
		size_t len;
	} forms[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

	if (*at < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (*at < forms[i].first || *at > forms[i].last)
			continue;
		if (at[1] < forms[i].low || at[1] > forms[i].high)
			return 0;
		for (size_t j = 2; j < forms[i].len; j++)
			if ((at[j] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

static bool is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t len = character(at);

		if (len == 0)
			return false;
		at += len;
	}
	return true;
}

static void end_field(struct sheet_row *row, size_t start)
{
	while (row->used > start && row->text[row->used - 1] == ' ')
		row->used--;
	row->text[row->used++] = '\0'; /* put() leaves room for one */
	if (row->count == SHEET_FIELDS) {
		wrong(row, "too_many_fields");
		row->used = start;
		return;
	}
	if (!is_utf8(row->text + start))
		wrong(row, "not_utf8");
	row->fields[row->count++] = row->text + start + strspn(row->text + start, " ");
	/* No room for the NUL of another field: what follows is too long. */
	if (row->used == sizeof(row->text)) {
		wrong(row, "too_long");
		row->used--;
	}
}

/* What stands between quotes, up to the closing one; "" is a quote. */
static void read_quoted(struct sheet *sheet, struct sheet_row *row)
{
	for (int c = take(sheet); c != END; c = take(sheet)) {
		if (c == '"' && peek(sheet) != '"')
			return;
		if (c == '"')
			take(sheet);
		put(row, c);
	}
	wrong(row, "open_quote");
}

static bool ends_field(const struct sheet *sheet, int c)
{
	return c == END || c == '\n' || c == '\r' || c == sheet->separator;
}

/* Returns what ended it. */
static int read_field(struct sheet *sheet, struct sheet_row *row)
{
	const size_t start = row->used;
	bool quoted = false;
	int c = take(sheet);

	for (; !ends_field(sheet, c); c = take(sheet)) {
		if (c != '"') {
			/* Only spaces may stand behind the closing quote. */
			if (quoted && c != ' ')
				wrong(row, "stray_quote");
			put(row, c);
		} else if (row->used == start && !quoted) {
			read_quoted(sheet, row);
			quoted = true;
		} else {
			wrong(row, "stray_quote");
		}
	}
	end_field(row, start);
	return c;
}

static bool is_empty(const struct sheet_row *row)
{
	for (unsigned i = 0; i < row->count; i++)
		if (row->fields[i][0] != '\0')
			return false;
	return !row->wrong;
}

static void read_row(struct sheet *sheet, struct sheet_row *row)
{
	int c;

	*row = (struct sheet_row){.number = ++sheet->row};
	do
		c = read_field(sheet, row);
	while (c != END && c != '\n' && c != '\r');
	if (c == '\r' && peek(sheet) == '\n')
		take(sheet);
}

bool sheet_next(struct sheet *sheet, struct sheet_row *row)
{
	while (peek(sheet) != END) {
		read_row(sheet, row);
		if (!is_empty(row))
			return true;
	}
	return false;
}

const char *sheet_field(const struct sheet_row *row, int index)
{
	return index >= 0 && (unsigned)index < row->count ? row->fields[index] : "";
}
