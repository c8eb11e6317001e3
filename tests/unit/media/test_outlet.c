/* SPDX-License-Identifier: MIT */
#include "egress/outlet.h"

#include <errno.h>

#include "media.h"
#include "rtp/twcc.h"

enum { ITEMS = 16, POOL = 64, SOUND = 2, NOW_US = 1000000 };

/* What went out. */
static struct {
	unsigned count;
	uint8_t bytes[128][OUTLET_ROOM];
	size_t lens[128];
} out;
static bool closed, full;
static struct pkt_pool *pool;
static struct outlet_pool *items;
static struct outlet outlet;
static struct rtp_template head, sound_head;

static bool is_open(void *arg)
{
	(void)arg;
	return !closed;
}

static uint8_t *place(void *arg)
{
	(void)arg;
	return full ? NULL : out.bytes[out.count];
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	(void)arg;
	assert_ptr_equal(packet, out.bytes[out.count]);
	out.lens[out.count++] = len;
}

static const struct outlet_ops ops = {is_open, place, ready};

static int setup(void **state)
{
	(void)state;
	closed = full = false;
	out.count = 0;
	assert_int_equal(pkt_pool_create(POOL, &pool), 0);
	assert_int_equal(outlet_pool_create(ITEMS, &items), 0);
	outlet_init(&outlet, items, &ops, NULL);
	rtp_template_init(&head, 1, &test_exts, "");
	rtp_template_init(&sound_head, SOUND, &test_exts, "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	outlet_finish(&outlet);
	outlet_pool_destroy(items); /* asserts that every item came back */
	pkt_pool_destroy(pool);	    /* and every packet */
	return 0;
}

/* Queues a packet of `size` bytes, of which the last ones are of a received packet. */
static void queue(const struct rtp_template *t, uint16_t seq, size_t size, bool pads, bool repair)
{
	struct outlet_item *item = outlet_begin(&outlet, t, NOW_US);
	struct pkt *pkt = pkt_get(pool);

	assert_non_null(item);
	rtp_template_write(t, item->bytes, 96, false, seq, 0);
	item->len = t->len;
	item->pads = pads;
	item->repair = repair;
	pkt->len = 3 + (uint32_t)size - t->len;
	memset(pkt->data, (uint8_t)seq, pkt->len);
	outlet_add(item, pkt, 3, size - t->len);
	pkt_put(pkt);
	outlet_send(&outlet, item);
}

static void send(size_t len, bool repair)
{
	queue(&head, 0, len, false, repair);
	outlet_pool_drain(items, NOW_US);
	out.count = 0;
}

/* Feedback about `count` packets from `base`; those in `lost` (bits) did not arrive. */
static void feed(uint16_t base, unsigned count, uint32_t lost)
{
	int64_t arrivals[32];
	uint8_t data[256];
	struct writer w = writer_of(data, sizeof(data));

	for (unsigned i = 0; i < count; i++)
		arrivals[i] = lost >> i & 1 ? TWCC_LOST : 1000000 + (int64_t)i * 1000;
	assert_int_equal(twcc_write(&w, 1, 2, 0, base, arrivals, count), count);
	assert_int_equal(outlet_feedback(&outlet, data + 12, w.len - 12), 0);
}

static void numbers_transport_wide(void **state)
{
	(void)state;
	outlet.twcc_seq = 65535;
	queue(&head, 1, 100, false, false);
	queue(&head, 2, 100, false, false);
	assert_int_equal(out.count, 0);
	outlet_pool_drain(items, NOW_US);
	assert_int_equal(out.count, 2);
	assert_memory_equal(out.bytes[0] + head.twcc_at, "\xff\xff", 2);
	assert_memory_equal(out.bytes[1] + head.twcc_at, "\x00\x00", 2);
	assert_int_equal(out.bytes[0][99], 1);
	assert_int_equal(out.bytes[1][99], 2);
}

static void a_closed_outlet_keeps_nothing(void **state)
{
	(void)state;
	queue(&head, 1, 100, false, false);
	closed = true;
	outlet_pool_drain(items, NOW_US);
	assert_int_equal(out.count, 0);
	assert_int_equal(outlet_pool_counters(items)->closed, 1);
	assert_int_equal(outlet_pool_free(items), ITEMS);
	assert_int_equal(pkt_pool_free(pool), POOL);
	closed = false;
	full = true; /* no place for it */
	queue(&head, 2, 100, false, false);
	outlet_pool_drain(items, NOW_US);
	assert_int_equal(outlet.no_room, 1);
	assert_int_equal(outlet.twcc_seq, 0);
	full = false;
	queue(&head, 3, 100, false, false); /* and goes while it waits: teardown looks */
}

static void an_empty_pool_sends_early(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < ITEMS + 1; i++)
		queue(&head, i, 100, false, false);
	assert_int_equal(out.count, ITEMS);
	assert_int_equal(outlet_pool_counters(items)->early, 1);
	outlet_pool_drain(items, NOW_US);
	assert_int_equal(out.count, ITEMS + 1);
	for (uint16_t i = 0; i < out.count; i++)
		assert_int_equal(out.bytes[i][3], i);
}

/* In messages of how many packets these would go: of one size, and one that is shorter. */
static unsigned messages(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < out.count; count++) {
		size_t size = out.lens[i++];

		while (i < out.count && out.lens[i] == size)
			i++;
		if (i < out.count && out.lens[i] < size)
			i++;
	}
	return count;
}

/* Video packets of these sizes (0 ends), and sound of `sound` bytes after the first; returns in how
 * many messages they go. */
static unsigned messages_of(const size_t *sizes, size_t sound)
{
	out.count = 0;
	for (uint16_t i = 0; sizes[i]; i++) {
		queue(&head, i, sizes[i], true, false);
		if (i == 0 && sound)
			queue(&sound_head, i, sound, false, false);
	}
	outlet_pool_drain(items, NOW_US);
	return messages();
}

static void padding_mends_runs(void **state)
{
	(void)state;
	assert_int_equal(messages_of((size_t[]){1000, 1001, 1000, 1001, 0}, 0), 1);
	assert_int_equal(outlet_pool_counters(items)->padding, 2);
	assert_int_equal(outlet_pool_counters(items)->padded, 2);
	assert_int_equal(messages_of((size_t[]){1001, 1000, 1000, 0}, 0), 1);
	assert_int_equal(outlet_pool_counters(items)->padding, 3); /* the last needs none */
	assert_int_equal(messages_of((size_t[]){1000, 1032, 0}, 0), 1);
	assert_int_equal(messages_of((size_t[]){1000, 1033, 0}, 0), 2);
	assert_int_equal(messages_of((size_t[]){100, 107, 0}, 0), 2); /* above a sixteenth */
	assert_int_equal(messages_of((size_t[]){1000, 1000, 300, 1000, 1000, 300, 0}, 0), 2);
	assert_int_equal(out.lens[2], 300);
}

static void sound_ends_a_run_and_is_not_padded(void **state)
{
	uint64_t before = outlet_pool_counters(items)->padding;

	(void)state;
	assert_int_equal(messages_of((size_t[]){1000, 1000, 1000, 0}, 90), 1);
	assert_int_equal(out.lens[3], 90);
	assert_int_equal(out.bytes[3][11], SOUND);
	assert_int_equal(out.bytes[3][0] & 0x20, 0);
	assert_int_equal(messages_of((size_t[]){1000, 1000, 990, 0}, 90), 1);
	assert_int_equal(outlet_pool_counters(items)->padding - before, 10);
	assert_int_equal(messages_of((size_t[]){1000, 300, 0}, 90), 2); /* that has an end */
	assert_int_equal(messages_of((size_t[]){80, 0}, 90), 2);
	assert_int_equal(out.lens[1], 90);
}

/* Any mix: all that was queued goes, once, in order of its stream, parses to the same payload, and
 * transport-wide numbers are in the order sent. */
static void any_mix_goes_whole(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		uint16_t next[3] = {0}, seen[3] = {0};
		size_t sizes[3][128];
		unsigned count = (unsigned)dice() % 100, base = 200 + (unsigned)dice() % 1200;
		uint16_t twcc = outlet.twcc_seq;

		out.count = 0;
		for (unsigned i = 0; i < count; i++) {
			bool sound = dice() % 5 == 0;
			size_t size =
				sound ? 50 + (unsigned)dice() % 100 : base + (unsigned)dice() % 50;

			if (dice() % 8 == 0 && !sound)
				size = 50 + (unsigned)dice() % (OUTLET_MAX_PACKET - 50);
			sizes[1 + sound][next[1 + sound]] = size;
			queue(sound ? &sound_head : &head, next[1 + sound]++, size, !sound, false);
		}
		outlet_pool_drain(items, NOW_US);
		assert_int_equal(out.count, count);
		for (unsigned i = 0; i < count; i++) {
			struct pkt pkt = {.data = out.bytes[i], .len = (uint32_t)out.lens[i]};
			struct rtp_names names;
			uint32_t ssrc;

			assert_int_equal(rtp_packet_parse(&pkt, &test_exts, &names), 0);
			ssrc = pkt.rtp.ssrc;
			assert_int_equal(pkt.rtp.seq, seen[ssrc]);
			assert_int_equal(
				pkt.rtp.payload_at + pkt.rtp.payload_len, sizes[ssrc][seen[ssrc]]);
			for (unsigned k = 0; k < pkt.rtp.payload_len; k++)
				assert_int_equal(
					pkt.data[pkt.rtp.payload_at + k], (uint8_t)seen[ssrc]);
			assert_int_equal(pkt.rtp.twcc, twcc++);
			assert_true(pkt.rtp.padding <= OUTLET_MAX_PAD);
			assert_true(ssrc != SOUND || !pkt.rtp.padding);
			seen[ssrc]++;
		}
	}
}

static void counts_losses_once(void **state)
{
	(void)state;
	outlet_tick(&outlet, 10000000); /* a window begins */
	for (int i = 0; i < 20; i++)
		send(1000, false);
	feed(0, 10, 0x3); /* two of ten */
	feed(0, 10, 0x1); /* one of them came late */
	feed(10, 10, 0x1);
	outlet_tick(&outlet, 12000000);
	assert_int_equal(outlet.loss, 2 * 1000 / 20);
	assert_int_equal(outlet.bps, 20 * 1000 * 8 / 2);
	outlet_tick(&outlet, 14000000);
	assert_int_equal(outlet.loss, 0);
	assert_int_equal(outlet.bps, 0);
}

static void feedback_about_what_was_not_sent(void **state)
{
	(void)state;
	feed(100, 10, 0x2); /* nothing was sent yet */
	send(100, false);
	feed(100, 10, 0x2);
	outlet_tick(&outlet, 10000000);
	assert_int_equal(outlet.loss, 0);
	assert_int_equal(outlet.feedback_unmatched, 10);
	assert_int_equal(outlet_feedback(&outlet, (const uint8_t *)"\x00", 1), -EBADMSG);
}

static void repair_has_a_budget(void **state)
{
	unsigned repairs = 0;

	(void)state;
	while (outlet_may_repair(&outlet, 1000)) {
		send(1000, true);
		assert_true(++repairs < 100);
	}
	assert_int_equal(repairs, 16);
	assert_int_equal(outlet.repair_denied, 1);
	for (int i = 0; i < 4; i++)
		send(1000, false);
	assert_true(outlet_may_repair(&outlet, 1000)); /* a quarter of what was sent */
	send(1000, true);
	assert_false(outlet_may_repair(&outlet, 1000));
}

static void round_trips_are_smoothed(void **state)
{
	(void)state;
	outlet_round_trip(&outlet, 0);
	assert_int_equal(outlet.rtt_us, 0);
	outlet_round_trip(&outlet, 80000);
	assert_int_equal(outlet.rtt_us, 80000);
	outlet_round_trip(&outlet, 160000);
	assert_int_equal(outlet.rtt_us, 90000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(numbers_transport_wide, setup, teardown),
		cmocka_unit_test_setup_teardown(a_closed_outlet_keeps_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_pool_sends_early, setup, teardown),
		cmocka_unit_test_setup_teardown(padding_mends_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(
			sound_ends_a_run_and_is_not_padded, setup, teardown),
		cmocka_unit_test_setup_teardown(any_mix_goes_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_losses_once, setup, teardown),
		cmocka_unit_test_setup_teardown(feedback_about_what_was_not_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(repair_has_a_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(round_trips_are_smoothed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
