/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "egress/acked.h"
#include "rtp/rtcp.h"

static void report(struct acked *acked, uint32_t highest, int32_t lost)
{
	struct rtcp_block block = {.highest = highest, .lost = lost};

	acked_report(acked, &block);
}

static void counts_what_came_since_the_first_report(void **state)
{
	struct acked acked = {0};

	(void)state;
	report(&acked, 0xfff0, 3);
	assert_int_equal(acked.packets, 0);
	report(&acked, 0xfff0 + 100, 3);
	assert_int_equal(acked.packets, 100);
	report(&acked, 0xfff0 + 200, 53);
	assert_int_equal(acked.packets, 150);
}

static void old_and_repeated_reports_count_once(void **state)
{
	struct acked acked = {0};

	(void)state;
	report(&acked, 1000, 0);
	report(&acked, 1100, 0);
	report(&acked, 1100, 0);
	report(&acked, 1050, 0);
	assert_int_equal(acked.packets, 100);
	report(&acked, 1150, 0);
	assert_int_equal(acked.packets, 150);
}

static void never_more_than_was_sent_nor_less_than_nothing(void **state)
{
	struct acked acked = {0};

	(void)state;
	report(&acked, 1000, 0);
	report(&acked, 1100, -8388608); /* duplicates, or a lie */
	assert_int_equal(acked.packets, 100);
	report(&acked, 1200, 8388607);
	assert_int_equal(acked.packets, 100);
}

static void survives_the_wrap_of_the_extended_number(void **state)
{
	struct acked acked = {0};

	(void)state;
	report(&acked, 0xffffffff, 0);
	report(&acked, 9, 0);
	assert_int_equal(acked.packets, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_came_since_the_first_report),
		cmocka_unit_test(old_and_repeated_reports_count_once),
		cmocka_unit_test(never_more_than_was_sent_nor_less_than_nothing),
		cmocka_unit_test(survives_the_wrap_of_the_extended_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
