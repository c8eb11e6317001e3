/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "signaling/presence.h"

static const int64_t start = 1790000000000;

/* Words of the link every two seconds: 100 packets sent in each, of which `got` arrive. */
static int64_t run(struct presence *presence, int64_t at, int seconds, unsigned got,
	struct presence_link *link)
{
	for (int i = 0; i < seconds; i += 2) {
		at += 2000;
		link->audio_sent += 100;
		link->audio_acked += got;
		presence_on_link(presence, link, at);
	}
	return at;
}

static void what_was_acknowledged_was_heard(void **state)
{
	struct presence_link link = {.quality = ATTENDANCE_LINK_GOOD, .rtt_ms = 40};
	struct presence presence = {0};
	struct attendance_row row;
	int64_t at;

	(void)state;
	at = run(&presence, start, 28, 50, &link);
	assert_false(presence_cut(&presence, at, false, &row));
	link.quality = ATTENDANCE_LINK_POOR;
	link.loss_permille = 120;
	at = run(&presence, at, 2, 50, &link);
	assert_true(presence_cut(&presence, at, false, &row));
	assert_int_equal(row.kind, ATTENDANCE_PRESENT);
	assert_int_equal(row.from_ms, start);
	assert_int_equal(row.to_ms, start + 30000);
	assert_int_equal(row.sent_ms, 30000);
	assert_int_equal(row.heard_ms, 15000);
	assert_int_equal(row.link, ATTENDANCE_LINK_POOR);
	assert_int_equal(row.loss_permille, 120);
	/* The next stretch begins where this one ended. */
	at = run(&presence, at, 30, 100, &link);
	assert_true(presence_cut(&presence, at, false, &row));
	assert_int_equal(row.from_ms, start + 30000);
}

static void reports_that_come_late_count_late(void **state)
{
	struct presence_link link = {.quality = ATTENDANCE_LINK_GOOD};
	struct presence presence = {0};
	struct attendance_row row;
	int64_t at = run(&presence, start, 30, 0, &link);

	(void)state;
	assert_true(presence_cut(&presence, at, false, &row));
	assert_int_equal(row.heard_ms, 0);
	link.audio_acked = link.audio_sent; /* all at once */
	at = run(&presence, at, 30, 100, &link);
	assert_true(presence_cut(&presence, at, false, &row));
	assert_int_equal(row.sent_ms, 30000);
	assert_int_equal(row.heard_ms, 30000); /* no more than the stretch is long */
}

static void silence_of_the_link_ends_the_stretch(void **state)
{
	struct presence_link link = {.quality = ATTENDANCE_LINK_GOOD};
	struct presence presence = {0};
	struct attendance_row row;
	int64_t at = run(&presence, start, 10, 100, &link);

	(void)state;
	assert_false(presence_cut(&presence, at + PRESENCE_SILENT_MS, false, &row));
	assert_true(presence_cut(&presence, at + PRESENCE_SILENT_MS + 1, false, &row));
	assert_int_equal(row.to_ms, at);
	assert_false(presence_cut(&presence, at + 60000, true, &row));
	/* It came back: what lies between was not attended. */
	at = run(&presence, at + 60000, 2, 100, &link);
	assert_true(presence_cut(&presence, at, true, &row));
	assert_int_equal(row.to_ms - row.from_ms, 2000);
}

static void another_peer_counts_anew(void **state)
{
	struct presence_link link = {.quality = ATTENDANCE_LINK_GOOD};
	struct presence presence = {0};
	struct attendance_row row;
	int64_t at = run(&presence, start, 20, 100, &link);

	(void)state;
	link.audio_sent = link.audio_acked = 0;
	at = run(&presence, at, 10, 100, &link);
	assert_true(presence_cut(&presence, at, false, &row));
	assert_int_equal(row.sent_ms, 30000);
	assert_int_equal(row.heard_ms, 30000);
}

static void where_nothing_is_sent_nothing_is_heard(void **state)
{
	struct presence_link link = {.quality = ATTENDANCE_LINK_GOOD};
	struct presence presence = {0};
	struct attendance_row row;

	(void)state;
	for (int i = 1; i <= 15; i++)
		presence_on_link(&presence, &link, start + i * 2000);
	assert_true(presence_cut(&presence, start + 30000, false, &row));
	assert_int_equal(row.to_ms - row.from_ms, 30000);
	assert_int_equal(row.sent_ms, 0);
	assert_int_equal(row.heard_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_was_heard),
		cmocka_unit_test(reports_that_come_late_count_late),
		cmocka_unit_test(silence_of_the_link_ends_the_stretch),
		cmocka_unit_test(another_peer_counts_anew),
		cmocka_unit_test(where_nothing_is_sent_nothing_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
