/* SPDX-License-Identifier: MIT */
/*
 * One peer on a worker's parts, without the worker's thread: time passes as the test says, so that
 * thirty seconds without consent take none.
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

#include "base/clock.h"
#include "base/log.h"
#include "peer/path_in.h"
#include "peer/peer_priv.h"
#include "srtp/session.h"
#include "tests/client/client.h"
#include "tests/client/params.h"
#include "tests/unit/engine/media.h"

#define SECOND UINT64_C(1000000)

enum { PEERS = 2, PATIENCE_S = 30 };

struct end {
	struct client *client;
	struct peer *peer;
	struct lectern_peer_params params;
	enum lectern_peer_state state;
	unsigned states; /* changes */
	unsigned received;
	uint16_t seq;
};

struct fixture {
	struct pkt_pool *pool;
	struct dtls_identity *identity;
	struct peer_host host;
	struct router router;
	struct end ends[PEERS];
	uint64_t skew_us;   /* how far the server's time is ahead of the clock */
	uint64_t frozen_us; /* or: the time at which it stands still */
};

static uint64_t now(const struct fixture *f)
{
	return f->frozen_us ? f->frozen_us : clock_now_us() + f->skew_us;
}

static void on_state(void *arg, struct peer *peer, enum lectern_peer_state state)
{
	struct fixture *f = arg;

	for (unsigned i = 0; i < PEERS; i++) {
		if (f->ends[i].peer == peer) {
			f->ends[i].state = state;
			f->ends[i].states++;
		}
	}
}

static void on_flowing(void *arg, struct peer *peer, enum lectern_kind kind, bool flowing)
{
	(void)arg;
	(void)peer;
	(void)kind;
	(void)flowing;
}

static const struct peer_ops ops = {on_state, on_flowing};

static void no_hook(void *arg, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
}

static void on_rtp(void *arg, const struct client_rtp *rtp)
{
	struct end *end = arg;

	(void)rtp;
	end->received++;
}

static int set_up(void **state)
{
	struct loop_hooks hooks = {no_hook, no_hook, NULL};
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	log_set_level(LOG_ERROR);
	assert_int_equal(srtp_library_start(), 0);
	assert_int_equal(pkt_pool_create(1024, &f->pool), 0);
	assert_int_equal(dtls_identity_create(&f->identity), 0);
	assert_int_equal(loop_create(&hooks, &f->host.loop), 0);
	assert_int_equal(udp_create("127.0.0.1", 0, f->pool, &f->host.udp), 0);
	assert_int_equal(outlet_pool_create(64, &f->host.outlets), 0);
	assert_int_equal(stun_codec_create(&f->host.stun), 0);
	assert_int_equal(dtls_context_create(f->identity, &f->host.dtls), 0);
	demux_init(&f->host.demux);
	router_init(&f->router, NULL, NULL);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < PEERS; i++) {
		peer_destroy(f->ends[i].peer, now(f));
		client_destroy(f->ends[i].client);
	}
	router_finish(&f->router, now(f));
	dtls_context_destroy(f->host.dtls);
	stun_codec_destroy(f->host.stun);
	outlet_pool_destroy(f->host.outlets);
	udp_destroy(f->host.udp);
	loop_destroy(f->host.loop);
	dtls_identity_destroy(f->identity);
	pkt_pool_destroy(f->pool);
	srtp_library_stop();
	free(f);
	return 0;
}

/* ---- the worker's turn, by hand ---- */

static void on_datagram(void *arg, struct pkt *pkt, const struct addr *from)
{
	struct fixture *f = arg;

	path_in(&f->host, pkt, from, pkt->arrival_us);
}

static void turn(struct fixture *f, int wait_ms)
{
	struct pollfd fds[PEERS + 1] = {{.fd = udp_fd(f->host.udp), .events = POLLIN}};

	for (unsigned i = 0; i < PEERS; i++) {
		fds[i + 1].fd = f->ends[i].client ? client_fd(f->ends[i].client) : -1;
		fds[i + 1].events = POLLIN;
	}
	poll(fds, PEERS + 1, wait_ms);
	udp_recv(f->host.udp, now(f), on_datagram, f);
	for (unsigned i = 0; i < PEERS; i++) {
		struct peer *peer = f->ends[i].peer;

		if (peer && peer->timer.due_us <= now(f))
			peer->timer.fire(&peer->timer, now(f));
	}
	outlet_pool_drain(f->host.outlets, now(f));
	udp_flush(f->host.udp);
	for (unsigned i = 0; i < PEERS; i++) {
		if (f->ends[i].client)
			client_turn(f->ends[i].client, clock_now_us());
	}
}

#define UNTIL(f, condition)                                                                        \
	do {                                                                                       \
		uint64_t until_us = clock_now_us() + PATIENCE_S * SECOND;                          \
		while (!(condition)) {                                                             \
			if (clock_now_us() > until_us)                                             \
				fail_msg("waited in vain for: %s", #condition);                    \
			turn(f, 5);                                                                \
		}                                                                                  \
	} while (0)

/* The server's time runs on, in steps, while nothing comes from outside. */
static void pass(struct fixture *f, uint64_t us)
{
	for (uint64_t step = SECOND / 4; us > 0; us -= step) {
		step = us < step ? us : step;
		if (f->frozen_us)
			f->frozen_us += step;
		else
			f->skew_us += step;
		for (unsigned i = 0; i < PEERS; i++) {
			struct peer *peer = f->ends[i].peer;

			if (peer && peer->timer.due_us <= now(f))
				peer->timer.fire(&peer->timer, now(f));
		}
		outlet_pool_drain(f->host.outlets, now(f));
		udp_flush(f->host.udp);
	}
}

static void prepare(struct fixture *f, unsigned number, struct client_config config)
{
	struct end *end = &f->ends[number];
	struct peer_config peer = {
		.id = number + 1,
		.params = &end->params,
		.host = &f->host,
		.router = &f->router,
		.ops = &ops,
		.arg = f,
	};

	config.on_rtp = on_rtp;
	config.arg = end;
	assert_int_equal(client_create(&config, &end->client), 0);
	params_init(&end->params, end->client, number, 1);
	assert_int_equal(peer_create(&peer, now(f), &end->peer), 0);
	client_connect(end->client, "127.0.0.1", udp_port(f->host.udp), end->params.local_ufrag,
		end->params.local_pwd, dtls_identity_fingerprint(f->identity));
}

static struct end *join(struct fixture *f, unsigned number)
{
	struct end *end = &f->ends[number];

	prepare(f, number, (struct client_config){0});
	UNTIL(f, end->state == LECTERN_PEER_CONNECTED && client_connected(end->client));
	return end;
}

static void speak(struct end *end, uint32_t ssrc)
{
	uint8_t payload[MEDIA_OPUS_LEN];
	struct client_rtp rtp = {
		.ssrc = ssrc,
		.timestamp = end->seq * 960u,
		.seq = end->seq,
		.pt = PARAMS_OPUS,
		.level_id = PARAMS_EXT_LEVEL,
		.level = 10,
		.payload = payload,
		.payload_len = media_opus(payload, end->seq),
	};

	end->seq++;
	assert_int_equal(client_send_rtp(end->client, &rtp), 0);
}

static uint64_t sent(const struct fixture *f)
{
	return udp_counters(f->host.udp)->sent;
}

/* ---- the tests ---- */

static void silence_is_told_and_ends_with_any_authentic_packet(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0);
	const uint8_t forged[30] = {0x80, PARAMS_OPUS, 0, 1};

	client_stop_checks(a->client);
	pass(f, 4 * SECOND);
	assert_int_equal(a->state, LECTERN_PEER_CONNECTED);
	pass(f, 2 * SECOND);
	assert_int_equal(a->state, LECTERN_PEER_SILENT);
	client_send_raw(a->client, forged, sizeof(forged));
	UNTIL(f, peer_drops(a->peer, PEER_DROP_SSRC) + peer_drops(a->peer, PEER_DROP_SRTP_FORGED));
	assert_int_equal(a->state, LECTERN_PEER_SILENT); /* a forgery is no sign of life */
	speak(a, params_up_ssrc(0, LECTERN_MIC));
	UNTIL(f, a->state == LECTERN_PEER_CONNECTED);
}

static void without_consent_nothing_is_sent_any_more(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0), *b = join(f, 1);
	uint64_t before;

	peer_permit(a->peer, LECTERN_KIND_BIT(LECTERN_MIC), now(f));
	router_reserve(&f->router, peer_id(a->peer), now(f));
	speak(a, params_up_ssrc(0, LECTERN_MIC));
	UNTIL(f, b->received == 1);
	/* b's checks stop, and a's go on: thirty seconds, a second at a time */
	client_stop_checks(b->client);
	turn(f, 0);
	f->frozen_us = now(f);
	for (unsigned i = 0; i < 29; i++) {
		unsigned answered = client_checks_answered(a->client);

		pass(f, SECOND);
		UNTIL(f, client_checks_answered(a->client) > answered);
		speak(a, params_up_ssrc(0, LECTERN_MIC));
		UNTIL(f, b->received == i + 2);
	}
	assert_int_equal(b->state, LECTERN_PEER_SILENT);
	pass(f, 2 * SECOND);
	assert_int_equal(b->state, LECTERN_PEER_FAILED);
	assert_int_equal(a->state, LECTERN_PEER_CONNECTED);
	turn(f, 0);
	before = client_datagrams(b->client);
	for (unsigned i = 0; i < 20; i++)
		speak(a, params_up_ssrc(0, LECTERN_MIC));
	for (unsigned answered = client_checks_answered(a->client);
		client_checks_answered(a->client) < answered + 2;)
		turn(f, 5);
	assert_int_equal(client_datagrams(b->client), before);
	assert_int_equal(f->ends[1].received, 30);
}

/* As Pion and GStreamer do while they send. */
static void who_sends_and_asks_no_more_stays(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0), *b = join(f, 1);

	peer_permit(a->peer, LECTERN_KIND_BIT(LECTERN_MIC), now(f));
	router_reserve(&f->router, peer_id(a->peer), now(f));
	client_stop_checks(a->client);
	turn(f, 0);
	f->frozen_us = now(f);
	for (unsigned i = 0; i < 10; i++) {
		unsigned answered = client_checks_answered(b->client);

		pass(f, 4 * SECOND);
		UNTIL(f, client_checks_answered(b->client) > answered);
		speak(a, params_up_ssrc(0, LECTERN_MIC));
		UNTIL(f, b->received == i + 1);
	}
	assert_int_equal(a->state, LECTERN_PEER_CONNECTED);
}

static void a_restart_brings_back_who_lost_consent(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0);

	client_stop_checks(a->client);
	pass(f, 31 * SECOND);
	assert_int_equal(a->state, LECTERN_PEER_FAILED);
	client_restart(a->client, "srv-again", "server-password-once-more");
	assert_int_equal(peer_restart(a->peer, "srv-again", "server-password-once-more",
				 client_ufrag(a->client), now(f)),
		0);
	client_resume_checks(a->client);
	UNTIL(f, a->state == LECTERN_PEER_CONNECTED);
}

static void replayed_and_forged_packets_go_nowhere(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0), *b = join(f, 1);

	peer_permit(a->peer, LECTERN_KIND_BIT(LECTERN_MIC), now(f));
	router_reserve(&f->router, peer_id(a->peer), now(f));
	speak(a, params_up_ssrc(0, LECTERN_MIC));
	UNTIL(f, b->received == 1);
	a->seq = 0; /* the same packet once more */
	speak(a, params_up_ssrc(0, LECTERN_MIC));
	UNTIL(f, peer_drops(a->peer, PEER_DROP_SRTP_REPLAYED) == 1);
	speak(a, 0xbadbad); /* a stream that the offer did not name */
	UNTIL(f, peer_drops(a->peer, PEER_DROP_SSRC) == 1);
	/* from another socket, with the right SSRC: no check ever came from there */
	assert_int_equal(client_move(b->client), 0);
	client_stop_checks(b->client);
	speak(b, params_up_ssrc(0, LECTERN_MIC));
	UNTIL(f, f->host.drops[PEER_DROP_ADDRESS_UNKNOWN] == 1);
	/* from b's own address under a's SSRC: b has no such stream */
	assert_int_equal(a->state, LECTERN_PEER_CONNECTED);
	assert_int_equal(b->received, 1);
}

static void a_living_peers_address_cannot_be_claimed(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0), *b = &f->ends[1];
	struct addr at_a = {.len = sizeof(at_a.u)};

	prepare(f, 1, (struct client_config){0});
	UNTIL(f, client_checks_answered(b->client) > 0);
	/* b, with its own right credentials, but from a's socket */
	assert_int_equal(client_take_socket_of(b->client, a->client), 0);
	UNTIL(f, peer_drops(b->peer, PEER_DROP_ADDRESS_HELD) > 0);
	getsockname(client_fd(a->client), &at_a.u.sa, &at_a.len);
	assert_ptr_equal(demux_by_addr(&f->host.demux, &at_a), a->peer);
}

static void who_sends_without_measure_is_held_to_it(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0);

	f->frozen_us = now(f); /* all of it comes at one moment */
	for (unsigned i = 0; i < PEER_MAX_PPS + 100; i++) {
		speak(a, params_up_ssrc(0, LECTERN_MIC));
		if (i % 50 == 0)
			turn(f, 0);
	}
	UNTIL(f, peer_drops(a->peer, PEER_DROP_TOO_FAST) >= 100);
	assert_in_range(peer_drops(a->peer, PEER_DROP_TOO_FAST), 100, 110); /* some RTCP */
	f->frozen_us += SECOND / 10;
	speak(a, params_up_ssrc(0, LECTERN_MIC));
	turn(f, 5);
	turn(f, 0);
	assert_in_range(peer_drops(a->peer, PEER_DROP_TOO_FAST), 100, 110);
	assert_int_equal(a->state, LECTERN_PEER_CONNECTED);
}

static void nobody_came_is_a_failure_too(void **state)
{
	struct fixture *f = *state;
	struct end *a = &f->ends[0];
	uint64_t before = sent(f);

	prepare(f, 0, (struct client_config){0});
	pass(f, 31 * SECOND);
	assert_int_equal(a->state, LECTERN_PEER_FAILED);
	turn(f, 0);
	assert_int_equal(sent(f), before);
}

static void checks_without_nomination_get_no_media(void **state)
{
	struct fixture *f = *state;
	struct end *a = join(f, 0), *b = &f->ends[1];

	prepare(f, 1, (struct client_config){.not_nominating = true});
	UNTIL(f, b->state == LECTERN_PEER_CONNECTED); /* the handshake does go through */
	peer_permit(a->peer, LECTERN_KIND_BIT(LECTERN_MIC), now(f));
	router_reserve(&f->router, peer_id(a->peer), now(f));
	for (unsigned i = 0; i < 20; i++)
		speak(a, params_up_ssrc(0, LECTERN_MIC));
	for (unsigned answered = client_checks_answered(b->client);
		client_checks_answered(b->client) < answered + 2;)
		turn(f, 5);
	assert_int_equal(b->received, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(silence_is_told_and_ends_with_any_authentic_packet),
		TEST(without_consent_nothing_is_sent_any_more),
		TEST(who_sends_and_asks_no_more_stays),
		TEST(a_restart_brings_back_who_lost_consent),
		TEST(replayed_and_forged_packets_go_nowhere),
		TEST(a_living_peers_address_cannot_be_claimed),
		TEST(who_sends_without_measure_is_held_to_it),
		TEST(nobody_came_is_a_failure_too),
		TEST(checks_without_nomination_get_no_media),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
