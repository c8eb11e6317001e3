/* SPDX-License-Identifier: MIT */
/* The same call over UDP and TCP, IPv4 and IPv6, and from one to another. */
#include "tests/unit/engine/scene.h"

#include <stdio.h>

static const struct client_config over_udp, over_tcp = {.tcp = true};

/* `from` may send what `to` is shown: picture in slot 1. Member 0 has the reserved voice. */
static void let_see(struct fixture *f, const struct member *from, const struct member *to)
{
	lectern_engine_peer_permit(f->engine, from->id,
		LECTERN_KIND_BIT(LECTERN_MIC) | LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_room_reserve(f->engine, f->room, f->members[0].id);
	lectern_engine_slot_show(f->engine, to->id, 1, from->id, LECTERN_CAMERA);
}

static bool sees(const struct member *to, unsigned least)
{
	return scene_count_of(to, params_slot_ssrc(to->number, true, 1)) >= least;
}

static bool hears(const struct member *to, unsigned least)
{
	return scene_count_of(to, params_slot_ssrc(to->number, false, !to->number)) >= least;
}

static void send_all(struct member *a, struct member *b)
{
	scene_send_mic(a, 20);
	scene_send_mic(b, 20);
	scene_film(a);
	scene_film(b);
}

static void hold_a_call(struct fixture *f, struct client_config one, struct client_config other)
{
	struct member *a = scene_join(f, 0, one), *b = scene_join(f, 1, other);

	let_see(f, a, b);
	let_see(f, b, a);
	UNTIL(f, sees(a, 20) && sees(b, 20) && hears(a, 20) && hears(b, 20), send_all(a, b));
	/* byte for byte */
	scene_seed_of(scene_last_of(b, params_slot_ssrc(1, true, 1)), a, true);
	scene_seed_of(scene_last_of(a, params_slot_ssrc(0, false, 1)), b, false);
}

static void a_call_over_tcp(void **state)
{
	hold_a_call(*state, over_tcp, over_tcp);
}

static void a_call_between_tcp_and_udp(void **state)
{
	hold_a_call(*state, over_tcp, over_udp);
}

static void a_call_over_udp(void **state)
{
	hold_a_call(*state, over_udp, over_udp);
}

static void join_at(struct fixture *f, unsigned number, const char *ip, struct client_config config)
{
	struct member *member = &f->members[number];
	const struct lectern_endpoint *endpoint;
	char ufrag[32], pwd[64];

	scene_add(f, member, config);
	endpoint = lectern_engine_peer_endpoint(f->engine, member->id);
	snprintf(ufrag, sizeof(ufrag), "srv%05u", number);
	snprintf(pwd, sizeof(pwd), "server-password-%08u", number);
	client_connect(member->client, ip, endpoint->candidates[0].port, ufrag, pwd,
		endpoint->fingerprint);
	UNTIL(f, client_connected(member->client) && member->state == LECTERN_PEER_CONNECTED, );
}

/* One port for all four. */
static void a_dual_stack_engine_takes_all(void **state)
{
	struct fixture *f = *state;
	struct member *m = f->members;

	join_at(f, 0, "127.0.0.1", over_udp);
	join_at(f, 1, "::1", over_udp);
	join_at(f, 2, "127.0.0.1", over_tcp);
	join_at(f, 3, "::1", over_tcp);
	for (unsigned i = 1; i < MEMBERS; i++)
		let_see(f, &m[0], &m[i]);
	let_see(f, &m[3], &m[0]);
	UNTIL(f, sees(&m[0], 20) && sees(&m[1], 20) && sees(&m[2], 20) && sees(&m[3], 20),
		send_all(&m[0], &m[3]));
}

static void media_follows_the_nomination(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, over_udp), *b = scene_join(f, 1, over_tcp);
	static const bool ways[] = {false, true, false};

	let_see(f, a, b);
	let_see(f, b, a);
	UNTIL(f, sees(a, 20) && sees(b, 20), send_all(a, b));
	for (unsigned i = 0; i < 3; i++) {
		/* the old way stays open, so that only the check can tell */
		assert_int_equal(client_switch(b->client, ways[i]), 0);
		a->kept_count = b->kept_count = 0;
		UNTIL(f, sees(a, 20) && sees(b, 20) && hears(b, 20), send_all(a, b));
		assert_int_equal(b->state, LECTERN_PEER_CONNECTED);
	}
}

static void a_connection_that_ends_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, over_udp), *b = scene_join(f, 1, over_tcp);
	uint64_t moved_us;

	let_see(f, a, b);
	let_see(f, b, a);
	UNTIL(f, sees(b, 20), send_all(a, b));
	assert_int_equal(client_move(b->client), 0);
	moved_us = clock_now_us();
	a->kept_count = b->kept_count = 0;
	UNTIL(f, sees(b, 1), send_all(a, b));
	assert_true(clock_now_us() - moved_us < 1000000);
	UNTIL(f, sees(a, 20) && sees(b, 20), send_all(a, b));
	/* and by an ICE restart over UDP */
	client_restart(b->client, "srv-again", "server-password-once-more");
	assert_int_equal(lectern_engine_peer_restart(f->engine, b->id, "srv-again",
				 "server-password-once-more", client_ufrag(b->client),
				 client_pwd(b->client)),
		0);
	assert_int_equal(client_switch(b->client, false), 0);
	a->kept_count = b->kept_count = 0;
	UNTIL(f, sees(a, 20) && sees(b, 20), send_all(a, b));
}

static void a_member_who_goes_has_its_connection_closed(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, over_tcp);

	lectern_engine_peer_remove(f->engine, a->id);
	UNTIL(f, client_over(a->client), ); /* close_notify has come through before */
	UNTIL(f, client_ended(a->client), );
}

static void who_is_not_expected_is_closed_without_an_answer(void **state)
{
	struct fixture *f = *state;
	struct member *a = &f->members[0];
	const struct lectern_endpoint *endpoint;

	scene_add(f, a, over_tcp);
	endpoint = lectern_engine_peer_endpoint(f->engine, a->id);
	client_connect(a->client, endpoint->candidates[0].address, endpoint->candidates[0].port,
		"srv00000", "not-the-password-of-00000", endpoint->fingerprint);
	UNTIL(f, client_ended(a->client), );
	assert_int_equal(client_datagrams(a->client), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest each_family[] = {
		TEST(a_call_over_tcp),
		TEST(a_call_between_tcp_and_udp),
		TEST(a_call_over_udp),
	};
	const struct CMUnitTest dual[] = {
		TEST(a_dual_stack_engine_takes_all),
	};
	const struct CMUnitTest moves[] = {
		TEST(media_follows_the_nomination),
		TEST(a_connection_that_ends_is_replaced),
		TEST(a_member_who_goes_has_its_connection_closed),
		TEST(who_is_not_expected_is_closed_without_an_answer),
	};
	int failures = cmocka_run_group_tests_name("IPv4", each_family, NULL, NULL);

	failures += SCENE_RUN(moves);
	scene_use_workers(2);
	scene_use_address("::1");
	failures += cmocka_run_group_tests_name("IPv6", each_family, NULL, NULL);
	scene_use_address("::");
	return failures + cmocka_run_group_tests_name("both", dual, NULL, NULL);
}
