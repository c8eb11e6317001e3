/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bench/spread.h"

static struct spread spread;

static void is_within(double value, double wanted, double share)
{
	assert_true(value >= wanted * (1 - share) && value <= wanted * (1 + share));
}

static void tells_percentiles(void **state)
{
	(void)state;
	spread_init(&spread);
	assert_true(spread_at(&spread, 0.5) < 0);
	for (uint64_t i = 1; i <= 100000; i++)
		spread_add(&spread, i);
	is_within(spread_at(&spread, 0.5), 50000, 0.035);
	is_within(spread_at(&spread, 0.99), 99000, 0.035);
	is_within(spread_at(&spread, 1), 100000, 0.035);
}

static void is_exact_for_few_microseconds(void **state)
{
	(void)state;
	spread_init(&spread);
	for (int i = 0; i < 99; i++)
		spread_add(&spread, 7);
	spread_add(&spread, 31);
	assert_true(spread_at(&spread, 0.99) == 7);
	assert_true(spread_at(&spread, 1) == 31);
}

static void keeps_every_size_in_its_bucket(void **state)
{
	(void)state;
	for (uint64_t value = 1; value < UINT32_MAX; value += value / 3 + 1) {
		spread_init(&spread);
		spread_add(&spread, value);
		is_within(spread_at(&spread, 0.5), (double)value, 0.035);
	}
	spread_init(&spread);
	spread_add(&spread, UINT64_MAX); /* the last one, whatever it was */
	is_within(spread_at(&spread, 0.5), UINT32_MAX, 0.035);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_percentiles),
		cmocka_unit_test(is_exact_for_few_microseconds),
		cmocka_unit_test(keeps_every_size_in_its_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
