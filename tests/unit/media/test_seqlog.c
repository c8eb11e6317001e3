/* SPDX-License-Identifier: MIT */
#include "ingress/seqlog.h"

#include "media.h"

static struct seqlog seqs;
static int64_t extended;

static int setup(void **state)
{
	(void)state;
	seqs = (struct seqlog){0};
	return 0;
}

static enum seqlog_result put(uint16_t seq)
{
	return seqlog_put(&seqs, seq, false, &extended);
}

static void extends_over_the_wrap(void **state)
{
	int64_t first;

	(void)state;
	assert_int_equal(put(65534), SEQLOG_NEW);
	first = extended;
	assert_int_equal(put(65535), SEQLOG_NEW);
	assert_int_equal(put(1), SEQLOG_NEW);
	assert_int_equal(extended, first + 3);
	assert_int_equal(put(0), SEQLOG_NEW); /* late */
	assert_int_equal(extended, first + 2);
	assert_int_equal(seqs.highest, first + 3);
	assert_int_equal(put(65533), SEQLOG_NEW); /* before the first */
	assert_int_equal(seqlog_expected(&seqs), 5);
}

static void each_once(void **state)
{
	(void)state;
	put(10);
	assert_int_equal(put(10), SEQLOG_DUPLICATE);
	put(12);
	assert_int_equal(put(11), SEQLOG_NEW);
	assert_int_equal(put(11), SEQLOG_DUPLICATE);
	put(12 + SEQLOG_WINDOW); /* the window moved on */
	assert_int_equal(put(13 + SEQLOG_WINDOW), SEQLOG_NEW);
	assert_int_equal(put(14), SEQLOG_NEW);
	assert_int_equal(put(14), SEQLOG_DUPLICATE);
	assert_int_equal(put(13), SEQLOG_JUMP); /* too old to tell */
}

static void two_that_follow_begin_anew(void **state)
{
	(void)state;
	put(10);
	assert_int_equal(put(30000), SEQLOG_JUMP);
	assert_int_equal(put(11), SEQLOG_NEW); /* it was a stray */
	assert_int_equal(put(30001), SEQLOG_JUMP);
	assert_int_equal(put(30002), SEQLOG_RESTART);
	assert_int_equal(put(30003), SEQLOG_NEW);
	assert_int_equal(put(12), SEQLOG_JUMP);
	assert_int_equal(seqlog_put(&seqs, 12, true, &extended), SEQLOG_OLD);
}

static void losses_as_in_rfc_3550_a_3(void **state)
{
	struct rtcp_block block = {0};

	(void)state;
	for (uint16_t seq = 0; seq < 100; seq++) {
		if (seq % 4 != 1)
			put((uint16_t)(65500 + seq));
	}
	seqlog_put(&seqs, 65501, true, &extended); /* repaired: lost on the way all the same */
	seqlog_block(&seqs, &block);
	assert_int_equal(block.lost, 25);
	assert_in_range(block.fraction, 62, 64);
	assert_int_equal(block.highest, 65536 + 63);
	for (uint16_t seq = 100; seq < 200; seq++)
		put((uint16_t)(65500 + seq));
	seqlog_block(&seqs, &block);
	assert_int_equal(block.lost, 25);
	assert_int_equal(block.fraction, 0); /* since the last report */
	seqlog_block(&seqs, &block);
	assert_int_equal(block.fraction, 0);
}

static void jitter_as_in_rfc_3550_a_8(void **state)
{
	uint64_t arrival_us = 1000000;
	uint32_t timestamp = 0xfffff000; /* wraps */

	(void)state;
	for (int i = 0; i < 500; i++) {
		seqlog_jitter(&seqs, timestamp, arrival_us, 90000);
		timestamp += 3000;
		arrival_us += 33333;
	}
	assert_in_range(seqs.jitter >> 4, 0, 1);
	for (int i = 0; i < 500; i++) { /* each is 10 ms off the one before: 900 units */
		seqlog_jitter(&seqs, timestamp, arrival_us + (i % 2 ? 10000 : 0), 90000);
		timestamp += 3000;
		arrival_us += 33333;
	}
	assert_in_range(seqs.jitter >> 4, 890, 910);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(extends_over_the_wrap, setup),
		cmocka_unit_test_setup(each_once, setup),
		cmocka_unit_test_setup(two_that_follow_begin_anew, setup),
		cmocka_unit_test_setup(losses_as_in_rfc_3550_a_3, setup),
		cmocka_unit_test_setup(jitter_as_in_rfc_3550_a_8, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
