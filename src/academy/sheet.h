/* SPDX-License-Identifier: MIT */
/*
 * Reads CSV as spreadsheets write it: RFC 4180, with or without a byte-order mark, separated by commas,
 * semicolons or tabs (whichever the first line has most of), lines ended by CRLF, LF or CR.
 *
 * A row that is wrong is told with its reason, and reading goes on behind it, so that one run finds
 * every bad row. Fields are trimmed of spaces. The text is borrowed; nothing is allocated.
 */
#ifndef ACADEMY_SHEET_H
#define ACADEMY_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum { SHEET_FIELDS = 32, SHEET_ROW = 4096 };

struct sheet {
	struct reader in;
	char separator;
	unsigned row; /* the number of the last one, as a spreadsheet counts */
};

struct sheet_row {
	unsigned number, count;
	const char *fields[SHEET_FIELDS]; /* good until the next row */
	const char *wrong;		  /* NULL: nothing; else the code of what is */
	char text[SHEET_ROW];
	size_t used;
};

void sheet_init(struct sheet *sheet, const char *text, size_t len);
/* False: there are no more. Empty rows are counted and passed over. */
bool sheet_next(struct sheet *sheet, struct sheet_row *row);
/* "" where the row has no such field. */
const char *sheet_field(const struct sheet_row *row, int index);

#endif
