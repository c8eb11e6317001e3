/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/addr.h"
#include "signaling/throttle.h"

#define HOUR (3600 * 1000LL)

enum { ENOUGH = 10000 }; /* more than any kind allows */

static int setup(void **state)
{
	*state = throttle_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	throttle_destroy(*state);
	return 0;
}

static struct addr address(const char *ip, uint16_t port)
{
	struct addr addr;

	assert_int_equal(addr_parse(ip, port, &addr), 0);
	return addr;
}

/* Fails until it is refused; returns how often it might. */
static int spend(
	struct throttle *throttle, enum throttle_kind kind, struct throttle_who who, int64_t now_ms)
{
	for (int n = 0; n < ENOUGH; n++)
		if (throttle_take(throttle, kind, who, now_ms) > 0)
			return n;
	fail_msg("nothing limits %s", throttle_name(kind));
	return 0;
}

static int spend_ip(struct throttle *throttle, const char *ip, int64_t now_ms)
{
	const struct addr from = address(ip, 0);

	return spend(throttle, THROTTLE_STREAM, (struct throttle_who){.from = &from}, now_ms);
}

static void every_kind_has_a_limit_and_a_name(void **state)
{
	const struct addr from = address("192.0.2.1", 0);
	const struct throttle_who who = {.from = &from};

	for (enum throttle_kind kind = 0; kind < THROTTLE_KINDS; kind++) {
		assert_int_equal(throttle_wait(*state, kind, who, 1000), 0);
		assert_true(spend(*state, kind, who, 1000) > 0);
		assert_true(throttle_wait(*state, kind, who, 1000) > 0);
		assert_true(throttle_name(kind)[0] != '\0');
	}
}

static void it_tells_how_long_to_wait_and_holds_to_it(void **state)
{
	const struct addr from = address("192.0.2.1", 0);
	const struct throttle_who who = {.from = &from};
	int64_t now = 5, wait;
	int burst = spend(*state, THROTTLE_STREAM, who, now);

	wait = throttle_wait(*state, THROTTLE_STREAM, who, now);
	assert_true(wait > 0);
	assert_int_equal(throttle_take(*state, THROTTLE_STREAM, who, now + wait - 1), 1);
	/* to ask in vain costs nothing */
	assert_int_equal(throttle_wait(*state, THROTTLE_STREAM, who, now), wait);
	assert_int_equal(spend(*state, THROTTLE_STREAM, who, now + wait), 1);
	/* one more for each span, and never more than at first */
	assert_int_equal(spend(*state, THROTTLE_STREAM, who, now + 4 * wait), 3);
	assert_int_equal(spend(*state, THROTTLE_STREAM, who, now + 24 * HOUR), burst);
}

static void looking_counts_nothing(void **state)
{
	const struct addr from = address("192.0.2.1", 0);
	const struct throttle_who who = {.from = &from};

	for (int i = 0; i < ENOUGH; i++)
		assert_int_equal(throttle_wait(*state, THROTTLE_STREAM, who, 1), 0);
}

static void what_was_right_is_given_back(void **state)
{
	const struct addr from = address("192.0.2.1", 0);
	const struct throttle_who who = {.from = &from};
	int burst;

	for (int i = 0; i < ENOUGH; i++) {
		assert_int_equal(throttle_take(*state, THROTTLE_LINK, who, 1), 0);
		throttle_give(*state, THROTTLE_LINK, who, 1);
	}
	burst = spend(*state, THROTTLE_LINK, who, 1);
	throttle_give(*state, THROTTLE_LINK, who, 1);
	assert_int_equal(spend(*state, THROTTLE_LINK, who, 1), 1);
	/* no credit beyond a full bucket, nor for what nobody took */
	for (int i = 0; i < ENOUGH; i++)
		throttle_give(*state, THROTTLE_LINK, who, 24 * HOUR);
	assert_int_equal(spend(*state, THROTTLE_LINK, who, 24 * HOUR), burst);
	throttle_give(*state, THROTTLE_STREAM, who, 1);
	assert_true(spend(*state, THROTTLE_STREAM, who, 1) > 0);
}

static void addresses_are_told_apart_as_customers_are(void **state)
{
	int burst = spend_ip(*state, "192.0.2.1", 1);
	const struct addr port = address("192.0.2.1", 4711);

	assert_true(throttle_wait(
			    *state, THROTTLE_STREAM, (struct throttle_who){.from = &port}, 1) > 0);
	assert_int_equal(spend_ip(*state, "::ffff:192.0.2.1", 1), 0);
	assert_int_equal(spend_ip(*state, "192.0.2.2", 1), burst);
	assert_int_equal(spend_ip(*state, "2001:db8:1:2::1", 1), burst);
	assert_int_equal(spend_ip(*state, "2001:db8:1:2:ffff::7", 1), 0);
	assert_int_equal(spend_ip(*state, "2001:db8:1:3::1", 1), burst);
}

static void subjects_are_told_apart(void **state)
{
	const struct addr one = address("192.0.2.1", 0), two = address("192.0.2.2", 0);
	struct throttle_who who[] = {
		{&one, "ana"},
		{&one, "ben"},
		{&two, "ana"},
		{NULL, "ana"},
		{&one, NULL},
		{&one, ""},
	};
	int burst = spend(*state, THROTTLE_LINK, who[0], 1);

	for (size_t i = 1; i < sizeof(who) / sizeof(who[0]); i++)
		assert_int_equal(spend(*state, THROTTLE_LINK, who[i], 1), burst);
}

static void kinds_do_not_touch_one_another(void **state)
{
	const struct addr from = address("192.0.2.1", 0);
	const struct throttle_who who = {.from = &from};

	spend(*state, THROTTLE_STREAM, who, 1);
	throttle_trust(*state, THROTTLE_STREAM, who, 1);
	assert_int_equal(throttle_wait(*state, THROTTLE_LINK, who, 1), 0);
	assert_false(throttle_trusts(*state, THROTTLE_LINK, who, 1));
}

static void trust_is_of_a_pair_and_ends(void **state)
{
	const struct addr one = address("192.0.2.1", 0), two = address("192.0.2.2", 0);
	const struct throttle_who who = {&one, "token"};

	assert_false(throttle_trusts(*state, THROTTLE_STREAM, who, 1));
	throttle_trust(*state, THROTTLE_STREAM, who, 1);
	assert_true(throttle_trusts(*state, THROTTLE_STREAM, who, THROTTLE_TRUST_MS));
	assert_false(throttle_trusts(*state, THROTTLE_STREAM, who, 1 + THROTTLE_TRUST_MS));
	assert_false(
		throttle_trusts(*state, THROTTLE_STREAM, (struct throttle_who){&one, "tokem"}, 1));
	assert_false(
		throttle_trusts(*state, THROTTLE_STREAM, (struct throttle_who){&two, "token"}, 1));
	throttle_trust(*state, THROTTLE_STREAM, who, 500);
	assert_true(throttle_trusts(*state, THROTTLE_STREAM, who, 400 + THROTTLE_TRUST_MS));
}

static void fail_once(struct throttle *throttle, enum throttle_kind kind, unsigned i)
{
	char subject[16];

	snprintf(subject, sizeof(subject), "%u", i);
	throttle_take(throttle, kind, (struct throttle_who){.subject = subject}, 1);
}

static void the_longest_unused_makes_way(void **state)
{
	const struct throttle_who early = {.subject = "early"}, kept = {.subject = "kept"};
	int burst = spend(*state, THROTTLE_LINK, early, 1);

	spend(*state, THROTTLE_LINK, kept, 1);
	for (unsigned i = 0; i < THROTTLE_ENTRIES - 2; i++)
		fail_once(*state, THROTTLE_LINK, i);
	assert_true(throttle_wait(*state, THROTTLE_LINK, early, 1) > 0);
	assert_true(throttle_take(*state, THROTTLE_LINK, kept, 1) > 0); /* used, though refused */
	for (unsigned i = 0; i < THROTTLE_ENTRIES / 2; i++)
		fail_once(*state, THROTTLE_STREAM, i);
	assert_true(throttle_wait(*state, THROTTLE_LINK, early, 1) > 0); /* another kind's */
	fail_once(*state, THROTTLE_LINK, THROTTLE_ENTRIES);
	assert_int_equal(throttle_wait(*state, THROTTLE_LINK, early, 1), 0);
	assert_true(throttle_wait(*state, THROTTLE_LINK, kept, 1) > 0);
	/* and whoever made way begins anew, in a table that still finds everybody */
	for (unsigned i = 0; i < 3 * THROTTLE_ENTRIES; i++)
		fail_once(*state, THROTTLE_LINK, i);
	assert_int_equal(spend(*state, THROTTLE_LINK, early, 1), burst);
	assert_true(throttle_wait(*state, THROTTLE_LINK, early, 1) > 0);
}

static void it_tells_the_log_once_a_minute(void **state)
{
	assert_true(throttle_tells(*state, THROTTLE_STREAM, 7));
	assert_false(throttle_tells(*state, THROTTLE_STREAM, 7 + 59999));
	assert_true(throttle_tells(*state, THROTTLE_LINK, 8));
	assert_true(throttle_tells(*state, THROTTLE_STREAM, 7 + 60000));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_kind_has_a_limit_and_a_name),
		CASE(it_tells_how_long_to_wait_and_holds_to_it),
		CASE(looking_counts_nothing),
		CASE(what_was_right_is_given_back),
		CASE(addresses_are_told_apart_as_customers_are),
		CASE(subjects_are_told_apart),
		CASE(kinds_do_not_touch_one_another),
		CASE(trust_is_of_a_pair_and_ends),
		CASE(the_longest_unused_makes_way),
		CASE(it_tells_the_log_once_a_minute),
	};

	throttle_destroy(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
