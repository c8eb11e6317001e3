/* SPDX-License-Identifier: MIT */
#include "signaling/live.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "record/wire.h"
#include "signaling/classroom.h"
#include "signaling/classroom_priv.h"
#include "signaling/client.h"
#include "signaling/ledger.h"
#include "signaling/recorder_link.h"
#include "signaling/work.h"
#include "src/academy/recording.h"

#define AREA "live"

/* A class that a dead server left open: it goes on when somebody enters it, or ends after a while.
 */
struct left_open {
	struct list node;
	struct session session;
};

/* A recording that a dead server left unsealed. */
struct orphan {
	struct list node;
	struct recording recording;
};

struct recover_job {
	struct server *server;
	struct list left_open, orphans;
	int result;
};

struct room_time live_now(void)
{
	return (struct room_time){.now_us = clock_now_us(), .wall_ms = clock_wall_ms()};
}

struct classroom *live_find_classroom(const struct live *live, int64_t session)
{
	for (struct list *it = live->classrooms.next; it != &live->classrooms; it = it->next) {
		struct classroom *classroom = list_of(it, struct classroom, node);

		if (classroom->session.id == session)
			return classroom;
	}
	return NULL;
}

int live_hold(struct live *live, const struct class_facts *facts, struct classroom **ret_classroom)
{
	struct classroom *classroom = live_find_classroom(live, facts->session.id);

	if (classroom) {
		*ret_classroom = classroom;
		return 0;
	}
	if (facts->session.state == SESSION_ENDED ||
		session_over(&facts->session, live_now().wall_ms))
		return -ESHUTDOWN;
	return classroom_create(live, facts, ret_classroom);
}

struct client *live_find_client(const struct live *live, uint64_t id)
{
	for (struct list *it = live->clients.next; it != &live->clients; it = it->next) {
		struct client *client = list_of(it, struct client, node);

		if (client->id == id)
			return client;
	}
	return NULL;
}

/* For the API: what is going on in a session now. */
static struct live_view look(struct server *server, int64_t site, int64_t session)
{
	const struct classroom *classroom = live_find_classroom(server->live, session);
	struct live_view view = {0};
	enum room_state state;

	if (!classroom || classroom->session.site != site)
		return view;
	for (size_t i = 0; i < room_count(classroom->room); i++)
		view.present += room_at(classroom->room, i)->present;
	state = room_info(classroom->room)->state;
	view.open = state == ROOM_OPEN;
	view.waiting = state == ROOM_WAITING && view.present > 0;
	view.ended = state == ROOM_ENDED;
	return view;
}

static struct classroom *by_folder(const struct live *live, const char *folder)
{
	for (struct list *it = live->classrooms.next; it != &live->classrooms; it = it->next) {
		struct classroom *classroom = list_of(it, struct classroom, node);

		if (classroom->tape.folder[0] && strcmp(classroom->tape.folder, folder) == 0)
			return classroom;
	}
	return NULL;
}

/*
 * Everybody in class sees when what should be recorded is not. A recorder that was lost is told at
 * once; one that is only being started has a moment.
 */
static void tell_faults(struct live *live, uint64_t now_us)
{
	bool starting =
		!live->linked_us && !clock_passed(live->started_us, LIVE_STARTING_US, now_us);
	bool cut = live->tap_down || (!recorder_link_connected(live->recorder) && !starting);

	for (struct list *it = live->classrooms.next; it != &live->classrooms; it = it->next) {
		struct classroom *classroom = list_of(it, struct classroom, node);

		room_recording_fault(classroom->room, cut || classroom->tape.fault);
		classroom_carry_out(classroom);
	}
}

static void on_sealed(const struct wire_sealed *sealed, void *arg)
{
	tape_on_sealed(arg, sealed);
}

static void on_fault(const struct wire_fault *fault, void *arg)
{
	struct classroom *classroom = by_folder(arg, fault->recording);

	log_warn(AREA, "recording=%s fault: %s", fault->recording,
		fault->error ? strerror(-fault->error) : "over");
	if (classroom)
		classroom->tape.fault = fault->error != 0;
}

static void on_link(bool connected, void *arg)
{
	struct live *live = arg;

	if (connected && !live->linked_us)
		live->linked_us = clock_now_us();
}

static void on_engine_event(const struct lectern_event *event, void *arg)
{
	struct live *live = arg;

	if (event->type == LECTERN_EVENT_TAP) {
		log_info(AREA, "media to the recorder %s dropped=%llu",
			event->u.tap.connected ? "flows" : "is cut",
			(unsigned long long)event->u.tap.dropped);
		live->tap_down = !event->u.tap.connected;
		return;
	}
	for (struct list *it = live->classrooms.next; it != &live->classrooms; it = it->next) {
		struct classroom *classroom = list_of(it, struct classroom, node);

		if (classroom->engine_room == event->room && event->room) {
			classroom_on_event(classroom, event);
			return;
		}
	}
}

void live_poll(struct live *live)
{
	lectern_engine_poll(live->server->engine, on_engine_event, live);
}

/* A class that nobody came back to. */
static void end_abandoned(struct live *live, uint64_t now_us)
{
	if (!clock_passed(live->started_us, LIVE_ABANDONED_US, now_us))
		return;
	list_each (it, &live->left_open) {
		struct left_open *left = list_of(it, struct left_open, node);

		if (!live_find_classroom(live, left->session.id))
			set_session_state(live, &left->session, SESSION_ENDED, clock_wall_ms());
		list_remove(&left->node);
		free(left);
	}
}

/* Recordings that were being sealed are asked about at once, others when their class stays away. */
static void ask_orphans(struct live *live, uint64_t now_us)
{
	bool late = clock_passed(live->started_us, LIVE_ORPHAN_US, now_us);

	list_each (it, &live->orphans) {
		struct orphan *orphan = list_of(it, struct orphan, node);
		const struct recording *recording = &orphan->recording;

		if (recording->state == RECORDING_RUNNING && !late)
			continue;
		if (!by_folder(live, recording->folder) &&
			recorder_link_query(live->recorder, recording->folder) == 0)
			log_info(AREA, "asks for recording=%s", recording->folder);
		list_remove(&orphan->node);
		free(orphan);
	}
}

static void tick(lws_sorted_usec_list_t *timer)
{
	struct live *live = lws_container_of(timer, struct live, timer);
	struct room_time time = live_now();

	if (live->recorder) {
		recorder_link_tick(live->recorder, time.now_us);
		ask_orphans(live, time.now_us);
		tell_faults(live, time.now_us);
	}
	end_abandoned(live, time.now_us);
	ledger_tick(live->ledger, time.now_us);
	for (struct list *it = live->clients.next; it != &live->clients; it = it->next)
		client_tick(list_of(it, struct client, node), time.now_us);
	list_each (it, &live->classrooms) {
		struct classroom *classroom = list_of(it, struct classroom, node);

		classroom_tick(classroom, time);
		if (classroom->over)
			classroom_destroy(classroom);
	}
	lws_sul_schedule(http_context(live->server->http), 0, &live->timer, tick, LIVE_TICK_US);
}

static void found_open(const struct session *session, void *arg)
{
	struct recover_job *job = arg;
	struct left_open *left = calloc(1, sizeof(*left));

	if (!left)
		return;
	left->session = *session;
	list_append(&job->left_open, &left->node);
}

static void found_unfinished(const struct recording *recording, void *arg)
{
	struct recover_job *job = arg;
	struct orphan *orphan = calloc(1, sizeof(*orphan));

	if (!orphan)
		return;
	orphan->recording = *recording;
	list_append(&job->orphans, &orphan->node);
}

static void run_recover(struct store *store, void *arg)
{
	struct recover_job *job = arg;

	job->result = session_each_open(store, found_open, job);
	if (job->result >= 0)
		job->result = recording_each_unfinished(store, found_unfinished, job);
}

static void move_all(struct list *from, struct list *to)
{
	list_each (it, from) {
		list_remove(it);
		list_append(to, it);
	}
}

static void free_left(struct list *left_open, struct list *orphans)
{
	list_each (it, left_open)
		free(list_of(it, struct left_open, node));
	list_each (it, orphans)
		free(list_of(it, struct orphan, node));
}

static void done_recover(void *arg)
{
	struct recover_job *job = arg;
	struct live *live = job->server->live;

	if (job->result < 0)
		log_error(AREA, "cannot see what was left open: %s", strerror(-job->result));
	if (live) {
		move_all(&job->left_open, &live->left_open);
		move_all(&job->orphans, &live->orphans);
	}
	free_left(&job->left_open, &job->orphans);
	free(job);
}

static int recover(struct live *live)
{
	struct recover_job *job = calloc(1, sizeof(*job));
	int result;

	if (!job)
		return -ENOMEM;
	job->server = live->server;
	list_init(&job->left_open);
	list_init(&job->orphans);
	result = work_submit_to(live->server->work, WORK_READ, run_recover, done_recover, job);
	if (result < 0)
		free(job);
	return result;
}

static int create_recorder(struct live *live)
{
	static const char *const levels[] = {
		[LOG_ERROR] = "error",
		[LOG_WARN] = "warn",
		[LOG_INFO] = "info",
		[LOG_DEBUG] = "debug",
	};
	const struct lectern_config *config = live->server->config;
	char socket[LECTERN_MAX_PATH + 32], root[LECTERN_MAX_PATH + 32];
	struct recorder_link_config link = {
		.socket = socket,
		.program = config->recorder.program,
		.root = root,
		.log_level = levels[config->log_level],
		.on_sealed = on_sealed,
		.on_fault = on_fault,
		.on_link = on_link,
		.arg = live,
	};

	if (!config->recorder.program[0])
		return 0;
	snprintf(socket, sizeof(socket), "%s/recorder.sock", config->data);
	snprintf(root, sizeof(root), "%s/recordings", config->data);
	return recorder_link_create(&link, &live->recorder);
}

/* A sign-in was given up: whoever came by it is sent away. */
static void on_forgotten(const struct identity *identity, void *arg)
{
	struct live *live = arg;

	for (struct list *it = live->clients.next; it != &live->clients; it = it->next) {
		struct client *client = list_of(it, struct client, node);

		if (strcmp(client->identity.signin, identity->signin) == 0)
			client_close(client, LWS_CLOSE_STATUS_POLICY_VIOLATION, "signed out");
	}
}

int live_create(struct server *server, struct live **ret_live, char *why)
{
	struct live *live = calloc(1, sizeof(*live));
	int result = -ENOMEM;

	if (!live)
		goto out;
	live->server = server;
	live->started_us = clock_now_us();
	list_init(&live->clients);
	list_init(&live->classrooms);
	list_init(&live->left_open);
	list_init(&live->orphans);
	result = ledger_create(server->work, &live->ledger);
	if (result < 0)
		goto free_live;
	result = create_recorder(live);
	if (result < 0)
		goto destroy_ledger;
	result = recover(live);
	if (result < 0)
		goto destroy_recorder;
	auth_on_forget(server->auth, on_forgotten, live);
	server->live = live;
	server->live_look = look;
	lws_sul_schedule(http_context(server->http), 0, &live->timer, tick, 1);
	*ret_live = live;
	return 0;

destroy_recorder:
	recorder_link_destroy(live->recorder);
destroy_ledger:
	ledger_destroy(live->ledger);
free_live:
	free(live);
out:
	snprintf(why, LECTERN_MAX_WHY, "cannot start the live classes: %s", strerror(-result));
	return result;
}

bool live_ready(const struct live *live)
{
	uint64_t now_us = clock_now_us();

	return !live->recorder || clock_passed(live->started_us, LIVE_STARTING_US, now_us) ||
	       (live->linked_us && clock_passed(live->linked_us, LIVE_SETTLING_US, now_us));
}

void live_shutdown(struct live *live)
{
	live->stopping = true;
	for (struct list *it = live->clients.next; it != &live->clients; it = it->next)
		client_bye(list_of(it, struct client, node), PROTO_BYE_EVENT_REASON_SHUTDOWN, NULL);
}

bool live_idle(const struct live *live)
{
	return list_empty(&live->clients);
}

void live_destroy(struct live *live)
{
	if (!live)
		return;
	lws_sul_cancel(&live->timer);
	auth_on_forget(live->server->auth, NULL, NULL);
	list_each (it, &live->classrooms)
		classroom_destroy(list_of(it, struct classroom, node));
	ledger_destroy(live->ledger);
	list_each (it, &live->left_open)
		free(list_of(it, struct left_open, node));
	list_each (it, &live->orphans)
		free(list_of(it, struct orphan, node));
	recorder_link_destroy(live->recorder);
	live->server->live = NULL;
	live->server->live_look = NULL;
	free(live);
}
