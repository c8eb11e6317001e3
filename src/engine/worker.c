/* SPDX-License-Identifier: MIT */
#include "engine/worker.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/pkt.h"
#include "engine/endpoint.h"
#include "engine/hall.h"
#include "engine/table.h"
#include "peer/path_in.h"

struct worker {
	/* given */
	void (*wake)(void *arg);
	void *wake_arg;
	/* between the threads */
	struct letters commands, events;
	struct loop *loop; /* loop_wake() only */
	struct lectern_endpoint endpoint;
	pthread_t thread;
	bool started;
	/* the worker's thread only */
	struct {
		struct peer_host host;
		struct pkt_pool *pool;
		struct tap *tap;
		struct loop_io socket;
		struct loop_timer tick;
		uint64_t links_us;
		uint64_t tap_dropped; /* as last told */
		bool has_news;	      /* events since the last wake */
		struct hall *halls[WORKER_ROOMS];
		struct hall_member *members[LECTERN_MAX_PEERS];
	} rt;
};

/* ---- events ---- */

static void tell(void *arg, const struct lectern_event *event)
{
	struct worker *worker = arg;
	struct event_letter *letter = malloc(sizeof(*letter));

	if (!letter) {
		log_error("engine", "no memory for an event");
		return;
	}
	letter->event = *event;
	letters_post(&worker->events, &letter->letter);
	worker->rt.has_news = true;
}

static void tell_tap(struct worker *worker)
{
	struct lectern_event event = {
		.type = LECTERN_EVENT_TAP,
		.u.tap = {tap_connected(worker->rt.tap), tap_dropped(worker->rt.tap)},
	};

	worker->rt.tap_dropped = event.u.tap.dropped;
	tell(worker, &event);
}

static void on_tap(void *arg, bool connected)
{
	(void)connected;
	tell_tap(arg);
}

static const struct tap_ops tap_ops = {.connected = on_tap};

/* ---- commands ---- */

static struct hall *find_hall(struct worker *worker, lectern_id id)
{
	struct hall *hall = worker->rt.halls[id_index(id)];

	return hall && hall->id == id ? hall : NULL;
}

static struct hall_member *find_member(struct worker *worker, lectern_id id)
{
	struct hall_member *member = worker->rt.members[id_index(id)];

	return member && member->id == id ? member : NULL;
}

static void room_open(struct worker *worker, const struct command *command)
{
	struct hall **place = &worker->rt.halls[id_index(command->room)];

	assert(!*place);
	if (hall_create(command->room, &worker->rt.host, worker->rt.tap, tell, worker, place) < 0)
		log_error("engine", "room=%" PRIx64 " no memory to open it", command->room);
}

static void remove_member(struct worker *worker, struct hall_member *member, uint64_t now_us)
{
	worker->rt.members[id_index(member->id)] = NULL;
	hall_remove(member, now_us);
}

static void room_close(struct worker *worker, struct hall *hall, uint64_t now_us)
{
	while (!list_empty(&hall->members))
		remove_member(
			worker, list_of(hall->members.next, struct hall_member, of_hall), now_us);
	worker->rt.halls[id_index(hall->id)] = NULL;
	hall_destroy(hall, now_us);
}

static void peer_add(
	struct worker *worker, struct hall *hall, const struct command *command, uint64_t now_us)
{
	struct hall_member **place = &worker->rt.members[id_index(command->peer)];
	int err = hall_add(hall, command->peer, command->u.params, now_us, place);
	struct lectern_event event = {
		.type = LECTERN_EVENT_PEER,
		.room = command->room,
		.peer = command->peer,
		.u.peer_state.state = LECTERN_PEER_FAILED,
	};

	if (!err)
		return;
	log_error("engine", "room=%" PRIx64 " peer=%" PRIx64 " not added: error=%d", command->room,
		command->peer, -err);
	tell(worker, &event);
}

static void obey_room(struct worker *worker, const struct command *command, uint64_t now_us)
{
	struct hall *hall = find_hall(worker, command->room);

	if (!hall)
		return;
	switch (command->type) {
	case COMMAND_ROOM_CLOSE:
		room_close(worker, hall, now_us);
		break;
	case COMMAND_PEER_ADD:
		peer_add(worker, hall, command, now_us);
		break;
	case COMMAND_ROOM_RESERVE:
		router_reserve(&hall->router, command->peer, now_us);
		break;
	default:
		hall_record(hall, command->u.recording, now_us);
		break;
	}
}

static void peer_restarts(
	struct hall_member *member, const struct command_restart *restart, uint64_t now_us)
{
	int err = peer_restart(member->peer, restart->local_ufrag, restart->local_pwd,
		restart->remote_ufrag, now_us);

	if (err)
		log_warn("engine", "peer=%" PRIx64 " not restarted: error=%d", member->id, -err);
}

static void obey_peer(struct worker *worker, const struct command *command, uint64_t now_us)
{
	struct hall_member *member = find_member(worker, command->peer);

	if (!member)
		return;
	switch (command->type) {
	case COMMAND_PEER_REMOVE:
		remove_member(worker, member, now_us);
		break;
	case COMMAND_PEER_RESTART:
		peer_restarts(member, command->u.restart, now_us);
		break;
	case COMMAND_PEER_PERMIT:
		peer_permit(member->peer, command->u.kinds, now_us);
		break;
	case COMMAND_SLOT_SHOW:
		peer_slot_show(member->peer, command->u.show.slot, command->u.show.source,
			command->u.show.kind, now_us);
		break;
	default:
		peer_slot_limit(
			member->peer, command->u.limit.slot, command->u.limit.height, now_us);
		break;
	}
}

static void stop(struct worker *worker, uint64_t now_us)
{
	for (unsigned i = 0; i < WORKER_ROOMS; i++) {
		if (worker->rt.halls[i])
			room_close(worker, worker->rt.halls[i], now_us);
	}
	loop_stop(worker->loop);
}

static void obey(struct worker *worker, const struct command *command, uint64_t now_us)
{
	switch (command->type) {
	case COMMAND_ROOM_OPEN:
		room_open(worker, command);
		break;
	case COMMAND_ROOM_CLOSE:
	case COMMAND_PEER_ADD:
	case COMMAND_ROOM_RESERVE:
	case COMMAND_ROOM_RECORD:
		obey_room(worker, command, now_us);
		break;
	case COMMAND_PEER_REMOVE:
	case COMMAND_PEER_RESTART:
	case COMMAND_PEER_PERMIT:
	case COMMAND_SLOT_SHOW:
	case COMMAND_SLOT_LIMIT:
		obey_peer(worker, command, now_us);
		break;
	case COMMAND_STOP:
		stop(worker, now_us);
		break;
	}
}

static void free_command(struct command *command)
{
	if (command->type == COMMAND_PEER_ADD)
		free(command->u.params);
	else if (command->type == COMMAND_PEER_RESTART)
		free(command->u.restart);
	free(command);
}

/* ---- the turn ---- */

static void on_woken(void *arg, uint64_t now_us)
{
	struct worker *worker = arg;
	struct letter *letter;

	while ((letter = letters_take(&worker->commands)) != NULL) {
		struct command *command = list_of(letter, struct command, letter);

		obey(worker, command, now_us);
		free_command(command);
	}
}

static void on_datagram(void *arg, struct pkt *pkt, const struct addr *from)
{
	struct worker *worker = arg;

	path_in(&worker->rt.host, pkt, from, pkt->arrival_us);
}

static void on_socket(struct loop_io *io, uint64_t now_us)
{
	struct worker *worker = list_of(io, struct worker, rt.socket);

	udp_recv(worker->rt.host.udp, now_us, on_datagram, worker);
}

static void on_tick(struct loop_timer *timer, uint64_t now_us)
{
	struct worker *worker = list_of(timer, struct worker, rt.tick);
	bool links = now_us >= worker->rt.links_us + WORKER_LINK_US;

	if (links)
		worker->rt.links_us = now_us;
	for (unsigned i = 0; i < WORKER_ROOMS; i++) {
		struct hall *hall = worker->rt.halls[i];

		if (hall)
			hall_tick(hall, now_us);
		if (hall && links)
			hall_tell_links(hall);
	}
	if (worker->rt.tap) {
		tap_tick(worker->rt.tap, now_us);
		if (links && tap_dropped(worker->rt.tap) != worker->rt.tap_dropped)
			tell_tap(worker);
	}
	loop_timer_set(worker->loop, timer, now_us + WORKER_TICK_US);
}

static void on_turn_end(void *arg, uint64_t now_us)
{
	struct worker *worker = arg;

	(void)now_us;
	if (worker->rt.tap)
		tap_flush(worker->rt.tap);
	/* Peer by peer, each packet with the time at which it goes. */
	while (outlet_pool_drain_one(worker->rt.host.outlets, clock_now_us()))
		;
	udp_flush(worker->rt.host.udp);
	letters_push_backlog(&worker->events);
	if (worker->rt.has_news) {
		worker->rt.has_news = false;
		worker->wake(worker->wake_arg);
	}
}

static void *run(void *arg)
{
	struct worker *worker = arg;

	loop_timer_set(worker->loop, &worker->rt.tick, clock_now_us());
	loop_run(worker->loop);
	return NULL;
}

/* ---- life ---- */

static int make_host(struct worker *worker, const struct worker_config *config)
{
	const struct lectern_engine_config *engine = config->engine;
	struct peer_host *host = &worker->rt.host;
	uint16_t port = engine->port ? (uint16_t)(engine->port + config->number) : 0;
	int err = pkt_pool_create(WORKER_PACKETS, &worker->rt.pool);

	demux_init(&host->demux);
	host->loop = worker->loop;
	if (!err)
		err = udp_create(endpoint_bind_address(engine), port, worker->rt.pool, &host->udp);
	if (!err)
		err = outlet_pool_create(WORKER_ITEMS, &host->outlets);
	if (!err)
		err = stun_codec_create(&host->stun);
	if (!err)
		err = dtls_context_create(config->identity, &host->dtls);
	if (!err && engine->recorder_socket)
		err = tap_create(engine->recorder_socket, &tap_ops, worker, &worker->rt.tap);
	if (err)
		return err;
	worker->rt.socket = (struct loop_io){.ready = on_socket, .fd = udp_fd(host->udp)};
	worker->rt.tick.fire = on_tick;
	err = loop_io_add(worker->loop, &worker->rt.socket);
	return err ? err : loop_timer_add(worker->loop, &worker->rt.tick);
}

/* Signals are the business of the control thread. */
static int start_thread(struct worker *worker)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	worker->started = !err;
	return err;
}

int worker_create(const struct worker_config *config, struct worker **ret_worker)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	struct loop_hooks hooks = {on_woken, on_turn_end, worker};
	int err;

	if (!worker)
		return -ENOMEM;
	worker->wake = config->engine->wake;
	worker->wake_arg = config->engine->wake_arg;
	err = letters_init(&worker->commands);
	if (!err)
		err = letters_init(&worker->events);
	if (!err)
		err = loop_create(&hooks, &worker->loop);
	if (!err)
		err = make_host(worker, config);
	if (!err)
		err = endpoint_init(&worker->endpoint, config->engine,
			udp_port(worker->rt.host.udp), dtls_identity_fingerprint(config->identity));
	if (!err)
		err = start_thread(worker);
	if (err) {
		worker_destroy(worker);
		return err;
	}
	*ret_worker = worker;
	return 0;
}

static void stop_thread(struct worker *worker)
{
	struct command *command = calloc(1, sizeof(*command));

	/* A few bytes at the end of the process: there is nothing better to do without them. */
	if (!command)
		abort();
	command->type = COMMAND_STOP;
	worker_command(worker, command);
	while (!list_empty(&worker->commands.backlog)) {
		letters_push_backlog(&worker->commands);
		loop_wake(worker->loop);
		sched_yield();
	}
	pthread_join(worker->thread, NULL);
}

void worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	if (worker->started)
		stop_thread(worker);
	tap_destroy(worker->rt.tap);
	dtls_context_destroy(worker->rt.host.dtls);
	stun_codec_destroy(worker->rt.host.stun);
	outlet_pool_destroy(worker->rt.host.outlets);
	udp_destroy(worker->rt.host.udp);
	pkt_pool_destroy(worker->rt.pool);
	loop_destroy(worker->loop);
	letters_finish(&worker->commands);
	letters_finish(&worker->events);
	free(worker);
}

const struct lectern_endpoint *worker_endpoint(const struct worker *worker)
{
	return &worker->endpoint;
}

void worker_command(struct worker *worker, struct command *command)
{
	letters_post(&worker->commands, &command->letter);
	loop_wake(worker->loop);
}

void worker_push_backlog(struct worker *worker)
{
	if (list_empty(&worker->commands.backlog))
		return;
	letters_push_backlog(&worker->commands);
	loop_wake(worker->loop);
}

struct event_letter *worker_event(struct worker *worker)
{
	struct letter *letter = letters_take(&worker->events);

	return letter ? list_of(letter, struct event_letter, letter) : NULL;
}
