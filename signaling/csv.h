/* SPDX-License-Identifier: MIT */
/*
 * Tables as CSV (RFC 4180), for spreadsheets: UTF-8 with a byte order mark, CRLF. A field that a spreadsheet
 * would take for a formula gets a ' before it. Out of memory is told once, at the end.
 *
 *	struct csv csv;
 *
 *	csv_init(&csv, "name", "minutes", NULL);
 *	csv_text(&csv, name);
 *	csv_number(&csv, minutes);
 *	csv_row(&csv);
 *	csv_answer(&csv, request, "attendance.csv");
 */
#ifndef SIGNALING_CSV_H
#define SIGNALING_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

struct csv {
	char *text;
	size_t len, room;
	bool in_row, failed;
};

/* Ends with NULL: the names of the columns. */
void csv_init(struct csv *csv, const char *first, ...) __attribute__((sentinel));
void csv_finish(struct csv *csv);
void csv_text(struct csv *csv, const char *text);
void csv_number(struct csv *csv, int64_t number);
/* "2026-11-02T13:00:00Z"; 0: an empty field. */
void csv_time(struct csv *csv, int64_t at_ms);
void csv_row(struct csv *csv);
/* Answers 200 with it, to be saved under `name`, and ends it. */
void csv_answer(struct csv *csv, struct request *request, const char *name);

#endif
