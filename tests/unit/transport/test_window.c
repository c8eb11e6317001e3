/* SPDX-License-Identifier: MIT */
/* Packet indices at the wraps, and the window against one that remembers everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/window.h"
#include "tests/unit/transport/dice.h"

enum { SIZE = 128, INDICES = 20000 };

#define ROC(n) ((int64_t)(n)*65536)

static int64_t guess(int64_t highest, uint16_t seq)
{
	return window_guess((uint64_t)highest + 1, seq);
}

static void the_first_packet_is_in_the_first_round(void **state)
{
	(void)state;
	assert_int_equal(window_guess(0, 0), 0);
	assert_int_equal(window_guess(0, 65535), 65535);
}

static void an_index_is_the_nearest_one(void **state)
{
	(void)state;
	assert_int_equal(guess(65535, 0), ROC(1));
	assert_int_equal(guess(65535, 65534), 65534);
	assert_int_equal(guess(ROC(1), 65535), 65535); /* late, from before the wrap */
	assert_int_equal(guess(ROC(1) + 5, 65000), 65000);
	assert_int_equal(guess(ROC(3) + 65530, 4), ROC(4) + 4);
	assert_int_equal(guess(ROC(4) + 4, 65530), ROC(3) + 65530);
	assert_int_equal(guess(ROC(2) + 100, 30000), ROC(2) + 30000);
	assert_int_equal(guess(ROC(2) + 100, 32900), ROC(1) + 32900);
}

/* Half a round away, appendix A stays in the round. */
static void half_a_round_away_the_round_stays(void **state)
{
	(void)state;
	assert_int_equal(guess(ROC(2) + 100, 32868), ROC(2) + 32868);
	assert_int_equal(guess(ROC(2) + 40000, 7232), ROC(2) + 7232);
	assert_int_equal(guess(ROC(2) + 40000, 7231), ROC(3) + 7231);
}

static void there_is_nothing_before_the_first_and_after_the_last(void **state)
{
	(void)state;
	assert_true(guess(3, 65535) < 0);
	assert_int_equal(guess(WINDOW_MAX_RTP_INDEX, 65535), WINDOW_MAX_RTP_INDEX);
	assert_true(guess(WINDOW_MAX_RTP_INDEX, 0) > WINDOW_MAX_RTP_INDEX);
}

static void it_knows_what_a_perfect_memory_knows(void **state)
{
	static uint8_t seen[INDICES];
	uint64_t next = 0, bits[SIZE / 64] = {0}, base = 0, index;
	bool expected;

	(void)state;
	dice_seed(1);
	while (base + 3 * SIZE < INDICES) {
		/* mostly near the newest; sometimes a leap longer than the window */
		base += dice() % 200 == 0 ? (uint64_t)(dice() % (2 * SIZE)) : (uint64_t)dice() % 2;
		index = base + (uint64_t)dice() % (SIZE + SIZE / 2);
		expected = index >= next || (next - index <= SIZE && !seen[index]);
		assert_int_equal(window_is_new(next, bits, SIZE, index), expected);
		if (!expected)
			continue;
		window_add(&next, bits, SIZE, index);
		seen[index] = 1;
		assert_false(window_is_new(next, bits, SIZE, index));
	}
}

static void the_edge_of_the_window_is_exact(void **state)
{
	uint64_t next = 0, bits[SIZE / 64] = {0};

	(void)state;
	window_add(&next, bits, SIZE, 1000);
	assert_true(window_is_new(next, bits, SIZE, 1000 - SIZE + 1));
	assert_false(window_is_new(next, bits, SIZE, 1000 - SIZE));
	window_add(&next, bits, SIZE, 1000 - SIZE + 1);
	assert_false(window_is_new(next, bits, SIZE, 1000 - SIZE + 1));
	/* the next one takes its place in the ring */
	assert_true(window_is_new(next, bits, SIZE, 1001));
	window_add(&next, bits, SIZE, 1001);
	assert_false(window_is_new(next, bits, SIZE, 1001));
	assert_true(window_is_new(next, bits, SIZE, 1001 - SIZE + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_packet_is_in_the_first_round),
		cmocka_unit_test(an_index_is_the_nearest_one),
		cmocka_unit_test(half_a_round_away_the_round_stays),
		cmocka_unit_test(there_is_nothing_before_the_first_and_after_the_last),
		cmocka_unit_test(it_knows_what_a_perfect_memory_knows),
		cmocka_unit_test(the_edge_of_the_window_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
