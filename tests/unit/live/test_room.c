/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "room_calls.h"

static struct room *open_room(enum room_policy policy)
{
	struct room_config config = {.policy = policy};
	struct room *room;

	assert_int_equal(room_create(&config, now, &room), 0);
	assert_int_equal(enter(room, "ana", ROOM_INSTRUCTOR), 0);
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), 0);
	assert_int_equal(enter(room, "eva", ROOM_TRAINEE), 0);
	return room;
}

static void the_first_host_opens_the_class(void **state)
{
	struct room_config config = {.policy = ROOM_RECORD_ALWAYS};
	struct room *room;

	(void)state;
	assert_int_equal(room_create(&config, now, &room), 0);
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), 0);
	assert_int_equal(room_info(room)->state, ROOM_WAITING);
	assert_null(effect(room, ROOM_EFFECT_ROOM, NULL));
	assert_int_equal(room_media(room, "jan", MIC, now), -EPERM);
	assert_int_equal(enter(room, "ana", ROOM_INSTRUCTOR), 0);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	assert_non_null(effect(room, ROOM_EFFECT_ROOM, NULL));
	assert_true(effect(room, ROOM_EFFECT_RECORD, NULL)->u.on);
	assert_non_null(note(room, ROOM_NOTE_JOIN, "jan"));
	assert_non_null(note(room, ROOM_NOTE_JOIN, "ana"));
	room_destroy(room);
}

static void trainees_need_the_floor(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);

	(void)state;
	assert_int_equal(room_media(room, "jan", MIC, now), -EPERM);
	assert_null(effect(room, ROOM_EFFECT_PERMIT, NULL));
	assert_int_equal(room_hand(room, "jan", NULL, true, now), 0);
	assert_int_equal(room_find(room, "jan")->hand, 1);
	assert_int_equal(room_floor(room, "eva", "jan", MIC, now), -EPERM);
	assert_int_equal(room_floor(room, "ana", "nobody", MIC, now), -ENOENT);
	assert_int_equal(room_floor(room, "ana", "jan", MIC, now), 0);
	assert_int_equal(room_find(room, "jan")->hand, 0);
	assert_int_equal(room_media(room, "jan", MIC | CAMERA, now), -EPERM);
	assert_int_equal(room_media(room, "jan", MIC, now), 0);
	assert_int_equal(effect(room, ROOM_EFFECT_PERMIT, "jan")->u.kinds, MIC);
	assert_int_equal(room_floor(room, "ana", "jan", 0, now), 0);
	assert_int_equal(effect(room, ROOM_EFFECT_PERMIT, "jan")->u.kinds, 0);
	assert_int_equal(room_find(room, "jan")->on, 0);
	room_destroy(room);
}

static void hands_keep_their_order(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);

	(void)state;
	assert_int_equal(room_hand(room, "eva", NULL, true, now), 0);
	assert_int_equal(room_hand(room, "jan", NULL, true, now), 0);
	assert_true(room_find(room, "eva")->hand < room_find(room, "jan")->hand);
	assert_int_equal(room_hand(room, "eva", NULL, true, now), 0);
	assert_int_equal(room_effects(room)->count, 0);
	assert_int_equal(room_hand(room, "eva", "jan", false, now), -EPERM);
	assert_int_equal(room_hand(room, "ana", "jan", true, now), -EPERM);
	assert_int_equal(room_hand(room, "ana", "nobody", false, now), -ENOENT);
	assert_int_equal(room_hand(room, "ana", "eva", false, now), 0);
	assert_int_equal(room_find(room, "eva")->hand, 0);
	room_destroy(room);
}

static void muting_takes_the_sound_but_not_the_right(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);

	(void)state;
	room_floor(room, "ana", "jan", MIC, now);
	room_media(room, "jan", MIC, now);
	room_media(room, "ana", MIC, now);
	assert_int_equal(room_mute(room, "jan", "ana", now), -EPERM);
	assert_int_equal(room_mute(room, "ana", "nobody", now), -ENOENT);
	assert_int_equal(room_mute(room, "ana", NULL, now), 0);
	assert_int_equal(effect(room, ROOM_EFFECT_PERMIT, "jan")->u.kinds, 0);
	assert_int_equal(room_find(room, "ana")->on, MIC);
	assert_int_equal(room_media(room, "jan", MIC, now), 0);
	room_destroy(room);
}

static void one_screen_at_a_time(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);

	(void)state;
	room_floor(room, "ana", "jan", ALL, now);
	room_floor(room, "ana", "eva", ALL, now);
	assert_int_equal(room_media(room, "jan", SCREEN, now), 0);
	assert_string_equal(room_stage(room)->slots[STAGE_SCREEN].member, "jan");
	assert_int_equal(room_media(room, "eva", SCREEN, now), -EBUSY);
	assert_int_equal(room_media(room, "ana", SCREEN, now), 0);
	assert_int_equal(room_find(room, "jan")->on, 0);
	assert_non_null(effect(room, ROOM_EFFECT_MEMBER, "jan"));
	assert_string_equal(room_stage(room)->slots[STAGE_SCREEN].member, "ana");
	room_destroy(room);
}

static void a_lost_link_keeps_the_seat(void **state)
{
	struct room *room = open_room(ROOM_RECORD_ALWAYS);
	struct room_person jan = {.id = "jan", .name = "jan", .role = ROOM_TRAINEE};

	(void)state;
	room_floor(room, "ana", "jan", MIC, now);
	room_media(room, "jan", MIC, now);
	room_lose(room, "jan", now);
	assert_false(room_find(room, "jan")->present);
	/* A tick whose time was read before, as when it is the one that found the link dead. */
	room_tick(room, (struct room_time){now.now_us - 1, now.wall_ms});
	assert_non_null(room_find(room, "jan"));
	pass(ROOM_GRACE_US - 1);
	room_tick(room, now);
	assert_int_equal(room_enter(room, &jan, true, now), 0);
	assert_int_equal(room_find(room, "jan")->on, MIC);
	room_lose(room, "jan", now);
	assert_int_equal(room_enter(room, &jan, false, now), 0); /* reloaded: nothing is sent yet */
	assert_int_equal(room_find(room, "jan")->on, 0);
	assert_int_equal(room_find(room, "jan")->may, MIC);
	room_lose(room, "jan", now);
	pass(ROOM_GRACE_US);
	room_tick(room, now);
	assert_null(room_find(room, "jan"));
	assert_non_null(effect(room, ROOM_EFFECT_GONE, "jan"));
	assert_non_null(note(room, ROOM_NOTE_LEAVE, "jan"));
	room_destroy(room);
}

static void who_is_removed_stays_out(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);

	(void)state;
	assert_int_equal(room_remove(room, "eva", "jan", now), -EPERM);
	assert_int_equal(room_remove(room, "ana", "ana", now), -EPERM);
	assert_int_equal(room_remove(room, "ana", "nobody", now), -ENOENT);
	assert_int_equal(room_remove(room, "ana", "jan", now), 0);
	assert_int_equal(effect(room, ROOM_EFFECT_GONE, "jan")->u.reason, ROOM_GONE_REMOVED);
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), -EPERM);
	room_destroy(room);
}

static void the_end_is_the_end(void **state)
{
	struct room *room = open_room(ROOM_RECORD_ALWAYS);

	(void)state;
	room_media(room, "ana", MIC | CAMERA, now);
	assert_int_equal(room_end(room, "jan", now), -EPERM);
	assert_int_equal(room_end(room, "ana", now), 0);
	assert_int_equal(effect(room, ROOM_EFFECT_PERMIT, "ana")->u.kinds, 0);
	assert_false(effect(room, ROOM_EFFECT_RECORD, NULL)->u.on);
	assert_non_null(effect(room, ROOM_EFFECT_ENDED, NULL));
	assert_int_equal(enter(room, "tom", ROOM_TRAINEE), -ESHUTDOWN);
	assert_int_equal(room_media(room, "ana", MIC, now), -EPERM);
	assert_int_equal(room_chat(room, "ana", "hello", now), -EPERM);
	assert_int_equal(room_end(room, "ana", now), -ESHUTDOWN);
	room_destroy(room);
}

static void an_empty_class_ends_by_itself(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);

	(void)state;
	room_leave(room, "ana", now);
	pass(2ULL * ROOM_EMPTY_US);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_OPEN); /* trainees are still there */
	room_leave(room, "jan", now);
	room_leave(room, "eva", now);
	pass(ROOM_EMPTY_US - 1);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	pass(1);
	room_tick(room, now);
	assert_int_equal(room_info(room)->state, ROOM_ENDED);
	room_destroy(room);
}

static void recording_follows_the_policy(void **state)
{
	struct room *room = open_room(ROOM_RECORD_ON_DEMAND);

	(void)state;
	room_media(room, "ana", CAMERA, now);
	assert_int_equal(room_record(room, "jan", true, now), -EPERM);
	assert_int_equal(room_record(room, "ana", true, now), 0);
	assert_true(effect(room, ROOM_EFFECT_RECORD, NULL)->u.on);
	assert_int_equal(note(room, ROOM_NOTE_CAMERA, "ana")->u.note.value, 1);
	assert_int_equal(room_info(room)->recording_since_ms, now.wall_ms);
	room_recording_fault(room, true);
	assert_true(room_info(room)->recording_fault);
	assert_int_equal(room_record(room, "ana", false, now), 0);
	assert_false(effect(room, ROOM_EFFECT_RECORD, NULL)->u.on);
	assert_false(room_info(room)->recording_fault);
	assert_int_equal(room_hand(room, "jan", NULL, true, now), 0);
	assert_null(note(room, ROOM_NOTE_HAND, "jan"));
	room_destroy(room);
	room = open_room(ROOM_RECORD_NEVER);
	assert_int_equal(room_record(room, "ana", true, now), -EPERM);
	room_destroy(room);
}

static void a_class_goes_on_after_a_restart(void **state)
{
	struct room_config config = {.policy = ROOM_RECORD_ALWAYS, .opened_at_ms = 5};
	struct room *room;

	(void)state;
	assert_int_equal(room_create(&config, now, &room), 0);
	assert_int_equal(room_info(room)->state, ROOM_OPEN);
	assert_int_equal(room_info(room)->opened_at_ms, 5);
	assert_true(effect(room, ROOM_EFFECT_RECORD, NULL)->u.on);
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), 0);
	assert_non_null(note(room, ROOM_NOTE_JOIN, "jan"));
	room_destroy(room);
}

static void the_lead_is_an_instructor(void **state)
{
	struct room_config config = {.policy = ROOM_RECORD_NEVER};
	struct room *room;

	(void)state;
	assert_int_equal(room_create(&config, now, &room), 0);
	enter(room, "coo", ROOM_COORDINATOR);
	assert_string_equal(effect(room, ROOM_EFFECT_RESERVE, NULL)->member, "coo");
	room_media(room, "coo", CAMERA, now);
	assert_string_equal(room_stage(room)->slots[STAGE_LEAD].member, "coo");
	enter(room, "ana", ROOM_INSTRUCTOR);
	assert_string_equal(effect(room, ROOM_EFFECT_RESERVE, NULL)->member, "ana");
	assert_string_equal(room_stage(room)->slots[STAGE_LEAD].member, "");
	assert_string_equal(room_stage(room)->slots[STAGE_REST].member, "coo");
	enter(room, "ben", ROOM_INSTRUCTOR);
	assert_null(effect(room, ROOM_EFFECT_RESERVE, NULL));
	room_leave(room, "ana", now);
	assert_string_equal(effect(room, ROOM_EFFECT_RESERVE, NULL)->member, "ben");
	room_leave(room, "ben", now);
	room_leave(room, "coo", now);
	assert_string_equal(effect(room, ROOM_EFFECT_RESERVE, NULL)->member, "");
	room_destroy(room);
}

static void a_speaker_holds_for_a_second(void **state)
{
	struct room *room = open_room(ROOM_RECORD_ALWAYS);

	(void)state;
	room_heard(room, "jan", now);
	pass(ROOM_SPEAKER_US / 2);
	room_tick(room, now);
	assert_null(note(room, ROOM_NOTE_SPEAKER, "jan"));
	room_heard(room, NULL, now);
	room_heard(room, "eva", now);
	pass(ROOM_SPEAKER_US);
	room_tick(room, now);
	assert_non_null(note(room, ROOM_NOTE_SPEAKER, "eva"));
	pass(ROOM_SPEAKER_US);
	room_tick(room, now);
	assert_null(note(room, ROOM_NOTE_SPEAKER, "eva"));
	room_destroy(room);
}

static void a_class_holds_so_many(void **state)
{
	struct room *room = open_room(ROOM_RECORD_NEVER);
	char id[16];

	(void)state;
	for (int i = 0; i < LECTERN_MAX_ROOM_PEERS - 3; i++) {
		snprintf(id, sizeof(id), "p%d", i);
		assert_int_equal(enter(room, id, ROOM_TRAINEE), 0);
	}
	assert_int_equal(enter(room, "more", ROOM_TRAINEE), -ENOSPC);
	assert_int_equal(enter(room, "jan", ROOM_TRAINEE), 0);
	assert_int_equal(room_end(room, "ana", now), 0);
	room_destroy(room);
}

/*
 * Random messages of three roles. A model of what may be forwarded is kept from the effects alone,
 * as the engine would; after every call it is held against the rules.
 */
enum { PEOPLE = 14, STEPS = 60000 };

struct world {
	struct room *room;
	char ids[PEOPLE][8];
	enum room_role roles[PEOPLE];
	unsigned permitted[PEOPLE];
	unsigned granted[PEOPLE]; /* by a host, as the test asked for it */
	bool recording, ended;
	uint64_t seed;
};

static unsigned roll(struct world *w, unsigned sides)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->seed >> 33) % sides;
}

static int index_of(const struct world *w, const char *id)
{
	for (int i = 0; i < PEOPLE; i++) {
		if (strcmp(w->ids[i], id) == 0)
			return i;
	}
	fail_msg("nobody is called \"%s\"", id);
	return -1;
}

static void take_effects(struct world *w)
{
	const struct room_effects *effects = room_effects(w->room);

	for (size_t i = 0; i < effects->count; i++) {
		const struct room_effect *one = &effects->items[i];

		assert_false(w->ended);
		if (one->type == ROOM_EFFECT_PERMIT)
			w->permitted[index_of(w, one->member)] = one->u.kinds;
		else if (one->type == ROOM_EFFECT_GONE)
			assert_int_equal(w->permitted[index_of(w, one->member)], 0);
		else if (one->type == ROOM_EFFECT_RECORD)
			w->recording = one->u.on;
		else if (one->type == ROOM_EFFECT_NOTE)
			assert_true(w->recording);
		else if (one->type == ROOM_EFFECT_ENDED)
			w->ended = true;
	}
}

static void check_world(const struct world *w)
{
	int screens = 0;

	for (int i = 0; i < PEOPLE; i++) {
		const struct member *member = room_find(w->room, w->ids[i]);

		if (!member || w->ended)
			assert_int_equal(w->permitted[i], 0);
		else
			assert_int_equal(w->permitted[i], member->on);
		if (w->roles[i] == ROOM_TRAINEE)
			assert_int_equal(w->permitted[i] & ~w->granted[i], 0);
		screens += (w->permitted[i] & SCREEN) != 0;
	}
	assert_true(screens <= 1);
	for (size_t i = 0; i < room_count(w->room); i++) {
		const struct member *member = room_at(w->room, i);

		if (member->lobby)
			assert_true(!member_is_host(member) && !member->on && !member->hand);
		else if (room_info(w->room)->state == ROOM_WAITING)
			assert_true(member_is_host(member));
	}
	if (room_info(w->room)->state != ROOM_OPEN)
		assert_false(w->recording);
	for (unsigned i = 0; i < LECTERN_VIDEO_SLOTS; i++) {
		const struct stage_slot *slot = &room_stage(w->room)->slots[i];

		if (slot->member[0])
			assert_true(w->permitted[index_of(w, slot->member)] &
				    LECTERN_KIND_BIT(slot->kind));
	}
}

static void floor_step(struct world *w, const char *a, const char *b)
{
	unsigned kinds = roll(w, 8);

	if (room_floor(w->room, a, b, kinds, now) < 0)
		return;
	assert_int_not_equal(w->roles[index_of(w, a)], ROOM_TRAINEE);
	w->granted[index_of(w, b)] = kinds;
}

static void step(struct world *w)
{
	int who = (int)roll(w, PEOPLE);
	const char *a = w->ids[who], *b = w->ids[roll(w, PEOPLE)];
	struct room_person person = {.id = a, .name = a, .role = w->roles[who]};

	switch (roll(w, 17)) {
	case 0 ... 2:
		if (!room_find(w->room, a) && room_enter(w->room, &person, false, now) == 0)
			w->granted[who] = 0;
		break;
	case 3:
		room_enter(w->room, &person, roll(w, 2), now);
		break;
	case 4 ... 7:
		room_media(w->room, a, roll(w, 8), now);
		break;
	case 8 ... 9:
		floor_step(w, a, b);
		break;
	case 10:
		room_hand(w->room, a, roll(w, 2) ? b : NULL, roll(w, 2), now);
		break;
	case 11:
		room_mute(w->room, a, roll(w, 2) ? b : NULL, now);
		break;
	case 12:
		roll(w, 2) ? room_lose(w->room, a, now) : room_heard(w->room, a, now);
		break;
	case 13:
		room_record(w->room, a, roll(w, 2), now);
		break;
	case 14:
		pass(roll(w, 3000000));
		room_tick(w->room, now);
		break;
	case 15:
		roll(w, 8) ? room_admit(w->room, a, roll(w, 2) ? b : NULL, now)
			   : room_begin(w->room, a, now);
		break;
	case 16:
		if (roll(w, 400) == 0)
			room_end(w->room, a, now);
		else if (roll(w, 200) == 0)
			room_remove(w->room, a, b, now);
		else if (roll(w, 3) == 0)
			room_leave(w->room, a, now);
		else
			room_chat(w->room, a, "hello", now);
		break;
	}
}

static void no_sequence_breaks_the_rules(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct world w = {.seed = seed};
		struct room_config config = {
			.policy = (enum room_policy)(seed % 3),
			.approval = seed % 4 < 2,
			.starts_at_ms = now.wall_ms + (int64_t)(seed % 5) * 60000,
			.ends_at_ms = now.wall_ms + 3600000,
		};

		for (int i = 0; i < PEOPLE; i++) {
			snprintf(w.ids[i], sizeof(w.ids[i]), "p%d", i);
			w.roles[i] = i == 0   ? ROOM_INSTRUCTOR
				     : i == 1 ? ROOM_COORDINATOR
					      : ROOM_TRAINEE;
		}
		print_message("seed %d\n", (int)seed);
		assert_int_equal(room_create(&config, now, &w.room), 0);
		for (int i = 0; i < STEPS / 40; i++) {
			step(&w);
			take_effects(&w);
			check_world(&w);
		}
		room_destroy(w.room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_host_opens_the_class),
		cmocka_unit_test(trainees_need_the_floor),
		cmocka_unit_test(hands_keep_their_order),
		cmocka_unit_test(muting_takes_the_sound_but_not_the_right),
		cmocka_unit_test(one_screen_at_a_time),
		cmocka_unit_test(a_lost_link_keeps_the_seat),
		cmocka_unit_test(who_is_removed_stays_out),
		cmocka_unit_test(the_end_is_the_end),
		cmocka_unit_test(an_empty_class_ends_by_itself),
		cmocka_unit_test(recording_follows_the_policy),
		cmocka_unit_test(a_class_goes_on_after_a_restart),
		cmocka_unit_test(the_lead_is_an_instructor),
		cmocka_unit_test(a_speaker_holds_for_a_second),
		cmocka_unit_test(a_class_holds_so_many),
		cmocka_unit_test(no_sequence_breaks_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
