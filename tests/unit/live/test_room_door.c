/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>

#include <cmocka.h>

#include "room_calls.h"

static struct room *planned_room(bool approval)
{
	struct room_config config = {
		.policy = ROOM_RECORD_ALWAYS,
		.starts_at_ms = now.wall_ms + 600 * 1000,
		.ends_at_ms = now.wall_ms + 1200 * 1000,
		.approval = approval,
	};
	struct room *room;

	assert_int_equal(room_create(&config, now, &room), 0);
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), 0);
	assert_int_equal(enter(room, "ana", ROOM_INSTRUCTOR), 0);
	return room;
}

static void hosts_prepare_while_others_wait(void **state)
{
	struct room *room = planned_room(false);

	(void)state;
	assert_int_equal(room_info(room)->state, ROOM_WAITING);
	assert_true(room_find(room, "jan")->lobby);
	assert_false(room_find(room, "ana")->lobby);
	assert_int_equal(room_media(room, "ana", MIC | SCREEN, now), 0);
	assert_int_equal(effect(room, ROOM_EFFECT_PERMIT, "ana")->u.kinds, MIC | SCREEN);
	assert_null(effect(room, ROOM_EFFECT_RECORD, NULL));
	assert_int_equal(room_chat(room, "jan", "early", now), -EPERM);
	assert_int_equal(room_hand(room, "jan", NULL, true, now), -EPERM);
	room_destroy(room);
}

static void a_class_begins_at_its_time(void **state)
{
	struct room *room = planned_room(false);

	(void)state;
	pass(599 * 1000000ULL);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_WAITING);
	pass(1000000);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	assert_false(room_find(room, "jan")->lobby);
	assert_non_null(effect(room, ROOM_EFFECT_MEMBER, "jan"));
	assert_true(effect(room, ROOM_EFFECT_RECORD, NULL)->u.on);
	assert_non_null(note(room, ROOM_NOTE_JOIN, "jan"));
	room_destroy(room);
}

static void a_host_begins_before_the_time(void **state)
{
	struct room *room = planned_room(false);

	(void)state;
	assert_int_equal(room_begin(room, "jan", now), -EPERM);
	assert_int_equal(room_begin(room, "ana", now), 0);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	assert_int_equal(room_info(room)->opened_at_ms, now.wall_ms);
	assert_false(room_find(room, "jan")->lobby);
	assert_int_equal(room_begin(room, "ana", now), 0);
	assert_int_equal(enter(room, "eva", ROOM_TRAINEE), 0);
	assert_false(room_find(room, "eva")->lobby);
	room_destroy(room);
}

static void nothing_begins_without_a_host(void **state)
{
	struct room *room = planned_room(false);

	(void)state;
	room_leave(room, "ana", now);
	pass(700 * 1000000ULL);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_WAITING);
	assert_int_equal(enter(room, "ana", ROOM_INSTRUCTOR), 0);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	room_destroy(room);
}

static void with_approval_each_is_let_in_once(void **state)
{
	struct room *room = planned_room(true);
	struct room_person stream = {"stream", "stream", ROOM_TRAINEE, .admitted = true};

	(void)state;
	assert_int_equal(room_admit(room, "ana", "jan", now), -EBUSY);
	assert_int_equal(room_begin(room, "ana", now), 0);
	assert_true(room_find(room, "jan")->lobby);
	assert_null(note(room, ROOM_NOTE_JOIN, "jan"));
	assert_int_equal(enter(room, "eva", ROOM_GUEST), 0);
	assert_true(room_find(room, "eva")->lobby);
	assert_int_equal(room_admit(room, "jan", "eva", now), -EPERM);
	assert_int_equal(room_admit(room, "ana", "nobody", now), -ENOENT);
	assert_int_equal(room_admit(room, "ana", "jan", now), 0);
	assert_false(room_find(room, "jan")->lobby);
	assert_non_null(note(room, ROOM_NOTE_JOIN, "jan"));
	room_leave(room, "jan", now);
	assert_non_null(note(room, ROOM_NOTE_LEAVE, "jan"));
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), 0);
	assert_false(room_find(room, "jan")->lobby);
	room_leave(room, "eva", now);
	assert_null(note(room, ROOM_NOTE_LEAVE, "eva"));
	assert_int_equal(enter(room, "eva", ROOM_GUEST), 0);
	assert_int_equal(room_admit(room, "ana", NULL, now), 0);
	assert_false(room_find(room, "eva")->lobby);
	assert_int_equal(room_enter(room, &stream, false, now), 0);
	assert_false(room_find(room, "stream")->lobby);
	room_destroy(room);
}

static void a_class_runs_over_but_not_without_a_host(void **state)
{
	struct room *room = planned_room(false);

	(void)state;
	assert_int_equal(room_begin(room, "ana", now), 0);
	pass(3000 * 1000000ULL);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	room_leave(room, "ana", now);
	pass(ROOM_HOSTLESS_US - 1);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	pass(1);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_ENDED);
	assert_non_null(effect(room, ROOM_EFFECT_ENDED, NULL));
	room_destroy(room);
}

static void before_its_end_a_class_waits_for_its_host(void **state)
{
	struct room *room = planned_room(false);

	(void)state;
	assert_int_equal(room_begin(room, "ana", now), 0);
	room_leave(room, "ana", now);
	pass(900 * 1000000ULL);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	room_destroy(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_prepare_while_others_wait),
		cmocka_unit_test(a_class_begins_at_its_time),
		cmocka_unit_test(a_host_begins_before_the_time),
		cmocka_unit_test(nothing_begins_without_a_host),
		cmocka_unit_test(with_approval_each_is_let_in_once),
		cmocka_unit_test(a_class_runs_over_but_not_without_a_host),
		cmocka_unit_test(before_its_end_a_class_waits_for_its_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
