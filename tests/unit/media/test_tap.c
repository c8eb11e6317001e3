/* SPDX-License-Identifier: MIT */
/* record/tap against a recorder of our own: the other end of a real socket. */
#include "record/tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "media.h"
#include "record/wire.h"
#include "route/router.h"
#include "rtp/vp8.h"

enum { POOL = 4096 };

static char folder[] = "/tmp/lectern-tap-XXXXXX";
static char path[64];
static int listener = -1, recorder = -1;
static struct tap *tap;
static struct tap_track *track;
static struct pkt_pool *pool;
static struct router router;
static struct hand_source cam;
static uint64_t now_us;
static unsigned found, lost;

static void on_connected(void *arg, bool connected)
{
	(void)arg;
	found += connected;
	lost += !connected;
}

static const struct tap_ops ops = {on_connected};

static void start_recorder(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
}

static void stop_recorder(void)
{
	if (recorder >= 0)
		close(recorder);
	if (listener >= 0)
		close(listener);
	recorder = listener = -1;
}

static int setup(void **state)
{
	const struct tap_member member = {
		.recording = "site/rec", .member = "m7", .name = "Ana", .role = "instructor"};

	(void)state;
	now_us = 100000000;
	found = lost = 0;
	snprintf(path, sizeof(path), "%s/socket", folder);
	pkt_pool_create(POOL, &pool);
	router_init(&router, NULL, NULL);
	hand_source_init(&cam, TEST_PEER, LECTERN_CAMERA, 3);
	router_add(&router, &cam.source);
	router_permit(&router, &cam.source, true, now_us);
	assert_int_equal(tap_create(path, &ops, NULL, &tap), 0);
	assert_int_equal(tap_track_create(tap, &member, &track), 0);
	router_want(&router, tap_track_sink(track), TEST_PEER, LECTERN_CAMERA, now_us);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	router_forget(tap_track_sink(track));
	tap_track_destroy(track);
	tap_destroy(tap);
	router_finish(&router, now_us);
	assert_int_equal(pkt_pool_free(pool), POOL);
	pkt_pool_destroy(pool);
	stop_recorder();
	unlink(path);
	return 0;
}

static void tick(uint64_t us)
{
	now_us += us;
	tap_tick(tap, now_us);
}

static struct {
	struct wire_head head;
	union {
		struct wire_hello hello;
		struct wire_track track;
		struct wire_rtp rtp;
		struct wire_report report;
		struct wire_end end;
		uint8_t bytes[2000];
	} body;
} got;

/* The next datagram; 0: none waits. */
static uint16_t take(void)
{
	ssize_t n = recv(recorder, &got, sizeof(got), MSG_DONTWAIT);

	if (n <= 0)
		return 0;
	assert_int_equal(got.head.version, WIRE_VERSION);
	assert_int_equal(got.head.size, n);
	return got.head.type;
}

static void meet(void)
{
	start_recorder();
	tick(TAP_RETRY_US);
	assert_true(tap_connected(tap));
	recorder = accept(listener, NULL, NULL);
	assert_true(recorder >= 0);
	assert_int_equal(take(), WIRE_HELLO);
	assert_int_equal(got.body.hello.control, 0);
}

static void play(unsigned layer, uint16_t seq, bool key)
{
	uint8_t payload[64];
	struct spec spec = {.pt = TEST_PT,
		.ssrc = TEST_SSRC + layer,
		.seq = seq,
		.payload = payload,
		.payload_len = sizeof(payload),
		.arrival_us = now_us};
	struct pkt *pkt;

	vp8_payload(payload, sizeof(payload), true, key, 1, 1, 180);
	pkt = make(pool, &spec, NULL);
	mark(LECTERN_CODEC_VP8, pkt);
	pkt->rtp.layer = (uint8_t)layer;
	cam.source.layers[layer].live = true;
	cam.source.layers[layer].newest = seq;
	router_packet(&router, &cam.source, pkt, now_us);
	pkt_put(pkt);
}

static void a_clip_begins_with_a_keyframe(void **state)
{
	uint32_t id;

	(void)state;
	meet();
	cam.source.layers[0].has_report = true;
	cam.source.layers[0].report = (struct source_report){5, 6, 0};
	play(0, 10, false);
	tick(100000);
	assert_int_equal(cam.wanted[0], 1);
	assert_int_equal(take(), 0);
	play(0, 11, true);
	play(0, 12, false);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_TRACK);
	id = got.body.track.track;
	assert_string_equal(got.body.track.recording, "site/rec");
	assert_string_equal(got.body.track.member, "m7");
	assert_string_equal(got.body.track.name, "Ana");
	assert_string_equal(got.body.track.role, "instructor");
	assert_int_equal(got.body.track.kind, LECTERN_CAMERA);
	assert_int_equal(got.body.track.codec, LECTERN_CODEC_VP8);
	assert_int_equal(got.body.track.clock_rate, 90000);
	assert_int_equal(take(), WIRE_REPORT);
	assert_int_equal(got.body.report.capture_us, 5);
	for (uint8_t seq = 11; seq <= 12; seq++) {
		const uint8_t *packet = got.body.bytes + sizeof(struct wire_rtp);

		assert_int_equal(take(), WIRE_RTP);
		assert_int_equal(got.body.rtp.track, id);
		assert_int_equal(got.body.rtp.packet_len, 12 + 64);
		assert_int_equal(got.body.rtp.arrival_us, now_us);
		assert_memory_equal(packet + 2, ((uint8_t[]){0, seq}), 2);
	}
	router_report(&router, &cam.source, 0, now_us);
	router_permit(&router, &cam.source, false, now_us);
	play(0, 13, false); /* not permitted: not recorded */
	tap_flush(tap);
	assert_int_equal(take(), WIRE_REPORT);
	assert_int_equal(take(), WIRE_END);
	assert_int_equal(got.body.end.track, id);
	assert_int_equal(take(), 0);
}

/* RED (RFC 2198): what lies between header and primary is not the recorder's. */
static void copies_are_not_recorded(void **state)
{
	const uint8_t *packet = got.body.bytes + sizeof(struct wire_rtp);
	uint8_t payload[] = "copies primary";
	struct spec spec = {.pt = 111,
		.ssrc = 5,
		.seq = 9,
		.payload = payload,
		.payload_len = 14,
		.arrival_us = now_us};
	struct pkt *pkt;

	(void)state;
	meet();
	play(0, 10, true); /* it has begun */
	pkt = make(pool, &spec, NULL);
	pkt->rtp.red = true;
	pkt->rtp.payload_at += 7;
	pkt->rtp.payload_len = 7;
	router_packet(&router, &cam.source, pkt, now_us);
	pkt_put(pkt);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_TRACK);
	assert_int_equal(take(), WIRE_RTP);
	assert_int_equal(take(), WIRE_RTP);
	assert_int_equal(got.body.rtp.packet_len, 12 + 7);
	assert_memory_equal(packet + 2, ((uint8_t[]){0, 9}), 2);
	assert_memory_equal(packet + 12, "primary", 7);
}

static void one_layer_at_a_time(void **state)
{
	uint32_t id;

	(void)state;
	meet();
	play(0, 10, true);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_TRACK);
	id = got.body.track.track;
	assert_int_equal(take(), WIRE_RTP);
	play(2, 500, true); /* a better one, but new */
	tick(100000);
	assert_int_equal(take(), 0);
	assert_int_equal(cam.wanted[2], 0);
	tick(TAP_UPGRADE_US);
	assert_int_equal(cam.wanted[2], 1);
	play(0, 11, false); /* until its keyframe comes */
	play(2, 501, false);
	play(2, 502, true);
	play(0, 12, false);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_RTP);
	assert_int_equal(take(), WIRE_END);
	assert_int_equal(got.body.end.track, id);
	assert_int_equal(take(), WIRE_TRACK);
	assert_int_not_equal(got.body.track.track, id);
	assert_int_equal(take(), WIRE_RTP);
	assert_int_equal(take(), 0);
	cam.source.layers[2].live = false; /* it ceases: back at once */
	tick(100000);
	play(0, 13, true);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_END);
	assert_int_equal(take(), WIRE_TRACK);
}

static void asks_the_sender_when_the_recorder_does(void **state)
{
	struct {
		struct wire_head head;
		struct wire_end end;
	} request = {{WIRE_VERSION, WIRE_KEYFRAME, sizeof(request)}, {1}};

	(void)state;
	meet();
	play(0, 10, true);
	tap_flush(tap);
	take();
	request.end.track = got.body.track.track;
	assert_int_equal(send(recorder, &request, sizeof(request), 0), sizeof(request));
	tick(100000);
	assert_int_equal(cam.wanted[0], 1);
	request.end.track = 999; /* of nobody */
	send(recorder, &request, sizeof(request), 0);
	tick(100000);
	assert_int_equal(cam.wanted[0], 1);
}

static void a_recorder_that_comes_back_gets_new_clips(void **state)
{
	(void)state;
	tick(0); /* none is there */
	assert_false(tap_connected(tap));
	play(0, 9, true);
	assert_int_equal(tap_dropped(tap), 1);
	meet();
	play(0, 10, true);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_TRACK);
	stop_recorder();
	tick(100000);
	assert_int_equal(lost, 1);
	assert_false(tap_connected(tap));
	play(0, 11, false);
	meet();
	assert_int_equal(found, 2);
	tick(100000);
	assert_in_range(cam.wanted[0], 1, 3);
	play(0, 12, false);
	play(0, 13, true);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_TRACK);
	assert_int_equal(take(), WIRE_RTP);
	assert_int_equal(take(), 0);
}

static void never_waits_for_a_recorder_that_does_not_read(void **state)
{
	uint64_t dropped;
	unsigned packets = 0;

	(void)state;
	meet();
	play(0, 0, true);
	for (uint16_t seq = 1; seq < 60000; seq++)
		play(0, seq, false);
	tap_flush(tap);
	dropped = tap_dropped(tap);
	assert_true(dropped > 0);
	assert_true(tap_connected(tap));
	router_permit(&router, &cam.source, false, now_us); /* the end of the clip is not lost */
	tap_flush(tap);
	assert_int_equal(take(), WIRE_TRACK);
	while (take() == WIRE_RTP)
		packets++;
	assert_int_equal(packets + dropped, 60000);
	tap_flush(tap);
	assert_int_equal(take(), WIRE_END);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
#define TAP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TAP_TEST(a_clip_begins_with_a_keyframe),
		TAP_TEST(copies_are_not_recorded),
		TAP_TEST(one_layer_at_a_time),
		TAP_TEST(asks_the_sender_when_the_recorder_does),
		TAP_TEST(a_recorder_that_comes_back_gets_new_clips),
		TAP_TEST(never_waits_for_a_recorder_that_does_not_read),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
