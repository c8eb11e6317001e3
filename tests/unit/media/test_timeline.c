/* SPDX-License-Identifier: MIT */
#include "egress/timeline.h"

#include <errno.h>

#include "media.h"
#include "rtp/seq.h"

static struct pkt_rtp numbered(uint16_t seq, uint32_t timestamp, uint16_t picture_id, uint8_t tl0)
{
	return (struct pkt_rtp){
		.seq = seq,
		.timestamp = timestamp,
		.picture_id = picture_id,
		.tl0 = tl0,
		.has_picture_id = true,
		.has_tl0 = true,
	};
}

static void stretches_follow_on(void **state)
{
	struct pkt_rtp a = numbered(65535, 0xfffffff0, 0x7fff, 255), b = numbered(5, 77, 100, 3);
	struct timeline t;
	struct timeline_place at;

	(void)state;
	timeline_init(&t, 1000, 5000, 0x7ffe, 254);
	timeline_switch(&t, &a, 5000);
	assert_int_equal(timeline_take(&t, &a, &at), 0);
	assert_int_equal((uint16_t)at.seq, 1000);
	assert_int_equal(at.timestamp, 5000);
	assert_int_equal(at.picture_id, 0x7fff);
	assert_int_equal(at.tl0, 255);
	a = numbered(0, 0xfffffff0 + 3000, 0, 0); /* all of the source's numbers wrap */
	assert_int_equal(timeline_take(&t, &a, &at), 0);
	assert_int_equal((uint16_t)at.seq, 1001);
	assert_int_equal(at.timestamp, 8000);
	assert_int_equal(at.picture_id, 0); /* and so do ours */
	assert_int_equal(at.tl0, 0);
	timeline_switch(&t, &b, 11000); /* another source */
	assert_int_equal(timeline_take(&t, &b, &at), 0);
	assert_int_equal((uint16_t)at.seq, 1002);
	assert_int_equal(at.timestamp, 11000);
	assert_int_equal(at.picture_id, 1);
	assert_int_equal(at.tl0, 1);
}

static void gaps_and_late_packets_stay_what_they_are(void **state)
{
	struct pkt_rtp first = numbered(100, 0, 0, 0), rtp;
	struct timeline t;
	struct timeline_place at;
	uint16_t source_seq;

	(void)state;
	timeline_init(&t, 0, 0, 0, 0);
	timeline_switch(&t, &first, 0);
	timeline_take(&t, &first, &at);
	rtp = numbered(103, 0, 0, 0);
	assert_int_equal(timeline_take(&t, &rtp, &at), 0);
	assert_int_equal((uint16_t)at.seq, 3);
	assert_true(timeline_find(&t, 3, &source_seq));
	assert_int_equal(source_seq, 103);
	assert_true(timeline_find(&t, 1, &source_seq)); /* may be found and sent as a repair yet */
	assert_int_equal(source_seq, 101);
	assert_false(timeline_find(&t, 4, &source_seq));
	rtp = numbered(101, 0, 0, 0);
	assert_int_equal(timeline_take(&t, &rtp, &at), 0);
	assert_int_equal((uint16_t)at.seq, 1);
	assert_true(timeline_find(&t, 1, &source_seq));
	assert_int_equal(timeline_take(&t, &rtp, &at), -EEXIST);
	rtp = numbered(99, 0, 0, 0); /* of before the stretch */
	assert_int_equal(timeline_take(&t, &rtp, &at), -ERANGE);
	rtp = numbered(103 + TIMELINE_WINDOW, 0, 0, 0);
	assert_int_equal(timeline_take(&t, &rtp, &at), 0);
	rtp = numbered(102, 0, 0, 0); /* would be fine, but can no longer be told */
	assert_int_equal(timeline_take(&t, &rtp, &at), -ERANGE);
	timeline_switch(&t, &first, 0);
	assert_false(timeline_find(&t, 3, &source_seq)); /* of another stretch */
}

/* A source that sends at random: losses, reordering, duplicates, repairs. */
struct sender {
	uint16_t seq, picture_id;
	uint32_t timestamp;
	uint8_t tl0;
	struct pkt_rtp recent[64];
	unsigned count;
};

static void begin(struct sender *s)
{
	*s = (struct sender){.seq = (uint16_t)dice(), .picture_id = dice() & 0x7fff};
	s->timestamp = (uint32_t)dice() * 7u;
	s->tl0 = (uint8_t)dice();
}

static struct pkt_rtp next(struct sender *s)
{
	struct pkt_rtp rtp = numbered(s->seq, s->timestamp, s->picture_id, s->tl0);

	s->recent[s->count++ % 64] = rtp;
	s->seq++;
	if (dice() % 3 == 0) { /* the next frame */
		s->timestamp += 3000;
		s->picture_id = (s->picture_id + 1) & 0x7fff;
		s->tl0++;
	}
	return rtp;
}

/* Thousands of switches between sources: no (ssrc, seq) twice, no gap that the source did not have,
 * nothing ever goes back. */
static void never_a_number_twice(void **state)
{
	enum { SWITCHES = 9000 };
	static uint8_t used[(SWITCHES * 40 + 70000) / 8 * 8];
	struct timeline t;
	struct timeline_place at;
	struct sender s;
	int64_t origin, highest;
	uint32_t timestamp = 0xfffff000;

	(void)state;
	seed_dice(4);
	timeline_init(&t, 0x7fff, timestamp, 0x7ff0, 250);
	origin = t.highest;
	highest = t.highest;
	for (unsigned i = 0; i < SWITCHES; i++) {
		struct pkt_rtp rtp;
		uint16_t picture_id = t.picture_id;
		unsigned packets = 1 + (unsigned)dice() % 30;
		int64_t skipped = 0;

		begin(&s);
		rtp = next(&s);
		timestamp += 1 + (uint32_t)dice() % 90000;
		timeline_switch(&t, &rtp, timestamp);
		for (unsigned k = 0; k < packets; k++) {
			if (k && dice() % 10 == 0) { /* lost for good */
				next(&s);
				skipped++;
			}
			if (k && dice() % 5 == 0) /* late, or again */
				rtp = s.recent[(unsigned)dice() % (s.count < 64 ? s.count : 64)];
			else if (k)
				rtp = next(&s);
			if (timeline_take(&t, &rtp, &at))
				continue;
			assert_true(at.seq > origin);
			assert_in_range(at.seq - origin, 1, (int64_t)sizeof(used) - 1);
			assert_int_equal(used[at.seq - origin]++, 0);
			assert_true(at.seq <= highest + 1 + skipped); /* no gap of our own */
			if (at.seq > highest)
				highest = at.seq;
			if (k == 0) {
				assert_int_equal(at.picture_id, (picture_id + 1) & 0x7fff);
				assert_int_equal(at.timestamp, timestamp);
			}
			if (timestamp_diff(at.timestamp, timestamp) > 0)
				timestamp = at.timestamp;
		}
		assert_int_equal(t.timestamp, timestamp);
	}
	assert_true(highest - origin > 65536);
}

static void dropped_packets_leave_no_gap(void **state)
{
	const bool wanted[] = {1, 0, 0, 1, 0, 1, 1, 0, 1};
	struct pkt_rtp first = numbered(65533, 0, 0x7ffe, 0);
	struct timeline t;
	struct timeline_place at;
	uint16_t seq = 500, picture_id = 0, source_seq;

	(void)state;
	timeline_init(&t, 500, 0, 0x7fff, 0);
	timeline_switch(&t, &first, 0);
	for (unsigned i = 0; i < sizeof(wanted); i++) {
		struct pkt_rtp rtp = numbered((uint16_t)(65533 + i), 3000 * i,
			(uint16_t)(0x7ffe + i) & 0x7fff, (uint8_t)i);

		rtp.picture_dense = true;
		assert_false(timeline_is_late(&t, &rtp));
		if (!wanted[i]) {
			timeline_drop(&t, &rtp);
			assert_int_equal(timeline_take(&t, &rtp, &at), -EEXIST);
			continue;
		}
		assert_int_equal(timeline_take(&t, &rtp, &at), 0);
		assert_int_equal((uint16_t)at.seq, seq);
		assert_int_equal(at.picture_id, picture_id++);
		assert_int_equal(at.timestamp, 3000 * i); /* time passes all the same */
		assert_true(timeline_find(&t, seq++, &source_seq));
		assert_int_equal(source_seq, rtp.seq);
	}
	assert_false(timeline_find(&t, seq, &source_seq));
}

static void a_late_packet_has_its_place_whatever_was_dropped(void **state)
{
	struct pkt_rtp rtp = numbered(10, 0, 0, 0);
	struct timeline t;
	struct timeline_place at;

	(void)state;
	timeline_init(&t, 0, 0, 0, 0);
	timeline_switch(&t, &rtp, 0);
	timeline_take(&t, &rtp, &at);
	rtp = numbered(11, 0, 0, 0);
	timeline_drop(&t, &rtp);
	rtp = numbered(13, 0, 0, 0); /* 12 is lost: nobody knows whether it is wanted */
	timeline_drop(&t, &rtp);
	rtp = numbered(14, 0, 0, 0);
	assert_int_equal(timeline_take(&t, &rtp, &at), 0);
	assert_int_equal(at.seq & 0xffff, 2);
	rtp = numbered(12, 0, 0, 0);
	assert_true(timeline_is_late(&t, &rtp));
	assert_int_equal(timeline_take(&t, &rtp, &at), 0);
	assert_int_equal(at.seq & 0xffff, 1);
}

/* One long stretch, more than three times around: packets dropped in order, some late, some lost for
 * good. Each number is given once, those of the lost stay free, and each is found again. */
static void numbers_stay_one_to_one_over_three_wraps(void **state)
{
	enum { PACKETS = 300000, BEHIND = 40 };
	static uint8_t used[PACKETS], lost[PACKETS];
	struct pkt_rtp first = numbered(40000, 0, 0, 0);
	struct timeline t;
	struct timeline_place at;
	int64_t origin;
	unsigned dropped = 0, given = 0, missing = 0;

	(void)state;
	seed_dice(9);
	memset(used, 0, sizeof(used));
	memset(lost, 0, sizeof(lost));
	timeline_init(&t, 7, 0, 0, 0);
	timeline_switch(&t, &first, 0);
	origin = t.highest + 1;
	for (unsigned i = 0; i < PACKETS; i++) {
		struct pkt_rtp rtp = numbered((uint16_t)(40000 + i), 0, 0, 0);
		unsigned old = i - BEHIND;
		uint16_t source_seq;

		if (i >= BEHIND && lost[old] == 1) { /* repaired */
			struct pkt_rtp late = numbered((uint16_t)(40000 + old), 0, 0, 0);

			assert_int_equal(timeline_take(&t, &late, &at), 0);
			assert_in_range(at.seq - origin, 0, PACKETS - 1);
			assert_int_equal(used[at.seq - origin]++, 0);
			assert_int_equal(timeline_again(&t, &late).seq, at.seq);
			given++;
		}
		if (i && dice() % 10 == 0) {
			lost[i] = (uint8_t)(1 + dice() % 2); /* 2: for good */
			missing += lost[i] == 2;
			continue;
		}
		if (i && dice() % 3 == 0) {
			timeline_drop(&t, &rtp);
			dropped++;
			continue;
		}
		assert_int_equal(timeline_take(&t, &rtp, &at), 0);
		assert_in_range(at.seq - origin, 0, PACKETS - 1);
		assert_int_equal(used[at.seq - origin]++, 0);
		assert_true(timeline_find(&t, (uint16_t)at.seq, &source_seq));
		assert_int_equal(source_seq, rtp.seq);
		given++;
	}
	/* No number was left out but for those that were lost. */
	assert_in_range(t.highest - origin + 1 - given, 0, missing + BEHIND);
	assert_true(dropped > PACKETS / 5 && t.highest - origin > 2 * 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stretches_follow_on),
		cmocka_unit_test(gaps_and_late_packets_stay_what_they_are),
		cmocka_unit_test(never_a_number_twice),
		cmocka_unit_test(dropped_packets_leave_no_gap),
		cmocka_unit_test(a_late_packet_has_its_place_whatever_was_dropped),
		cmocka_unit_test(numbers_stay_one_to_one_over_three_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
