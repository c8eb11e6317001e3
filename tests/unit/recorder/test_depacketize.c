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

/* Two spatial layers of a picture, of 3 and 2 bytes; the lower one in two packets. The first byte of
 * each payload is its descriptor (RFC 9628 4.2): L, B, E; the second of it the layer's numbers. */
static void layers_of_vp9_become_a_superframe(void **state)
{
	/* uncompressed header of a keyframe of 64x48 in profile 0 (VP9 specification 6.2) */
	static const uint8_t low[] = {
		0x28, 0x00, 0x00, 0x82, 0x49, 0x83, 0x42, 0x00, 0x03, 0xf0, 0x02, 0xf0, 1, 2, 3};
	static const uint8_t more[] = {0x24, 0x00, 0x00, 4, 5};
	static const uint8_t high[] = {0x2c, 0x03, 0x00, 6, 7};
	uint8_t index[] = {0xd9, 14, 0, 0, 0, 2, 0, 0, 0, 0xd9};
	uint8_t first[] = {0x82, 0x49, 0x83, 0x42};

	(void)state;
	assert_int_equal(depacketizer_init(&in, LECTERN_CODEC_VP9, 90000, &ops, &seen), 0);
	push(2, 10, 9000, false, 1000000, low, sizeof(low));
	push(2, 11, 9000, false, 1000000, more, sizeof(more));
	assert_int_equal(seen.frames, 0);
	push(2, 12, 9000, true, 1000000, high, sizeof(high));
	assert_int_equal(seen.frames, 1);
	assert_true(seen.last.keyframe);
	assert_int_equal(seen.last.width, 64);
	assert_int_equal(seen.last.len, 14 + 2 + sizeof(index));
	assert_memory_equal(seen.last.data, first, sizeof(first));
	assert_memory_equal(seen.last.data + 14, "\6\7", 2);
	assert_memory_equal(seen.last.data + 16, index, sizeof(index));
	/* The next picture lacks its upper layer: it is its lower one, and no superframe. */
	push(2, 13, 12000, true, 1033000, "\x6c\x00\x00\x08\x09", 5);
	assert_int_equal(seen.frames, 2);
	assert_false(seen.last.keyframe);
	assert_int_equal(seen.last.len, 2);
}

/* A picture whose first slice was lost is none, even if its sets came. */
static void h264_wants_the_first_slice(void **state)
{
	static const uint8_t sets[] = {24, 0, 25, 0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x47,
		0xfe, 0x88, 0x78, 0x00, 0x00, 0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x01, 0xe0, 0x78,
		0xc1, 0x32, 0x40, 0, 4, 0x68, 0xcb, 0x83, 0xcb};

	(void)state;
	assert_int_equal(depacketizer_init(&in, LECTERN_CODEC_H264, 90000, &ops, &seen), 0);
	push(3, 1, 9000, false, 1000000, sets, sizeof(sets));
	push(3, 2, 9000, true, 1000000, "\x65\x40\x01", 3);
	assert_int_equal(seen.frames, 0);
	assert_int_equal(seen.keyframes, 1);
	push(3, 3, 12000, false, 1033000, sets, sizeof(sets));
	push(3, 4, 12000, false, 1033000, "\x65\x88\x01", 3);
	push(3, 5, 12000, true, 1033000, "\x65\x40\x01", 3);
	assert_int_equal(seen.frames, 1);
	assert_true(seen.last.keyframe);
	assert_memory_equal(seen.last.data, "\0\0\0\3\x65\x88\1\0\0\0\3\x65\x40\1", 14);
	assert_memory_equal(seen.last.config, "\1\x42\xc0\x1f\xff\xe1\0\x19\x67", 9);
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
		cmocka_unit_test_setup_teardown(layers_of_vp9_become_a_superframe, begin, finish),
		cmocka_unit_test_setup_teardown(h264_wants_the_first_slice, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
