/* SPDX-License-Identifier: MIT */
/* ingress/keyframe: as few requests as possible, but never none where one is wanted. */
#include "ingress/keyframe.h"

#include "media.h"

enum { SECOND = 1000000, STEP_US = 10000 };

static void the_first_goes_at_once(void **state)
{
	struct keyframe k = {0};

	(void)state;
	assert_false(keyframe_due(&k, true, 50000, 1)); /* nobody wants one */
	keyframe_want(&k);
	assert_true(keyframe_due(&k, true, 50000, 1));
	keyframe_seen(&k);
	keyframe_want(&k); /* who came a moment too late waits a little ... */
	assert_false(keyframe_due(&k, true, 50000, 2));
	assert_true(keyframe_due(&k, true, 50000, KEYFRAME_LOWEST_US + 1));
	keyframe_seen(&k);
	keyframe_want(&k); /* ... and after a quiet while not at all */
	assert_true(keyframe_due(&k, true, 50000, 5 * SECOND));
}

static void an_answer_on_its_way_is_waited_for(void **state)
{
	struct keyframe k = {.wanted = true};

	(void)state;
	assert_true(keyframe_due(&k, true, 800000, SECOND));
	assert_false(keyframe_due(&k, true, 800000, SECOND + 1199999));
	assert_true(keyframe_due(&k, true, 800000, SECOND + 1200000));
}

static void repeats_are_the_same_command(void **state)
{
	struct keyframe k = {.wanted = true};
	uint8_t first;

	(void)state;
	assert_true(keyframe_due(&k, false, 0, SECOND));
	first = k.command;
	assert_true(keyframe_due(&k, false, 0, 2 * SECOND));
	assert_int_equal(k.command, first);
	keyframe_seen(&k);
	keyframe_want(&k);
	assert_true(keyframe_due(&k, false, 0, 5 * SECOND));
	assert_int_equal(k.command, (uint8_t)(first + 1));
}

/* 200 trainees join within ten seconds; the sender answers each request after 80 ms. */
static void a_storm_of_joins_costs_a_dozen(void **state)
{
	for (unsigned lowest = 0; lowest < 2; lowest++) {
		struct keyframe k = {0};
		uint64_t start_us = 100 * SECOND, answer_us = 0, wanted_us = 0, longest_us = 0;
		unsigned requests = 0;

		(void)state;
		for (uint64_t t = 0; t < 10 * SECOND; t += STEP_US) {
			if (t % 50000 == 0) {
				wanted_us = k.wanted ? wanted_us : t;
				keyframe_want(&k);
			}
			if (keyframe_due(&k, lowest, 40000, start_us + t)) {
				requests++;
				answer_us = t + 80000;
			}
			if (answer_us == t && t) {
				longest_us =
					t - wanted_us > longest_us ? t - wanted_us : longest_us;
				keyframe_seen(&k);
			}
		}
		assert_in_range(requests, 9, 12);
		assert_true(longest_us <= 1200000);
	}
}

/* Whatever happens: the gaps are kept, ten seconds hold a dozen, and a wish is never forgotten. */
static void the_limits_hold_at_random(void **state)
{
	static uint64_t asked_us[100000];

	(void)state;
	seed_dice(5);
	for (unsigned round = 0; round < 200; round++) {
		struct keyframe k = {0};
		bool lowest = dice() % 2;
		uint32_t rtt_us = (uint32_t)dice() % 600000;
		uint64_t now_us = (uint64_t)dice() % (100 * SECOND) + SECOND, since_us = 0;
		unsigned n = 0, hopeless = 0;

		for (unsigned step = 0; step < 5000; step++) {
			now_us += (uint64_t)dice() % (2 * STEP_US);
			if (dice() % 20 == 0 && !k.wanted) {
				keyframe_want(&k);
				since_us = now_us;
				hopeless = 0;
			}
			if (dice() % 40 == 0)
				keyframe_seen(&k);
			if (!keyframe_due(&k, lowest, rtt_us, now_us)) {
				assert_true(
					!k.wanted ||
					now_us - since_us <= KEYFRAME_SELDOM_US + KEYFRAME_EARN_US);
				continue;
			}
			assert_true(k.wanted);
			hopeless++;
			since_us = now_us;
			asked_us[n] = now_us;
			if (n > 0) {
				uint64_t gap_us = now_us - asked_us[n - 1];

				assert_true(gap_us >=
					    (lowest ? KEYFRAME_LOWEST_US : KEYFRAME_OTHERS_US));
				assert_true(gap_us >= 3 * (uint64_t)rtt_us / 2);
				assert_true(hopeless <= KEYFRAME_PATIENCE ||
					    gap_us >= KEYFRAME_SELDOM_US);
			}
			if (n >= 12)
				assert_true(now_us - asked_us[n - 12] > 10 * SECOND);
			n++;
		}
		assert_true(n > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_goes_at_once),
		cmocka_unit_test(an_answer_on_its_way_is_waited_for),
		cmocka_unit_test(repeats_are_the_same_command),
		cmocka_unit_test(a_storm_of_joins_costs_a_dozen),
		cmocka_unit_test(the_limits_hold_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
