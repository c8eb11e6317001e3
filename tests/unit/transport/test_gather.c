/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "net/gather.h"

enum { MANY = 100 };

/* A loop that always finds work: its next turn begins when it may. Returns how long after the last
 * one that is. */
static uint64_t work(struct gather *gather, uint64_t *now_us, unsigned turns, uint64_t took_us)
{
	uint64_t began_us = *now_us;

	for (unsigned i = 0; i < turns; i++) {
		began_us = *now_us;
		*now_us = gather_turn(gather, began_us, began_us + took_us);
	}
	return *now_us - began_us;
}

static void what_comes_after_a_rest_is_taken_at_once(void **state)
{
	struct gather gather = {0};
	uint64_t now_us = 5000000;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(gather_turn(&gather, now_us, now_us + 100), now_us + 100);
		now_us += GATHER_FIRST_US + GATHER_IDLE_US;
	}
	work(&gather, &now_us, MANY, 100);
	now_us += GATHER_IDLE_US;
	assert_int_equal(gather_turn(&gather, now_us, now_us + 100), now_us + 100);
}

static void it_gathers_for_longer_only_when_work_goes_on(void **state)
{
	struct gather gather = {0};
	uint64_t now_us = 5000000, first_us, then_us;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		/* two packets one after the other, and nothing */
		gather_turn(&gather, now_us, now_us + 100);
		first_us = gather_turn(&gather, now_us + 500, now_us + 600) - (now_us + 500);
		assert_int_equal(first_us, GATHER_FIRST_US);
		now_us += 10000;
	}
	gather_turn(&gather, now_us, now_us + 100);
	first_us = work(&gather, &now_us, 1, 100);
	then_us = work(&gather, &now_us, 1, 100);
	assert_int_equal(then_us, first_us + GATHER_GROWTH_US);
	assert_int_equal(work(&gather, &now_us, MANY, 100), GATHER_MOST_US);
}

static void with_its_longest_turn_it_keeps_the_latency(void **state)
{
	struct gather gather = {0};
	uint64_t now_us = 5000000;

	(void)state;
	work(&gather, &now_us, MANY, 100);
	for (uint64_t took_us = 1500; took_us <= 3500; took_us += 500) {
		/* now and then a frame goes to everybody */
		work(&gather, &now_us, 1, took_us);
		assert_in_range(work(&gather, &now_us, 5, 100), GATHER_LEAST_US,
			GATHER_LATENCY_US - took_us + 250);
	}
	work(&gather, &now_us, 1, 20000);
	assert_in_range(work(&gather, &now_us, 1, 100), GATHER_LEAST_US, GATHER_LEAST_US + 50);
	/* and when there are fewer receivers again */
	assert_int_equal(work(&gather, &now_us, 10 * MANY, 100), GATHER_MOST_US);
}

static void a_turn_that_took_long_enough_is_followed_at_once(void **state)
{
	struct gather gather = {0};
	uint64_t now_us = 5000000;

	(void)state;
	assert_int_equal(work(&gather, &now_us, MANY, 7000), 7000);
	/* which was no rest */
	assert_in_range(work(&gather, &now_us, 1, 100), GATHER_LEAST_US, GATHER_FIRST_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_after_a_rest_is_taken_at_once),
		cmocka_unit_test(it_gathers_for_longer_only_when_work_goes_on),
		cmocka_unit_test(with_its_longest_turn_it_keeps_the_latency),
		cmocka_unit_test(a_turn_that_took_long_enough_is_followed_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
