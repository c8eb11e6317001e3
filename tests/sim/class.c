/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "class.h"
#include "rtp/packet.h"

enum { STEP_US = 1000, POOL = 8192, ITEMS = 64 };

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

static void add_sender(struct class *class, unsigned index, const struct link_profile *links,
	const struct sim_camera *how, uint64_t seed)
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
		&sender->publisher, how, index + 1, seed + 20 + index, &sender->up, class->now_us);
	sender->publisher.red = index + 1 == INSTRUCTOR;
	publisher_sections(&sender->publisher, sections);
	sender->exts = rtp_exts_of(sections, 2);
	assert_int_equal(upstream_create(&config, &sender->upstream), 0);
	router_add(&class->router, upstream_source(sender->upstream, LECTERN_MIC));
	router_add(&class->router, upstream_source(sender->upstream, LECTERN_CAMERA));
}

static void add_viewer(struct class *class, const struct link_profile *links,
	enum lectern_codec codec, uint64_t seed)
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
	subscriber_init(&class->viewer, codec, &class->up);
	subscriber_sections(&class->viewer, sections);
	assert_int_equal(downstream_create(&config, &class->downstream), 0);
	class->listener = (struct listener){.peer = VIEWER,
		.count = 2,
		.sinks = {slot_sink(downstream_audio(class->downstream, 0)),
			slot_sink(downstream_audio(class->downstream, 1))}};
	router_listen(&class->router, &class->listener, class->now_us);
}

struct class *class_open(
	const struct link_profile *links, const struct sim_camera *how, uint64_t seed)
{
	struct class *class = calloc(1, sizeof(*class));

	assert_non_null(class);
	class->now_us = START_US;
	assert_int_equal(pkt_pool_create(POOL, &class->pool), 0);
	assert_int_equal(outlet_pool_create(ITEMS, &class->items), 0);
	router_init(&class->router, NULL, NULL);
	add_sender(class, 0, links, how, seed);
	add_sender(class, 1, links, how, seed + 100);
	add_viewer(class, links, how->codec, seed + 200);
	router_reserve(&class->router, INSTRUCTOR, class->now_us);
	return class;
}

void class_close(struct class *class)
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

void class_run(struct class *class, unsigned ms)
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

void class_permit(struct class *class, unsigned peer, bool permitted)
{
	struct upstream *upstream = class->senders[peer - 1].upstream;

	router_permit(
		&class->router, upstream_source(upstream, LECTERN_MIC), permitted, class->now_us);
	router_permit(&class->router, upstream_source(upstream, LECTERN_CAMERA), permitted,
		class->now_us);
}

void class_show(struct class *class, unsigned peer)
{
	router_want(&class->router, slot_sink(downstream_video(class->downstream, 0)), peer,
		LECTERN_CAMERA, class->now_us);
}

struct slot *class_slot(const struct class *class)
{
	return downstream_video(class->downstream, 0);
}

struct slot_stats class_shown(const struct class *class)
{
	struct slot_stats stats;

	slot_stats(class_slot(class), &stats);
	return stats;
}
