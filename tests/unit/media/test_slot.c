/* SPDX-License-Identifier: MIT */
#include "egress/slot.h"

#include <errno.h>

#include "media.h"
#include "route/router.h"
#include "rtp/rtcp.h"
#include "rtp/vp8.h"

enum {
	SLOT_PT = 100,
	SLOT_RTX_PT = 101,
	SLOT_SSRC = 0xaaaa,
	SLOT_RTX_SSRC = 0xbbbb,
	FRAME_US = 33333
};

static struct pkt_pool *pool;
static struct router router;
static struct outlet outlet;
static struct slot *slot;
static struct hand_source cam, other;
static uint64_t now_us;

/* What went out, parsed back. */
static struct {
	unsigned count;
	struct pkt pkt;
	struct rtp_names names;
	struct vp8 vp8;
} out;
static uint8_t buffer[OUTLET_ROOM], sent_bytes[OUTLET_ROOM];
static struct outlet_pool *items;
static bool closed;

static bool is_open(void *arg)
{
	(void)arg;
	return !closed;
}

static uint8_t *place(void *arg)
{
	(void)arg;
	return buffer;
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	size_t osn;

	(void)arg;
	out.count++;
	out.pkt.data = sent_bytes;
	memcpy(out.pkt.data, packet, len);
	out.pkt.len = (uint32_t)len;
	assert_int_equal(rtp_packet_parse(&out.pkt, &test_exts, &out.names), 0);
	osn = out.pkt.rtp.pt == SLOT_RTX_PT ? 2 : 0;
	if (out.pkt.rtp.pt != SLOT_PT + 10 && out.pkt.rtp.payload_len > osn)
		assert_int_equal(vp8_parse(out.pkt.data + out.pkt.rtp.header_len + osn,
					 out.pkt.rtp.payload_len - osn, &out.vp8),
			0);
}

static const struct outlet_ops outlet_ops = {is_open, place, ready};

static int setup_with(enum lectern_kind kind)
{
	struct lectern_section section = {
		.use = LECTERN_SECTION_SLOT,
		.kind = kind,
		.mid = "v1",
		.format_count = 1,
		.formats = {{.codec = kind == LECTERN_MIC ? LECTERN_CODEC_OPUS : LECTERN_CODEC_VP8,
			.pt = kind == LECTERN_MIC ? SLOT_PT + 10 : SLOT_PT,
			.rtx_pt = kind == LECTERN_MIC ? 0 : SLOT_RTX_PT}},
		.ssrc = SLOT_SSRC,
		.rtx_ssrc = kind == LECTERN_MIC ? 0 : SLOT_RTX_SSRC,
		.ext_mid = test_exts.mid,
		.ext_twcc = test_exts.twcc,
		.ext_level = test_exts.level,
		.ext_abs_send_time = test_exts.abs_send_time,
	};

	memset(&out, 0, sizeof(out));
	closed = false;
	now_us = 100000000;
	pkt_pool_create(2048, &pool);
	router_init(&router, NULL, NULL);
	outlet_pool_create(64, &items);
	outlet_init(&outlet, items, &outlet_ops, NULL);
	return slot_create(&section, &outlet, &slot);
}

static int setup(void **state)
{
	(void)state;
	hand_source_init(&cam, 1, LECTERN_CAMERA, 3);
	hand_source_init(&other, 2, LECTERN_CAMERA, 1);
	return setup_with(LECTERN_CAMERA);
}

static int setup_audio(void **state)
{
	(void)state;
	hand_source_init(&cam, 1, LECTERN_MIC, 1);
	hand_source_init(&other, 2, LECTERN_MIC, 1);
	return setup_with(LECTERN_MIC);
}

static int teardown(void **state)
{
	(void)state;
	router_forget(slot_sink(slot));
	slot_destroy(slot);
	router_finish(&router, now_us);
	outlet_finish(&outlet);
	outlet_pool_destroy(items);
	for (unsigned i = 0; i < 65536; i++)
		pkt_put(cam.held[i]);
	pkt_pool_destroy(pool);
	return 0;
}

static void show(struct hand_source *source)
{
	if (list_empty(&source->source.of_router)) {
		router_add(&router, &source->source);
		router_permit(&router, &source->source, true, now_us);
	}
	router_want(&router, slot_sink(slot), source->source.peer, source->source.kind, now_us);
}

/* One packet of a layer that is then live; true if it went out. */
static bool play(
	struct hand_source *source, unsigned layer, uint16_t seq, uint32_t timestamp, bool key)
{
	uint8_t payload[64];
	struct spec spec = {.pt = TEST_PT,
		.seq = seq,
		.timestamp = timestamp,
		.payload = payload,
		.payload_len = sizeof(payload),
		.arrival_us = now_us,
		.mid = "theirs",
		.rid = "h"};
	unsigned before = out.count;
	struct pkt *pkt;

	vp8_payload(payload, sizeof(payload), true, key, seq & 0x7fff, (uint8_t)seq,
		(uint16_t)(180u << layer));
	pkt = make(pool, &spec, NULL);
	if (source->source.kind != LECTERN_MIC)
		assert_int_equal(mark(LECTERN_CODEC_VP8, pkt), 0);
	pkt->rtp.layer = (uint8_t)layer;
	source->source.layers[layer].live = true;
	if (key)
		source->source.layers[layer].height = (uint16_t)(180u << layer);
	router_packet(&router, &source->source, pkt, now_us);
	outlet_pool_drain(items, now_us);
	if (source == &cam && !cam.held[seq])
		cam.held[seq] = pkt_ref(pkt);
	pkt_put(pkt);
	return out.count > before;
}

static void nack(uint16_t seq, uint64_t at_us)
{
	slot_nack(slot, seq, at_us);
	outlet_pool_drain(items, at_us);
}

static void begins_with_a_keyframe_that_it_asks_for(void **state)
{
	(void)state;
	cam.source.layers[0].live = true;
	show(&cam);
	assert_int_equal(cam.wanted[0], 1);
	assert_false(play(&cam, 0, 10, 1000, false));
	slot_tick(slot, now_us);
	assert_int_equal(cam.wanted[0], 2); /* the source limits them */
	assert_true(play(&cam, 0, 11, 4000, true));
	assert_true(play(&cam, 0, 12, 7000, false));
	slot_tick(slot, now_us);
	assert_int_equal(cam.wanted[0], 2);
}

static void header_is_the_subscribers_own(void **state)
{
	(void)state;
	show(&cam);
	assert_true(play(&cam, 0, 10, 1000, true));
	assert_int_equal(out.pkt.rtp.ssrc, SLOT_SSRC);
	assert_int_equal(out.pkt.rtp.pt, SLOT_PT);
	assert_true(out.pkt.rtp.seq < 0x8000);
	assert_string_equal(out.names.mid, "v1");
	assert_string_equal(out.names.rid, "");
	assert_true(out.pkt.rtp.has_twcc);
	assert_false(out.pkt.rtp.has_level); /* not for video */
	assert_int_equal(out.pkt.rtp.payload_len, 64);
	assert_int_equal(out.pkt.data[out.pkt.len - 1], 0xaa);
}

static void climbs_at_a_keyframe_and_keeps_the_old_till_then(void **state)
{
	uint16_t seq, picture_id;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	play(&cam, 1, 500, 77000, false); /* a better layer begins */
	slot_tick(slot, now_us);
	assert_int_equal(cam.wanted[1], 1);
	assert_true(play(&cam, 0, 11, 4000, false));
	assert_false(play(&cam, 1, 501, 80000, false));
	seq = out.pkt.rtp.seq;
	picture_id = out.vp8.picture_id;
	assert_true(play(&cam, 1, 502, 83000, true));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 1));
	assert_int_equal(out.vp8.picture_id, (picture_id + 1) & 0x7fff);
	assert_false(play(&cam, 0, 12, 7000, true)); /* the old one is over */
	assert_true(play(&cam, 1, 503, 86000, false));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 2));
}

static void keeps_to_the_height_limit(void **state)
{
	struct slot_stats stats;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	play(&cam, 1, 10, 1000, true);
	play(&cam, 2, 10, 1000, true);
	slot_stats(slot, &stats);
	assert_int_equal(stats.layer, 2);
	slot_limit(slot, 360, now_us);
	assert_int_equal(cam.wanted[1], 1);
	assert_true(play(&cam, 2, 11, 4000, false)); /* until the other comes */
	assert_true(play(&cam, 1, 11, 4000, true));
	assert_false(play(&cam, 2, 12, 7000, true));
	slot_limit(slot, 0, now_us);
	assert_false(play(&cam, 1, 12, 7000, true));
	slot_limit(slot, SLOT_UNLIMITED, now_us);
	assert_false(play(&cam, 2, 13, 9000, false));
	assert_true(play(&cam, 2, 14, 9000, true));
}

static void leaves_a_layer_that_ceased(void **state)
{
	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	play(&cam, 1, 10, 1000, true);
	cam.source.layers[1].live = false;
	slot_tick(slot, now_us);
	assert_int_equal(cam.wanted[0], 1);
	assert_true(play(&cam, 0, 11, 4000, true));
}

static void time_goes_on_over_a_change_of_source(void **state)
{
	uint32_t before;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	before = out.pkt.rtp.timestamp;
	now_us += 500000;
	show(&other);
	assert_int_equal(other.wanted[0], 0); /* nothing to ask of: no layer is live */
	assert_true(play(&other, 0, 60000, 0xffffff00, true));
	assert_in_range(out.pkt.rtp.timestamp - before, 45000 - 2, 45000 + 2);
	/* By reports when both have one: captured 400 ms before it came. */
	other.source.layers[0].has_report = true;
	other.source.layers[0].report = (struct source_report){now_us - 400000, 0xffffff00, 0};
	before = out.pkt.rtp.timestamp;
	now_us += 1000000;
	cam.source.layers[0].has_report = true;
	cam.source.layers[0].report = (struct source_report){now_us - 400000, 4000, 0};
	show(&cam);
	assert_true(play(&cam, 0, 11, 4000, true));
	assert_in_range(out.pkt.rtp.timestamp - before, 54000 - 2, 54000 + 2); /* 1 s - 0.4 s */
}

static void a_report_that_lies_is_not_believed(void **state)
{
	uint32_t before;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	before = out.pkt.rtp.timestamp;
	now_us += 100000;
	other.source.layers[0].has_report = true;
	other.source.layers[0].report = (struct source_report){now_us + 3600000000, 5000, 0};
	show(&other);
	assert_true(play(&other, 0, 1, 5000, true));
	assert_in_range(out.pkt.rtp.timestamp - before, 9000 - 2, 9000 + 2);
	now_us += 1; /* and never back, never the same */
	show(&cam);
	before = out.pkt.rtp.timestamp;
	assert_true(play(&cam, 0, 11, 4000, true));
	assert_in_range(out.pkt.rtp.timestamp - before, 1, 9000);
}

static void begins_anew_when_the_sender_does(void **state)
{
	uint16_t seq;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	seq = out.pkt.rtp.seq;
	cam.source.layers[0].restarts++;
	assert_false(play(&cam, 0, 30000, 777, false));
	slot_tick(slot, now_us);
	assert_true(play(&cam, 0, 30001, 777, true));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 1));
}

static void sends_again_what_was_lost(void **state)
{
	uint16_t seq, repair_seq;
	uint32_t timestamp;
	struct slot_stats stats;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	play(&cam, 0, 11, 4000, false);
	seq = out.pkt.rtp.seq;
	timestamp = out.pkt.rtp.timestamp;
	play(&cam, 0, 12, 7000, false);
	outlet.rtt_us = 100000;
	nack(seq, now_us);
	assert_int_equal(out.count, 4);
	assert_int_equal(out.pkt.rtp.ssrc, SLOT_RTX_SSRC);
	assert_int_equal(out.pkt.rtp.pt, SLOT_RTX_PT);
	assert_int_equal(out.pkt.rtp.timestamp, timestamp);
	assert_int_equal(out.pkt.rtp.payload_len, 66);
	assert_int_equal(out.pkt.data[out.pkt.rtp.header_len] << 8 |
				 out.pkt.data[out.pkt.rtp.header_len + 1],
		seq);
	repair_seq = out.pkt.rtp.seq;
	nack(seq, now_us + 50000); /* the last is still on its way */
	assert_int_equal(out.count, 4);
	nack(seq, now_us + 95000);
	assert_int_equal(out.count, 5);
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(repair_seq + 1));
	nack((uint16_t)(seq + 100), now_us); /* never sent */
	nack((uint16_t)(seq - 100), now_us);
	slot_stats(slot, &stats);
	assert_int_equal(stats.nacked, 5);
	assert_int_equal(stats.resent, 2);
	assert_int_equal(stats.nack_early, 1);
	assert_int_equal(stats.nack_gone, 2);
}

static void nacks_cannot_amplify(void **state)
{
	struct slot_stats stats;
	uint16_t seq;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	seq = out.pkt.rtp.seq;
	for (int i = 0; i < 1000; i++)
		nack(seq, now_us + (uint64_t)i * 1000000);
	slot_stats(slot, &stats);
	assert_int_equal(stats.resent, SLOT_TRIES);
}

static void an_empty_packet_keeps_its_number(void **state)
{
	struct spec spec = {.pt = TEST_PT, .seq = 11, .timestamp = 1000};
	struct pkt *pkt = make(pool, &spec, NULL);
	uint16_t seq;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	seq = out.pkt.rtp.seq;
	assert_int_equal(mark(LECTERN_CODEC_VP8, pkt), 0);
	router_packet(&router, &cam.source, pkt, now_us);
	outlet_pool_drain(items, now_us);
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 1));
	assert_int_equal(out.pkt.rtp.payload_len, 0);
	pkt_put(pkt);
}

static void what_cannot_go_is_as_if_lost(void **state)
{
	uint16_t seq;

	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	seq = out.pkt.rtp.seq;
	closed = true;
	assert_false(play(&cam, 0, 11, 4000, false));
	closed = false;
	assert_true(play(&cam, 0, 12, 7000, false));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 2));
	nack((uint16_t)(seq + 1), now_us); /* and can be repaired like it */
	assert_int_equal(out.pkt.rtp.ssrc, SLOT_RTX_SSRC);
}

static void subscribers_requests_are_limited(void **state)
{
	(void)state;
	show(&cam);
	slot_keyframe(slot, now_us); /* it waits for one anyway */
	assert_int_equal(cam.wanted[0], 0);
	play(&cam, 0, 10, 1000, true);
	for (int i = 0; i < 20; i++) { /* the source repeats, the slot need not */
		now_us += 100000;
		slot_keyframe(slot, now_us);
	}
	assert_int_equal(cam.wanted[0], 1);
	for (uint16_t i = 0; i < 100; i++) { /* never content: three in ten seconds */
		now_us += 100000;
		play(&cam, 0, 11 + i, 4000 + i, true);
		slot_keyframe(slot, now_us);
	}
	assert_int_equal(cam.wanted[0], 4);
}

static void a_repeated_command_is_one_request(void **state)
{
	(void)state;
	show(&cam);
	play(&cam, 0, 10, 1000, true);
	cam.wanted[0] = 0;
	slot_fir(slot, 0, now_us);
	assert_int_equal(cam.wanted[0], 1);
	play(&cam, 0, 11, 4000, true);
	slot_fir(slot, 0, now_us + 100000); /* was on its way when the keyframe came */
	assert_int_equal(cam.wanted[0], 1);
	slot_fir(slot, 1, now_us + 200000);
	assert_int_equal(cam.wanted[0], 2);
}

static void sound_begins_with_any_packet_and_is_marked(void **state)
{
	uint32_t before;
	uint16_t seq;

	(void)state;
	show(&cam);
	assert_true(play(&cam, 0, 10, 960, false));
	assert_true(out.pkt.rtp.marker);
	assert_true(out.pkt.rtp.has_level);
	assert_true(play(&cam, 0, 11, 1920, false));
	assert_false(out.pkt.rtp.marker);
	seq = out.pkt.rtp.seq;
	before = out.pkt.rtp.timestamp;
	now_us += 1000;
	show(&other);
	assert_true(play(&other, 0, 9, 5, false));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 1));
	assert_true(out.pkt.rtp.timestamp - before >= 960); /* not on top of the last one */
	nack(out.pkt.rtp.seq, now_us); /* no repair stream: nothing is sent twice */
	assert_int_equal(out.count, 3);
}

/* Many changes of speaker, each on the heels of the last: the timeline stays on the clock. */
static void many_changes_do_not_add_up(void **state)
{
	uint32_t start;
	uint64_t start_us;

	(void)state;
	show(&cam);
	play(&cam, 0, 0, 0, false);
	start = out.pkt.rtp.timestamp;
	start_us = now_us;
	for (uint16_t i = 1; i <= 1000; i++) {
		struct hand_source *source = i % 2 ? &other : &cam;

		now_us += i % 7 ? 60000 : 15000;
		show(source);
		assert_true(play(source, 0, i, i * 123456u, false));
	}
	assert_in_range(out.pkt.rtp.timestamp - start, (now_us - start_us) * 48 / 1000 - 1000,
		(now_us - start_us) * 48 / 1000 + 1000);
}

static unsigned reports;
static struct rtcp_sr last_sr;

static void on_sr(void *arg, const struct rtcp_sr *sr)
{
	(void)arg;
	reports++;
	last_sr = *sr;
}

static void report(void)
{
	static const struct rtcp_handler handler = {.sr = on_sr};
	uint8_t data[200];
	struct writer w = writer_of(data, sizeof(data));

	slot_write_report(slot, "cname", &w, now_us);
	if (w.len)
		assert_int_equal(rtcp_parse(data, w.len, &handler, NULL), 0);
}

static void reports_on_the_servers_clock(void **state)
{
	(void)state;
	reports = 0;
	show(&cam);
	play(&cam, 0, 10, 90000, true);
	report();
	assert_int_equal(reports, 0); /* the sender has told nothing yet */
	cam.source.layers[0].has_report = true;
	cam.source.layers[0].report = (struct source_report){now_us - 100000, 90000, 0};
	report();
	assert_int_equal(reports, 1);
	assert_int_equal(last_sr.ssrc, SLOT_SSRC);
	assert_true(last_sr.ntp == rtcp_ntp_of_us(now_us));
	/* The frame of 100 ms ago has the timestamp that went out. */
	assert_int_equal(last_sr.rtp_timestamp, out.pkt.rtp.timestamp + 9000);
	assert_int_equal(last_sr.packets, 1);
	assert_int_equal(last_sr.octets, 64);
	now_us += 500000;
	play(&cam, 0, 11, 93000, false);
	report();
	assert_int_equal(reports, 1);
	now_us += 500000;
	report();
	assert_int_equal(reports, 2);
	now_us += 5000000;
	report(); /* nothing was sent since */
	assert_int_equal(reports, 2);
}

/* One VP8 packet that is a frame of temporal layer `tid`, not late unless it says so. */
static bool play_layer(uint16_t seq, uint16_t picture_id, uint8_t tid, bool key)
{
	uint8_t payload[64];
	struct spec spec = {.pt = TEST_PT,
		.seq = seq,
		.timestamp = picture_id * 3000u,
		.marker = true,
		.payload = payload,
		.payload_len = sizeof(payload),
		.arrival_us = now_us};
	unsigned before = out.count;
	struct pkt *pkt;

	vp8_payload(payload, sizeof(payload), true, key, picture_id, 1, 180);
	payload[5] = (uint8_t)(tid << 6);
	pkt = make(pool, &spec, NULL);
	assert_int_equal(mark(LECTERN_CODEC_VP8, pkt), 0);
	cam.source.layers[0].live = true;
	router_packet(&router, &cam.source, pkt, now_us);
	outlet_pool_drain(items, now_us);
	if (!cam.held[seq])
		cam.held[seq] = pkt_ref(pkt);
	pkt_put(pkt);
	return out.count > before;
}

static void a_temporal_layer_less_shows_no_gap(void **state)
{
	struct slot_stats stats;
	uint16_t seq, picture_id;

	(void)state;
	show(&cam);
	assert_true(play_layer(10, 100, 0, true));
	assert_true(play_layer(11, 101, 1, false));
	seq = out.pkt.rtp.seq;
	picture_id = out.vp8.picture_id;
	slot_limit_temporal(slot, 0, now_us);
	assert_false(play_layer(12, 103, 1, false));
	assert_true(play_layer(13, 104, 0, false));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 1));
	/* 102 did not come: it may yet; 103 left no gap */
	assert_int_equal(out.vp8.picture_id, (picture_id + 2) & 0x7fff);
	slot_stats(slot, &stats);
	assert_int_equal(stats.dropped_layer, 1);
	assert_int_equal(stats.temporal, 0);
	assert_int_equal(cam.wanted[0], 0); /* no keyframe is needed for it */
}

static void a_late_packet_of_an_unwanted_layer_goes_empty(void **state)
{
	struct slot_stats stats;
	uint16_t seq;

	(void)state;
	show(&cam);
	slot_limit_temporal(slot, 0, now_us);
	assert_true(play_layer(10, 100, 0, true));
	seq = out.pkt.rtp.seq;
	assert_true(play_layer(12, 102, 0, false));
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 2));
	assert_true(play_layer(11, 101, 1, false)); /* repaired, too late to close the gap */
	assert_int_equal(out.pkt.rtp.seq, (uint16_t)(seq + 1));
	assert_int_equal(out.pkt.rtp.payload_len, 0);
	assert_false(out.pkt.rtp.marker);
	slot_stats(slot, &stats);
	assert_int_equal(stats.blanks, 1);
	nack((uint16_t)(seq + 1), now_us + 100000); /* and again so */
	assert_int_equal(out.pkt.rtp.pt, SLOT_RTX_PT);
	assert_int_equal(out.pkt.rtp.payload_len, 2);
}

static void an_unknown_codec_is_not_shown(void **state)
{
	struct slot_stats stats;

	(void)state;
	cam.source.codec = LECTERN_CODEC_AV1;
	show(&cam);
	assert_false(play(&cam, 0, 10, 1000, true));
	slot_tick(slot, now_us);
	assert_int_equal(cam.wanted[0], 0); /* keyframes would be in vain */
	slot_stats(slot, &stats);
	assert_int_equal(stats.dropped_codec, 1);
	assert_int_equal(stats.layer, -1);
	show(&other);
	assert_true(play(&other, 0, 10, 1000, true));
}

static void refuses_impossible_sections(void **state)
{
	struct lectern_section section = {.use = LECTERN_SECTION_SLOT,
		.kind = LECTERN_MIC,
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8}}};
	struct slot *none = NULL;

	(void)state;
	assert_int_equal(slot_create(&section, &outlet, &none), -EINVAL);
	section.formats[0].codec = LECTERN_CODEC_NONE;
	assert_int_equal(slot_create(&section, &outlet, &none), -EINVAL);
	section.formats[0].codec = LECTERN_CODEC_OPUS;
	section.use = LECTERN_SECTION_UP;
	assert_int_equal(slot_create(&section, &outlet, &none), -EINVAL);
	assert_null(none);
	slot_destroy(NULL);
}

int main(void)
{
#define SLOT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		SLOT_TEST(begins_with_a_keyframe_that_it_asks_for),
		SLOT_TEST(header_is_the_subscribers_own),
		SLOT_TEST(climbs_at_a_keyframe_and_keeps_the_old_till_then),
		SLOT_TEST(keeps_to_the_height_limit),
		SLOT_TEST(leaves_a_layer_that_ceased),
		SLOT_TEST(time_goes_on_over_a_change_of_source),
		SLOT_TEST(a_report_that_lies_is_not_believed),
		SLOT_TEST(begins_anew_when_the_sender_does),
		SLOT_TEST(sends_again_what_was_lost),
		SLOT_TEST(nacks_cannot_amplify),
		SLOT_TEST(an_empty_packet_keeps_its_number),
		SLOT_TEST(what_cannot_go_is_as_if_lost),
		SLOT_TEST(subscribers_requests_are_limited),
		SLOT_TEST(a_repeated_command_is_one_request),
		SLOT_TEST(reports_on_the_servers_clock),
		SLOT_TEST(a_temporal_layer_less_shows_no_gap),
		SLOT_TEST(a_late_packet_of_an_unwanted_layer_goes_empty),
		SLOT_TEST(an_unknown_codec_is_not_shown),
		SLOT_TEST(refuses_impossible_sections),
		cmocka_unit_test_setup_teardown(
			sound_begins_with_any_packet_and_is_marked, setup_audio, teardown),
		cmocka_unit_test_setup_teardown(many_changes_do_not_add_up, setup_audio, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
