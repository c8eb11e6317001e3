/* SPDX-License-Identifier: MIT */
#include "rtp/twcc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "media.h"

enum { HEAD = 12 }; /* of the RTCP packet, before the feedback */

static struct twcc_feedback back;

/* Writes, checks the RTCP head, parses into `back`. Returns how many were written. */
static unsigned round_trip(uint16_t base, const int64_t *arrivals, unsigned count, size_t room)
{
	uint8_t data[8192];
	struct writer w = writer_of(data, room);
	unsigned written = twcc_write(&w, 1, 2, 9, base, arrivals, count);
	size_t len;

	assert_false(w.bad);
	if (!written)
		return 0;
	assert_int_equal(w.len % 4, 0);
	assert_int_equal(w.len, ((size_t)data[2] << 8 | data[3]) * 4 + 4);
	len = w.len - HEAD - (data[0] & 0x20 ? data[w.len - 1] : 0u);
	assert_int_equal(twcc_parse(data + HEAD, len, &back), 0);
	assert_int_equal(back.base, base);
	assert_int_equal(back.count, written);
	assert_int_equal(back.feedback_count, 9);
	return written;
}

static void check(const int64_t *arrivals, unsigned count)
{
	/* A 24-bit reference of 64 ms wraps: compare below that. */
	const int64_t wrap = ((int64_t)1 << 24) * 64000;

	for (unsigned i = 0; i < count; i++) {
		if (arrivals[i] == TWCC_LOST)
			assert_true(back.arrivals[i] == TWCC_LOST);
		else
			assert_true(back.arrivals[i] == arrivals[i] % wrap / 250 * 250);
	}
}

static void known_bytes(void **state)
{
	/* three packets, the second lost: reference 1 (64 ms), deltas 0 and 4 (1 ms) */
	const int64_t arrivals[] = {64000, TWCC_LOST, 65000};
	const uint8_t expected[] = {0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0, 3, 0, 0,
		1, 9, 0xd1, 0x00, 0, 4};
	uint8_t data[64];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	assert_int_equal(twcc_write(&w, 1, 2, 9, 65535, arrivals, 3), 3);
	assert_int_equal(w.len, sizeof(expected));
	assert_memory_equal(data, expected, sizeof(expected));
}

static void runs_gaps_and_order(void **state)
{
	int64_t arrivals[300];

	(void)state;
	for (int i = 0; i < 300; i++)
		arrivals[i] = 1000000 + i * 1000;
	assert_int_equal(round_trip(65400, arrivals, 300, 1200), 300);
	check(arrivals, 300);
	for (int i = 40; i < 240; i++) /* a long gap */
		arrivals[i] = TWCC_LOST;
	arrivals[250] = 900000; /* came before those it follows */
	assert_int_equal(round_trip(65400, arrivals, 300, 1200), 300);
	check(arrivals, 300);
	arrivals[0] = TWCC_LOST; /* the first did not come */
	assert_int_equal(round_trip(65400, arrivals, 300, 1200), 300);
	check(arrivals, 300);
}

static void stops_where_it_must(void **state)
{
	int64_t arrivals[1000];
	unsigned written;

	(void)state;
	for (int i = 0; i < 1000; i++)
		arrivals[i] = 1000000 + i * 1000;
	arrivals[100] = 1000000 + 9000000; /* 9 s later */
	assert_int_equal(round_trip(1, arrivals, 1000, 1200), 100);
	check(arrivals, 100);
	arrivals[100] = 1100000;
	written = round_trip(1, arrivals, 1000, 300);
	assert_true(written > 100 && written < 280);
	check(arrivals, written);
	assert_int_equal(round_trip(1, arrivals, 1000, 20), 0);
}

static void reference_wraps(void **state)
{
	const int64_t wrap = ((int64_t)1 << 24) * 64000;
	const int64_t arrivals[] = {wrap + 128000, wrap + 129000};

	(void)state;
	assert_int_equal(round_trip(5, arrivals, 2, 1200), 2);
	check(arrivals, 2);
}

static void one_bit_vectors_are_read(void **state)
{
	/* draft-holmer 3.1.4: a vector of 14 one-bit symbols */
	const uint8_t fci[] = {0, 10, 0, 14, 0, 0, 2, 0, 0x9f, 0x1c, 1, 1, 1, 1, 1, 1, 1, 1};
	unsigned arrived = 0;

	(void)state;
	assert_int_equal(twcc_parse(fci, sizeof(fci), &back), 0);
	assert_int_equal(back.count, 14);
	for (int i = 0; i < 14; i++)
		arrived += back.arrivals[i] != TWCC_LOST;
	assert_int_equal(arrived, 8);
	assert_true(back.arrivals[0] == TWCC_LOST);
	assert_true(back.arrivals[1] == 128250);
}

static void refuses_what_does_not_fit(void **state)
{
	const uint8_t good[] = {0, 1, 0, 2, 0, 0, 1, 0, 0x20, 2, 4, 4};
	uint8_t bad[sizeof(good)];

	(void)state;
	back.count = 77;
	assert_int_equal(twcc_parse(good, sizeof(good), &back), 0);
	back.count = 77;
	for (size_t len = 0; len < sizeof(good); len++)
		assert_int_equal(twcc_parse(good, len, &back), -EBADMSG);
	memcpy(bad, good, sizeof(bad));
	bad[9] = 0; /* a run of nothing would never end */
	assert_int_equal(twcc_parse(bad, sizeof(bad), &back), -EBADMSG);
	memcpy(bad, good, sizeof(bad));
	bad[8] = 0x60; /* status 3 */
	assert_int_equal(twcc_parse(bad, sizeof(bad), &back), -EBADMSG);
	memcpy(bad, good, sizeof(bad));
	bad[3] = 0; /* of no packet */
	assert_int_equal(twcc_parse(bad, sizeof(bad), &back), -EBADMSG);
	memcpy(bad, good, sizeof(bad));
	bad[2] = 0xff; /* of more than we look at */
	assert_int_equal(twcc_parse(bad, sizeof(bad), &back), -EBADMSG);
	assert_int_equal(back.count, 77);
}

static void any_pattern_comes_back(void **state)
{
	int64_t arrivals[TWCC_MAX_STATUS];

	(void)state;
	seed_dice(1);
	for (int round = 0; round < 300; round++) {
		unsigned count = 1 + (unsigned)dice() % TWCC_MAX_STATUS;
		int64_t at = 1000000 + dice();
		int loss = dice() % 100;

		for (unsigned i = 0; i < count; i++) {
			at += dice() % (dice() % 10 ? 3000 : 300000);
			arrivals[i] =
				dice() % 100 < loss ? TWCC_LOST : at - (dice() % 5 ? 0 : 20000);
		}
		arrivals[dice() % (int)count] = at;
		count = round_trip((uint16_t)dice(), arrivals, count, sizeof(uint8_t[8192]));
		check(arrivals, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_bytes),
		cmocka_unit_test(runs_gaps_and_order),
		cmocka_unit_test(stops_where_it_must),
		cmocka_unit_test(reference_wraps),
		cmocka_unit_test(one_bit_vectors_are_read),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(any_pattern_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
