/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "net/frames.h"

struct got {
	unsigned count;
	size_t lens[8];
	uint8_t firsts[8], lasts[8];
	int answer;
};

static int take(void *arg, const uint8_t *packet, size_t len)
{
	struct got *got = arg;

	got->lens[got->count] = len;
	got->firsts[got->count] = packet[0];
	got->lasts[got->count++] = packet[len - 1];
	return got->answer;
}

/* 1 byte, none, 300 bytes, the longest */
static size_t write_stream(uint8_t *out)
{
	static const size_t lens[] = {1, 0, 300, LECTERN_MAX_PACKET};
	size_t at = 0;

	for (unsigned i = 0; i < 4; i++) {
		out[at++] = (uint8_t)(lens[i] >> 8);
		out[at++] = (uint8_t)lens[i];
		memset(out + at, (int)(0x10 + i), lens[i]);
		at += lens[i];
	}
	return at;
}

static void check(const struct got *got)
{
	assert_int_equal(got->count, 3);
	assert_int_equal(got->lens[0], 1);
	assert_int_equal(got->lens[1], 300);
	assert_int_equal(got->lens[2], LECTERN_MAX_PACKET);
	assert_int_equal(got->firsts[1], 0x12);
	assert_int_equal(got->lasts[1], 0x12);
	assert_int_equal(got->lasts[2], 0x13);
}

static void a_stream_may_be_cut_anywhere(void **state)
{
	uint8_t stream[4096];
	size_t len = write_stream(stream);

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		struct got got = {0};
		struct frames frames;

		frames_init(&frames);
		assert_int_equal(frames_push(&frames, stream, cut, take, &got), 0);
		assert_int_equal(frames_push(&frames, stream + cut, len - cut, take, &got), 0);
		check(&got);
	}
}

static void bytes_may_come_one_by_one(void **state)
{
	uint8_t stream[4096];
	size_t len = write_stream(stream);
	struct got got = {0};
	struct frames frames;

	(void)state;
	frames_init(&frames);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(frames_push(&frames, stream + i, 1, take, &got), 0);
	check(&got);
}

static void one_byte_too_much_ends_it(void **state)
{
	static const uint8_t head[] = {
		(LECTERN_MAX_PACKET + 1) >> 8, (LECTERN_MAX_PACKET + 1) & 0xff};
	struct got got = {0};
	struct frames frames;

	(void)state;
	frames_init(&frames);
	assert_int_equal(frames_push(&frames, head, 1, take, &got), 0);
	assert_int_equal(frames_push(&frames, head + 1, 1, take, &got), -EMSGSIZE);
	assert_int_equal(got.count, 0);
}

static void the_taker_can_end_it(void **state)
{
	uint8_t stream[4096];
	size_t len = write_stream(stream);
	struct got got = {.answer = -ECONNRESET};
	struct frames frames;

	(void)state;
	frames_init(&frames);
	assert_int_equal(frames_push(&frames, stream, len, take, &got), -ECONNRESET);
	assert_int_equal(got.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_may_be_cut_anywhere),
		cmocka_unit_test(bytes_may_come_one_by_one),
		cmocka_unit_test(one_byte_too_much_ends_it),
		cmocka_unit_test(the_taker_can_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
