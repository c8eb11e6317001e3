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
#include "engine/bridge.h"
#include "engine/endpoint.h"
#include "engine/hall.h"
#include "engine/table.h"
#include "peer/path_in.h"

enum { ANY_PORT_TRIES = 32 };

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
		struct hall_host hall_host;
		struct list holding; /* see router_hold() */
		struct pkt_pool *pool;
		struct tap *tap;
		struct bridge bridge;
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

	if (letters_post(&worker->events, event) < 0)
		log_error("engine", "no memory for an event");
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

/* A worker has a hall of a room from the first command that needs one. NULL: no memory. */
static struct hall *room_open(struct worker *worker, const struct command *command)
{
	struct hall **place = &worker->rt.halls[id_index(command->room)];

	assert(!*place);
	if (hall_create(command->room, command->home, &worker->rt.hall_host, place) < 0)
		log_error("engine", "room=%" PRIx64 " no memory to open it", command->room);
	return *place;
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

static void peer_add(struct worker *worker, const struct command *command, uint64_t now_us)
{
	struct hall_member **place = &worker->rt.members[id_index(command->peer)];
	struct hall *hall = find_hall(worker, command->room);
	struct lectern_event event = {
		.type = LECTERN_EVENT_PEER,
		.room = command->room,
		.peer = command->peer,
		.u.peer_state.state = LECTERN_PEER_FAILED,
	};
	int err = -ENOMEM;

	if (!hall)
		hall = room_open(worker, command);
	if (hall)
		err = hall_add(hall, command->peer, command->u.params, now_us, place);
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
	case COMMAND_ROOM_RESERVE:
		router_reserve(&hall->router, command->peer, now_us);
		break;
	case COMMAND_REEL_ADD:
		if (reels_add(&hall->reels, command->u.reel, now_us) < 0)
			log_error("engine", "no memory to record a peer");
		break;
	case COMMAND_REEL_REMOVE:
		reels_remove(&hall->reels, command->peer);
		break;
	default:
		reels_record(&hall->reels, command->u.recording, now_us);
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
	case COMMAND_PEER_ADD:
		peer_add(worker, command, now_us);
		break;
	case COMMAND_ROOM_CLOSE:
	case COMMAND_ROOM_RESERVE:
	case COMMAND_ROOM_RECORD:
	case COMMAND_REEL_ADD:
	case COMMAND_REEL_REMOVE:
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

static void discard_command(const void *letter)
{
	const struct command *command = letter;

	if (command->type == COMMAND_PEER_ADD)
		free(command->u.params);
	else if (command->type == COMMAND_PEER_RESTART)
		free(command->u.restart);
	else if (command->type == COMMAND_REEL_ADD)
		free(command->u.reel);
}

/* ---- from other workers ---- */

static void on_parcel(void *arg, unsigned from, const struct parcel *parcel, uint64_t now_us)
{
	struct hall *hall = find_hall(arg, parcel->room);

	if (hall)
		span_recv(&hall->span, from, parcel, now_us);
}

/* ---- the turn ---- */

static void on_woken(void *arg, uint64_t now_us)
{
	struct worker *worker = arg;
	const struct command *command;

	while ((command = letters_front(&worker->commands)) != NULL) {
		obey(worker, command, now_us);
		discard_command(command);
		letters_pop(&worker->commands);
	}
	/* What is left over is for the next turn, so that sockets and timers get theirs. */
	if (bridge_recv(&worker->rt.bridge, on_parcel, worker, now_us))
		loop_wake(worker->loop);
}

static void on_datagram(void *arg, struct pkt *pkt, const struct addr *from)
{
	struct worker *worker = arg;

	path_in(&worker->rt.host, pkt, from, pkt->arrival_us);
}

static void on_connection_gone(void *arg, const struct addr *addr, uint64_t now_us)
{
	struct worker *worker = arg;

	peer_connection_gone(&worker->rt.host, addr, now_us);
}

static const struct tcp_ops tcp_ops = {.recv = on_datagram, .gone = on_connection_gone};

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
	if (links)
		bridge_tell_drops(&worker->rt.bridge);
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

	router_release_all(&worker->rt.holding, now_us);
	/* before we send ourselves, so that the others can begin */
	bridge_flush(&worker->rt.bridge);
	if (worker->rt.tap)
		tap_flush(worker->rt.tap);
	/* Peer by peer, each packet with the time at which it goes. */
	while (outlet_pool_drain_one(worker->rt.host.outlets, clock_now_us()))
		;
	udp_flush(worker->rt.host.udp);
	tcp_flush(worker->rt.host.tcp, now_us);
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

/* UDP and TCP on one number; where any will do, one that is free for both. */
static int open_port(struct worker *worker, const char *ip, uint16_t port)
{
	struct peer_host *host = &worker->rt.host;
	struct tcp_config tcp = {ip, port, worker->loop, worker->rt.pool, &tcp_ops, worker};
	int err = -EADDRINUSE;

	for (unsigned tries = port ? 1 : ANY_PORT_TRIES; err == -EADDRINUSE && tries; tries--) {
		err = udp_create(ip, port, worker->rt.pool, &host->udp);
		if (err)
			continue;
		tcp.port = udp_port(host->udp);
		err = tcp_create(&tcp, &host->tcp);
		if (err) {
			udp_destroy(host->udp);
			host->udp = NULL;
		}
	}
	return err;
}

static int make_host(struct worker *worker, const struct worker_config *config)
{
	const struct lectern_engine_config *engine = config->engine;
	struct peer_host *host = &worker->rt.host;
	uint16_t port = engine->port ? (uint16_t)(engine->port + config->number) : 0;
	int err = pkt_pool_create(WORKER_PACKETS, &worker->rt.pool);

	demux_init(&host->demux);
	host->loop = worker->loop;
	if (!err)
		err = open_port(worker, endpoint_bind_address(engine), port);
	if (!err)
		err = outlet_pool_create(WORKER_ITEMS, &host->outlets);
	if (!err)
		err = stun_codec_create(&host->stun);
	if (!err)
		err = dtls_context_create(config->identity, &host->dtls);
	if (!err)
		err = bridge_init(&worker->rt.bridge, config->number, worker->rt.pool);
	if (!err && engine->recorder_socket)
		err = tap_create(engine->recorder_socket, &tap_ops, worker, &worker->rt.tap);
	if (err)
		return err;
	list_init(&worker->rt.holding);
	worker->rt.hall_host = (struct hall_host){
		.holding = &worker->rt.holding,
		.peers = host,
		.tap = worker->rt.tap,
		.bridge = &worker->rt.bridge,
		.event = tell,
		.arg = worker,
	};
	worker->rt.socket = (struct loop_io){.ready = on_socket, .fd = udp_fd(host->udp)};
	worker->rt.tick.fire = on_tick;
	err = loop_io_add(worker->loop, &worker->rt.socket);
	return err ? err : loop_timer_add(worker->loop, &worker->rt.tick);
}

/* Signals are the business of the control thread. */
int worker_start(struct worker *worker)
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
	err = letters_init(&worker->commands, WORKER_COMMANDS, sizeof(struct command));
	if (!err)
		err = letters_init(&worker->events, WORKER_EVENTS, sizeof(struct lectern_event));
	if (!err)
		err = loop_create(&hooks, &worker->loop);
	if (!err)
		err = make_host(worker, config);
	if (!err)
		err = endpoint_init(&worker->endpoint, config->engine,
			udp_port(worker->rt.host.udp), dtls_identity_fingerprint(config->identity));
	if (err) {
		worker_destroy(worker);
		return err;
	}
	*ret_worker = worker;
	return 0;
}

void worker_connect(struct worker *from, struct worker *to, struct link *link)
{
	from->rt.bridge.out[link->to] = link;
	to->rt.bridge.in[link->from] = link;
	if (from->rt.bridge.count <= link->to)
		from->rt.bridge.count = link->to + 1;
	if (to->rt.bridge.count <= link->from)
		to->rt.bridge.count = link->from + 1;
}

static void order_stop(struct worker *worker)
{
	struct command command = {.type = COMMAND_STOP};

	/* A few bytes at the end of the process: there is nothing better to do without them. */
	if (worker_command(worker, &command) < 0)
		abort();
	while (letters_wait(&worker->commands)) {
		worker_push_backlog(worker);
		sched_yield();
	}
}

void worker_stop_all(struct worker *const *workers, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (workers[i]->started)
			order_stop(workers[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		if (workers[i]->started)
			pthread_join(workers[i]->thread, NULL);
		workers[i]->started = false;
		/* it holds packets until it is flushed */
		tap_destroy(workers[i]->rt.tap);
		workers[i]->rt.tap = NULL;
	}
}

void worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	assert(!worker->started);
	tap_destroy(worker->rt.tap);
	bridge_finish(&worker->rt.bridge);
	dtls_context_destroy(worker->rt.host.dtls);
	stun_codec_destroy(worker->rt.host.stun);
	outlet_pool_destroy(worker->rt.host.outlets);
	tcp_destroy(worker->rt.host.tcp);
	udp_destroy(worker->rt.host.udp);
	pkt_pool_destroy(worker->rt.pool);
	loop_destroy(worker->loop);
	letters_finish(&worker->commands, discard_command);
	letters_finish(&worker->events, NULL);
	free(worker);
}

struct loop *worker_loop(const struct worker *worker)
{
	return worker->loop;
}

const struct lectern_endpoint *worker_endpoint(const struct worker *worker)
{
	return &worker->endpoint;
}

int worker_command(struct worker *worker, const struct command *command)
{
	int err = letters_post(&worker->commands, command);

	if (err) {
		log_error("engine", "no memory for a command");
		discard_command(command);
	}
	loop_wake(worker->loop);
	return err;
}

void worker_push_backlog(struct worker *worker)
{
	if (!letters_wait(&worker->commands))
		return;
	letters_push_backlog(&worker->commands);
	loop_wake(worker->loop);
}

bool worker_event(struct worker *worker, struct lectern_event *ret_event)
{
	const struct lectern_event *event = letters_front(&worker->events);

	if (!event)
		return false;
	*ret_event = *event;
	letters_pop(&worker->events);
	return true;
}
