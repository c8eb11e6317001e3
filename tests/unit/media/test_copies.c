/* SPDX-License-Identifier: MIT */
/*
 * Redundant audio from a sender's upstream through the router to the slots of two subscribers, one
 * that takes RED and one that does not: passed on, undone and made.
 */
#include "egress/copies.h"

#include <stdlib.h>

#include "egress/slot.h"
#include "route/router.h"
#include "rtp/red.h"
#include "upside.h"

enum {
	OPUS = 111,
	RED = 63,
	THEIR_OPUS = 96, /* the subscribers' numbers */
	THEIR_RED = 97,
	STEP = 960,
	FIRST = 65530,
	LOUD = 20,
	BYTES = 40,
	HELD = 4096,
};

static const struct lectern_section microphone = {
	.use = LECTERN_SECTION_UP,
	.kind = LECTERN_MIC,
	.mid = "0",
	.format_count = 1,
	.formats = {{.codec = LECTERN_CODEC_OPUS, .pt = OPUS, .red_pt = RED}},
	.ssrc = 0x10,
	.nack = true,
};

/* A subscriber and what it got. */
struct ear {
	struct slot *slot;
	struct outlet outlet;
	unsigned count;
	struct {
		uint8_t pt;
		uint16_t seq, len;
		uint32_t timestamp;
		bool marker;
		uint8_t level;
		uint8_t payload[400];
	} got[HELD];
	uint8_t buffer[OUTLET_ROOM];
};

static struct router router;
static struct outlet_pool *items;
static struct ear *plain_ear, *red_ear;

static bool is_open(void *arg)
{
	(void)arg;
	return true;
}

static uint8_t *place(void *arg)
{
	return ((struct ear *)arg)->buffer;
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	struct ear *ear = arg;
	struct pkt pkt = {.data = packet, .len = (uint32_t)len};
	struct rtp_names names;

	assert_int_equal(rtp_packet_parse(&pkt, &test_exts, &names), 0);
	assert_true(ear->count < HELD && pkt.rtp.payload_len <= sizeof(ear->got[0].payload));
	ear->got[ear->count].pt = pkt.rtp.pt;
	ear->got[ear->count].seq = pkt.rtp.seq;
	ear->got[ear->count].len = pkt.rtp.payload_len;
	ear->got[ear->count].timestamp = pkt.rtp.timestamp;
	ear->got[ear->count].marker = pkt.rtp.marker;
	ear->got[ear->count].level = pkt.rtp.level;
	memcpy(ear->got[ear->count].payload, pkt.data + pkt.rtp.payload_at, pkt.rtp.payload_len);
	ear->count++;
}

static const struct outlet_ops outlet_ops = {is_open, place, ready};

static void to_router(struct source *source, struct pkt *pkt)
{
	router_packet(&router, source, pkt, now_us);
	outlet_pool_drain(items, now_us);
}

static struct ear *open_ear(uint8_t red_pt)
{
	struct ear *ear = calloc(1, sizeof(*ear));
	struct lectern_section section = {.use = LECTERN_SECTION_SLOT,
		.kind = LECTERN_MIC,
		.mid = "a",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_OPUS, .pt = THEIR_OPUS, .red_pt = red_pt}},
		.ssrc = 0xaaaa,
		.ext_level = test_exts.level};

	outlet_init(&ear->outlet, items, &outlet_ops, ear);
	assert_int_equal(slot_create(&section, &ear->outlet, &ear->slot), 0);
	router_want(&router, slot_sink(ear->slot), TEST_PEER, LECTERN_MIC, now_us);
	return ear;
}

static void close_ear(struct ear *ear)
{
	router_forget(slot_sink(ear->slot));
	slot_destroy(ear->slot);
	outlet_finish(&ear->outlet);
	free(ear);
}

static int open_class(void **state)
{
	(void)state;
	create(&microphone, 1);
	passed_on = to_router;
	router_init(&router, NULL, NULL);
	outlet_pool_create(64, &items);
	router_add(&router, upstream_source(up, LECTERN_MIC));
	router_permit(&router, upstream_source(up, LECTERN_MIC), true, now_us);
	plain_ear = open_ear(0);
	red_ear = open_ear(THEIR_RED);
	return 0;
}

static int close_class(void **state)
{
	close_ear(plain_ear);
	close_ear(red_ear);
	router_remove(&router, upstream_source(up, LECTERN_MIC), now_us);
	router_finish(&router, now_us);
	outlet_pool_destroy(items);
	return teardown(state);
}

/* The sound of packet i; no two are alike. */
static const uint8_t *sound(unsigned i)
{
	static uint8_t bytes[BYTES];

	memset(bytes, (int)(i & 0xff), sizeof(bytes));
	bytes[0] = (uint8_t)(i >> 8);
	return bytes;
}

/* Packet i, with copies of those `distances` before it, which ends in 0. */
static enum uptrack_verdict say(unsigned i, const unsigned *distances)
{
	struct red_block blocks[RED_MAX_BLOCKS];
	uint8_t payload[400];
	struct writer w = writer_of(payload, sizeof(payload));
	unsigned count = 0;
	struct spec spec = {.pt = distances ? RED : OPUS,
		.ssrc = 0x10,
		.seq = (uint16_t)(FIRST + i),
		.timestamp = i * STEP,
		.has_level = true,
		.level = LOUD,
		.payload = payload};

	while (distances && distances[count] && distances[count] <= i)
		count++;
	if (distances) {
		for (unsigned k = 0; k < count; k++)
			blocks[k] = (struct red_block){.pt = OPUS,
				.ago = (uint16_t)(distances[count - 1 - k] * STEP),
				.len = BYTES};
		blocks[count] = (struct red_block){.pt = OPUS};
		red_write_heads(&w, blocks, count + 1);
		for (unsigned k = 0; k < count; k++)
			write_bytes(&w, sound(i - distances[count - 1 - k]), BYTES);
	}
	write_bytes(&w, sound(i), BYTES);
	assert_false(w.bad);
	spec.payload_len = w.len;
	now_us += 20000;
	return feed(&spec);
}

/* That what was got as number n is packet i alone. */
static void assert_plain(const struct ear *ear, unsigned n, unsigned i)
{
	assert_true(n < ear->count);
	assert_int_equal(ear->got[n].pt, THEIR_OPUS);
	assert_int_equal(ear->got[n].timestamp - ear->got[0].timestamp, i * STEP);
	assert_int_equal((uint16_t)(ear->got[n].seq - ear->got[0].seq), i);
	assert_int_equal(ear->got[n].len, BYTES);
	assert_memory_equal(ear->got[n].payload, sound(i), BYTES);
}

/* That it is packet i with copies of those `distances` before it. */
static void assert_red(const struct ear *ear, unsigned n, unsigned i, const unsigned *distances)
{
	struct red red;
	unsigned count = 0;

	assert_true(n < ear->count);
	assert_int_equal(ear->got[n].pt, THEIR_RED);
	assert_int_equal((uint16_t)(ear->got[n].seq - ear->got[0].seq), i);
	assert_int_equal(red_parse(ear->got[n].payload, ear->got[n].len, &red), 0);
	while (distances[count])
		count++;
	assert_int_equal(red.count, count + 1);
	for (unsigned k = 0; k < count; k++) {
		const struct red_block *block = &red.blocks[count - 1 - k];

		assert_int_equal(block->pt, THEIR_OPUS);
		assert_int_equal(block->ago, distances[k] * STEP);
		assert_int_equal(block->len, BYTES);
		assert_memory_equal(
			ear->got[n].payload + block->at, sound(i - distances[k]), BYTES);
	}
	assert_int_equal(red.blocks[count].pt, THEIR_OPUS);
	assert_memory_equal(ear->got[n].payload + red.blocks[count].at, sound(i), BYTES);
}

static const unsigned one[] = {1, 0}, two[] = {1, 2, 0}, spaced[] = {2, 4, 0};

static void goes_on_as_it_is_or_without_copies(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(say(i, two), UPTRACK_FORWARD);
	for (unsigned i = 0; i < 10; i++)
		assert_plain(plain_ear, i, i);
	assert_int_equal(red_ear->count, 10);
	for (unsigned i = 2; i < 10; i++)
		assert_red(red_ear, i, i, two);
	assert_int_equal(red_ear->got[5].level, LOUD);
	assert_int_equal(back.recovered, 0);
}

static void what_was_lost_comes_out_of_the_next(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		if (i % 5 == 2 || i % 5 == 3) /* two in five are lost */
			continue;
		say(i, two);
	}
	assert_int_equal(back.recovered, 40);
	assert_int_equal(plain_ear->count, 100);
	for (unsigned i = 0; i < 100; i++) /* in order, each at its time */
		assert_plain(plain_ear, i, i);
	run(1000000);
	assert_int_equal(back.nacks, 0); /* nothing is missing */
}

static void spaced_copies_fill_longer_holes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		if (i > 10 && i % 10 < 2)
			continue;
		say(i, spaced);
	}
	assert_int_equal(plain_ear->count, 100);
}

static void each_packet_once(void **state)
{
	(void)state;
	say(0, one);
	say(2, one);
	assert_int_equal(back.recovered, 1);
	assert_int_equal(say(1, one), UPTRACK_DUPLICATE); /* it was only late */
	assert_int_equal(say(2, one), UPTRACK_DUPLICATE);
	assert_int_equal(plain_ear->count, 3);
}

static void a_sender_may_begin_and_cease_to_send_copies(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++)
		say(i, i % 4 < 2 ? NULL : one);
	assert_int_equal(plain_ear->count, 20);
	for (unsigned i = 0; i < 20; i++)
		assert_plain(plain_ear, i, i);
	assert_plain(red_ear, 5, 5);
	assert_red(red_ear, 6, 6, one);
}

static void refuses_what_is_no_red(void **state)
{
	const uint8_t cut[] = {0x80 | OPUS, 0x0f, 0, 40, OPUS, 1, 2}, other[] = {8, 1, 2, 3};
	struct spec spec = {.pt = RED, .ssrc = 0x10, .seq = 1, .payload = cut, .payload_len = 7};

	(void)state;
	assert_int_equal(feed(&spec), UPTRACK_MALFORMED);
	spec.payload = other; /* blocks of another codec */
	spec.payload_len = 4;
	assert_int_equal(feed(&spec), UPTRACK_UNKNOWN_PT);
	spec.payload_len = 0; /* a probe */
	assert_int_equal(feed(&spec), UPTRACK_FORWARD);
}

static void tick(struct ear *ear, uint16_t loss)
{
	ear->outlet.loss = loss;
	slot_tick(ear->slot, now_us);
}

static void makes_as_many_as_the_losses_ask_for(void **state)
{
	unsigned i = 0;

	(void)state;
	for (; i < 10; i++)
		say(i, NULL);
	assert_plain(red_ear, 9, 9); /* nothing is lost: nothing is copied */
	tick(red_ear, 20);
	tick(plain_ear, 20);
	say(i++, NULL);
	assert_red(red_ear, 10, 10, one);
	tick(red_ear, 60);
	say(i++, NULL);
	assert_red(red_ear, 11, 11, two);
	for (; i < 400; i++) { /* fewer, but not at once */
		tick(red_ear, 0);
		say(i, NULL);
	}
	assert_red(red_ear, 399, 399, two);
	for (; i < 800; i++) {
		tick(red_ear, 0);
		say(i, NULL);
	}
	assert_red(red_ear, 799, 799, one);
	for (; i < 1200; i++) {
		tick(red_ear, 0);
		say(i, NULL);
	}
	assert_plain(red_ear, 1199, 1199);
	assert_plain(plain_ear, 1199, 1199);
}

static void adds_to_what_the_sender_made_where_that_is_too_little(void **state)
{
	unsigned i = 0;

	(void)state;
	for (; i < 5; i++)
		say(i, one);
	tick(red_ear, 100);
	say(i, one);
	assert_red(red_ear, 5, 5, two);
}

static void never_of_another_ones_sound(void **state)
{
	struct hand_source *other = calloc(1, sizeof(*other));
	struct spec spec = {.pt = OPUS,
		.seq = 500,
		.timestamp = 5000,
		.payload = sound(0),
		.payload_len = BYTES};
	struct pkt *pkt;

	(void)state;
	tick(red_ear, 100);
	for (unsigned i = 0; i < 5; i++)
		say(i, two);
	hand_source_init(other, 9, LECTERN_MIC, 1);
	router_add(&router, &other->source);
	router_permit(&router, &other->source, true, now_us);
	for (unsigned i = 0; i < 3; i++) { /* held from before, when nobody here heard it */
		pkt = make(pool, &spec, NULL);
		other->held[spec.seq++] = pkt;
		spec.timestamp += STEP;
	}
	router_want(&router, slot_sink(red_ear->slot), 9, LECTERN_MIC, now_us);
	pkt = make(pool, &spec, NULL);
	other->held[spec.seq] = pkt;
	to_router(&other->source, pkt);
	assert_int_equal(red_ear->got[5].pt, THEIR_OPUS);
	/* And back to the first, whose own copies are of the time before. */
	now_us += 20000;
	router_want(&router, slot_sink(red_ear->slot), TEST_PEER, LECTERN_MIC, now_us);
	say(5, two);
	assert_int_equal(red_ear->got[6].pt, THEIR_OPUS);
	say(6, two);
	assert_int_equal(red_ear->got[7].pt, THEIR_RED);
	assert_true(red_ear->got[7].len < 3 * BYTES); /* one copy */
	router_want(&router, slot_sink(red_ear->slot), 0, 0, now_us);
	router_remove(&router, &other->source, now_us);
	for (unsigned i = 0; i < 65536; i++)
		pkt_put(other->held[i]);
	free(other);
}

/* DTX: few packets, long apart, and sound again. */
static void silence_is_no_loss(void **state)
{
	struct spec spec = {.pt = RED,
		.ssrc = 0x10,
		.payload = (const uint8_t[]){OPUS, 0xf8},
		.payload_len = 2};

	(void)state;
	for (unsigned i = 0; i < 20; i++) { /* 400 ms apart; offsets no longer fit 14 bits */
		spec.seq = (uint16_t)(FIRST + i);
		spec.timestamp = i * 20 * STEP;
		feed(&spec);
		run(400000);
	}
	spec.seq++;
	spec.timestamp += STEP;
	spec.marker = true;
	feed(&spec);
	assert_int_equal(back.nacks + back.recovered, 0);
	assert_int_equal(plain_ear->count, 21);
	assert_int_equal(
		plain_ear->got[19].timestamp - plain_ear->got[0].timestamp, 19 * 20 * STEP);
	assert_true(plain_ear->got[20].marker);
	assert_int_equal(back.ceased, 0); /* and it did not end */
}

int main(void)
{
#define RED_TEST(name) cmocka_unit_test_setup_teardown(name, open_class, close_class)
	const struct CMUnitTest tests[] = {
		RED_TEST(goes_on_as_it_is_or_without_copies),
		RED_TEST(what_was_lost_comes_out_of_the_next),
		RED_TEST(spaced_copies_fill_longer_holes),
		RED_TEST(each_packet_once),
		RED_TEST(a_sender_may_begin_and_cease_to_send_copies),
		RED_TEST(refuses_what_is_no_red),
		RED_TEST(makes_as_many_as_the_losses_ask_for),
		RED_TEST(adds_to_what_the_sender_made_where_that_is_too_little),
		RED_TEST(never_of_another_ones_sound),
		RED_TEST(silence_is_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
