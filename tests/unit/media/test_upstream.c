/* SPDX-License-Identifier: MIT */
/* ingress/upstream with its uptracks and their history: what is taken, and what it is known by. */
#include <errno.h>

#include "upside.h"

static const struct lectern_section simulcast[] = {
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_CAMERA,
		.mid = "1",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = TEST_PT, .rtx_pt = TEST_RTX_PT}},
		.rid_count = 3,
		.rids = {"l", "m", "h"},
		.nack = true,
		.pli = true},
};

static int setup_simulcast(void **state)
{
	(void)state;
	return create(simulcast, 1);
}

static void takes_each_packet_once(void **state)
{
	struct upstream_stats stats;

	(void)state;
	assert_int_equal(frame(10, true), UPTRACK_FORWARD);
	assert_int_equal(from->kind, LECTERN_CAMERA);
	assert_int_equal(from->peer, TEST_PEER);
	assert_true(from->layers[0].live);
	assert_int_equal(from->layers[0].height, 360);
	assert_int_equal(frame(10, true), UPTRACK_DUPLICATE);
	assert_int_equal(frame(12, false), UPTRACK_FORWARD);
	assert_int_equal(frame(11, false), UPTRACK_FORWARD);
	assert_int_equal(frame(11, false), UPTRACK_DUPLICATE);
	upstream_stats(up, &stats);
	assert_int_equal(stats.packets, 5);
	assert_int_equal(stats.dropped[UPTRACK_DUPLICATE], 2);
}

static void refuses_what_was_not_agreed(void **state)
{
	struct spec spec = {.pt = TEST_PT, .ssrc = 0x9999, .payload = video, .payload_len = 64};

	(void)state;
	assert_int_equal(feed(&spec), UPTRACK_UNKNOWN_SSRC); /* its camera has its stream */
	spec.ssrc = TEST_SSRC;
	spec.pt = 50;
	assert_int_equal(feed(&spec), UPTRACK_UNKNOWN_PT);
	spec.pt = TEST_PT;
	spec.payload_len = 1;
	video[0] = 0x80;
	assert_int_equal(feed(&spec), UPTRACK_MALFORMED);
	spec.mid = "nobody's";
	spec.ssrc = 0x9999;
	assert_int_equal(feed(&spec), UPTRACK_UNKNOWN_SSRC);
}

static void undoes_repair(void **state)
{
	struct pkt *pkt;

	(void)state;
	frame(10, true);
	frame(12, false);
	assert_int_equal(repair(11, 66), UPTRACK_FORWARD);
	pkt = from->ops->find(from, 0, 11);
	assert_non_null(pkt);
	assert_int_equal(pkt->rtp.ssrc, TEST_SSRC);
	assert_int_equal(pkt->rtp.pt, TEST_PT);
	assert_int_equal(pkt->rtp.payload_len, 64);
	assert_int_equal(pkt->rtp.picture_id, 11);
	/* The bytes say the same: the recorder gets them. */
	assert_memory_equal(pkt->data, ((uint8_t[]){0x80, 0x80 | TEST_PT, 0, 11}), 4);
	assert_memory_equal(pkt->data + 8, ((uint8_t[]){0, 0, 0x11, 0x11}), 4);
	assert_int_equal(pkt->len, 12 + 64);
	assert_int_equal(repair(11, 66), UPTRACK_DUPLICATE);
	assert_int_equal(repair(12, 66), UPTRACK_DUPLICATE); /* a probe with what we have */
	assert_int_equal(repair(13, 1), UPTRACK_PADDING);
	assert_int_equal(repair(13, 0), UPTRACK_PADDING);
	assert_int_equal(repair(40000, 66), UPTRACK_OLD); /* cannot begin a numbering */
}

static void a_bye_ends_the_stream_until_it_comes_again(void **state)
{
	uint8_t data[64];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	frame(10, true);
	frame(12, false);
	from->ops->need_keyframe(from, 0, now_us);
	rtcp_write_bye(&w, (const uint32_t[]){0x4444, TEST_SSRC}, 2);
	upstream_rtcp(up, data, w.len, now_us);
	assert_int_equal(back.ceased, 1);
	assert_false(from->layers[0].live);
	run(3000000);
	assert_int_equal(back.nacks + back.keyframes, 0); /* nobody is there to answer */
	frame(13, false);
	assert_int_equal(back.flowing, 2);
	assert_true(from->layers[0].live);
}

/* A subscriber whose round trip is long may ask for what is older. */
static void packets_are_held_for_the_slowest(void **state)
{
	(void)state;
	frame(10, true);
	for (int i = 0; i < 20; i++) {
		source_hold(from, 2500000);
		run(100000);
	}
	assert_non_null(from->ops->find(from, 0, 10));
	run(1000000);
	assert_null(from->ops->find(from, 0, 10));
	frame(11, false); /* the wish fades with the one who had it */
	run(10000000);
	frame(12, false);
	run(1400000);
	assert_null(from->ops->find(from, 0, 12));
}

static void history_is_bounded(void **state)
{
	unsigned found = 0;

	(void)state;
	for (uint16_t seq = 0; seq < 2000; seq++)
		frame(seq, seq == 0);
	for (uint16_t seq = 0; seq < 2000; seq++)
		found += from->ops->find(from, 0, seq) != NULL;
	assert_int_equal(found, UPTRACK_HISTORY_VIDEO);
	assert_non_null(from->ops->find(from, 0, 1999));
	run(UPTRACK_HISTORY_US + 400000);
	assert_null(from->ops->find(from, 0, 1999)); /* and by time */
	assert_int_equal(pkt_pool_free(pool), 2048);
}

static void numbering_may_begin_anew(void **state)
{
	uint16_t before;

	(void)state;
	frame(10, true);
	before = from->layers[0].restarts;
	assert_int_equal(frame(40000, false), UPTRACK_JUMP);
	assert_int_equal(frame(40001, true), UPTRACK_FORWARD);
	assert_int_equal(from->layers[0].restarts, (uint16_t)(before + 1));
	assert_null(from->ops->find(from, 0, 10));
}

static void layers_are_told_by_rid(void **state)
{
	struct spec spec = {.pt = TEST_PT,
		.ssrc = 1,
		.seq = 5,
		.mid = "1",
		.rid = "h",
		.payload = vp8_payload(video, sizeof(video), true, true, 0, 0, 720),
		.payload_len = 64};

	(void)state;
	assert_int_equal(feed(&spec), UPTRACK_FORWARD);
	assert_int_equal(from->layers[2].height, 720);
	assert_false(from->layers[0].live);
	spec.ssrc = 2;
	spec.rid = "x";
	assert_int_equal(feed(&spec), UPTRACK_UNKNOWN_SSRC);
	spec.rid = "l";
	assert_int_equal(feed(&spec), UPTRACK_FORWARD);
	assert_true(from->layers[0].live);
	spec.rid = spec.mid = NULL; /* known by now */
	spec.seq = 7;
	assert_int_equal(feed(&spec), UPTRACK_FORWARD);
	/* The repair of layer l, told by its repaired-rid. */
	uint8_t payload[66] = {0, 6};
	struct spec again = {.pt = TEST_RTX_PT,
		.ssrc = 3,
		.mid = "1",
		.rrid = "l",
		.payload = payload,
		.payload_len = 66};
	vp8_payload(payload + 2, 64, true, false, 0, 0, 0);
	assert_int_equal(feed(&again), UPTRACK_FORWARD);
	assert_non_null(from->ops->find(from, 0, 6));
	assert_null(from->ops->find(from, 2, 6));
}

static void streams_are_bounded(void **state)
{
	struct spec spec = {.pt = TEST_PT,
		.mid = "1",
		.rid = "h",
		.payload = vp8_payload(video, sizeof(video), true, true, 0, 0, 720),
		.payload_len = 64};
	unsigned taken = 0;

	(void)state;
	for (spec.ssrc = 1; spec.ssrc <= 1000; spec.ssrc++)
		taken += feed(&spec) == UPTRACK_FORWARD;
	assert_int_equal(taken, UPSTREAM_MAX_SSRCS);
}

static void tells_when_media_flows(void **state)
{
	(void)state;
	frame(10, true);
	frame(11, false);
	assert_int_equal(back.flowing, 1);
	run(1500000);
	assert_false(from->layers[0].live);
	assert_int_equal(back.ceased, 0);
	run(1000000);
	assert_int_equal(back.ceased, 1);
	frame(12, true);
	assert_int_equal(back.flowing, 2);
}

static void measures(void **state)
{
	struct upstream_stats stats;

	(void)state;
	for (uint16_t seq = 0; seq < 500; seq++) {
		if (seq % 10 != 5)
			frame(seq, seq == 0);
		run(10000);
	}
	upstream_stats(up, &stats);
	assert_in_range(stats.loss, 90, 110);
	assert_in_range(stats.bps, 90 * 76 * 8 * 9 / 10, 90 * 76 * 8 * 11 / 10);
}

static void refuses_impossible_sections(void **state)
{
	const struct lectern_section twice[] = {plain[0], plain[0]};
	struct lectern_section wrong = plain[0];
	struct upstream_config config = {
		.sections = twice, .section_count = 2, .cname = "", .ops = &ops};
	struct upstream *none = NULL;

	(void)state;
	assert_int_equal(upstream_create(&config, &none), -EINVAL);
	wrong.formats[0].codec = LECTERN_CODEC_VP8; /* a microphone that shows pictures */
	config.sections = &wrong;
	config.section_count = 1;
	assert_int_equal(upstream_create(&config, &none), -EINVAL);
	assert_null(none);
}

int main(void)
{
#define UP_TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		UP_TEST(takes_each_packet_once, setup),
		UP_TEST(refuses_what_was_not_agreed, setup),
		UP_TEST(undoes_repair, setup),
		UP_TEST(a_bye_ends_the_stream_until_it_comes_again, setup),
		UP_TEST(packets_are_held_for_the_slowest, setup),
		UP_TEST(history_is_bounded, setup),
		UP_TEST(numbering_may_begin_anew, setup),
		UP_TEST(layers_are_told_by_rid, setup_simulcast),
		UP_TEST(streams_are_bounded, setup_simulcast),
		UP_TEST(tells_when_media_flows, setup),
		UP_TEST(measures, setup),
		cmocka_unit_test(refuses_impossible_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
