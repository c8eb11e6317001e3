/* SPDX-License-Identifier: MIT */
/*
 * A whole class on a fake clock: an instructor and a trainee send, a viewer receives, all over bad
 * links; in between stands what a worker has: upstreams, router, downstream, each the real thing.
 * The trainee sends from the first moment, but may be heard and seen from 8 s to 16 s only.
 *
 * Each run prints its seed: SIM_SEED=<n> repeats that one alone, SIM_VERBOSE tells figures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "egress/downstream.h"
#include "ingress/upstream.h"
#include "link.h"
#include "publisher.h"
#include "route/router.h"
#include "rtp/packet.h"
#include "subscriber.h"

enum {
	INSTRUCTOR = 1,
	TRAINEE = 2,
	VIEWER = 3,
	START_US = 10000000,
	STEP_US = 1000,
	SECOND = 1000000,
	POOL = 8192,
	ITEMS = 64,
	SEEDS = 4,
};

struct sender {
	struct class *class;
	struct publisher publisher;
	struct link up, down;
	struct upstream *upstream;
	struct rtp_exts exts;
};

struct class
{
	uint64_t now_us;
	struct pkt_pool *pool;
	struct router router;
	struct sender senders[2];
	struct downstream *downstream;
	struct listener listener;
	struct link down, up; /* the viewer's */
	struct subscriber viewer;
	struct outlet_pool *items;
	uint8_t buffer[OUTLET_ROOM];
	uint8_t used[2 * SIM_SLOTS][65536]; /* (ssrc, seq) that went out */
	unsigned sent_of[SIM_PEERS];	    /* media packets that went out, by sender */
	unsigned forwarded;
};

/* ---- the server ---- */

static void on_up_rtcp(void *arg, const uint8_t *data, size_t len)
{
	struct sender *sender = arg;

	link_send(&sender->down, data, len, sender->class->now_us);
}

static void on_report(void *arg, struct source *source, unsigned layer, uint64_t now_us)
{
	struct sender *sender = arg;

	router_report(&sender->class->router, source, layer, now_us);
}

static void on_recovered(void *arg, struct source *source, struct pkt *pkt, uint64_t now_us)
{
	struct sender *sender = arg;

	router_packet(&sender->class->router, source, pkt, now_us);
}

static const struct upstream_ops upstream_ops = {
	.rtcp = on_up_rtcp, .report = on_report, .recovered = on_recovered};

/* As peer/path_in does, without SRTP. */
static void on_sent_up(void *arg, const uint8_t *data, size_t len, uint64_t now_us)
{
	struct sender *sender = arg;
	struct class *class = sender->class;
	struct rtp_names names;
	struct source *source;
	struct pkt *pkt;

	if (rtp_is_rtcp(data, len)) {
		assert_int_equal(upstream_rtcp(sender->upstream, data, len, now_us), 0);
		return;
	}
	pkt = pkt_get(class->pool);
	assert_non_null(pkt);
	memcpy(pkt->data, data, len);
	pkt->len = (uint32_t)len;
	pkt->arrival_us = now_us;
	assert_int_equal(rtp_packet_parse(pkt, &sender->exts, &names), 0);
	assert_true(upstream_find(sender->upstream, &pkt->rtp, &names));
	if (upstream_recv(sender->upstream, pkt, &names, now_us, &source) == UPTRACK_FORWARD)
		router_packet(&class->router, source, pkt, now_us);
	pkt_put(pkt);
}

static bool is_open(void *arg)
{
	(void)arg;
	return true;
}

static uint8_t *on_place(void *arg)
{
	return ((struct class *)arg)->buffer;
}

/* Each (ssrc, seq) goes out once. */
static void check_number(struct class *class, const uint8_t *packet, size_t len)
{
	struct pkt_rtp rtp;
	struct rtp_names names;
	const struct rtp_exts none = {0};
	uint32_t stream;

	assert_int_equal(rtp_header_parse(packet, len, &none, &rtp, &names), 0);
	stream = rtp.ssrc - SIM_SLOT_SSRC;
	stream = stream >= 100 ? stream - 100 + SIM_SLOTS : stream;
	assert_true(stream < 2 * SIM_SLOTS);
	assert_int_equal(class->used[stream][rtp.seq]++, 0);
}

static void on_ready(void *arg, uint8_t *packet, size_t len)
{
	struct class *class = arg;
	size_t padding = packet[0] & 0x20 ? packet[len - 1] : 0;
	struct sim_mark mark;

	check_number(class, packet, len);
	memcpy(&mark, packet + len - padding - sizeof(mark), sizeof(mark));
	assert_true(mark.peer < SIM_PEERS);
	class->sent_of[mark.peer]++;
	class->forwarded++;
	link_send(&class->down, packet, len, class->now_us);
}

static void on_down_rtcp(void *arg, const uint8_t *data, size_t len)
{
	struct class *class = arg;

	link_send(&class->down, data, len, class->now_us);
}

static const struct outlet_ops outlet_ops = {is_open, on_place, on_ready};
static const struct downstream_ops downstream_ops = {on_down_rtcp};

static void on_viewer_sent(void *arg, const uint8_t *data, size_t len, uint64_t now_us)
{
	struct class *class = arg;

	assert_int_equal(downstream_rtcp(class->downstream, data, len, now_us), 0);
}

/* ---- the ends ---- */

static void on_publisher_got(void *arg, const uint8_t *data, size_t len, uint64_t now_us)
{
	struct sender *sender = arg;

	(void)now_us;
	publisher_rtcp(&sender->publisher, data, len);
}

static void on_viewer_got(void *arg, const uint8_t *data, size_t len, uint64_t now_us)
{
	subscriber_packet(&((struct class *)arg)->viewer, data, len, now_us);
}

static void add_sender(
	struct class *class, unsigned index, const struct link_profile *links, uint64_t seed)
{
	struct sender *sender = &class->senders[index];
	struct lectern_section sections[2];
	struct upstream_config config = {.peer = index + 1,
		.sections = sections,
		.section_count = 2,
		.sender_ssrc = 1,
		.cname = "server",
		.ops = &upstream_ops,
		.arg = sender};

	sender->class = class;
	link_init(&sender->up, links, seed + index, on_sent_up, sender);
	link_init(&sender->down, links, seed + 10 + index, on_publisher_got, sender);
	publisher_init(
		&sender->publisher, index + 1, seed + 20 + index, &sender->up, class->now_us);
	sender->publisher.red = index + 1 == INSTRUCTOR;
	publisher_sections(&sender->publisher, sections);
	sender->exts = rtp_exts_of(sections, 2);
	assert_int_equal(upstream_create(&config, &sender->upstream), 0);
	router_add(&class->router, upstream_source(sender->upstream, LECTERN_MIC));
	router_add(&class->router, upstream_source(sender->upstream, LECTERN_CAMERA));
}

static void add_viewer(struct class *class, const struct link_profile *links, uint64_t seed)
{
	struct lectern_section sections[SIM_SLOTS];
	struct downstream_config config = {.sections = sections,
		.section_count = SIM_SLOTS,
		.cname = "server",
		.outlet_pool = class->items,
		.outlet = &outlet_ops,
		.ops = &downstream_ops,
		.arg = class};

	link_init(&class->down, links, seed + 30, on_viewer_got, class);
	link_init(&class->up, links, seed + 31, on_viewer_sent, class);
	subscriber_init(&class->viewer, &class->up);
	subscriber_sections(sections);
	assert_int_equal(downstream_create(&config, &class->downstream), 0);
	class->listener = (struct listener){.peer = VIEWER,
		.count = 2,
		.sinks = {slot_sink(downstream_audio(class->downstream, 0)),
			slot_sink(downstream_audio(class->downstream, 1))}};
	router_listen(&class->router, &class->listener, class->now_us);
}

static struct class *open_class(const struct link_profile *links, uint64_t seed)
{
	struct class *class = calloc(1, sizeof(*class));

	assert_non_null(class);
	class->now_us = START_US;
	assert_int_equal(pkt_pool_create(POOL, &class->pool), 0);
	assert_int_equal(outlet_pool_create(ITEMS, &class->items), 0);
	router_init(&class->router, NULL, NULL);
	add_sender(class, 0, links, seed);
	add_sender(class, 1, links, seed + 100);
	add_viewer(class, links, seed + 200);
	router_reserve(&class->router, INSTRUCTOR, class->now_us);
	return class;
}

static void close_class(struct class *class)
{
	router_unlisten(&class->router, &class->listener);
	router_forget(slot_sink(downstream_video(class->downstream, 0)));
	downstream_destroy(class->downstream);
	subscriber_finish(&class->viewer);
	for (unsigned i = 0; i < 2; i++) {
		struct sender *sender = &class->senders[i];

		router_remove(&class->router, upstream_source(sender->upstream, LECTERN_MIC),
			class->now_us);
		router_remove(&class->router, upstream_source(sender->upstream, LECTERN_CAMERA),
			class->now_us);
		upstream_destroy(sender->upstream);
		link_finish(&sender->up);
		link_finish(&sender->down);
	}
	router_finish(&class->router, class->now_us);
	link_finish(&class->up);
	link_finish(&class->down);
	assert_int_equal(pkt_pool_free(class->pool), POOL); /* nothing is held on to */
	pkt_pool_destroy(class->pool);
	outlet_pool_destroy(class->items);
	free(class);
}

static void run(struct class *class, unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		class->now_us += STEP_US;
		for (unsigned k = 0; k < 2; k++) {
			publisher_run(&class->senders[k].publisher, class->now_us);
			link_run(&class->senders[k].up, class->now_us);
			link_run(&class->senders[k].down, class->now_us);
			if (class->now_us % 10000 == 0)
				upstream_tick(class->senders[k].upstream, class->now_us);
		}
		if (class->now_us % 100000 == 0) {
			downstream_tick(class->downstream, class->now_us);
			router_tick(&class->router, class->now_us);
		}
		outlet_pool_drain(class->items, class->now_us);
		link_run(&class->down, class->now_us);
		link_run(&class->up, class->now_us);
		subscriber_run(&class->viewer, class->now_us);
	}
}

static void permit(struct class *class, unsigned peer, bool permitted)
{
	struct upstream *upstream = class->senders[peer - 1].upstream;

	router_permit(
		&class->router, upstream_source(upstream, LECTERN_MIC), permitted, class->now_us);
	router_permit(&class->router, upstream_source(upstream, LECTERN_CAMERA), permitted,
		class->now_us);
}

static void show(struct class *class, unsigned peer)
{
	router_want(&class->router, slot_sink(downstream_video(class->downstream, 0)), peer,
		LECTERN_CAMERA, class->now_us);
}

static int layer_shown(struct class *class)
{
	struct slot_stats stats;

	slot_stats(downstream_video(class->downstream, 0), &stats);
	return stats.layer;
}

/* ---- what must be ---- */

struct expectation {
	const char *name;
	struct link_profile links;
	unsigned decoded;  /* of 1000 frames begun */
	unsigned requests; /* keyframes asked of the instructor for in 30 s, at most */
	unsigned step_ms;  /* sound and picture apart by reports, at most */
	unsigned heard;	   /* of 1000 packets of the instructor's sound, by copies too */
};

static const struct expectation expectations[] = {
	{"clean", {.delay_us = 20000}, 990, 30, 5, 995},
	{"jitter", {.delay_us = 20000, .jitter_us = 15000, .duplicate = 10}, 990, 30, 20, 995},
	{"loss 2 %", {.delay_us = 40000, .loss = 20}, 985, 40, 5, 990},
	{"loss 10 %, reordered", {.delay_us = 30000, .jitter_us = 10000, .loss = 100}, 900, 90, 20,
		970},
	{"bursts", {.delay_us = 25000, .burst = 15}, 900, 90, 5, 900},
};

static void check_feedback(const struct publisher *p)
{
	unsigned wrong = 0, untold = 0, sent = 0;

	for (unsigned i = 0; i < 65536; i++) {
		uint16_t ago = (uint16_t)(p->twcc - i);

		if (ago < 500 || ago > 5000) /* the last are still on their way */
			continue;
		sent++;
		untold += p->told[i] == 0;
		wrong += p->arrived[i] && p->told[i] == 1;
		if (!p->arrived[i]) /* never told of what did not come */
			assert_int_not_equal(p->told[i], 2);
	}
	/* Feedback is lost too, some of it; what it told is true. */
	assert_true(untold * 4 <= sent);
	assert_true(wrong * 50 <= sent);
}

static void check_scores(struct class *class, const struct expectation *expected)
{
	unsigned begun, decoded, all = 0, good = 0;

	for (unsigned layer = 0; layer < SIM_LAYERS; layer++) {
		for (unsigned peer = INSTRUCTOR; peer <= TRAINEE; peer++) {
			subscriber_score(&class->viewer, peer, layer, &begun, &decoded);
			all += begun;
			good += decoded;
		}
	}
	assert_true(all > 600);
	if (good * 1000 < all * expected->decoded)
		print_error("decoded %u of %u frames\n", good, all);
	assert_true(good * 1000 >= all * expected->decoded);
}

/* The instructor sends copies, which server and viewer use. */
static void check_sound(const struct class *class, const struct expectation *expected)
{
	unsigned sent = class->senders[0].publisher.mic.frame;
	unsigned heard = class->viewer.audio_frames[INSTRUCTOR];

	if (heard * 1000 < sent * expected->heard)
		print_error("heard %u of %u packets\n", heard, sent);
	assert_true(heard * 1000 >= sent * expected->heard);
}

static void check_sync(const struct class *class, const struct expectation *expected)
{
	const struct sim_slot *sound = &class->viewer.slots[0];
	const struct sim_slot *picture = &class->viewer.slots[SIM_VIDEO_SLOT];
	int64_t apart_us = sound->offset_us - picture->offset_us;

	assert_true(sound->has_offset && picture->has_offset);
	if (llabs(apart_us) > expected->step_ms * 1000)
		print_error("apart %lld us\n", (long long)apart_us);
	assert_true(llabs(apart_us) <= expected->step_ms * 1000);
}

/* The trainee's 8 seconds, and not a packet before or after. */
static void hold(struct class *class)
{
	unsigned before;

	permit(class, INSTRUCTOR, true);
	show(class, INSTRUCTOR);
	run(class, 8000);
	assert_int_equal(class->sent_of[TRAINEE], 0);
	assert_int_equal(layer_shown(class), 2);

	permit(class, TRAINEE, true);
	run(class, 4000);
	assert_true(class->viewer.audio_frames[TRAINEE] > 100); /* heard in a shared slot */
	show(class, TRAINEE);
	run(class, 4000);
	assert_int_equal(class->viewer.slots[SIM_VIDEO_SLOT].last_peer, TRAINEE);

	permit(class, TRAINEE, false);
	before = class->sent_of[TRAINEE];
	run(class, 2000);
	show(class, INSTRUCTOR);
	run(class, 4000);
	assert_int_equal(class->sent_of[TRAINEE], before);
	assert_int_equal(class->viewer.slots[SIM_VIDEO_SLOT].last_peer, INSTRUCTOR);

	slot_limit(downstream_video(class->downstream, 0), 200, class->now_us);
	run(class, 4000);
	assert_int_equal(layer_shown(class), 0);
	slot_limit(downstream_video(class->downstream, 0), SLOT_UNLIMITED, class->now_us);
	run(class, 4000);
	assert_int_equal(layer_shown(class), 2);
}

static void check(struct class *class, const struct expectation *expected)
{
	struct publisher *instructor = &class->senders[0].publisher;
	struct downstream_stats stats;

	check_scores(class, expected);
	check_sync(class, expected);
	check_feedback(instructor);
	check_feedback(&class->senders[1].publisher);
	if (instructor->key_requests > expected->requests)
		print_error("asked for %u keyframes\n", instructor->key_requests);
	assert_true(instructor->key_requests <= expected->requests);
	check_sound(class, expected);
	assert_true(instructor->blocks > 60); /* 4 streams, every second */
	downstream_stats(class->downstream, &stats);
	assert_in_range(stats.rtt_us, 2 * expected->links.delay_us,
		2 * (expected->links.delay_us + expected->links.jitter_us) + 25000);
}

static void hold_class(const struct expectation *expected, uint64_t seed)
{
	struct class *class = open_class(&expected->links, seed * 1000003 + 1);

	hold(class);
	check(class, expected);
	if (getenv("SIM_VERBOSE")) {
		const struct sim_slot *video = &class->viewer.slots[SIM_VIDEO_SLOT];

		print_message("%s, seed %llu: %u packets, %llu repaired, %u keyframe requests up, "
			      "%u down, %u nacks up\n",
			expected->name, (unsigned long long)seed, class->forwarded,
			(unsigned long long)video->repaired,
			class->senders[0].publisher.key_requests, class->viewer.plis,
			class->senders[0].publisher.nacked);
	}
	close_class(class);
}

static void hold_classes(void **state)
{
	const struct expectation *expected = *state;
	const char *only = getenv("SIM_SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1;
	uint64_t last = only ? first : SEEDS;

	for (uint64_t seed = first; seed <= last; seed++) {
		print_message("%s: seed %llu\n", expected->name, (unsigned long long)seed);
		hold_class(expected, seed);
	}
}

int main(void)
{
	enum { COUNT = sizeof(expectations) / sizeof(expectations[0]) };
	struct CMUnitTest tests[COUNT];

	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){.name = expectations[i].name,
			.test_func = hold_classes,
			.initial_state = (void *)&expectations[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
