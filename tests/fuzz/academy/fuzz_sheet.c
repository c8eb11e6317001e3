/* SPDX-License-Identifier: MIT */
/* Rows are numbered upwards, fields lie in their row, and reading ends. */
#include <assert.h>
#include <string.h>

#include "academy/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sheet_row row;
	unsigned last = 0;
	struct sheet sheet;

	sheet_init(&sheet, (const char *)data, size);
	while (sheet_next(&sheet, &row)) {
		assert(row.number > last && row.number <= size);
		assert(row.count > 0 && row.count <= SHEET_FIELDS);
		last = row.number;
		for (unsigned i = 0; i < row.count; i++) {
			const char *field = row.fields[i];

			assert(field >= row.text &&
				field + strlen(field) < row.text + sizeof(row.text));
			assert(field == sheet_field(&row, (int)i));
		}
		assert(sheet_field(&row, (int)row.count)[0] == '\0');
	}
	return 0;
}
