/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bench/stream.h"

static void counts_without_loss_over_three_wraps(void **state)
{
	struct stream stream;

	(void)state;
	stream_init(&stream);
	for (uint32_t i = 0; i < 200000; i++)
		assert_true(stream_take(&stream, (uint16_t)(65000 + i), 0));
	assert_int_equal(stream_expected(&stream), 200000);
	assert_int_equal(stream.received, 200000);
	assert_int_equal(stream.gap_count, 0);
}

static void counts_loss_over_a_wrap(void **state)
{
	struct stream stream;
	unsigned sent = 0, lost = 0;

	(void)state;
	stream_init(&stream);
	for (uint32_t i = 0; i < 140000; i++, sent++) {
		if (i % 1000 == 535) { /* the numbers 65535 and 0 among them */
			lost++;
			continue;
		}
		stream_take(&stream, (uint16_t)(65000 + i), i * 1000);
	}
	assert_int_equal(stream_expected(&stream), sent);
	assert_int_equal(stream.received, sent - lost);
}

static void takes_reordered_ones_for_received(void **state)
{
	static const uint16_t order[] = {65534, 0, 65535, 2, 1};
	struct stream stream;

	(void)state;
	stream_init(&stream);
	for (int i = 0; i < 5; i++)
		assert_true(stream_take(&stream, order[i], 0));
	assert_int_equal(stream_expected(&stream), 5);
	assert_int_equal(stream.received, 5);
	assert_int_equal(stream.repaired, 0);
	assert_false(stream_take(&stream, 0, 0));
	assert_int_equal(stream.repeated, 1);
	assert_int_equal(stream.received, 5);
}

static void what_was_asked_for_is_repaired_not_received(void **state)
{
	struct stream stream;
	uint16_t asked[8];

	(void)state;
	stream_init(&stream);
	stream_take(&stream, 65534, 0);
	stream_take(&stream, 2, 0); /* 65535, 0 and 1 are missing */
	assert_int_equal(stream_nack(&stream, 1000, asked, 8), 0);
	assert_int_equal(stream_nack(&stream, STREAM_NACK_FIRST_US, asked, 8), 3);
	assert_int_equal(asked[0], 65535);
	assert_int_equal(asked[2], 1);
	assert_true(stream_take(&stream, 65535, 20000));
	stream_repair(&stream, 1);
	stream_repair(&stream, 1);
	assert_int_equal(stream.repaired, 2);
	assert_int_equal(stream.received, 2);
	assert_int_equal(stream_expected(&stream), 5);
}

static void gives_up_what_does_not_come(void **state)
{
	struct stream stream;
	uint16_t asked[8];
	uint64_t now_us = STREAM_NACK_FIRST_US;

	(void)state;
	stream_init(&stream);
	stream_take(&stream, 10, 0);
	stream_take(&stream, 12, 0);
	for (int i = 0; i < STREAM_NACK_TRIES; i++, now_us += STREAM_NACK_AGAIN_US)
		assert_int_equal(stream_nack(&stream, now_us, asked, 8), 1);
	assert_int_equal(stream_nack(&stream, now_us, asked, 8), 0);
	assert_int_equal(stream.gap_count, 0);
	assert_int_equal(stream_expected(&stream) - stream.received, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_without_loss_over_three_wraps),
		cmocka_unit_test(counts_loss_over_a_wrap),
		cmocka_unit_test(takes_reordered_ones_for_received),
		cmocka_unit_test(what_was_asked_for_is_repaired_not_received),
		cmocka_unit_test(gives_up_what_does_not_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
