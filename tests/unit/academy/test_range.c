/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "signaling/range.h"

#define REFUSED -ERANGE

static const struct {
	const char *header;
	int64_t size;
	int result;
	int64_t start, length;
} rows[] = {
	/* no range that we know */
	{"", 100, 0, 0, 0},
	{"items=0-5", 100, 0, 0, 0},
	{"bytes", 100, 0, 0, 0},
	/* one range */
	{"bytes=0-0", 100, 1, 0, 1},
	{"bytes=0-99", 100, 1, 0, 100},
	{"bytes=0-", 100, 1, 0, 100},
	{"BYTES=10-19", 100, 1, 10, 10},
	{"bytes=99-", 100, 1, 99, 1},
	{"bytes=50-1000", 100, 1, 50, 50},
	{"bytes=0-100", 100, 1, 0, 100},
	{"bytes=-1", 100, 1, 99, 1},
	{"bytes=-100", 100, 1, 0, 100},
	{"bytes=-101", 100, 1, 0, 100},
	{"bytes=0-9223372036854775807", 100, 1, 0, 100},
	{"bytes=0-99999999999999999999999", 100, 1, 0, 100},
	{"bytes=-9223372036854775808", 100, 1, 0, 100},
	{"bytes=4294967296-4294967299", 8589934592, 1, 4294967296, 4},
	{"bytes=-5", INT64_MAX, 1, INT64_MAX - 5, 5},
	{"bytes=9223372036854775806-", INT64_MAX, 1, INT64_MAX - 1, 1},
	/* none that can be sent */
	{"bytes=100-", 100, REFUSED, 0, 0},
	{"bytes=100-200", 100, REFUSED, 0, 0},
	{"bytes=5-4", 100, REFUSED, 0, 0},
	{"bytes=-0", 100, REFUSED, 0, 0},
	{"bytes=0-", 0, REFUSED, 0, 0},
	{"bytes=-5", 0, REFUSED, 0, 0},
	{"bytes=9223372036854775807-", 100, REFUSED, 0, 0},
	{"bytes=9223372036854775808-", 100, REFUSED, 0, 0},
	{"bytes=18446744073709551616-", 100, REFUSED, 0, 0},
	{"bytes=0-0,2-3", 100, REFUSED, 0, 0},
	{"bytes=0-0,", 100, REFUSED, 0, 0},
	{"bytes=0-,0-", 100, REFUSED, 0, 0},
	{"bytes=", 100, REFUSED, 0, 0},
	{"bytes=-", 100, REFUSED, 0, 0},
	{"bytes=--1", 100, REFUSED, 0, 0},
	{"bytes=1", 100, REFUSED, 0, 0},
	{"bytes=+1-2", 100, REFUSED, 0, 0},
	{"bytes=1-+2", 100, REFUSED, 0, 0},
	{"bytes= 1-2", 100, REFUSED, 0, 0},
	{"bytes=1-2 ", 100, REFUSED, 0, 0},
	{"bytes=0x1-2", 100, REFUSED, 0, 0},
	{"bytes=a-b", 100, REFUSED, 0, 0},
};

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t start = 0, length = 0;
		int r = range_parse(rows[i].header, rows[i].size, &start, &length);

		if (r != rows[i].result || start != rows[i].start || length != rows[i].length)
			fail_msg("\"%s\" of %lld: %d %lld+%lld", rows[i].header,
				(long long)rows[i].size, r, (long long)start, (long long)length);
	}
}

static void ten_thousand_ranges_are_refused(void **state)
{
	const size_t len = 6 + 10000 * 4;
	char *header = malloc(len + 1);
	int64_t start, length;

	(void)state;
	memcpy(header, "bytes=", 6);
	for (size_t i = 6; i < len; i += 4)
		memcpy(header + i, "0-0,", 4);
	header[len] = '\0';
	assert_int_equal(range_parse(header, 100, &start, &length), -ERANGE);
	free(header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(ten_thousand_ranges_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
