/* SPDX-License-Identifier: MIT */
/*
 * What a forwarded packet costs from the router to the socket: one publisher, many subscribers with
 * a video slot, an audio slot and an SRTP session each, behind one socket of a child that only
 * counts. As in a class, 6 video packets of a frame come at once, and now and then one of sound.
 *
 * bench_egress [subscribers [bursts [plain]]]: plain receives without UDP_GRO, so that the kernel
 * takes messages apart, and on loopback does so at the sender's cost.
 */
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "egress/outlet.h"
#include "egress/slot.h"
#include "net/udp.h"
#include "route/router.h"
#include "rtp/codec.h"
#include "srtp/session.h"

enum { BURST = 6, PACKETS = 4096, ITEMS = 8192 };

struct subscriber {
	struct addr to;
	struct srtp_session *srtp;
	struct outlet outlet;
	struct slot *video, *audio;
};

static struct pkt_pool *pool;
static struct udp *udp;
static struct router router;
static struct list holding;
static struct source camera, microphone;
static struct codec_stream stream;
static struct subscriber *subscribers;
static unsigned subscriber_count;
static volatile uint64_t *arrived; /* counted by the child */

/* ---- the subscribers ---- */

static struct outlet_pool *items;

static bool is_open(void *arg)
{
	(void)arg;
	return true;
}

static uint8_t *place(void *arg)
{
	return udp_place(udp, &((struct subscriber *)arg)->to);
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	struct subscriber *sub = arg;

	if (srtp_protect_rtp(sub->srtp, packet, &len, PKT_ROOM) < 0)
		abort();
	udp_commit(udp, len);
}

static const struct outlet_ops outlet_ops = {is_open, place, ready};

static struct slot *add_slot(struct subscriber *sub, enum lectern_kind kind, uint32_t ssrc)
{
	struct lectern_section section = {
		.use = LECTERN_SECTION_SLOT,
		.kind = kind,
		.mid = "1",
		.format_count = 1,
		.formats = {{.codec = kind == LECTERN_MIC ? LECTERN_CODEC_OPUS : LECTERN_CODEC_VP8,
			.pt = kind == LECTERN_MIC ? 111 : 96,
			.rtx_pt = kind == LECTERN_MIC ? 0 : 97}},
		.ssrc = ssrc,
		.rtx_ssrc = kind == LECTERN_MIC ? 0 : ssrc + 1000000,
		.ext_mid = 1,
		.ext_twcc = 2,
		.ext_abs_send_time = 3,
		.ext_level = 4,
	};
	struct slot *slot = NULL;

	if (slot_create(&section, &sub->outlet, &slot) < 0)
		abort();
	router_want(&router, slot_sink(slot), 1, kind, 1);
	return slot;
}

static void add_subscriber(unsigned i, uint16_t port)
{
	struct subscriber *sub = &subscribers[i];
	uint8_t key[28] = {(uint8_t)i, (uint8_t)(i >> 8)};
	char ip[32];

	snprintf(ip, sizeof(ip), "127.1.%u.%u", i / 250, i % 250 + 1);
	addr_parse(ip, port, &sub->to);
	if (srtp_session_create(SRTP_AEAD_AES_128_GCM_SUITE, key, key, &sub->srtp) < 0)
		abort();
	outlet_init(&sub->outlet, items, &outlet_ops, sub);
	sub->video = add_slot(sub, LECTERN_CAMERA, 2 * i + 1);
	sub->audio = add_slot(sub, LECTERN_MIC, 2 * i + 2);
}

/* ---- the publisher ---- */

static void need_keyframe(struct source *source, unsigned layer, uint64_t now_us)
{
	(void)source;
	(void)layer;
	(void)now_us;
}

static struct pkt *find(struct source *source, unsigned layer, uint16_t seq)
{
	(void)source;
	(void)layer;
	(void)seq;
	return NULL;
}

static const struct source_ops source_ops = {need_keyframe, find};

static void publish(struct source *source, uint16_t seq, uint32_t timestamp, bool start, size_t len)
{
	static const uint8_t descriptor[] = {
		0x90, 0xe0, 0x80, 1, 1, 0, 0x10, 2, 0, 0x9d, 1, 0x2a, 64, 1, 180, 0};
	struct pkt *pkt = pkt_get(pool);
	struct writer w = writer_of(pkt->data, PKT_ROOM);
	struct rtp_names names;

	write_u16(&w, 0x8000 | (source->kind == LECTERN_MIC ? 111 : 96));
	write_u16(&w, seq);
	write_u32(&w, timestamp);
	write_u32(&w, 77);
	write_bytes(&w, descriptor, sizeof(descriptor));
	memset(pkt->data + w.len, 0xaa, len - w.len);
	pkt->data[12] = start ? 0x90 : 0x80;
	pkt->len = (uint32_t)len;
	pkt->arrival_us = clock_now_us();
	if (rtp_packet_parse(pkt, &(struct rtp_exts){0}, &names) < 0)
		abort();
	if (source->kind != LECTERN_MIC &&
		codec_mark(codec_find(LECTERN_CODEC_VP8), &stream, pkt) < 0)
		abort();
	source->layers[0].live = true;
	source->layers[0].newest = seq;
	router_packet(&router, source, pkt, pkt->arrival_us);
	pkt_put(pkt);
}

static void burst(unsigned number)
{
	static uint16_t video, audio;

	for (unsigned i = 0; i < BURST; i++, video++)
		publish(&camera, video, number * 3000, i == 0, 1100u + (i & 1));
	for (unsigned i = 0; i < 1 + (number % 3 > 0); i++, audio++)
		publish(&microphone, audio, audio * 960u, true, 110);
	router_release_all(&holding, clock_now_us());
	while (outlet_pool_drain_one(items, clock_now_us()))
		;
	udp_flush(udp);
}

/* ---- the receiver ---- */

static void count_packet(void *arg, struct pkt *pkt, const struct addr *from)
{
	(void)arg;
	(void)pkt;
	(void)from;
}

static void receive(struct udp *in)
{
	struct pollfd fd = {.fd = udp_fd(in), .events = POLLIN};

	for (;;) {
		poll(&fd, 1, -1);
		udp_recv(in, 1, count_packet, NULL);
		*arrived = udp_counters(in)->received;
	}
}

static void print(const struct rusage *from, const struct rusage *to, uint64_t from_us)
{
	const struct udp_counters *c = udp_counters(udp);
	double us = (double)(to->ru_utime.tv_sec - from->ru_utime.tv_sec) * 1e6 +
		    (double)(to->ru_utime.tv_usec - from->ru_utime.tv_usec);
	double sys = (double)(to->ru_stime.tv_sec - from->ru_stime.tv_sec) * 1e6 +
		     (double)(to->ru_stime.tv_usec - from->ru_stime.tv_usec);

	printf("sent %lu lost %ld cpu us/packet %.3f user %.3f system %.3f", (unsigned long)c->sent,
		(long)c->sent - (long)*arrived, (us + sys) / (double)c->sent, us / (double)c->sent,
		sys / (double)c->sent);
	printf(" packets/call %.1f packets/message %.2f padding/packet %.2f",
		(double)c->sent / (double)c->send_calls, (double)c->sent / (double)c->messages,
		(double)outlet_pool_counters(items)->padding / (double)c->sent);
	printf(" wall us/packet %.3f\n", (double)(clock_now_us() - from_us) / (double)c->sent);
}

int main(int argc, char **argv)
{
	unsigned bursts = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 500;
	struct udp *in;
	struct rusage from, to;
	uint64_t from_us;
	pid_t child;

	subscriber_count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 200;
	arrived = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	srtp_library_start();
	if (pkt_pool_create(PACKETS, &pool) < 0 || udp_create("0.0.0.0", 0, pool, &in) < 0)
		abort();
	if (argc > 3 && strcmp(argv[3], "plain") == 0)
		udp_set_joining(in, false);
	child = fork();
	if (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		receive(in);
	if (udp_create("127.0.0.1", 0, pool, &udp) < 0)
		abort();
	outlet_pool_create(ITEMS, &items);
	router_init(&router, NULL, NULL);
	list_init(&holding);
	router_hold(&router, &holding);
	source_init(&camera, &source_ops, 1, LECTERN_CAMERA, LECTERN_CODEC_VP8, 90000, 1);
	source_init(&microphone, &source_ops, 1, LECTERN_MIC, LECTERN_CODEC_OPUS, 48000, 1);
	router_add(&router, &camera);
	router_add(&router, &microphone);
	router_permit(&router, &camera, true, 1);
	router_permit(&router, &microphone, true, 1);
	subscribers = calloc(subscriber_count, sizeof(*subscribers));
	for (unsigned i = 0; i < subscriber_count; i++)
		add_subscriber(i, udp_port(in));
	getrusage(RUSAGE_SELF, &from);
	from_us = clock_now_us();
	for (unsigned i = 0; i < bursts; i++) {
		burst(i);
		for (unsigned wait = 0; *arrived < udp_counters(udp)->sent && wait < 1000; wait++)
			usleep(100);
	}
	getrusage(RUSAGE_SELF, &to);
	print(&from, &to, from_us);
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
	return 0;
}
