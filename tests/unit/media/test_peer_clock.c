/* SPDX-License-Identifier: MIT */
#include "ingress/peer_clock.h"

#include <stdlib.h>

#include "media.h"
#include "rtp/rtcp.h"

static struct peer_clock sender_clock;
/* NTP seconds of about now: far from the server's monotonic time. */
static const uint64_t ahead_us = (uint64_t)3900000000 * 1000000;

static uint64_t report(uint64_t sent_us, uint64_t delay_us)
{
	return peer_clock_report(
		&sender_clock, rtcp_ntp_of_us(sent_us + ahead_us), sent_us + delay_us);
}

static int setup(void **state)
{
	(void)state;
	sender_clock = (struct peer_clock){0};
	return 0;
}

static void the_first_report_sets_it(void **state)
{
	(void)state;
	assert_int_equal(report(1000000, 30000), 1030000);
	/* A report of another track, delayed more, gets the same shift. */
	assert_in_range(report(2000000, 90000), 2030000 - 2, 2030000 + 2);
}

static void follows_the_least_delay_slowly(void **state)
{
	uint64_t sent_us = 1000000, at_us = 0, before_us;

	(void)state;
	report(sent_us, 100000); /* the first was unlucky */
	for (int i = 0; i < 300; i++) {
		before_us = at_us;
		sent_us += 1000000;
		at_us = report(sent_us, 20000 + (i % 3) * 10000);
		if (i) /* never faster than 1 ms a second */
			assert_in_range(at_us - before_us, 1000000 - 1020, 1000000 + 1020);
	}
	assert_in_range(at_us - sent_us, 20000 - 5, 20000 + 5);
}

static void follows_a_drifting_clock(void **state)
{
	uint64_t at_us = 0, now_us = 0;

	(void)state;
	for (uint64_t i = 1; i < 2000; i++) { /* the sender's clock is 100 ppm fast */
		now_us = i * 1000000;
		at_us = peer_clock_report(
			&sender_clock, rtcp_ntp_of_us(now_us + i * 100 + ahead_us), now_us + 20000);
	}
	assert_in_range(at_us, now_us + 20000 - 5000, now_us + 20000 + 5000);
}

static void a_step_is_followed_at_once(void **state)
{
	(void)state;
	report(1000000, 30000);
	assert_int_equal(peer_clock_report(&sender_clock, rtcp_ntp_of_us(5), 2000000), 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_report_sets_it, setup),
		cmocka_unit_test_setup(follows_the_least_delay_slowly, setup),
		cmocka_unit_test_setup(follows_a_drifting_clock, setup),
		cmocka_unit_test_setup(a_step_is_followed_at_once, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
