/* SPDX-License-Identifier: MIT */
/*
 * A datagram's whole way in, to a peer whose handshake is not done. The first byte chooses where it
 * comes from: even, an address that nobody knows, from which nothing may get an answer; odd, one
 * that the peer's checks have come from.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "peer/path_in.h"
#include "peer/peer_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pkt_pool *pool;
static struct peer_host host;
static struct router router;
static struct dtls_identity *identity;

static void no_hook(void *arg, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
}

static void on_state(void *arg, struct peer *peer, enum lectern_peer_state state)
{
	(void)arg;
	(void)peer;
	assert(state == LECTERN_PEER_FAILED);
}

static const struct peer_ops ops = {.state = on_state};

static const struct lectern_peer_params params = {
	.room = 1,
	.local_ufrag = "srvu",
	.local_pwd = "server-password-0123456789",
	.remote_ufrag = "cliu",
	.remote_pwd = "client-password-0123456789",
	.remote_fingerprint = "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
			      "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F",
	.cname = "c",
	.section_count = 1,
	.sections = {{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_MIC,
		.mid = "0",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_OPUS, .pt = 111}},
		.ssrc = 0x10000000,
		.ext_mid = 4}},
};

static void make_host(void)
{
	struct loop_hooks hooks = {no_hook, no_hook, NULL};

	log_set_level(LOG_ERROR);
	demux_init(&host.demux);
	router_init(&router, NULL, NULL);
	if (pkt_pool_create(128, &pool) < 0 || loop_create(&hooks, &host.loop) < 0 ||
		udp_create("127.0.0.1", 0, pool, &host.udp) < 0 ||
		outlet_pool_create(16, &host.outlets) < 0 || stun_codec_create(&host.stun) < 0 ||
		dtls_identity_create(&identity) < 0 ||
		dtls_context_create(identity, &host.dtls) < 0)
		abort();
}

/* Datagrams that have gone, or that the socket did not take. */
static uint64_t answers(void)
{
	return udp_counters(host.udp)->sent + udp_counters(host.udp)->not_sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct peer_config config = {
		.id = 1, .params = &params, .host = &host, .router = &router, .ops = &ops};
	struct addr known, unknown;
	uint64_t before;
	struct peer *peer;
	struct pkt *pkt;

	if (!pool)
		make_host();
	if (size == 0 || size > LECTERN_MAX_PACKET)
		return 0;
	addr_parse("127.0.0.1", 9, &known);
	addr_parse("127.0.0.1", 10, &unknown);
	if (peer_create(&config, 1, &peer) < 0)
		abort();
	peer_path_added(peer, &known);
	pkt = pkt_get(pool);
	pkt->len = (uint32_t)(size - 1);
	memcpy(pkt->data, data + 1, size - 1);
	udp_flush(host.udp);
	before = answers();
	path_in(&host, pkt, data[0] & 1 ? &known : &unknown, 2);
	pkt_put(pkt);
	outlet_pool_drain(host.outlets, 2);
	udp_flush(host.udp);
	if (!(data[0] & 1) && peer->ice.counters.checks == 0 && peer->ice.counters.unknown == 0 &&
		peer->ice.counters.conflicts == 0)
		assert(answers() == before);
	peer_destroy(peer, 3);
	assert(pkt_pool_free(pool) == 128);
	return 0;
}
