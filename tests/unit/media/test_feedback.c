/* SPDX-License-Identifier: MIT */
#include "ingress/feedback.h"

#include "media.h"
#include "rtp/twcc.h"

static struct feedback feedback;
static struct twcc_feedback told;

static int setup(void **state)
{
	(void)state;
	feedback = (struct feedback){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	feedback_finish(&feedback);
	return 0;
}

/* True if one was written; then it is in `told`. */
static bool write(uint64_t now_us)
{
	uint8_t data[1200];
	struct writer w = writer_of(data, sizeof(data));

	if (!feedback_write(&feedback, &w, 1, 2, now_us))
		return false;
	assert_int_equal(
		twcc_parse(data + 12, w.len - 12 - (data[0] & 0x20 ? data[w.len - 1] : 0u), &told),
		0);
	return true;
}

static void tells_what_came_and_what_did_not(void **state)
{
	(void)state;
	assert_false(write(0));
	assert_true(feedback_due_us(&feedback, 0) == UINT64_MAX);
	feedback_arrived(&feedback, 65534, 1000000);
	feedback_arrived(&feedback, 65535, 1001000);
	feedback_arrived(&feedback, 1, 1002000);
	feedback_arrived(&feedback, 1, 1003000); /* the first counts */
	assert_true(feedback_due_us(&feedback, 0) == FEEDBACK_US);
	assert_true(write(1005000));
	assert_int_equal(told.base, 65534);
	assert_int_equal(told.count, 4);
	assert_true(told.arrivals[2] == TWCC_LOST);
	assert_true(told.arrivals[3] == 1002000);
	assert_false(write(1006000));
	assert_true(feedback_due_us(&feedback, 0) == UINT64_MAX);
	feedback_arrived(&feedback, 3, 1010000); /* the gap before it is told, too */
	assert_true(feedback_due_us(&feedback, 2000000) == 1005000 + FEEDBACK_FAST_US);
	assert_true(write(1010000));
	assert_int_equal(told.base, 2);
	assert_true(told.arrivals[0] == TWCC_LOST);
}

static void a_late_one_is_told_again(void **state)
{
	(void)state;
	feedback_arrived(&feedback, 10, 1000000);
	feedback_arrived(&feedback, 12, 1001000);
	write(1001000);
	feedback_arrived(&feedback, 11, 1050000);
	assert_true(write(1060000));
	assert_int_equal(told.base, 11);
	assert_int_equal(told.count, 2);
	assert_true(told.arrivals[0] == 1050000);
	feedback_arrived(&feedback, 14, 1100000);
	write(1100000);
	feedback_arrived(&feedback, 13, 1100000 + FEEDBACK_BACK_US + 1); /* nobody waits for it */
	assert_false(write(1700000));
}

static void jumps_and_floods(void **state)
{
	unsigned told_of = 0;

	(void)state;
	feedback_arrived(&feedback, 10, 1000000);
	feedback_arrived(&feedback, 30000, 1001000); /* begins anew there */
	assert_true(write(1001000));
	assert_int_equal(told.base, 30000);
	assert_int_equal(told.count, 1);
	feedback_arrived(&feedback, 20000, 1002000); /* long ago */
	assert_false(write(1002000));
	for (unsigned i = 1; i <= 3 * FEEDBACK_ROOM; i++)
		feedback_arrived(&feedback, (uint16_t)(30000 + i), 1002000 + i * 100);
	while (write(2000000))
		told_of += told.count;
	assert_int_equal(told_of, FEEDBACK_ROOM); /* as far as is remembered */
}

static void as_often_as_its_link_allows(void **state)
{
	uint64_t told_us = 1000000;

	(void)state;
	feedback_arrived(&feedback, 0, told_us);
	write(told_us);
	feedback_arrived(&feedback, 1, told_us);
	assert_int_equal(feedback_due_us(&feedback, 0) - told_us, FEEDBACK_US);
	assert_int_equal(feedback_due_us(&feedback, 500000) - told_us, FEEDBACK_US);
	assert_int_equal(feedback_due_us(&feedback, 2000000) - told_us, FEEDBACK_FAST_US);
	assert_int_equal(feedback_due_us(&feedback, 50000) - told_us, FEEDBACK_SLOW_US);
	/* A long one, about packets far apart, is not sent as often as a short one. */
	for (uint16_t i = 2; i < 400; i++)
		feedback_arrived(&feedback, i, told_us + i * 70000u);
	told_us += 1000000;
	while (write(told_us))
		;
	feedback_arrived(&feedback, 400, told_us + 400 * 70000u);
	assert_true(feedback_due_us(&feedback, 1100000) - told_us > 2 * FEEDBACK_FAST_US);
	assert_true(feedback_due_us(&feedback, 1100000) - told_us <= FEEDBACK_SLOW_US);
	assert_int_equal(feedback_due_us(&feedback, 20000000) - told_us, FEEDBACK_FAST_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_came_and_what_did_not, setup, teardown),
		cmocka_unit_test_setup_teardown(a_late_one_is_told_again, setup, teardown),
		cmocka_unit_test_setup_teardown(as_often_as_its_link_allows, setup, teardown),
		cmocka_unit_test_setup_teardown(jumps_and_floods, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
