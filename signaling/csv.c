/* SPDX-License-Identifier: MIT */
#include "signaling/csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signaling/request.h"

static void add(struct csv *csv, const char *text, size_t len)
{
	if (csv->failed)
		return;
	if (csv->len + len + 1 > csv->room) {
		size_t room = 2 * (csv->len + len + 1);
		char *more = realloc(csv->text, room);

		if (!more) {
			csv->failed = true;
			return;
		}
		csv->text = more;
		csv->room = room;
	}
	memcpy(csv->text + csv->len, text, len);
	csv->len += len;
	csv->text[csv->len] = '\0';
}

void csv_text(struct csv *csv, const char *text)
{
	if (csv->in_row)
		add(csv, ",", 1);
	csv->in_row = true;
	add(csv, "\"", 1);
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]))
		add(csv, "'", 1);
	while (*text != '\0') {
		size_t len = strcspn(text, "\"");

		add(csv, text, len);
		text += len;
		if (*text == '"') {
			add(csv, "\"\"", 2);
			text++;
		}
	}
	add(csv, "\"", 1);
}

void csv_number(struct csv *csv, int64_t number)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRId64, number);

	if (csv->in_row)
		add(csv, ",", 1);
	csv->in_row = true;
	add(csv, text, (size_t)len);
}

void csv_time(struct csv *csv, int64_t at_ms)
{
	const time_t at = (time_t)(at_ms / 1000);
	char text[32] = "";
	struct tm tm;

	if (at_ms != 0 && gmtime_r(&at, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	csv_text(csv, text);
}

void csv_row(struct csv *csv)
{
	add(csv, "\r\n", 2);
	csv->in_row = false;
}

void csv_init(struct csv *csv, const char *first, ...)
{
	va_list names;

	*csv = (struct csv){0};
	add(csv, "\xef\xbb\xbf", 3);
	va_start(names, first);
	for (const char *name = first; name; name = va_arg(names, const char *))
		csv_text(csv, name);
	va_end(names);
	csv_row(csv);
}

void csv_finish(struct csv *csv)
{
	free(csv->text);
	*csv = (struct csv){0};
}

void csv_answer(struct csv *csv, struct request *request, const char *name)
{
	struct answer *answer = &request->answer;

	if (csv->failed) {
		csv_finish(csv);
		request_fail(request, -ENOMEM);
		return;
	}
	request_empty(request, 200);
	answer->type = "text/csv; charset=utf-8";
	answer->body = csv->text;
	answer->length = (int64_t)csv->len;
	snprintf(answer->disposition, sizeof(answer->disposition), "attachment; filename=\"%s\"",
		name);
}
