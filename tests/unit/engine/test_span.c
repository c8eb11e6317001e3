/* SPDX-License-Identifier: MIT */
/*
 * Two workers' ends of a room on one thread, so that it is the test that says in which order they
 * hear of one another, and how far behind the one is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/bridge.h"
#include "engine/span.h"

enum { ENDS = 2, ROOM = 77, SECOND = 1000000, PACKETS = 16384 };

static const lectern_id teacher = (lectern_id)1 << 32 | 5, later = (lectern_id)2 << 32 | 5;

/* A track that the test sends by hand. */
struct track {
	struct source source;
	unsigned keyframes; /* asked for */
	unsigned watched, unwatched;
};

struct watcher {
	struct sink sink;
	unsigned attached, packets, reports, detached;
	uint16_t seq; /* of the last packet */
	uint8_t byte;
};

struct end {
	struct pkt_pool *pool;
	struct loop *loop;
	struct bridge bridge;
	bool has_hall;
	struct router router;
	struct span span;
};

struct fixture {
	struct end ends[ENDS];
	struct link *links[ENDS][ENDS];
	struct track track;
	struct watcher watcher;
	uint64_t now_us;
};

static void no_hook(void *arg, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
}

static void on_heard(void *arg, const uint64_t heard[LECTERN_AUDIO_SLOTS], uint64_t speaker)
{
	struct end *end = arg;

	(void)speaker;
	span_heard(&end->span, heard);
}

static void on_gate(void *arg, struct source *source, bool open, uint64_t now_us)
{
	struct end *end = arg;

	(void)now_us;
	span_gate(&end->span, source, open);
}

static const struct router_ops router_ops = {.heard = on_heard, .gate = on_gate};

static void on_need_keyframe(struct source *source, unsigned layer, uint64_t now_us)
{
	(void)layer;
	(void)now_us;
	list_of(source, struct track, source)->keyframes++;
}

static struct pkt *on_find(struct source *source, unsigned layer, uint16_t seq)
{
	(void)source;
	(void)layer;
	(void)seq;
	return NULL;
}

static void on_watched(struct source *source, bool watched)
{
	struct track *track = list_of(source, struct track, source);

	track->watched += watched;
	track->unwatched += !watched;
}

static const struct source_ops source_ops = {
	.need_keyframe = on_need_keyframe,
	.find = on_find,
	.watched = on_watched,
};

static void on_attached(struct sink *sink, uint64_t now_us)
{
	(void)now_us;
	list_of(sink, struct watcher, sink)->attached++;
}

static void on_packet(struct sink *sink, struct pkt *pkt, uint64_t now_us)
{
	struct watcher *watcher = list_of(sink, struct watcher, sink);

	assert_true(now_us >= pkt->arrival_us);
	assert_int_equal(sink->source->layers[pkt->rtp.layer].newest, pkt->rtp.seq);
	watcher->packets++;
	watcher->seq = pkt->rtp.seq;
	watcher->byte = pkt->data[0];
}

static void on_report(struct sink *sink, const struct source_report *report, uint64_t now_us)
{
	(void)report;
	(void)now_us;
	list_of(sink, struct watcher, sink)->reports++;
}

static void on_detached(struct sink *sink, uint64_t now_us)
{
	(void)now_us;
	list_of(sink, struct watcher, sink)->detached++;
}

static const struct sink_ops sink_ops = {
	.attached = on_attached, .packet = on_packet, .report = on_report, .detached = on_detached};

/* ---- the two ends ---- */

static void on_message(void *arg, unsigned from, const struct parcel *parcel, uint64_t now_us)
{
	struct end *end = arg;

	if (end->has_hall && parcel->room == ROOM)
		span_recv(&end->span, from, parcel, now_us);
}

/* One end takes what came. */
static void take(struct fixture *f, unsigned end)
{
	while (bridge_recv(&f->ends[end].bridge, on_message, &f->ends[end], f->now_us))
		;
	bridge_flush(&f->ends[end].bridge);
}

/* Until both have nothing to say any more. */
static void settle(struct fixture *f)
{
	for (unsigned i = 0; i < 6; i++)
		take(f, i % ENDS);
}

static void pass(struct fixture *f, uint64_t us)
{
	f->now_us += us;
	for (unsigned i = 0; i < ENDS; i++) {
		if (f->ends[i].has_hall)
			span_tick(&f->ends[i].span, f->now_us);
	}
	settle(f);
}

static void open_hall(struct fixture *f, unsigned number)
{
	struct end *end = &f->ends[number];

	router_init(&end->router, &router_ops, end);
	if (number > 0)
		router_follow(&end->router);
	span_init(&end->span, ROOM, number == 0, &end->router, &end->bridge);
	end->has_hall = true;
}

static void close_hall(struct fixture *f, unsigned number)
{
	struct end *end = &f->ends[number];

	if (!end->has_hall)
		return;
	if (!list_empty(&f->track.source.of_router) && number == 1)
		router_remove(&end->router, &f->track.source, f->now_us);
	router_forget(&f->watcher.sink);
	span_finish(&end->span, f->now_us);
	router_finish(&end->router, f->now_us);
	end->has_hall = false;
}

static int set_up(void **state)
{
	struct loop_hooks hooks = {no_hook, no_hook, NULL};
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	log_set_level(LOG_ERROR);
	f->now_us = 100 * (uint64_t)SECOND;
	for (unsigned i = 0; i < ENDS; i++) {
		assert_int_equal(pkt_pool_create(PACKETS, &f->ends[i].pool), 0);
		assert_int_equal(loop_create(&hooks, &f->ends[i].loop), 0);
		assert_int_equal(bridge_init(&f->ends[i].bridge, i, f->ends[i].pool), 0);
		f->ends[i].bridge.count = ENDS;
	}
	for (unsigned i = 0; i < ENDS; i++) {
		struct link **link = &f->links[i][!i];

		assert_int_equal(link_create(i, !i, f->ends[!i].loop, link), 0);
		f->ends[i].bridge.out[!i] = *link;
		f->ends[!i].bridge.in[i] = *link;
	}
	source_init(&f->track.source, &source_ops, teacher, LECTERN_CAMERA, 2, 90000, 2);
	sink_init(&f->watcher.sink, &sink_ops);
	return 0;
}

/* That everything comes back is what the pools assert here. */
static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < ENDS; i++)
		close_hall(f, i);
	for (unsigned i = 0; i < ENDS; i++)
		link_destroy(f->links[i][!i]);
	for (unsigned i = 0; i < ENDS; i++) {
		bridge_finish(&f->ends[i].bridge);
		pkt_pool_destroy(f->ends[i].pool);
		loop_destroy(f->ends[i].loop);
	}
	free(f);
	return 0;
}

/* The track is on worker 1, its watcher on worker 0, the home. */
static void add_track(struct fixture *f)
{
	router_add(&f->ends[1].router, &f->track.source);
}

static void permit(struct fixture *f, bool permitted)
{
	router_permit(&f->ends[1].router, &f->track.source, permitted, f->now_us);
}

static void want(struct fixture *f, lectern_id peer)
{
	router_want(&f->ends[0].router, &f->watcher.sink, peer, f->track.source.kind, f->now_us);
}

static void send_of(struct fixture *f, unsigned layer, uint16_t seq)
{
	struct pkt *pkt = pkt_get(f->ends[1].pool);

	assert_non_null(pkt);
	pkt->len = 200;
	pkt->arrival_us = f->now_us;
	pkt->rtp.seq = seq;
	pkt->rtp.layer = (uint8_t)layer;
	pkt->data[0] = (uint8_t)seq;
	f->track.source.layers[layer].newest = seq;
	f->track.source.layers[layer].live = true;
	router_packet(&f->ends[1].router, &f->track.source, pkt, f->now_us);
	pkt_put(pkt);
}

static void send(struct fixture *f, uint16_t seq)
{
	send_of(f, 0, seq);
	settle(f);
}

static void open_both(struct fixture *f)
{
	open_hall(f, 0);
	open_hall(f, 1);
	settle(f);
}

/* ---- tests ---- */

static void the_order_in_which_workers_hear_of_things_does_not_matter(void **state)
{
	enum { HALL_0, HALL_1, PERMIT, WANT, STEPS };
	struct fixture *f = *state;
	unsigned tried = 0;

	/* each order of the steps, in which each end takes what came before each step, or does not */
	for (unsigned code = 0; code < STEPS * STEPS * STEPS * STEPS * 4; code++) {
		unsigned steps[STEPS], left = code / 4, done = 0;
		bool takes[ENDS] = {code & 1, code & 2};

		for (unsigned i = 0; i < STEPS; i++, left /= STEPS)
			steps[i] = left % STEPS;
		for (unsigned i = 0; i < STEPS; i++) {
			/* a peer comes after the hall that it is in */
			if ((done & 1u << steps[i]) ||
				(steps[i] == PERMIT && !(done & 1 << HALL_1)) ||
				(steps[i] == WANT && !(done & 1 << HALL_0)))
				break;
			done |= 1u << steps[i];
		}
		if (done != (1 << STEPS) - 1)
			continue;
		tried++;
		memset(&f->watcher, 0, sizeof(f->watcher));
		sink_init(&f->watcher.sink, &sink_ops);
		for (unsigned i = 0; i < STEPS; i++) {
			if (takes[0])
				take(f, 0);
			if (takes[1])
				take(f, 1);
			if (steps[i] == HALL_0)
				open_hall(f, 0);
			else if (steps[i] == HALL_1)
				open_hall(f, 1);
			else if (steps[i] == PERMIT)
				(add_track(f), permit(f, true));
			else
				want(f, teacher);
		}
		settle(f);
		send(f, 1);
		assert_int_equal(f->watcher.attached, 1);
		assert_int_equal(f->watcher.packets, 1);
		close_hall(f, 0);
		close_hall(f, 1);
		settle(f);
	}
	assert_int_equal(tried, 4 * 6);
}

static void packets_cross_by_reference_only_while_they_are_watched(void **state)
{
	struct fixture *f = *state;

	open_both(f);
	add_track(f);
	permit(f, true);
	settle(f);
	send(f, 1);
	assert_int_equal(f->links[1][0]->lent, 0);
	want(f, teacher);
	settle(f);
	assert_int_equal(f->track.watched, 1);
	send(f, 2);
	assert_int_equal(f->watcher.packets, 1);
	assert_int_equal(f->watcher.byte, 2);
	assert_int_equal(f->links[1][0]->lent, 1);
	assert_int_equal(f->links[1][0]->out, 1); /* in the mirror's history */
	assert_int_equal(pkt_pool_free(f->ends[1].pool), PACKETS - 1);
	/* what was lost is found there, and that for a second */
	assert_int_equal(
		f->watcher.sink.source->ops->find(f->watcher.sink.source, 0, 2)->data[0], 2);
	assert_null(f->watcher.sink.source->ops->find(f->watcher.sink.source, 0, 1));
	pass(f, 2 * SECOND);
	assert_null(f->watcher.sink.source->ops->find(f->watcher.sink.source, 0, 2));
	take(f, 1);
	assert_int_equal(f->links[1][0]->out, 0);
	assert_int_equal(pkt_pool_free(f->ends[1].pool), PACKETS);
	/* a slot that changes its mind at once misses nothing */
	want(f, 0);
	want(f, teacher);
	send(f, 3);
	assert_int_equal(f->watcher.packets, 2);
	want(f, 0);
	pass(f, SECOND / 10);
	assert_int_equal(f->track.unwatched, 1);
	send(f, 4);
	assert_int_equal(f->links[1][0]->lent, 2);
	assert_int_equal(f->watcher.packets, 2);
}

static void a_closed_gate_takes_the_mirror_too(void **state)
{
	struct fixture *f = *state;

	open_both(f);
	add_track(f);
	permit(f, true);
	want(f, teacher);
	settle(f);
	send(f, 1);
	permit(f, false);
	send(f, 2);
	assert_int_equal(f->watcher.packets, 1);
	assert_int_equal(f->watcher.detached, 1);
	assert_null(f->watcher.sink.source);
	/* closed and opened before the other end takes word of it, with its wants on their way */
	permit(f, true);
	take(f, 0);
	permit(f, false);
	permit(f, true);
	settle(f);
	send(f, 3);
	assert_int_equal(f->watcher.attached, 3);
	assert_int_equal(f->watcher.detached, 2);
	assert_int_equal(f->watcher.packets, 2);
	assert_int_equal(f->watcher.seq, 3);
	assert_int_equal(f->links[1][0]->lent, 2);
}

static void what_was_on_its_way_when_the_gate_closed_goes_back(void **state)
{
	struct fixture *f = *state;

	open_both(f);
	add_track(f);
	permit(f, true);
	want(f, teacher);
	settle(f);
	for (uint16_t i = 0; i < 100; i++)
		send_of(f, 0, i);
	/* the home closes the room before it takes them */
	close_hall(f, 0);
	settle(f);
	assert_int_equal(f->links[1][0]->drops[LINK_DROP_UNWATCHED], 100);
	assert_int_equal(f->links[1][0]->out, 0);
	send(f, 100);
	assert_int_equal(f->links[1][0]->drops[LINK_DROP_UNWATCHED], 101);
}

static void the_track_of_a_place_that_is_used_again_is_the_newer_one(void **state)
{
	struct fixture *f = *state;
	struct parcel open = {
		.type = PARCEL_OPEN,
		.kind = LECTERN_CAMERA,
		.opening = 1,
		.room = ROOM,
		.peer = later,
		.u.open = {.codec = 2, .layer_count = 1, .clock_rate = 90000},
	};

	open_both(f);
	want(f, later);
	open.peer = teacher;
	span_recv(&f->ends[0].span, 1, &open, f->now_us);
	open.peer = later;
	span_recv(&f->ends[0].span, 1, &open, f->now_us);
	assert_int_equal(f->watcher.attached, 1);
	/* word of the former comes late */
	open.peer = teacher;
	span_recv(&f->ends[0].span, 1, &open, f->now_us);
	open.type = PARCEL_CLOSED;
	span_recv(&f->ends[0].span, 1, &open, f->now_us);
	assert_int_equal(f->watcher.detached, 0);
	assert_int_equal(f->watcher.sink.source->peer, later);
}

static void keyframes_and_layers_cross_too(void **state)
{
	struct fixture *f = *state;
	struct source *mirror;

	open_both(f);
	add_track(f);
	permit(f, true);
	settle(f);
	f->track.source.layers[1].live = true;
	f->track.source.layers[1].height = 720;
	f->track.source.layers[1].spatial_count = 2;
	f->track.source.layers[1].heights[0] = 360;
	f->track.source.layers[1].has_report = true;
	f->track.source.layers[1].restarts = 3;
	f->track.source.layers[1].report = (struct source_report){.capture_us = 9, .layer = 1};
	pass(f, SECOND / 10);
	/* known before anybody watches: so the first request is for the right layer */
	want(f, teacher);
	mirror = f->watcher.sink.source;
	assert_true(mirror->layers[1].live);
	assert_false(mirror->layers[0].live);
	assert_int_equal(mirror->layers[1].height, 720);
	assert_int_equal(mirror->layers[1].spatial_count, 2);
	assert_int_equal(mirror->layers[1].heights[0], 360);
	mirror->ops->need_keyframe(mirror, 1, f->now_us);
	mirror->ops->need_keyframe(mirror, 1, f->now_us + 1);
	settle(f);
	assert_int_equal(f->track.keyframes, 1);
	assert_true(mirror->layers[1].has_report);
	assert_int_equal(mirror->layers[1].report.capture_us, 9);
	assert_int_equal(f->watcher.reports, 1);
	/* numbering that begins anew: with the first packet that it is of */
	send_of(f, 1, 10);
	settle(f);
	assert_true(mirror->layers[1].has_report);
	f->track.source.layers[1].restarts++;
	f->track.source.layers[1].has_report = false;
	send_of(f, 1, 5000);
	settle(f);
	assert_int_equal(mirror->layers[1].restarts, 4);
	assert_false(mirror->layers[1].has_report);
	assert_null(mirror->ops->find(mirror, 1, 10));
	assert_non_null(mirror->ops->find(mirror, 1, 5000));
	f->track.source.layers[1].live = false;
	pass(f, SECOND / 10);
	assert_false(mirror->layers[1].live);
}

static void voices_are_ranked_at_home_and_heard_everywhere(void **state)
{
	struct fixture *f = *state;
	struct listener listener = {.peer = 99, .count = 2};
	struct watcher slots[2] = {0};

	open_both(f);
	for (unsigned i = 0; i < 2; i++) {
		sink_init(&slots[i].sink, &sink_ops);
		listener.sinks[i] = &slots[i].sink;
	}
	list_init(&listener.of_router);
	router_listen(&f->ends[1].router, &listener, f->now_us);
	f->track.source.kind = LECTERN_MIC;
	add_track(f);
	permit(f, true);
	router_reserve(&f->ends[0].router, teacher, f->now_us);
	settle(f);
	assert_int_equal(router_heard(&f->ends[1].router)[0], teacher);
	assert_int_equal(slots[0].attached, 1);
	/* nobody listens at home, but its levels are ranked there */
	send(f, 1);
	assert_int_equal(slots[0].packets, 1);
	assert_int_equal(f->links[1][0]->lent, 1);
	/* one who comes later is told */
	router_unlisten(&f->ends[1].router, &listener);
	close_hall(f, 1);
	settle(f);
	open_hall(f, 1);
	settle(f);
	assert_int_equal(router_heard(&f->ends[1].router)[0], teacher);
}

static void a_worker_that_falls_behind_starves_nobody(void **state)
{
	struct fixture *f = *state;
	uint16_t seq = 0;

	open_both(f);
	add_track(f);
	permit(f, true);
	want(f, teacher);
	settle(f);
	/* it takes nothing at all: packets are lost, word is not */
	for (unsigned i = 0; i < 2 * LINK_ROOM; i++)
		send_of(f, 0, seq++);
	assert_int_equal(f->links[1][0]->out, LINK_ROOM);
	assert_int_equal(f->links[1][0]->drops[LINK_DROP_FULL], LINK_ROOM);
	permit(f, false);
	settle(f);
	assert_int_equal(f->watcher.packets, LINK_ROOM);
	assert_int_equal(f->watcher.detached, 1);
	assert_int_equal(f->links[1][0]->out, 0);
	assert_int_equal(pkt_pool_free(f->ends[1].pool), PACKETS);
}

static void lending_stops_before_receiving_does(void **state)
{
	struct fixture *f = *state;
	struct pkt *held[PACKETS - LINK_RESERVE];

	open_both(f);
	add_track(f);
	permit(f, true);
	want(f, teacher);
	settle(f);
	for (unsigned i = 0; i < PACKETS - LINK_RESERVE; i++)
		held[i] = pkt_get(f->ends[1].pool);
	send(f, 1);
	assert_int_equal(f->links[1][0]->drops[LINK_DROP_RESERVE], 1);
	for (unsigned i = 0; i < PACKETS - LINK_RESERVE; i++)
		pkt_put(held[i]);
	send(f, 2);
	assert_int_equal(f->watcher.packets, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_order_in_which_workers_hear_of_things_does_not_matter),
		TEST(packets_cross_by_reference_only_while_they_are_watched),
		TEST(a_closed_gate_takes_the_mirror_too),
		TEST(what_was_on_its_way_when_the_gate_closed_goes_back),
		TEST(the_track_of_a_place_that_is_used_again_is_the_newer_one),
		TEST(keyframes_and_layers_cross_too),
		TEST(voices_are_ranked_at_home_and_heard_everywhere),
		TEST(a_worker_that_falls_behind_starves_nobody),
		TEST(lending_stops_before_receiving_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
