/* SPDX-License-Identifier: MIT */
#include "ingress/nack.h"

#include "ingress/keyframe.h"
#include "media.h"

enum { RTT_US = 50000 };

static struct nack nack;
static uint16_t seqs[NACK_MAX];
static int64_t given_up;

static int setup(void **state)
{
	(void)state;
	nack = (struct nack){0};
	return 0;
}

static size_t due(uint64_t now_us)
{
	return nack_due(&nack, RTT_US, now_us, seqs, NACK_MAX, &given_up);
}

static void asks_at_once_then_each_round_trip(void **state)
{
	(void)state;
	assert_true(nack_gap(&nack, 65535, 65538, 1000000));
	assert_int_equal(due(1000000), 3);
	assert_int_equal(seqs[0], 65535);
	assert_int_equal(seqs[1], 0);
	assert_int_equal(seqs[2], 1);
	assert_int_equal(due(1000000 + RTT_US - 1), 0);
	assert_true(nack_came(&nack, 65536, NACK_BY_REPAIR, 1040000));
	assert_false(nack_came(&nack, 65536, NACK_BY_REPAIR, 1040000));
	assert_int_equal(due(1000000 + RTT_US), 2);
}

static void gives_up(void **state)
{
	unsigned asked = 0;
	uint64_t now_us = 1000000;

	(void)state;
	nack_gap(&nack, 100, 101, now_us);
	while (nack.count) {
		asked += (unsigned)due(now_us);
		now_us += 10000;
		assert_true(now_us < 4000000);
	}
	assert_int_equal(given_up, 100);
	assert_int_equal(asked, NACK_TRIES);
	due(now_us);
	assert_int_equal(given_up, -1);
}

static void too_many_are_all_forgotten(void **state)
{
	(void)state;
	assert_true(nack_gap(&nack, 0, NACK_MAX, 0));
	assert_false(nack_gap(&nack, NACK_MAX, NACK_MAX + 1, 0));
	assert_int_equal(nack.count, 0);
	assert_false(nack_gap(&nack, 0, 3000, 0));
}

static void waits_where_packets_are_reordered(void **state)
{
	uint64_t now_us = 1000000;

	(void)state;
	for (int i = 0; i < 50; i++) { /* each comes 8 ms late by itself */
		nack_gap(&nack, i, i + 1, now_us);
		nack_came(&nack, i, NACK_BY_ITSELF, now_us + 8000);
		now_us += 100000;
	}
	nack_gap(&nack, 100, 101, now_us);
	assert_int_equal(due(now_us + 5000), 0);
	assert_int_equal(due(now_us + 10000), 1);
	for (int i = 200; i < 400; i++) { /* order again: the guard falls */
		nack_gap(&nack, i, i + 1, now_us);
		nack_came(&nack, i, NACK_BY_ITSELF, now_us);
	}
	assert_int_equal(nack.guard_us, 0);
}

/* Without a repair stream, what was asked for and then comes is no word of reordering. */
static void answers_are_not_taken_for_reordering(void **state)
{
	uint64_t now_us = 1000000;

	(void)state;
	for (int i = 0; i < 50; i++) {
		nack_gap(&nack, i, i + 1, now_us);
		assert_int_equal(due(now_us), 1);
		nack_came(&nack, i, NACK_BY_EITHER, now_us + 15000);
		now_us += 100000;
	}
	assert_int_equal(nack.guard_us, 0);
	nack_gap(&nack, 100, 101, now_us); /* but one that nobody had asked for is */
	nack_came(&nack, 100, NACK_BY_EITHER, now_us + 15000);
	assert_true(nack.guard_us > 0);
}

static void keyframes_are_asked_for_in_one_place(void **state)
{
	struct keyframe k = {0};
	uint64_t now_us = 1000000;
	unsigned asked = 0;

	(void)state;
	assert_false(keyframe_due(&k, true, 0, now_us));
	for (int i = 0; i < 300; i++) /* three hundred join at once */
		keyframe_want(&k);
	assert_true(keyframe_due(&k, true, 0, now_us));
	assert_false(keyframe_due(&k, true, 0, now_us));
	keyframe_seen(&k);
	keyframe_want(&k);
	assert_false(keyframe_due(&k, true, 0, now_us + 499999)); /* not so soon */
	assert_true(keyframe_due(&k, true, 0, now_us + 500000));
	assert_false(keyframe_due(&k, false, 0, now_us + 1000000));
	assert_false(keyframe_due(&k, true, 800000, now_us + 1100000)); /* on its way */
	for (now_us += 500000; now_us < 61500000; now_us += 10000)
		asked += keyframe_due(&k, true, 0, now_us);
	assert_in_range(asked, 20, 26); /* never answered: seldom, but for good */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(asks_at_once_then_each_round_trip, setup),
		cmocka_unit_test_setup(gives_up, setup),
		cmocka_unit_test_setup(too_many_are_all_forgotten, setup),
		cmocka_unit_test_setup(waits_where_packets_are_reordered, setup),
		cmocka_unit_test_setup(answers_are_not_taken_for_reordering, setup),
		cmocka_unit_test(keyframes_are_asked_for_in_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
