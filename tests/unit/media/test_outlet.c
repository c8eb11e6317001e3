/* SPDX-License-Identifier: MIT */
#include "egress/outlet.h"

#include <errno.h>

#include "media.h"
#include "rtp/twcc.h"

static uint8_t buffer[OUTLET_ROOM];
static bool full;
static unsigned sent;

static uint8_t *room(void *arg)
{
	(void)arg;
	return full ? NULL : buffer;
}

static void ready(void *arg, size_t len)
{
	(void)arg;
	(void)len;
	sent++;
}

static const struct outlet_ops ops = {room, ready};
static struct outlet outlet;
static struct rtp_template head;

static int setup(void **state)
{
	(void)state;
	full = false;
	sent = 0;
	outlet_init(&outlet, &ops, NULL);
	rtp_template_init(&head, 1, &test_exts, "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	outlet_finish(&outlet);
	return 0;
}

static void send(size_t len, bool repair)
{
	uint8_t *packet = outlet_begin(&outlet);

	rtp_template_write(&head, packet, 96, false, 0, 0);
	outlet_send(&outlet, &head, packet, len, repair, 1000000);
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
	send(100, false);
	assert_memory_equal(buffer + head.twcc_at, "\xff\xff", 2);
	send(100, false);
	assert_memory_equal(buffer + head.twcc_at, "\x00\x00", 2);
	assert_int_equal(sent, 2);
	full = true;
	assert_null(outlet_begin(&outlet));
	assert_int_equal(outlet.no_room, 1);
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
		cmocka_unit_test_setup_teardown(counts_losses_once, setup, teardown),
		cmocka_unit_test_setup_teardown(feedback_about_what_was_not_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(repair_has_a_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(round_trips_are_smoothed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
