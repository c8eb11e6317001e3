/* SPDX-License-Identifier: MIT */
/*
 * From outlets to the sockets of subscribers, over the real network: any mix of packets is taken
 * together into runs, padded, encrypted, sent and taken apart again, and each subscriber finds every
 * packet that was queued for it, once, in the order of its stream, with the bytes that it had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "egress/outlet.h"
#include "net/udp.h"
#include "srtp/session.h"

enum {
	SUBSCRIBERS = 4,
	STREAMS = 4, /* two of video, a repair, a sound: by their SSRC */
	REPAIR = 2,
	SOUND = 3,
	POOL = 1024,
	ITEMS = 128, /* fewer than wait at once: some are sent early */
	ROUNDS = 40,
	PATIENCE_MS = 5000,
};

static const struct rtp_exts exts = {.mid = 1, .twcc = 2, .abs_send_time = 3};

struct stream {
	struct rtp_template head;
	uint16_t queued, got; /* sequence numbers */
	uint16_t sizes[256];  /* of payloads, by the low byte of the number */
};

struct subscriber {
	struct fixture *f;
	struct udp *udp;
	struct addr at;
	struct srtp_session *ours, *theirs;
	struct outlet outlet;
	struct stream streams[STREAMS];
	uint16_t twcc; /* of the next that comes */
	unsigned padded;
};

struct fixture {
	struct pkt_pool *pool;
	struct outlet_pool *items;
	struct udp *udp;
	struct subscriber subscribers[SUBSCRIBERS];
	uint64_t dice;
};

static unsigned dice(struct fixture *f)
{
	f->dice = f->dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(f->dice >> 40);
}

/* ---- what stands for peers ---- */

static bool is_open(void *arg)
{
	(void)arg;
	return true;
}

static uint8_t *place(void *arg)
{
	struct subscriber *sub = arg;

	return udp_place(sub->f->udp, &sub->at);
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	struct subscriber *sub = arg;

	assert_int_equal(srtp_protect_rtp(sub->ours, packet, &len, PKT_ROOM), 0);
	udp_commit(sub->f->udp, len);
}

static const struct outlet_ops ops = {is_open, place, ready};

static void add_subscriber(struct fixture *f, unsigned i, enum srtp_suite suite)
{
	struct subscriber *sub = &f->subscribers[i];
	uint8_t key[30] = {(uint8_t)i, 1, 2, 3}, unused[30] = {0};

	sub->f = f;
	assert_int_equal(udp_create("127.0.0.1", 0, f->pool, &sub->udp), 0);
	addr_parse("127.0.0.1", udp_port(sub->udp), &sub->at);
	assert_int_equal(srtp_session_create(suite, unused, key, &sub->ours), 0);
	assert_int_equal(srtp_session_create(suite, key, unused, &sub->theirs), 0);
	outlet_init(&sub->outlet, f->items, &ops, sub);
	for (unsigned k = 0; k < STREAMS; k++)
		rtp_template_init(&sub->streams[k].head, k, &exts, k == SOUND ? "a" : "v");
}

static struct fixture *open_fixture(enum srtp_suite suite)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_int_equal(srtp_library_start(), 0);
	assert_int_equal(pkt_pool_create(POOL, &f->pool), 0);
	assert_int_equal(outlet_pool_create(ITEMS, &f->items), 0);
	assert_int_equal(udp_create("127.0.0.1", 0, f->pool, &f->udp), 0);
	for (unsigned i = 0; i < SUBSCRIBERS; i++)
		add_subscriber(f, i, suite);
	return f;
}

static void close_fixture(struct fixture *f)
{
	for (unsigned i = 0; i < SUBSCRIBERS; i++) {
		struct subscriber *sub = &f->subscribers[i];

		outlet_finish(&sub->outlet);
		srtp_session_destroy(sub->ours);
		srtp_session_destroy(sub->theirs);
		udp_destroy(sub->udp);
	}
	udp_destroy(f->udp);
	outlet_pool_destroy(f->items); /* asserts that all came back */
	pkt_pool_destroy(f->pool);
	srtp_library_stop();
	free(f);
}

/* ---- there ---- */

static uint8_t byte_of(unsigned stream, uint16_t seq, unsigned at)
{
	return (uint8_t)(stream * 71 + seq * 13 + at);
}

/* A packet of `size` payload bytes: some written by the sender, the rest of up to three pieces. */
static void queue(struct subscriber *sub, unsigned index, size_t size)
{
	struct stream *stream = &sub->streams[index];
	uint16_t seq = stream->queued++;
	struct outlet_item *item = outlet_begin(&sub->outlet, &stream->head, 1000000);
	size_t at = size < 6 ? size : 6;

	stream->sizes[(uint8_t)seq] = (uint16_t)size;
	rtp_template_write(&stream->head, item->bytes, 96, false, seq, seq);
	item->len = (uint8_t)(stream->head.len + at);
	for (unsigned i = 0; i < at; i++)
		item->bytes[stream->head.len + i] = byte_of(index, seq, i);
	for (unsigned piece = 0; piece < OUTLET_PIECES && at < size; piece++) {
		struct pkt *pkt = pkt_get(sub->f->pool);
		size_t len = piece + 1 < OUTLET_PIECES ? (size - at) / 2 : size - at;

		assert_non_null(pkt);
		pkt->len = (uint32_t)(7 + len);
		for (unsigned i = 0; i < len; i++)
			pkt->data[7 + i] = byte_of(index, seq, (unsigned)at + i);
		outlet_add(item, pkt, 7, len);
		pkt_put(pkt);
		at += len;
	}
	item->pads = index != SOUND;
	item->repair = index == REPAIR;
	outlet_send(&sub->outlet, item);
}

static void queue_any(struct fixture *f, struct subscriber *sub, unsigned count)
{
	unsigned frame = 600 + dice(f) % 700;

	for (unsigned i = 0; i < count; i++) {
		unsigned index = dice(f) % 8 < 6 ? dice(f) % 3 : SOUND;
		unsigned size = index == SOUND ? 20 + dice(f) % 140 : frame + dice(f) % 20;

		if (dice(f) % 6 == 0)
			size = dice(f) % 3 ? dice(f) % 1300 : 0;
		if (dice(f) % 10 == 0)
			frame = 600 + dice(f) % 700;
		queue(sub, index, size);
	}
}

/* ---- and back ---- */

static void on_packet(void *arg, struct pkt *pkt, const struct addr *from)
{
	struct subscriber *sub = arg;
	struct rtp_names names;
	struct stream *stream;
	size_t len = pkt->len;

	(void)from;
	assert_int_equal(srtp_unprotect_rtp(sub->theirs, pkt->data, &len), 0);
	pkt->len = (uint32_t)len;
	assert_int_equal(rtp_packet_parse(pkt, &exts, &names), 0);
	assert_true(pkt->rtp.ssrc < STREAMS);
	stream = &sub->streams[pkt->rtp.ssrc];
	assert_int_equal(pkt->rtp.seq, stream->got);
	assert_int_equal(pkt->rtp.timestamp, stream->got);
	assert_int_equal(pkt->rtp.twcc, sub->twcc++);
	assert_int_equal(pkt->rtp.payload_len, stream->sizes[(uint8_t)stream->got]);
	for (unsigned i = 0; i < pkt->rtp.payload_len; i++)
		assert_int_equal(
			pkt->data[pkt->rtp.payload_at + i], byte_of(pkt->rtp.ssrc, stream->got, i));
	assert_true(pkt->rtp.padding <= (pkt->rtp.ssrc == SOUND ? 0 : OUTLET_MAX_PAD));
	sub->padded += pkt->rtp.padding > 0;
	stream->got++;
}

static bool has_all(const struct subscriber *sub)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		if (sub->streams[i].got != sub->streams[i].queued)
			return false;
	}
	return true;
}

static void receive(struct subscriber *sub)
{
	struct pollfd fd = {.fd = udp_fd(sub->udp), .events = POLLIN};

	while (!has_all(sub)) {
		if (poll(&fd, 1, PATIENCE_MS) <= 0)
			fail_msg("not all came");
		udp_recv(sub->udp, 1, on_packet, sub);
	}
	udp_recv(sub->udp, 1, on_packet, sub); /* and nothing else */
}

static void play(struct fixture *f)
{
	f->dice = 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned step = 0; step < SUBSCRIBERS * 3; step++) {
			unsigned who = dice(f) % SUBSCRIBERS;

			queue_any(f, &f->subscribers[who], dice(f) % 20);
		}
		outlet_pool_drain(f->items, 2000000);
		udp_flush(f->udp);
		for (unsigned i = 0; i < SUBSCRIBERS; i++)
			receive(&f->subscribers[i]);
	}
	assert_int_equal(outlet_pool_free(f->items), ITEMS);
	assert_int_equal(pkt_pool_free(f->pool), POOL);
	assert_int_equal(udp_counters(f->udp)->not_sent, 0);
	assert_true(outlet_pool_counters(f->items)->early > 0);
	for (unsigned i = 0; i < SUBSCRIBERS; i++)
		assert_true(f->subscribers[i].padded > 0);
}

static uint64_t joined(const struct fixture *f)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < SUBSCRIBERS; i++)
		sum += udp_counters(f->subscribers[i].udp)->joined;
	return sum;
}

/* ---- the tests ---- */

static void runs_are_whole(void **state)
{
	struct fixture *f = open_fixture(SRTP_AEAD_AES_128_GCM_SUITE);

	(void)state;
	play(f);
	assert_true(udp_counters(f->udp)->messages * 2 < udp_counters(f->udp)->sent);
	assert_true(joined(f) > 0);
	assert_int_equal(udp_counters(f->udp)->refused, 0);
	close_fixture(f);
}

static void for_receivers_that_do_not_join(void **state)
{
	struct fixture *f = open_fixture(SRTP_AEAD_AES_128_GCM_SUITE);

	(void)state;
	for (unsigned i = 0; i < SUBSCRIBERS; i++)
		udp_set_joining(f->subscribers[i].udp, false);
	play(f);
	assert_int_equal(joined(f), 0);
	close_fixture(f);
}

static void with_the_other_suite(void **state)
{
	struct fixture *f = open_fixture(SRTP_AES128_CM_SHA1_80_SUITE);

	(void)state;
	play(f);
	close_fixture(f);
}

/* Every destination refuses once, and what it refuses is in the middle of much else. */
static void where_the_kernel_refuses(void **state)
{
	struct fixture *f = open_fixture(SRTP_AEAD_AES_128_GCM_SUITE);
	const struct udp_counters *counters = udp_counters(f->udp);
	int on = 1;

	(void)state;
	assert_int_equal(setsockopt(udp_fd(f->udp), SOL_SOCKET, SO_NO_CHECK, &on, sizeof(on)), 0);
	play(f);
	assert_true(counters->refused >= SUBSCRIBERS);
	assert_int_equal(counters->single, counters->sent);
	close_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_whole),
		cmocka_unit_test(for_receivers_that_do_not_join),
		cmocka_unit_test(with_the_other_suite),
		cmocka_unit_test(where_the_kernel_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
