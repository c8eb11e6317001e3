/* SPDX-License-Identifier: MIT */
/* What a hostile or broken sender can do to the timeline of a track, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lectern/engine.h"
#include "recorder/depacketize.h"

enum { PACKETS = 4096 };

struct seen {
	unsigned frames, restarts, keyframes, gaps;
	int64_t last_rtp;
	struct frame last;
};

static void on_frame(void *user, const struct frame *frame)
{
	struct seen *seen = user;

	if (seen->frames)
		assert_true(frame->rtp >= seen->last_rtp);
	seen->frames++;
	seen->last_rtp = frame->rtp;
	seen->last = *frame;
}

static void on_keyframe(void *user, uint64_t now_us)
{
	struct seen *seen = user;

	(void)now_us;
	seen->keyframes++;
}

static void on_gap(void *user, int64_t from_rtp, int64_t until_rtp)
{
	struct seen *seen = user;

	assert_true(from_rtp <= until_rtp);
	seen->gaps++;
}

static void on_restart(void *user)
{
	struct seen *seen = user;

	seen->restarts++;
}

static void on_reconfigure(void *user)
{
	(void)user;
}

static const struct depacketize_ops ops = {
	on_frame, on_keyframe, on_gap, on_restart, on_reconfigure};

static struct pkt_pool *pool;
static struct depacketizer in;
static struct seen seen;

static void push(uint32_t ssrc, uint16_t seq, uint32_t rtp, bool marker, uint64_t at_us,
	const void *payload, size_t len)
{
	struct pkt *pkt = pkt_get(pool);

	assert_non_null(pkt);
	pkt->arrival_us = at_us;
	pkt->len = (uint32_t)(12 + len);
	pkt->rtp = (struct pkt_rtp){.ssrc = ssrc,
		.timestamp = rtp,
		.seq = seq,
		.marker = marker,
		.header_len = 12,
		.payload_at = 12,
		.payload_len = (uint16_t)len};
	memcpy(pkt->data + 12, payload, len);
	depacketizer_push(&in, pkt, at_us);
	pkt_put(pkt);
}

/* A frame of 20 ms. */
static void opus(uint16_t seq, uint32_t rtp, uint64_t at_us)
{
	push(1, seq, rtp, false, at_us, "\x78\x01\x02", 3);
}

static void vp8(uint16_t seq, uint32_t rtp, bool key, bool marker, bool first)
{
	uint8_t payload[11] = {first ? 0x10 : 0, key ? 0 : 1, 0, 0, 0x9d, 1, 0x2a, 64, 0, 48, 0};

	push(2, seq, rtp, marker, 1000000 + rtp * 100 / 9, payload, sizeof(payload));
}

static int begin(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	return pkt_pool_create(PACKETS, &pool);
}

static int finish(void **state)
{
	(void)state;
	depacketizer_finish(&in);
	assert_int_equal(pkt_pool_free(pool), PACKETS);
	pkt_pool_destroy(pool);
	return 0;
}

static void begin_opus(void)
{
	assert_int_equal(depacketizer_init(&in, LECTERN_CODEC_OPUS, 48000, &ops, &seen), 0);
}

static void begin_vp8(void)
{
	assert_int_equal(depacketizer_init(&in, LECTERN_CODEC_VP8, 90000, &ops, &seen), 0);
}

static void refuses_what_it_does_not_know(void **state)
{
	(void)state;
	assert_int_equal(depacketizer_init(&in, 77, 48000, &ops, &seen), -22);
	assert_int_equal(depacketizer_init(&in, LECTERN_CODEC_OPUS, 8000, &ops, &seen), -22);
	begin_opus();
}

static void drops_one_timestamp_that_is_far_off(void **state)
{
	(void)state;
	begin_opus();
	opus(1, 0, 1000000);
	opus(2, 0x70000000, 1020000);
	opus(3, 1920, 1040000);
	assert_int_equal(seen.restarts, 0);
	assert_int_equal(in.drops[DEPACKETIZE_SKEW], 1);
	assert_int_equal(seen.frames, 3); /* the one between is silence */
}

static void follows_a_clock_that_was_set_anew(void **state)
{
	(void)state;
	begin_opus();
	opus(1, 0x70000000, 1000000);
	for (uint16_t i = 0; i < 10; i++)
		opus((uint16_t)(2 + i), 5000 + i * 960u, 1020000 + i * 20000u);
	assert_int_equal(seen.restarts, 1);
	assert_int_equal(seen.frames, 1 + 10 - 2);
}

/* Each step alone is small enough to be filled: their sum is not. */
static void bounds_what_a_running_clock_can_fill(void **state)
{
	(void)state;
	begin_opus();
	for (uint16_t i = 0; i < 2000; i++)
		opus(i, i * 90000u, 1000000 + i * 1000u);
	/* ten seconds of silence, and then no more of it is believed */
	assert_true(seen.frames < 700);
	assert_true(in.drops[DEPACKETIZE_SKEW] > 1900);
}

static void takes_a_numbering_that_jumped(void **state)
{
	(void)state;
	begin_opus();
	opus(10, 0, 1000000);
	opus(40000, 960, 1020000); /* alone, it is a stray */
	assert_int_equal(seen.frames, 1);
	opus(40001, 1920, 1040000);
	assert_int_equal(seen.frames, 3);
}

static void waits_for_a_missing_packet_and_no_longer(void **state)
{
	(void)state;
	begin_opus();
	opus(1, 0, 1000000);
	opus(3, 1920, 1040000);
	depacketizer_tick(&in, 1040000 + REORDER_WAIT_US - 1);
	assert_int_equal(seen.frames, 1);
	depacketizer_tick(&in, 1040000 + REORDER_WAIT_US);
	assert_int_equal(seen.frames, 3);
	assert_int_equal(seen.gaps, 1);
}

static void refuses_malformed_opus(void **state)
{
	(void)state;
	begin_opus();
	push(1, 1, 0, false, 1000000, "\x7b", 1);		 /* code 3 without its count */
	push(1, 2, 960, false, 1020000, "\x7b\x3f\x01", 3);	 /* 63 frames of 20 ms */
	push(1, 3, 1920, false, 1040000, "\x79\x01\x02\x03", 4); /* two of unequal length */
	push(1, 4, 2880, false, 1060000, "\x7a\xfb\x02", 3);	 /* longer than there is */
	assert_int_equal(seen.frames, 0);
	assert_int_equal(in.drops[DEPACKETIZE_BAD], 4);
}

static void begins_with_a_keyframe(void **state)
{
	(void)state;
	begin_vp8();
	vp8(1, 0, false, true, true);
	assert_int_equal(seen.frames, 0);
	assert_int_equal(seen.keyframes, 1);
	vp8(2, 3000, true, true, true);
	assert_int_equal(seen.frames, 1);
	assert_true(seen.last.keyframe);
	assert_int_equal(seen.last.width, 64);
	assert_int_equal(seen.last.height, 48);
	assert_int_equal(seen.last.len, 10);
}

static void joins_the_packets_of_a_frame(void **state)
{
	(void)state;
	begin_vp8();
	vp8(1, 3000, true, false, true);
	vp8(3, 3000, false, true, false);
	assert_int_equal(seen.frames, 0);
	vp8(2, 3000, false, false, false);
	assert_int_equal(seen.frames, 1);
	assert_int_equal(seen.last.len, 30);
}

static void ends_a_frame_whose_marker_never_came(void **state)
{
	(void)state;
	begin_vp8();
	vp8(1, 3000, true, false, true);
	vp8(2, 6000, false, true, true);
	assert_int_equal(seen.frames, 2);
}

static void begins_anew_with_another_stream(void **state)
{
	(void)state;
	begin_vp8();
	vp8(1, 3000, true, true, true);
	push(9, 500, 77, true, 1050000, "\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00", 11);
	assert_int_equal(seen.restarts, 1);
	assert_int_equal(seen.frames, 1); /* no keyframe of it yet */
	vp8(2, 6000, false, true, true);  /* late, of the old one */
	assert_int_equal(in.drops[DEPACKETIZE_OLD], 1);
	assert_int_equal(seen.restarts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_what_it_does_not_know, begin, finish),
		cmocka_unit_test_setup_teardown(drops_one_timestamp_that_is_far_off, begin, finish),
		cmocka_unit_test_setup_teardown(follows_a_clock_that_was_set_anew, begin, finish),
		cmocka_unit_test_setup_teardown(
			bounds_what_a_running_clock_can_fill, begin, finish),
		cmocka_unit_test_setup_teardown(takes_a_numbering_that_jumped, begin, finish),
		cmocka_unit_test_setup_teardown(
			waits_for_a_missing_packet_and_no_longer, begin, finish),
		cmocka_unit_test_setup_teardown(refuses_malformed_opus, begin, finish),
		cmocka_unit_test_setup_teardown(begins_with_a_keyframe, begin, finish),
		cmocka_unit_test_setup_teardown(joins_the_packets_of_a_frame, begin, finish),
		cmocka_unit_test_setup_teardown(
			ends_a_frame_whose_marker_never_came, begin, finish),
		cmocka_unit_test_setup_teardown(begins_anew_with_another_stream, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
