/* SPDX-License-Identifier: MIT */
/* The engine from outside: commands and events as signalling has them, members over UDP. */
#include "tests/unit/engine/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void a_moved_client_is_followed_and_a_restart_too(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	uint32_t sound = params_slot_ssrc(1, false, 0);
	unsigned answered;

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	UNTIL(f, scene_count_of(b, sound) >= 5, scene_send_mic(a, 20));
	assert_int_equal(client_move(b->client), 0);
	b->kept_count = 0;
	UNTIL(f, scene_count_of(b, sound) >= 5, scene_send_mic(a, 20));
	client_restart(b->client, "srv-again", "server-password-once-more");
	assert_int_equal(lectern_engine_peer_restart(f->engine, b->id, "srv-again",
				 "server-password-once-more", client_ufrag(b->client),
				 client_pwd(b->client)),
		0);
	answered = client_checks_answered(b->client);
	assert_int_equal(client_move(b->client), 0);
	b->kept_count = 0;
	UNTIL(f, client_checks_answered(b->client) > answered && scene_count_of(b, sound) >= 5,
		scene_send_mic(a, 20));
	assert_int_equal(
		lectern_engine_peer_restart(f->engine, b->id, "x", "y", "z", "w"), -EINVAL);
}

/* A new binding of a NAT: the next packet after the check goes there. */
static void the_packet_after_a_check_goes_where_it_came_from(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	uint32_t sound = params_slot_ssrc(1, false, 0);

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	UNTIL(f, scene_count_of(b, sound) >= 5, scene_send_mic(a, 20));
	for (unsigned i = 0; i < 3; i++) {
		unsigned answered;

		assert_int_equal(client_move(b->client), 0);
		answered = client_checks_answered(b->client);
		UNTIL(f, client_checks_answered(b->client) > answered, (void)0);
		b->kept_count = 0;
		scene_send_mic(a, 20);
		UNTIL(f, scene_count_of(b, sound) == 1, (void)0);
	}
}

static void streams_end_with_a_bye(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	uint32_t sound = params_slot_ssrc(1, false, 0);
	const uint8_t bye[] = {0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 0};
	uint32_t ssrc = params_up_ssrc(0, LECTERN_MIC);
	uint8_t packet[sizeof(bye)];

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	UNTIL(f, scene_count_of(b, sound) >= 5 && a->flowing[LECTERN_MIC], scene_send_mic(a, 20));
	/* of a member: told at once, long before its silence would be */
	memcpy(packet, bye, sizeof(bye));
	for (unsigned i = 0; i < 4; i++)
		packet[12 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	assert_int_equal(client_send_rtcp(a->client, packet, sizeof(packet)), 0);
	UNTIL(f, !a->flowing[LECTERN_MIC], (void)0);
	UNTIL(f, a->flowing[LECTERN_MIC], scene_send_mic(a, 20)); /* and begins again */
	/* of ours: the one stream that had anything */
	lectern_engine_peer_remove(f->engine, b->id);
	UNTIL(f, client_over(b->client), scene_send_mic(a, 20));
	assert_int_equal(b->byes, 1);
}

static void who_is_not_the_one_of_the_offer_gets_nothing(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *stranger = &f->members[1], *nameless = &f->members[2];
	const struct lectern_endpoint *endpoint;
	struct lectern_peer_params params;

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	/* the right ICE credentials, but another certificate */
	assert_int_equal(
		client_create(&(struct client_config){.on_rtp = scene_on_rtp, .arg = stranger},
			&stranger->client),
		0);
	params_init(&params, stranger->client, 1, f->room);
	memset(params.remote_fingerprint, 'A', 2);
	memset(params.remote_fingerprint + 3, 'B', 2);
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &stranger->id), 0);
	endpoint = lectern_engine_peer_endpoint(f->engine, stranger->id);
	client_connect(stranger->client, endpoint->candidates[0].address,
		endpoint->candidates[0].port, params.local_ufrag, params.local_pwd,
		endpoint->fingerprint);
	UNTIL(f, stranger->state == LECTERN_PEER_FAILED, scene_send_mic(a, 20));
	UNTIL(f, client_over(stranger->client), scene_send_mic(a, 20));
	/* a wrong password: not a byte comes back, while another is served */
	scene_add(f, nameless, (struct client_config){0});
	endpoint = lectern_engine_peer_endpoint(f->engine, nameless->id);
	client_connect(nameless->client, endpoint->candidates[0].address,
		endpoint->candidates[0].port, "srv00002", "not-the-password-of-00002",
		endpoint->fingerprint);
	for (unsigned i = client_checks_answered(a->client);
		client_checks_answered(a->client) < i + 3;)
		scene_turn(f, 10);
	assert_int_equal(client_datagrams(nameless->client), 0);
	assert_int_equal(stranger->kept_count, 0);
}

static void two_rooms_are_spread_and_do_not_meet(void **state)
{
	struct fixture *f = *state;
	const struct lectern_endpoint *first, *second;
	lectern_id first_room = f->room;
	struct member *a, *b;

	a = scene_join(f, 0, (struct client_config){0});
	first = lectern_engine_peer_endpoint(f->engine, a->id);
	assert_int_equal(lectern_engine_room_open(f->engine, &f->room), 0);
	b = scene_join(f, 1, (struct client_config){0});
	second = lectern_engine_peer_endpoint(f->engine, b->id);
	if (scene_workers() > 1)
		assert_true(first->candidates[0].port != second->candidates[0].port);
	assert_string_equal(first->fingerprint, second->fingerprint);
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	UNTIL(f, a->flowing[LECTERN_CAMERA], scene_send_camera(a, true));
	assert_int_equal(b->kept_count, 0);
	lectern_engine_room_close(f->engine, first_room);
	assert_null(lectern_engine_peer_endpoint(f->engine, a->id));
	UNTIL(f, client_over(a->client), ); /* close_notify */
	assert_false(client_over(b->client));
}

static uint16_t port_of(struct fixture *f, lectern_id peer)
{
	return lectern_engine_peer_endpoint(f->engine, peer)->candidates[0].port;
}

static void only_watch(struct lectern_peer_params *params)
{
	params->sections[0] = params->sections[LECTERN_KINDS]; /* one audio slot ... */
	params->sections[1] =
		params->sections[LECTERN_KINDS + LECTERN_AUDIO_SLOTS]; /* and a video one */
	params->section_count = 2;
}

/* One who takes part weighs as much as several who watch. */
static void peers_go_where_least_is_to_do(void **state)
{
	struct fixture *f = *state;
	struct lectern_peer_params params;
	lectern_id whole, watching;
	uint16_t port;

	assert_int_equal(client_create(&(struct client_config){0}, &f->members[0].client), 0);
	params_init(&params, f->members[0].client, 0, f->room);
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &whole), 0);
	port = port_of(f, whole);
	only_watch(&params);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(params.local_ufrag, sizeof(params.local_ufrag), "watch%u", i);
		assert_int_equal(lectern_engine_peer_add(f->engine, &params, &watching), 0);
		if (scene_workers() > 1)
			assert_int_not_equal(port_of(f, watching), port);
	}
	/* and when that one goes, there is room */
	lectern_engine_peer_remove(f->engine, whole);
	assert_null(lectern_engine_peer_endpoint(f->engine, whole));
	snprintf(params.local_ufrag, sizeof(params.local_ufrag), "watch-last");
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &watching), 0);
	assert_int_equal(port_of(f, watching), port);
}

static void dead_ids_are_harmless(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct lectern_peer_params params;
	lectern_id id;

	params_init(&params, a->client, 7, f->room);
	lectern_engine_peer_remove(f->engine, a->id);
	lectern_engine_peer_remove(f->engine, a->id);
	lectern_engine_peer_permit(f->engine, a->id, 7);
	lectern_engine_slot_show(f->engine, a->id, 0, a->id, LECTERN_CAMERA);
	lectern_engine_slot_limit(f->engine, a->id, 99, 0);
	assert_int_equal(lectern_engine_peer_restart(f->engine, a->id, "abcd",
				 "0123456789012345678901", "abcd", "0123456789012345678901"),
		-ENOENT);
	UNTIL(f, client_over(a->client), );
	lectern_engine_room_close(f->engine, f->room);
	lectern_engine_room_close(f->engine, f->room);
	lectern_engine_room_reserve(f->engine, f->room, 1);
	lectern_engine_room_record(f->engine, f->room, "x/y");
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &id), -ENOENT);
	lectern_engine_destroy(NULL);
}

static void links_are_told_every_two_seconds(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});

	UNTIL(f, a->links >= 2 && a->up_bps > 0, scene_send_camera(a, false));
	lectern_engine_peer_remove(f->engine, a->id);
}

static void a_port_in_use_is_an_error_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct lectern_engine_config config = {
		.workers = 1,
		.bind_address = "127.0.0.1",
		.port = lectern_engine_peer_endpoint(f->engine, a->id)->candidates[0].port,
		.wake = scene_on_wake,
		.wake_arg = &f->wake_fd,
	};
	struct lectern_engine *engine = NULL;

	assert_int_equal(lectern_engine_create(&config, &engine), -EADDRINUSE);
	config.port = 0;
	config.bind_address = "nonsense";
	assert_int_equal(lectern_engine_create(&config, &engine), -EINVAL);
	assert_null(engine);
}

static void a_room_is_destroyed_in_full_flow(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});

	lectern_engine_peer_permit(f->engine, a->id, 7);
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	UNTIL(f, scene_count_of(b, params_slot_ssrc(1, true, 0)) >= 5,
		(scene_send_mic(a, 9), scene_film(a)));
	for (unsigned i = 0; i < 100; i++) {
		scene_send_mic(a, 9);
		scene_film(a);
	}
	/* tear_down destroys the engine while packets, taps and slots hold on to each other */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_moved_client_is_followed_and_a_restart_too),
		TEST(the_packet_after_a_check_goes_where_it_came_from),
		TEST(streams_end_with_a_bye),
		TEST(who_is_not_the_one_of_the_offer_gets_nothing),
		TEST(two_rooms_are_spread_and_do_not_meet),
		TEST(peers_go_where_least_is_to_do),
		TEST(dead_ids_are_harmless),
		TEST(links_are_told_every_two_seconds),
		TEST(a_port_in_use_is_an_error_at_the_start),
		TEST(a_room_is_destroyed_in_full_flow),
	};

	return SCENE_RUN(tests);
}
