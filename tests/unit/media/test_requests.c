/* SPDX-License-Identifier: MIT */
/* ingress/upstream: what a sender is told, and asked for. */
#include <errno.h>

#include "ingress/nack.h"
#include "upside.h"

static int setup_fir(void **state)
{
	struct lectern_section fir = plain[1];

	(void)state;
	fir.pli = false;
	fir.fir = true;
	return create(&fir, 1);
}

static int setup_deaf(void **state)
{
	struct lectern_section deaf = plain[1];

	(void)state;
	deaf.pli = false;
	return create(&deaf, 1);
}

static int setup_reduced(void **state)
{
	struct lectern_section reduced[] = {plain[0], plain[1]};

	(void)state;
	reduced[1].rsize = true;
	return create(reduced, 2);
}

static int setup_audio_nack(void **state)
{
	struct lectern_section audio = plain[0];

	(void)state;
	audio.nack = true;
	return create(&audio, 1);
}

static void asks_for_what_is_missing(void **state)
{
	(void)state;
	frame(10, true);
	frame(12, false);
	run(30000);
	assert_int_equal(back.nacks, 1);
	assert_int_equal(back.nack_seq, 11);
	run(200000);
	assert_in_range(back.nacks, 2, 4);
	repair(11, 66);
	back.nacks = 0;
	run(500000);
	assert_int_equal(back.nacks + back.keyframes, 0);
}

static void a_hole_that_stays_costs_a_keyframe(void **state)
{
	(void)state;
	frame(10, true);
	frame(12, false);
	run(1200000);
	assert_int_equal(back.nacks, NACK_TRIES);
	assert_int_equal(back.keyframes, 1);
	assert_int_equal(back.keyframe_ssrc, TEST_SSRC);
	run(2000000); /* again until it comes */
	assert_in_range(back.keyframes, 3, 6);
	frame(13, true);
	back.keyframes = 0;
	run(3000000);
	assert_int_equal(back.keyframes, 0);
}

static void a_keyframe_after_the_hole_is_enough(void **state)
{
	(void)state;
	frame(10, true);
	frame(12, true);
	run(3000000);
	assert_int_equal(back.keyframes, 0);
}

static void a_long_gap_is_not_asked_for(void **state)
{
	(void)state;
	frame(10, true);
	frame(1000, false);
	run(100000);
	assert_int_equal(back.nacks, 0);
	assert_int_equal(back.keyframes, 1);
}

static void who_waits_for_a_keyframe_does_not_wait_for_us(void **state)
{
	(void)state;
	frame(10, true);
	run(3000000);
	back.due = back.keyframes = 0;
	for (int i = 0; i < 200; i++)
		from->ops->need_keyframe(from, 0, now_us);
	assert_int_equal(back.due, 1);
	upstream_tick(up, now_us);
	assert_int_equal(back.keyframes, 1);
}

static void a_sender_without_pli_gets_commands(void **state)
{
	uint8_t first;

	(void)state;
	frame(10, true);
	from->ops->need_keyframe(from, 0, now_us);
	run(2500000);
	assert_int_equal(back.keyframes, 0);
	assert_in_range(back.firs, 2, 4);
	first = back.fir_command;
	frame(11, true);
	from->ops->need_keyframe(from, 0, now_us);
	run(1500000);
	assert_int_equal(back.fir_command, (uint8_t)(first + 1));
}

static void a_sender_with_neither_is_left_alone(void **state)
{
	(void)state;
	frame(10, true);
	frame(400, false);
	from->ops->need_keyframe(from, 0, now_us);
	assert_int_equal(back.due, 0);
	assert_true(upstream_tick(up, now_us) - now_us > 100000); /* and does not keep us awake */
}

static void reduced_size_where_agreed(void **state)
{
	(void)state;
	back.reduced = true;
	frame(10, true);
	run(20000); /* a report */
	from->ops->need_keyframe(from, 0, now_us);
	upstream_tick(up, now_us);
	assert_int_equal(back.keyframes, 1);
	assert_int_equal(back.first_type, 206);
}

static void sound_is_asked_for_where_that_is_in_time(void **state)
{
	struct spec spec = {.pt = 111, .ssrc = 0x10, .payload = video, .payload_len = 64};

	(void)state;
	upstream_set_rtt(up, 100000);
	for (spec.seq = 1; spec.seq < 5; spec.seq += 2)
		feed(&spec);
	run(20000);
	assert_int_equal(back.nacks, 1);
	upstream_set_rtt(up, 300000);
	spec.seq += 4;
	feed(&spec);
	run(1000000);
	assert_int_equal(back.nacks, 1);
	assert_int_equal(back.keyframes, 0); /* whatever is missing */
}

static void reports_what_it_got(void **state)
{
	struct rtcp_sr sr = {
		.ssrc = TEST_SSRC, .ntp = rtcp_ntp_of_us(7000000), .rtp_timestamp = 30000};
	uint8_t data[64];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	for (uint16_t seq = 10; seq < 20; seq++) {
		if (seq != 15)
			frame(seq, seq == 10);
	}
	rtcp_write_sr(&w, &sr, NULL, 0);
	upstream_rtcp(up, data, w.len, now_us);
	assert_int_equal(back.reports, 1);
	assert_true(from->layers[0].has_report);
	assert_int_equal(from->layers[0].report.capture_us, now_us);
	assert_int_equal(from->layers[0].report.rtp_timestamp, 30000);
	now_us += 500000;
	upstream_tick(up, now_us);
	assert_int_equal(back.blocks, 1);
	assert_int_equal(back.block.ssrc, TEST_SSRC);
	assert_int_equal(back.block.lost, 1);
	assert_int_equal(back.block.highest, 19);
	assert_int_equal(back.block.lsr, 7 << 16);
	assert_int_equal(back.block.dlsr, 32768);
	run(3000000); /* nothing came since: nothing is said */
	assert_int_equal(back.blocks, 1);
	sr.ssrc = 0x7777;
	w = writer_of(data, sizeof(data));
	rtcp_write_sr(&w, &sr, NULL, 0);
	upstream_rtcp(up, data, w.len, now_us); /* of nobody */
	assert_int_equal(back.reports, 1);
	assert_int_equal(upstream_rtcp(up, data, 3, now_us), -EBADMSG);
}

static void tells_the_sender_of_all_packets(void **state)
{
	struct spec spec = {.pt = 111,
		.ssrc = 0x10,
		.seq = 1,
		.has_twcc = true,
		.payload = video,
		.payload_len = 64};

	(void)state;
	for (int i = 0; i < 50; i++) { /* sound alone, a second of it */
		feed(&spec);
		spec.seq++;
		spec.twcc++;
		run(20000);
	}
	assert_in_range(back.twcc, 6, 8); /* 100 ms, and 250 once the rate is known */
	/* libwebrtc passes over feedback that names none of its streams. */
	assert_int_equal(back.twcc_media, spec.ssrc);
}

int main(void)
{
#define UP_TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		UP_TEST(asks_for_what_is_missing, setup),
		UP_TEST(a_hole_that_stays_costs_a_keyframe, setup),
		UP_TEST(a_keyframe_after_the_hole_is_enough, setup),
		UP_TEST(a_long_gap_is_not_asked_for, setup),
		UP_TEST(who_waits_for_a_keyframe_does_not_wait_for_us, setup),
		UP_TEST(a_sender_without_pli_gets_commands, setup_fir),
		UP_TEST(a_sender_with_neither_is_left_alone, setup_deaf),
		UP_TEST(reduced_size_where_agreed, setup_reduced),
		UP_TEST(sound_is_asked_for_where_that_is_in_time, setup_audio_nack),
		UP_TEST(reports_what_it_got, setup),
		UP_TEST(tells_the_sender_of_all_packets, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
