/* SPDX-License-Identifier: MIT */
/*
 * Two hundred trainees join a screen share within ten seconds: how many keyframes that costs the
 * one who shares, and how long each waits for one. Upstream, router and slots are the real ones.
 */
#include <stdlib.h>

#include "egress/slot.h"
#include "route/router.h"
#include "upside.h"

enum {
	JOINERS = 200,
	SECOND = 1000000,
	FRAME_US = 200000, /* slides: five frames a second */
	ANSWER_US = 80000, /* from a request to its keyframe */
};

static struct router router;
static struct outlet_pool *items;
static struct outlet outlets[JOINERS];
static struct slot *slots[JOINERS];
static uint64_t joined_us[JOINERS], waits_us[JOINERS]; /* 0: waits yet */
static uint8_t buffer[OUTLET_ROOM];
static uint64_t tick_us; /* when upstream_tick() is due */

static bool is_open(void *arg)
{
	(void)arg;
	return true;
}

static uint8_t *place(void *arg)
{
	(void)arg;
	return buffer;
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	size_t joiner = (size_t)((struct outlet *)arg - outlets);

	(void)packet;
	(void)len;
	if (!waits_us[joiner]) /* the first packet of a slot is that of a keyframe */
		waits_us[joiner] = now_us - joined_us[joiner] + 1;
}

static const struct outlet_ops outlet_ops = {is_open, place, ready};

static void to_router(struct source *source, struct pkt *pkt)
{
	router_packet(&router, source, pkt, now_us);
	outlet_pool_drain(items, now_us);
}

static int open_class(void **state)
{
	(void)state;
	create(plain, 2);
	passed_on = to_router;
	router_init(&router, NULL, NULL);
	outlet_pool_create(2 * JOINERS, &items);
	memset(waits_us, 0, sizeof(waits_us));
	router_add(&router, upstream_source(up, LECTERN_CAMERA));
	router_permit(&router, upstream_source(up, LECTERN_CAMERA), true, now_us);
	return 0;
}

static int close_class(void **state)
{
	for (unsigned i = 0; i < JOINERS; i++) {
		router_forget(slot_sink(slots[i]));
		slot_destroy(slots[i]);
		outlet_finish(&outlets[i]);
	}
	router_remove(&router, upstream_source(up, LECTERN_CAMERA), now_us);
	router_finish(&router, now_us);
	outlet_pool_destroy(items);
	return teardown(state);
}

static void join(unsigned i)
{
	struct lectern_section section = {.use = LECTERN_SECTION_SLOT,
		.kind = LECTERN_CAMERA,
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = 100}},
		.ssrc = i + 1};

	outlet_init(&outlets[i], items, &outlet_ops, &outlets[i]);
	assert_int_equal(slot_create(&section, &outlets[i], &slots[i]), 0);
	joined_us[i] = now_us;
	router_want(&router, slot_sink(slots[i]), TEST_PEER, LECTERN_CAMERA, now_us);
}

/* As a peer does: its timer, and hurried by what is due. */
static void tick(void)
{
	if (back.due) {
		back.due = 0;
		tick_us = now_us < tick_us ? now_us : tick_us;
	}
	if (now_us >= tick_us)
		tick_us = upstream_tick(up, now_us);
}

/* Joiners come `apart_us`; returns the keyframes asked for. */
static unsigned hold_class(uint64_t apart_us)
{
	uint64_t start_us = now_us, answer_us = UINT64_MAX;
	unsigned joined = 0, asked;
	uint16_t seq = 10;

	frame(seq++, true);
	now_us += 5 * SECOND; /* quiet: the tick before counts as none */
	back.keyframes = asked = 0;
	for (start_us = now_us; now_us < start_us + JOINERS * apart_us; now_us += 5000) {
		while (joined < JOINERS && now_us >= start_us + joined * apart_us)
			join(joined++);
		tick();
		if (back.keyframes > asked) {
			asked = back.keyframes;
			answer_us = now_us + ANSWER_US;
		}
		if (now_us >= answer_us) {
			frame(seq++, true);
			answer_us = UINT64_MAX;
		} else if ((now_us - start_us) % FRAME_US == 0) {
			frame(seq++, false);
		}
		if ((now_us - start_us) % 100000 == 0) {
			for (unsigned i = 0; i < joined; i++)
				slot_tick(slots[i], now_us);
		}
	}
	assert_int_equal(joined, JOINERS);
	return asked;
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of those that had the time; in milliseconds. */
static unsigned waited_ms(unsigned of_hundred)
{
	static uint64_t sorted[JOINERS];
	unsigned n = 0;

	for (unsigned i = 0; i < JOINERS; i++) {
		if (waits_us[i])
			sorted[n++] = waits_us[i];
	}
	assert_true(n >= JOINERS - 20);
	qsort(sorted, n, sizeof(sorted[0]), by_size);
	return (unsigned)(sorted[n * of_hundred / 100] / 1000);
}

static void a_storm_of_joins(void **state)
{
	unsigned keyframes = hold_class(50000);

	(void)state;
	assert_in_range(keyframes, 9, 12);
	assert_true(waits_us[0] <= ANSWER_US + 10000); /* the first at once */
	assert_true(waited_ms(50) <= 600);
	assert_true(waited_ms(95) <= 1200);
}

static void one_by_one_nobody_waits(void **state)
{
	unsigned keyframes = hold_class(3 * SECOND);

	(void)state;
	assert_int_equal(keyframes, JOINERS);
	assert_true(waited_ms(99) <= (ANSWER_US + 10000) / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_storm_of_joins, open_class, close_class),
		cmocka_unit_test_setup_teardown(one_by_one_nobody_waits, open_class, close_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
