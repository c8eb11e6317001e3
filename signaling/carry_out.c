/* SPDX-License-Identifier: MIT */
/* What the effects of a room mean: messages, commands to the engine, rows, the tape. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "signaling/classroom.h"
#include "signaling/classroom_priv.h"
#include "signaling/client.h"
#include "signaling/live.h"
#include "signaling/work.h"
#include "src/store/id.h"

#define AREA "class"

typedef void(effect_fn)(struct classroom *classroom, const struct room_effect *effect);

struct state_job {
	int64_t site, session, at_ms;
	enum session_state state;
	int result;
};

static void run_set_state(struct store *store, void *arg)
{
	struct state_job *job = arg;

	job->result = session_set_state(store, job->site, job->session, job->state, job->at_ms);
}

static void done_set_state(void *arg)
{
	struct state_job *job = arg;

	if (job->result < 0)
		log_error(AREA, "cannot keep the state of a session: %s", strerror(-job->result));
	free(job);
}

void set_session_state(
	struct live *live, const struct session *session, enum session_state state, int64_t at_ms)
{
	struct state_job *job = calloc(1, sizeof(*job));

	if (!job)
		return;
	job->site = session->site;
	job->session = session->id;
	job->state = state;
	job->at_ms = at_ms;
	if (work_submit(live->server->work, run_set_state, done_set_state, job) < 0)
		free(job);
}

struct remove_job {
	int64_t site, session, person;
	int result;
};

static void run_remove(struct store *store, void *arg)
{
	struct remove_job *job = arg;

	job->result = session_remove(store, job->site, job->session, job->person);
}

static void done_remove(void *arg)
{
	struct remove_job *job = arg;

	if (job->result < 0)
		log_error(AREA, "cannot keep who was removed: %s", strerror(-job->result));
	free(job);
}

/* The room refuses them while it lives; the row does after a restart. */
static void keep_removed(const struct classroom *classroom, const char *member)
{
	struct remove_job *job = calloc(1, sizeof(*job));

	if (!job || id_parse(member, &job->person) < 0) {
		free(job);
		return;
	}
	job->site = classroom->session.site;
	job->session = classroom->session.id;
	if (work_submit(classroom->live->server->work, run_remove, done_remove, job) < 0)
		free(job);
}

static void tell_member(struct classroom *classroom, const struct room_effect *effect)
{
	const struct member *member = room_find(classroom->room, effect->member);
	struct proto_member_event event;

	if (!member)
		return; /* left within the same call: GONE follows */
	event.member = proto_member_of(member);
	classroom_tell(classroom, member, &proto_member_event_shape, &event);
}

static void tell_gone(struct classroom *classroom, const struct room_effect *effect)
{
	struct proto_gone_event event = {.member = effect->member};
	struct seat *seat = classroom_find_seat(classroom, effect->member);
	struct client *client = seat ? seat->client : NULL;

	if (seat)
		classroom_remove_seat(classroom, seat);
	if (effect->u.reason == ROOM_GONE_REMOVED)
		keep_removed(classroom, effect->member);
	if (client && effect->u.reason == ROOM_GONE_REMOVED)
		client_bye(client, PROTO_BYE_EVENT_REASON_REMOVED, NULL);
	else if (client)
		client_close(client, 1000, "left");
	classroom_broadcast(classroom, &proto_gone_event_shape, &event);
}

/* Media can flow from when the first is inside: hosts prepare before the class begins. */
static void open_media(struct classroom *classroom)
{
	int result =
		lectern_engine_room_open(classroom->live->server->engine, &classroom->engine_room);

	if (result < 0)
		log_error(AREA, "no room for media session=%s: %s", classroom->session_id,
			strerror(-result));
}

static void begin(struct classroom *classroom)
{
	classroom->begun = true;
	set_session_state(classroom->live, &classroom->session, SESSION_OPEN,
		room_info(classroom->room)->opened_at_ms);
	log_info(AREA, "open session=%s", classroom->session_id);
}

static bool is_anybody_inside(const struct classroom *classroom)
{
	for (size_t i = 0; i < room_count(classroom->room); i++) {
		if (!room_at(classroom->room, i)->lobby)
			return true;
	}
	return false;
}

/* The lobby hears of it too: that the class begins, or is over. */
static void tell_room(struct classroom *classroom, const struct room_effect *effect)
{
	struct proto_room_event event = {.room = classroom_proto(classroom)};

	(void)effect;
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next) {
		struct seat *seat = list_of(it, struct seat, node);

		if (seat->client)
			client_event(seat->client, &proto_room_event_shape, &event);
	}
}

static void tell_line(struct classroom *classroom, const struct room_effect *effect)
{
	const struct chat *chat = room_chat_lines(classroom->room);
	struct proto_line_event event = {
		.line = proto_line_of(chat_at(chat, chat_count(chat) - 1)),
	};

	(void)effect;
	classroom_broadcast(classroom, &proto_line_event_shape, &event);
}

static void tell_stage(struct classroom *classroom, const struct room_effect *effect)
{
	(void)effect;
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next) {
		struct seat *seat = list_of(it, struct seat, node);
		struct proto_slot slots[LECTERN_VIDEO_SLOTS];
		struct proto_slots_event event = {.slots = slots};

		event.slots_count = classroom_slots(classroom, seat, slots);
		if (seat->client && classroom_is_in(classroom, seat))
			client_event(seat->client, &proto_slots_event_shape, &event);
	}
	classroom_show_all(classroom);
}

static void permit(struct classroom *classroom, const struct room_effect *effect)
{
	struct seat *seat = classroom_find_seat(classroom, effect->member);

	if (seat && seat->peer)
		lectern_engine_peer_permit(
			classroom->live->server->engine, seat->peer, effect->u.kinds);
}

static void reserve(struct classroom *classroom, const struct room_effect *effect)
{
	struct seat *seat = classroom_find_seat(classroom, effect->member);

	if (classroom->engine_room)
		lectern_engine_room_reserve(classroom->live->server->engine, classroom->engine_room,
			seat ? seat->peer : 0);
}

static void record(struct classroom *classroom, const struct room_effect *effect)
{
	if (effect->u.on)
		tape_start(classroom, live_now());
	else
		tape_stop(classroom);
}

void classroom_send_away(struct classroom *classroom)
{
	char recording[ID_TEXT] = "";
	const char *replay = NULL;

	classroom->ending = false;
	if (classroom->tape.id)
		replay = id_text(classroom->tape.id, recording);
	list_each (it, &classroom->seats) {
		struct seat *seat = list_of(it, struct seat, node);
		struct client *client = seat->client;

		classroom_remove_seat(classroom, seat);
		if (client)
			client_bye(client, PROTO_BYE_EVENT_REASON_ENDED, replay);
	}
	if (classroom->engine_room)
		lectern_engine_room_close(classroom->live->server->engine, classroom->engine_room);
	classroom->engine_room = 0;
}

static void end(struct classroom *classroom, const struct room_effect *effect)
{
	struct room_time time = live_now();

	(void)effect;
	classroom->ended_us = time.now_us;
	classroom->ending = true;
	set_session_state(classroom->live, &classroom->session, SESSION_ENDED, time.wall_ms);
	log_info(AREA, "ended session=%s", classroom->session_id);
	if (!classroom->tape.asked)
		classroom_send_away(classroom);
}

static void note(struct classroom *classroom, const struct room_effect *effect)
{
	tape_note(classroom, effect, live_now());
}

static effect_fn *const carry[] = {
	[ROOM_EFFECT_MEMBER] = tell_member,
	[ROOM_EFFECT_GONE] = tell_gone,
	[ROOM_EFFECT_ROOM] = tell_room,
	[ROOM_EFFECT_LINE] = tell_line,
	[ROOM_EFFECT_STAGE] = tell_stage,
	[ROOM_EFFECT_PERMIT] = permit,
	[ROOM_EFFECT_RESERVE] = reserve,
	[ROOM_EFFECT_RECORD] = record,
	[ROOM_EFFECT_ENDED] = end,
	[ROOM_EFFECT_NOTE] = note,
};

void classroom_carry_out(struct classroom *classroom)
{
	const struct room_effects *effects = room_effects(classroom->room);
	size_t count = effects->count;

	if (!classroom->engine_room && room_info(classroom->room)->state != ROOM_ENDED &&
		is_anybody_inside(classroom))
		open_media(classroom);
	if (!classroom->begun && room_info(classroom->room)->state == ROOM_OPEN)
		begin(classroom);
	for (size_t i = 0; i < count; i++) {
		carry[effects->items[i].type](classroom, &effects->items[i]);
		/* Nothing that is carried out may call the room: it would begin a new list. */
		assert(effects->count == count);
	}
}
