/* SPDX-License-Identifier: MIT */
/* The classroom and its seats. What effects mean is in carry_out.c, media in peers.c. */
#include "signaling/classroom.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/client.h"
#include "signaling/ledger.h"
#include "signaling/live.h"
#include "signaling/whip.h"

#define AREA "class"

/* Without a recorder a class is one that is never recorded, and everybody is told so. */
static enum room_policy policy_of(const struct live *live, const struct session *session)
{
	if (!live->recorder || session->policy == POLICY_NEVER)
		return ROOM_RECORD_NEVER;
	return session->policy == POLICY_ALWAYS ? ROOM_RECORD_ALWAYS : ROOM_RECORD_ON_DEMAND;
}

int classroom_create(
	struct live *live, const struct class_facts *facts, struct classroom **ret_classroom)
{
	struct room_config config = {
		.policy = policy_of(live, &facts->session),
		.starts_at_ms = facts->door.starts_at,
		.ends_at_ms = facts->door.ends_at,
		.approval = facts->door.approval,
	};
	struct classroom *classroom = calloc(1, sizeof(*classroom));
	int result;

	if (!classroom)
		return -ENOMEM;
	list_init(&classroom->node);
	list_init(&classroom->seats);
	tape_init(&classroom->tape);
	classroom->live = live;
	classroom->session = facts->session;
	classroom->ends_at_ms = facts->door.ends_at;
	id_text(facts->session.id, classroom->session_id);
	if (facts->session.state == SESSION_OPEN) {
		config.opened_at_ms = facts->session.opened_at;
		config.recording = facts->recorded && config.policy == ROOM_RECORD_ON_DEMAND;
	}
	result = room_create(&config, live_now(), &classroom->room);
	if (result < 0) {
		free(classroom);
		return result;
	}
	list_append(&live->classrooms, &classroom->node);
	log_info(AREA, "begins session=%s title=\"%s\"%s", classroom->session_id,
		classroom->session.title, config.opened_at_ms ? " again" : "");
	classroom_carry_out(classroom);
	*ret_classroom = classroom;
	return 0;
}

static void write_down(
	const struct classroom *classroom, const struct seat *seat, struct attendance_row *row)
{
	/* A program that came by a token is no person. */
	if (id_parse(seat->member, &row->person) < 0)
		return;
	row->site = classroom->session.site;
	row->session = classroom->session.id;
	ledger_note(classroom->live->ledger, row);
}

static void note_moment(
	struct classroom *classroom, struct seat *seat, enum attendance_kind kind, int64_t now_ms)
{
	struct attendance_row row = {
		.kind = kind, .at = now_ms, .from_ms = now_ms, .to_ms = now_ms};

	seat->counted = kind == ATTENDANCE_JOIN;
	write_down(classroom, seat, &row);
}

/* The ledger follows who is in class; `leaving`: the seat is given up. */
static void count_seat(struct classroom *classroom, struct seat *seat, bool leaving, int64_t now_ms)
{
	bool in = !leaving && classroom->begun && classroom_is_in(classroom, seat);
	struct attendance_row row;

	if (in && !seat->counted)
		note_moment(classroom, seat, ATTENDANCE_JOIN, now_ms);
	if (seat->counted && presence_cut(&seat->presence, now_ms, !in, &row))
		write_down(classroom, seat, &row);
	if (!in && seat->counted)
		note_moment(classroom, seat, ATTENDANCE_LEAVE, now_ms);
}

static void count_all(struct classroom *classroom, struct room_time time)
{
	classroom->counted_us = time.now_us;
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next)
		count_seat(classroom, list_of(it, struct seat, node), false, time.wall_ms);
}

static void free_seat(struct seat *seat)
{
	if (seat->client) {
		seat->client->seat = NULL;
		seat->client->classroom = NULL;
	}
	list_remove(&seat->node);
	free(seat->params);
	free(seat->whip);
	free(seat);
}

void classroom_destroy(struct classroom *classroom)
{
	if (!classroom)
		return;
	list_each (it, &classroom->seats) {
		struct seat *seat = list_of(it, struct seat, node);

		count_seat(classroom, seat, true, live_now().wall_ms);
		free_seat(seat);
	}
	if (classroom->engine_room)
		lectern_engine_room_close(classroom->live->server->engine, classroom->engine_room);
	log_info(AREA, "is over session=%s", classroom->session_id);
	list_remove(&classroom->node);
	tape_finish(&classroom->tape);
	room_destroy(classroom->room);
	free(classroom);
}

void classroom_tick(struct classroom *classroom, struct room_time time)
{
	if (classroom->ended_us) {
		/* Whoever is still seated waits for the bye: a slow database must not leave them
		 * without a class. */
		classroom->over = !classroom->ending &&
				  clock_passed(classroom->ended_us, CLASSROOM_LATE_US, time.now_us);
		return;
	}
	room_tick(classroom->room, time);
	classroom_carry_out(classroom);
	if (clock_passed(classroom->counted_us, CLASSROOM_COUNT_US, time.now_us))
		count_all(classroom, time);
	if (room_info(classroom->room)->state == ROOM_WAITING && room_count(classroom->room) == 0)
		classroom->over = true;
}

struct seat *classroom_find_seat(const struct classroom *classroom, const char *member)
{
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next) {
		struct seat *seat = list_of(it, struct seat, node);

		if (strcmp(seat->member, member) == 0)
			return seat;
	}
	return NULL;
}

struct seat *classroom_find_peer(const struct classroom *classroom, lectern_id peer)
{
	for (struct list *it = classroom->seats.next; peer && it != &classroom->seats;
		it = it->next) {
		struct seat *seat = list_of(it, struct seat, node);

		if (seat->peer == peer)
			return seat;
	}
	return NULL;
}

int classroom_add_seat(struct classroom *classroom, const char *member, enum room_role role,
	struct seat **ret_seat)
{
	struct seat *seat = calloc(1, sizeof(*seat));

	if (!seat)
		return -ENOMEM;
	snprintf(seat->member, sizeof(seat->member), "%s", member);
	seat->role = role;
	list_append(&classroom->seats, &seat->node);
	*ret_seat = seat;
	return 0;
}

void classroom_remove_seat(struct classroom *classroom, struct seat *seat)
{
	classroom_remove_peer(classroom, seat);
	count_seat(classroom, seat, true, live_now().wall_ms);
	free_seat(seat);
}

void classroom_unseat(struct client *client)
{
	struct classroom *classroom = client->classroom;
	struct seat *seat = client->seat;

	assert(seat->client == client);
	seat->client = NULL;
	client->seat = NULL;
	client->classroom = NULL;
	room_lose(classroom->room, seat->member, live_now());
	classroom_carry_out(classroom);
}

bool classroom_is_in(const struct classroom *classroom, const struct seat *seat)
{
	const struct member *member = room_find(classroom->room, seat->member);

	return member && !member->lobby;
}

bool classroom_may_see(
	const struct classroom *classroom, const struct seat *seat, const struct member *member)
{
	if (strcmp(seat->member, member->id) == 0)
		return true;
	return member->lobby ? seat->role < ROOM_TRAINEE : classroom_is_in(classroom, seat);
}

void classroom_broadcast(struct classroom *classroom, const struct shape *shape, const void *fields)
{
	classroom_tell(classroom, NULL, shape, fields);
}

void classroom_tell(struct classroom *classroom, const struct member *about,
	const struct shape *shape, const void *fields)
{
	char *text = protocol_event(shape, fields);

	if (!text) {
		log_error(AREA, "cannot write an event=%s session=%s", shape->name,
			classroom->session_id);
		return;
	}
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next) {
		struct seat *seat = list_of(it, struct seat, node);

		if (seat->client && (about ? classroom_may_see(classroom, seat, about)
					   : classroom_is_in(classroom, seat)))
			client_send(seat->client, text);
	}
	free(text);
}

struct proto_member proto_member_of(const struct member *member)
{
	static const enum proto_member_role roles[] = {
		[ROOM_INSTRUCTOR] = PROTO_MEMBER_ROLE_INSTRUCTOR,
		[ROOM_COORDINATOR] = PROTO_MEMBER_ROLE_COORDINATOR,
		[ROOM_TRAINEE] = PROTO_MEMBER_ROLE_TRAINEE,
		[ROOM_GUEST] = PROTO_MEMBER_ROLE_GUEST,
	};

	return (struct proto_member){
		.id = member->id,
		.name = member->name,
		.role = roles[member->role],
		.present = member->present,
		.lobby = member->lobby,
		.hand = member->hand,
		.may_speak = member->may & LECTERN_KIND_BIT(LECTERN_MIC),
		.may_show = member->may & LECTERN_KIND_BIT(LECTERN_CAMERA),
		.may_share = member->may & LECTERN_KIND_BIT(LECTERN_SCREEN),
		.mutes = member->mutes,
		.mic = member->on & LECTERN_KIND_BIT(LECTERN_MIC),
		.camera = member->on & LECTERN_KIND_BIT(LECTERN_CAMERA),
		.screen = member->on & LECTERN_KIND_BIT(LECTERN_SCREEN),
	};
}

struct proto_line proto_line_of(const struct chat_line *line)
{
	return (struct proto_line){
		.line = (int64_t)line->line,
		.member = line->member,
		.name = line->name,
		.at = line->at_ms,
		.text = line->text,
	};
}

struct proto_room classroom_proto(const struct classroom *classroom)
{
	static const enum proto_room_state states[] = {
		[ROOM_WAITING] = PROTO_ROOM_STATE_WAITING,
		[ROOM_OPEN] = PROTO_ROOM_STATE_OPEN,
		[ROOM_ENDED] = PROTO_ROOM_STATE_ENDED,
	};
	static const enum proto_room_policy policies[] = {
		[ROOM_RECORD_ALWAYS] = PROTO_ROOM_POLICY_ALWAYS,
		[ROOM_RECORD_ON_DEMAND] = PROTO_ROOM_POLICY_ON_DEMAND,
		[ROOM_RECORD_NEVER] = PROTO_ROOM_POLICY_NEVER,
	};
	const struct room_info *info = room_info(classroom->room);

	return (struct proto_room){
		.session = classroom->session_id,
		.title = classroom->session.title,
		.course = classroom->session.course_title,
		.teacher = classroom->session.teacher,
		.state = states[info->state],
		.starts_at = classroom->session.starts_at,
		.ends_at = classroom->ends_at_ms,
		.opened_at = info->opened_at_ms,
		.approval = info->approval,
		.policy = policies[info->policy],
		.recording = info->recording,
		.recording_fault = info->recording_fault,
		.recording_since = info->recording_since_ms,
	};
}

size_t classroom_slots(
	const struct classroom *classroom, const struct seat *seat, struct proto_slot *slots)
{
	static const enum proto_slot_kind kinds[] = {
		[LECTERN_MIC] = PROTO_SLOT_KIND_MIC,
		[LECTERN_CAMERA] = PROTO_SLOT_KIND_CAMERA,
		[LECTERN_SCREEN] = PROTO_SLOT_KIND_SCREEN,
	};
	const struct stage *stage = room_stage(classroom->room);
	size_t count = 0;

	for (unsigned i = 0; i < LECTERN_VIDEO_SLOTS; i++) {
		const struct stage_slot *slot = &stage->slots[i];

		if (!slot->member[0] || strcmp(slot->member, seat->member) == 0)
			continue;
		slots[count++] = (struct proto_slot){
			.slot = i,
			.member = slot->member,
			.kind = kinds[slot->kind],
		};
	}
	return count;
}
