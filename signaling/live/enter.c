/* SPDX-License-Identifier: MIT */
/*
 * Entering takes two steps: the database is asked for the session and the person's part in it (but
 * for one who has a seat, so that coming back does not depend on it), then the seat is taken.
 */
#include "signaling/live/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/live.h"
#include "signaling/work.h"
#include "src/academy/access.h"
#include "src/academy/recording.h"
#include "src/store/id.h"

#define AREA "enter"

struct enter_job {
	struct server *server;
	uint64_t client;
	struct proto_request request;
	char instance[INSTANCE_TEXT];
	struct access_who who;
	int64_t session;
	bool guest; /* came by a link, to this one session */
	struct class_facts facts;
	int result;
};

static void run(struct store *store, void *arg)
{
	struct enter_job *job = arg;
	const int64_t person = job->who.person;
	struct recording recording;
	struct access access; /* a course of another site may be shared with that of the person */

	job->result = access_check(store, ACCESS_SESSION_SEE, &job->who, job->session, &access);
	if (job->result < 0)
		return;
	job->guest = (access.roles & (ACCESS_GUEST | ACCESS_CLASS)) == ACCESS_GUEST;
	job->result = session_get(store, access.site, job->session, &job->facts.session);
	if (job->result == 0)
		job->result = door_get(store, access.site, job->session, &job->facts.door);
	if (job->result < 0)
		return;
	job->result = session_role(store, access.site, job->session, person, &job->facts.role);
	if (job->result < 0)
		return;
	/* The room knows those whom it removed itself; this is for the time before a restart. */
	job->result = session_was_removed(store, access.site, job->session, person);
	if (job->result != 0) {
		job->result = job->result < 0 ? job->result : -EPERM;
		return;
	}
	if (recording_find_by_session(store, access.site, job->session, &recording) == 0)
		job->facts.recorded = recording.state == RECORDING_RUNNING;
}

/* Another page that held the seat is told that it was replaced. */
static void take_over(struct seat *seat, struct client *client, const char *instance)
{
	struct client *old = seat->client;
	bool same = strcmp(seat->instance, instance) == 0;

	seat->client = client;
	client->seat = seat;
	snprintf(seat->instance, sizeof(seat->instance), "%s", instance);
	if (old && old != client) {
		old->seat = NULL;
		old->classroom = NULL;
		if (same)
			client_close(
				old, LWS_CLOSE_STATUS_NORMAL, "came back by another connection");
		else
			client_bye(old, PROTO_BYE_EVENT_REASON_REPLACED, NULL);
	}
}

static void reply_entered(struct client *client, const struct proto_request *request)
{
	struct classroom *classroom = client->classroom;
	const struct chat *chat = room_chat_lines(classroom->room);
	static struct proto_member members[LECTERN_MAX_ROOM_PEERS]; /* control thread only */
	struct proto_line lines[CHAT_LINES];
	struct proto_slot slots[LECTERN_VIDEO_SLOTS];
	bool inside = !room_find(classroom->room, client->seat->member)->lobby;
	struct proto_enter_reply reply = {
		.self = client->seat->member,
		.media = client->seat->peer ? PROTO_ENTER_REPLY_MEDIA_KEEP
					    : PROTO_ENTER_REPLY_MEDIA_NEW,
		.room = classroom_proto(classroom),
		.members = members,
		.chat = lines,
		.chat_count = inside ? chat_count(chat) : 0,
		.slots = slots,
		.slots_count = inside ? classroom_slots(classroom, client->seat, slots) : 0,
		.audio_slots = LECTERN_AUDIO_SLOTS,
		.video_slots = LECTERN_VIDEO_SLOTS,
	};

	client->waiting = !inside;
	for (size_t i = 0; i < room_count(classroom->room); i++) {
		const struct member *member = room_at(classroom->room, i);

		if (classroom_may_see(classroom, client->seat, member))
			members[reply.members_count++] = proto_member_of(member);
	}
	for (size_t i = 0; i < reply.chat_count; i++)
		lines[i] = proto_line_of(chat_at(chat, i));
	client_reply(client, request, &reply);
}

/* The seat is found or made before the room is asked, so that effects find it. */
static int take_seat(struct client *client, struct classroom *classroom,
	const struct room_person *person, const char *instance)
{
	struct seat *seat = classroom_find_seat(classroom, person->id);
	bool same = seat && seat->peer && strcmp(seat->instance, instance) == 0;
	int result;

	if (!seat) {
		result = classroom_add_seat(classroom, person->id, person->role, &seat);
		if (result < 0)
			return result;
	}
	result = room_enter(classroom->room, person, same, live_now());
	if (result < 0) {
		if (!room_find(classroom->room, person->id))
			classroom_remove_seat(classroom, seat);
		return result;
	}
	take_over(seat, client, instance);
	if (!same)
		classroom_remove_peer(classroom, seat);
	client->classroom = classroom;
	client->state = CLIENT_ENTERED;
	return 0;
}

static void refuse(struct client *client, const struct proto_request *request, int result)
{
	client->state = CLIENT_NEW;
	switch (result) {
	case -ENOENT:
		client_refuse(client, request->id, PROTO_ERROR_NOT_FOUND, "no such session");
		break;
	case -EAGAIN:
		client->opened_us = clock_now_us(); /* it may stay, and ask again */
		client_refuse(client, request->id, PROTO_ERROR_EARLY, "the door is not open yet");
		break;
	case -EPERM:
		client_refuse(
			client, request->id, PROTO_ERROR_FORBIDDEN, "was removed from the class");
		break;
	case -ESHUTDOWN:
		client_refuse(client, request->id, PROTO_ERROR_ENDED, "the class is over");
		break;
	case -ENOSPC:
		client_refuse(client, request->id, PROTO_ERROR_FULL, "the class is full");
		break;
	default:
		log_error(AREA, "refused client=%lu: %s", (unsigned long)client->id,
			strerror(-result));
		client_refuse(client, request->id, PROTO_ERROR_UNAVAILABLE, strerror(-result));
	}
}

static void enter(struct client *client, struct classroom *classroom, enum room_role role,
	const struct proto_request *request, const char *instance)
{
	char id[ID_TEXT];
	struct room_person person = {
		.id = id_text(client->identity.person.id, id),
		.name = client->identity.person.name,
		.role = role,
	};
	int result = take_seat(client, classroom, &person, instance);

	if (result < 0) {
		refuse(client, request, result);
		return;
	}
	log_info(AREA, "entered session=%s member=%s client=%lu", classroom->session_id, id,
		(unsigned long)client->id);
	/* The reply tells the whole class; events that follow from entering come after it. */
	reply_entered(client, request);
	classroom_carry_out(classroom);
}

/* -EAGAIN: before the door opens; -ENOENT: the class does not take place. */
static int knock(const struct class_facts *facts)
{
	bool teaches = facts->role >= IN_SESSION_COORDINATOR;
	int64_t from = teaches ? facts->door.opens_at : facts->door.lobby_at;

	if (facts->door.cancelled)
		return -ENOENT;
	if (facts->session.state != SESSION_SCHEDULED)
		return 0;
	return live_now().wall_ms < from ? -EAGAIN : 0;
}

static enum room_role room_role_of(enum session_role role, bool guest)
{
	if (role == IN_SESSION_INSTRUCTOR)
		return ROOM_INSTRUCTOR;
	if (role == IN_SESSION_COORDINATOR)
		return ROOM_COORDINATOR;
	return guest ? ROOM_GUEST : ROOM_TRAINEE;
}

static void done(void *arg)
{
	struct enter_job *job = arg;
	struct live *live = job->server->live;
	struct client *client = live ? live_find_client(live, job->client) : NULL;
	struct classroom *classroom;
	int result = job->result;

	if (!client || client->state != CLIENT_ENTERING) {
		free(job);
		return;
	}
	if (result == 0 && job->facts.role == IN_SESSION_NONE)
		result = -ENOENT; /* of what a person has no part in they learn nothing */
	if (result == 0)
		result = knock(&job->facts);
	if (result == 0)
		result = live_hold(live, &job->facts, &classroom);
	if (result < 0)
		refuse(client, &job->request, result);
	else
		enter(client, classroom, room_role_of(job->facts.role, job->guest), &job->request,
			job->instance);
	free(job);
}

static int ask(struct client *client, const struct proto_request *request, int64_t session)
{
	struct enter_job *job = calloc(1, sizeof(*job));
	int result;

	if (!job)
		return -ENOMEM;
	job->server = client->live->server;
	job->client = client->id;
	job->request.type = request->type;
	job->request.id = request->id;
	job->who = (struct access_who){client->identity.person.site, client->identity.person.id};
	job->session = session;
	snprintf(job->instance, sizeof(job->instance), "%s", request->u.enter.instance);
	result = work_submit_to(client->live->server->work, WORK_READ, run, done, job);
	if (result < 0)
		free(job);
	else
		client->state = CLIENT_ENTERING;
	return result;
}

void live_enter(struct client *client, const struct proto_request *request)
{
	struct classroom *classroom;
	struct seat *seat = NULL;
	char member[ID_TEXT];
	int64_t session;
	int result;

	if (id_parse(request->u.enter.session, &session) < 0) {
		refuse(client, request, -ENOENT);
		return;
	}
	classroom = live_find_classroom(client->live, session);
	if (classroom)
		seat = classroom_find_seat(classroom, id_text(client->identity.person.id, member));
	if (seat) {
		enter(client, classroom, seat->role, request, request->u.enter.instance);
		return;
	}
	result = ask(client, request, session);
	if (result < 0)
		refuse(client, request, result);
}
