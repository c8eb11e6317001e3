/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bench/traffic.h"

static uint8_t bytes[TRAFFIC_MAX_PAYLOAD];

static void has_the_rate_of_a_camera(void **state)
{
	size_t lens[TRAFFIC_MAX_PACKETS], total = 0;
	unsigned packets = 0;

	(void)state;
	for (uint64_t frame = 0; frame < 3000; frame++) {
		unsigned count = traffic_frame(frame, false, lens);

		assert_in_range(count, 5, 7);
		for (unsigned i = 0; i < count; i++) {
			size_t datagram = lens[i] + TRAFFIC_VIDEO_OVERHEAD;

			assert_in_range(datagram, 1060, 1151);
			assert_in_range(lens[i] - lens[0], 0, 1);
			assert_true(!i || lens[i] >= lens[i - 1]);
			total += datagram;
		}
		packets += count;
	}
	assert_in_range(packets / 100, 168, 174); /* a second */
	assert_in_range(total * 8 / 100, 1450000, 1550000);
}

static void comes_back_as_it_was_sent(void **state)
{
	struct traffic_video_packet packet = {
		.frame = 70000, .first = true, .keyframe = true, .stamp = {123456, 789}};
	struct traffic_video_packet got;
	struct traffic_stamp stamp;

	(void)state;
	traffic_write_audio(bytes, TRAFFIC_AUDIO_PAYLOAD, &packet.stamp);
	assert_int_equal(traffic_read_audio(bytes, TRAFFIC_AUDIO_PAYLOAD, &stamp), 0);
	assert_int_equal(stamp.number, 123456);
	assert_int_equal(stamp.sent_ns, 789);
	traffic_write_video(bytes, 1011, &packet);
	assert_int_equal(traffic_read_video(bytes, 1011, &got), 0);
	assert_true(got.first && got.keyframe);
	assert_int_equal(got.stamp.sent_ns, 789);
	packet.first = packet.keyframe = false;
	traffic_write_video(bytes, 1011, &packet);
	assert_int_equal(traffic_read_video(bytes, 1011, &got), 0);
	assert_false(got.first || got.keyframe);
}

static void a_server_may_change_picture_ids_alone(void **state)
{
	struct traffic_video_packet packet = {.frame = 5, .first = true, .stamp = {9, 9}}, got;
	int refused = 0;

	(void)state;
	for (size_t i = 0; i < 1011; i++) {
		traffic_write_video(bytes, 1011, &packet);
		bytes[i] ^= 0x01;
		refused += traffic_read_video(bytes, 1011, &got) < 0;
	}
	/* 6 bytes are the descriptor's; number and moment can be told by their own value only */
	assert_in_range(refused, 1011 - 6 - 16 - 1, 1011);
	traffic_write_video(bytes, 1011, &packet);
	bytes[3] = 77;
	assert_int_equal(traffic_read_video(bytes, 1011, &got), 0);
	assert_true(traffic_read_video(bytes, 20, &got) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_rate_of_a_camera),
		cmocka_unit_test(comes_back_as_it_was_sent),
		cmocka_unit_test(a_server_may_change_picture_ids_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
