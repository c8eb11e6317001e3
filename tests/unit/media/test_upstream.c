/* SPDX-License-Identifier: MIT */
/* ingress/upstream with its uptracks and their history. */
#include "ingress/upstream.h"

#include <errno.h>

#include "ingress/nack.h"

#include "media.h"
#include "rtp/rtcp.h"

static struct pkt_pool *pool;
static struct upstream *up;
static uint64_t now_us;
static struct source *from; /* of the last packet that was taken */

/* What was sent back. */
static struct {
	unsigned compounds, blocks, nacks, keyframes, firs, twcc, due, recovered;
	uint8_t fir_command, first_type;
	bool reduced; /* compounds need not begin with a report */
	uint32_t twcc_media;
	uint16_t nack_seq;
	uint32_t keyframe_ssrc, block_ssrc;
	struct rtcp_block block;
	unsigned reports, flowing, ceased;
} back;

static void on_block(void *arg, const struct rtcp_block *block)
{
	(void)arg;
	back.blocks++;
	back.block = *block;
}

static void on_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	(void)arg;
	(void)ssrc;
	back.nacks++;
	back.nack_seq = seq;
}

static void on_keyframe(void *arg, uint32_t ssrc)
{
	(void)arg;
	back.keyframes++;
	back.keyframe_ssrc = ssrc;
}

static void on_fir(void *arg, uint32_t ssrc, uint8_t command)
{
	(void)arg;
	assert_int_equal(ssrc, TEST_SSRC);
	back.firs++;
	back.fir_command = command;
}

static void on_twcc(void *arg, uint32_t media, const uint8_t *fci, size_t len)
{
	(void)arg;
	(void)fci;
	(void)len;
	back.twcc++;
	back.twcc_media = media;
}

static void on_rtcp(void *arg, const uint8_t *data, size_t len)
{
	static const struct rtcp_handler handler = {.block = on_block,
		.nack = on_nack,
		.keyframe = on_keyframe,
		.fir = on_fir,
		.twcc = on_twcc};

	assert_true(len <= UPSTREAM_RTCP);
	assert_true(back.reduced || data[1] == 201); /* RFC 3550 6.1: a report comes first */
	assert_int_equal(rtcp_parse(data, len, &handler, arg), 0);
	back.compounds++;
	back.first_type = data[1];
}

static void on_report(void *arg, struct source *source, unsigned layer, uint64_t when_us)
{
	(void)arg;
	(void)source;
	(void)layer;
	(void)when_us;
	back.reports++;
}

static void on_flowing(void *arg, struct source *source, bool flowing)
{
	(void)arg;
	(void)source;
	back.flowing += flowing;
	back.ceased += !flowing;
}

static void on_due(void *arg, uint64_t when_us)
{
	(void)arg;
	assert_int_equal(when_us, now_us);
	back.due++;
}

static const struct upstream_ops ops = {
	.rtcp = on_rtcp, .report = on_report, .flowing = on_flowing, .due = on_due};

static const struct lectern_section plain[] = {
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_MIC,
		.mid = "0",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_OPUS, .pt = 111}},
		.ssrc = 0x10},
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_CAMERA,
		.mid = "1",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = TEST_PT, .rtx_pt = TEST_RTX_PT}},
		.ssrc = TEST_SSRC,
		.rtx_ssrc = TEST_RTX_SSRC,
		.nack = true,
		.pli = true},
};
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

static int create(const struct lectern_section *sections, size_t count)
{
	struct upstream_config config = {.peer = TEST_PEER,
		.sections = sections,
		.section_count = count,
		.sender_ssrc = 1,
		.cname = "c",
		.ops = &ops};

	memset(&back, 0, sizeof(back));
	now_us = 50000000;
	pkt_pool_create(2048, &pool);
	return upstream_create(&config, &up);
}

static int setup(void **state)
{
	(void)state;
	return create(plain, 2);
}

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

static int setup_simulcast(void **state)
{
	(void)state;
	return create(simulcast, 1);
}

static int teardown(void **state)
{
	(void)state;
	upstream_destroy(up);
	assert_int_equal(pkt_pool_free(pool), 2048); /* the history let go */
	pkt_pool_destroy(pool);
	return 0;
}

static enum uptrack_verdict feed(const struct spec *spec)
{
	enum uptrack_verdict verdict;
	struct rtp_names names;
	struct pkt *pkt;
	struct spec s = *spec;

	s.arrival_us = now_us;
	pkt = make(pool, &s, &names);
	if (!upstream_find(up, &pkt->rtp, &names)) {
		pkt_put(pkt);
		return UPTRACK_UNKNOWN_SSRC;
	}
	verdict = upstream_recv(up, pkt, &names, now_us, &from);
	pkt_put(pkt);
	return verdict;
}

static uint8_t video[64];

static enum uptrack_verdict frame(uint16_t seq, bool key)
{
	struct spec spec = {.pt = TEST_PT,
		.ssrc = TEST_SSRC,
		.seq = seq,
		.timestamp = seq * 3000u,
		.payload = vp8_payload(video, sizeof(video), true, key, seq & 0x7fff, 0, 360),
		.payload_len = sizeof(video)};

	return feed(&spec);
}

/* As RFC 4588 4 wraps it. */
static enum uptrack_verdict repair(uint16_t seq, size_t len)
{
	static uint16_t own = 777;
	uint8_t payload[66] = {(uint8_t)(seq >> 8), (uint8_t)seq};
	struct spec spec = {.pt = TEST_RTX_PT,
		.ssrc = TEST_RTX_SSRC,
		.seq = own++,
		.timestamp = seq * 3000u,
		.marker = true,
		.payload = payload,
		.payload_len = len};

	vp8_payload(payload + 2, 64, true, false, seq & 0x7fff, 0, 360);
	return feed(&spec);
}

static void run(uint64_t us)
{
	for (uint64_t end_us = now_us + us; now_us < end_us; now_us += 10000)
		upstream_tick(up, now_us);
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
#define UP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		UP_TEST(takes_each_packet_once),
		UP_TEST(refuses_what_was_not_agreed),
		UP_TEST(undoes_repair),
		UP_TEST(asks_for_what_is_missing),
		UP_TEST(a_hole_that_stays_costs_a_keyframe),
		UP_TEST(a_keyframe_after_the_hole_is_enough),
		UP_TEST(a_long_gap_is_not_asked_for),
		UP_TEST(who_waits_for_a_keyframe_does_not_wait_for_us),
		cmocka_unit_test_setup_teardown(
			a_sender_without_pli_gets_commands, setup_fir, teardown),
		cmocka_unit_test_setup_teardown(
			a_sender_with_neither_is_left_alone, setup_deaf, teardown),
		cmocka_unit_test_setup_teardown(reduced_size_where_agreed, setup_reduced, teardown),
		cmocka_unit_test_setup_teardown(
			sound_is_asked_for_where_that_is_in_time, setup_audio_nack, teardown),
		UP_TEST(a_bye_ends_the_stream_until_it_comes_again),
		UP_TEST(packets_are_held_for_the_slowest),
		UP_TEST(history_is_bounded),
		UP_TEST(numbering_may_begin_anew),
		UP_TEST(reports_what_it_got),
		UP_TEST(tells_the_sender_of_all_packets),
		UP_TEST(tells_when_media_flows),
		UP_TEST(measures),
		cmocka_unit_test_setup_teardown(layers_are_told_by_rid, setup_simulcast, teardown),
		cmocka_unit_test_setup_teardown(streams_are_bounded, setup_simulcast, teardown),
		cmocka_unit_test(refuses_impossible_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
