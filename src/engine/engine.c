/* SPDX-License-Identifier: MIT */
#include "lectern/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "dtls/identity.h"
#include "engine/bridge.h"
#include "engine/check.h"
#include "engine/table.h"
#include "engine/worker.h"
#include "srtp/session.h"

enum {
	ENGINE_MAX_WORKERS = BRIDGE_MAX_WORKERS,
	ROOM_COST = 1, /* so that rooms without peers spread too */
};

struct lectern_engine {
	/* owned */
	struct dtls_identity *identity;
	struct worker *workers[ENGINE_MAX_WORKERS];
	struct link *links[ENGINE_MAX_WORKERS][ENGINE_MAX_WORKERS]; /* from, to */
	struct table rooms, peers;
	bool srtp_started;
	/* state */
	bool records;
	unsigned worker_count;
	uint32_t loads[ENGINE_MAX_WORKERS]; /* see peer_cost() */
};

static unsigned worker_count(const struct lectern_engine_config *config)
{
	long count = config->workers ? (long)config->workers : sysconf(_SC_NPROCESSORS_ONLN);

	if (count < 1)
		return 1;
	return count > ENGINE_MAX_WORKERS ? ENGINE_MAX_WORKERS : (unsigned)count;
}

static int create_workers(struct lectern_engine *engine, const struct lectern_engine_config *config)
{
	struct worker_config worker = {.engine = config, .identity = engine->identity};
	unsigned count = worker_count(config);
	int err = 0;

	for (; worker.number < count && !err; worker.number++) {
		err = worker_create(&worker, &engine->workers[worker.number]);
		if (!err)
			engine->worker_count++;
	}
	return err;
}

static int connect_workers(struct lectern_engine *engine)
{
	struct worker *const *workers = engine->workers;
	int err;

	for (unsigned from = 0; from < engine->worker_count; from++) {
		for (unsigned to = 0; to < engine->worker_count; to++) {
			struct link **link = &engine->links[from][to];

			if (from == to)
				continue;
			err = link_create(from, to, worker_loop(workers[to]), link);
			if (err)
				return err;
			worker_connect(workers[from], workers[to], *link);
		}
	}
	return 0;
}

static int start_workers(struct lectern_engine *engine)
{
	int err = connect_workers(engine);

	for (unsigned i = 0; i < engine->worker_count && !err; i++)
		err = worker_start(engine->workers[i]);
	return err;
}

int lectern_engine_create(
	const struct lectern_engine_config *config, struct lectern_engine **ret_engine)
{
	struct lectern_engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
	engine->records = config->recorder_socket != NULL;
	err = srtp_library_start();
	engine->srtp_started = !err;
	log_info("engine", "aes-gcm by %s", srtp_gcm_backend());
	if (!err)
		err = table_init(&engine->rooms, WORKER_ROOMS);
	if (!err)
		err = table_init(&engine->peers, LECTERN_MAX_PEERS);
	if (!err)
		err = dtls_identity_create(&engine->identity);
	if (!err)
		err = create_workers(engine, config);
	if (!err)
		err = start_workers(engine);
	if (err) {
		lectern_engine_destroy(engine);
		return err;
	}
	*ret_engine = engine;
	return 0;
}

void lectern_engine_destroy(struct lectern_engine *engine)
{
	if (!engine)
		return;
	worker_stop_all(engine->workers, engine->worker_count);
	for (unsigned from = 0; from < engine->worker_count; from++) {
		for (unsigned to = 0; to < engine->worker_count; to++)
			link_destroy(engine->links[from][to]);
	}
	for (unsigned i = 0; i < engine->worker_count; i++)
		worker_destroy(engine->workers[i]);
	dtls_identity_destroy(engine->identity);
	table_finish(&engine->peers);
	table_finish(&engine->rooms);
	if (engine->srtp_started)
		srtp_library_stop();
	free(engine);
}

/* ---- commands ---- */

/* For commands that have no result: those about an object that is gone are dropped, and without
 * memory they are lost, which was logged. */
static void send_to_peer(struct lectern_engine *engine, struct command *command, lectern_id peer)
{
	const struct table_entry *entry = table_find(&engine->peers, peer);

	if (!entry)
		return;
	command->room = entry->room;
	command->peer = peer;
	worker_command(engine->workers[entry->worker], command);
}

/* To the room's home. */
static void send_to_room(struct lectern_engine *engine, struct command *command, lectern_id room)
{
	const struct table_entry *entry = table_find(&engine->rooms, room);

	if (!entry)
		return;
	command->room = room;
	worker_command(engine->workers[entry->worker], command);
}

/* ---- placement ---- */

/*
 * What a peer costs is the packets that it sends and gets. Which those are changes with every
 * speaker and every layout; its sections say how many streams it may have at most, and one costs
 * about what another does: a slot is one encryption and its share of a sendmmsg, a track one
 * decryption and the hand-over to its sinks. And there is a little for its checks and reports.
 * So one who only watches weighs less than one who takes part, and a room is spread evenly.
 */
static uint16_t peer_cost(const struct lectern_peer_params *params)
{
	uint16_t cost = 1;

	for (size_t i = 0; i < params->section_count; i++)
		cost += params->sections[i].use != LECTERN_SECTION_UNUSED;
	return cost;
}

/* `preferred` if no other has less: fewer packets have to cross. */
static unsigned least_loaded(const struct lectern_engine *engine, unsigned preferred)
{
	unsigned least = preferred;

	for (unsigned i = 0; i < engine->worker_count; i++) {
		if (engine->loads[i] < engine->loads[least])
			least = i;
	}
	return least;
}

/* ---- rooms ---- */

int lectern_engine_room_open(struct lectern_engine *engine, lectern_id *ret_room)
{
	struct command command = {.type = COMMAND_ROOM_OPEN, .home = true};
	unsigned home = least_loaded(engine, 0);
	struct table_entry *entry;
	int err = table_add(&engine->rooms, &command.room);

	if (err)
		return err;
	err = worker_command(engine->workers[home], &command);
	if (err) {
		table_remove(&engine->rooms, command.room);
		return err;
	}
	entry = table_find(&engine->rooms, command.room);
	entry->worker = (uint8_t)home;
	entry->workers = bridge_bit(home);
	engine->loads[home] += ROOM_COST;
	*ret_room = command.room;
	return 0;
}

static void forget_peer(struct lectern_engine *engine, lectern_id peer)
{
	const struct table_entry *entry = table_find(&engine->peers, peer);
	struct table_entry *room = table_find(&engine->rooms, entry->room);

	engine->loads[entry->worker] -= entry->cost;
	if (room)
		room->count--;
	table_remove(&engine->peers, peer);
}

void lectern_engine_room_close(struct lectern_engine *engine, lectern_id room)
{
	const struct table_entry *entry = table_find(&engine->rooms, room);
	struct command command = {.type = COMMAND_ROOM_CLOSE, .room = room};

	if (!entry)
		return;
	for (unsigned i = 0; i < engine->worker_count; i++) {
		if (entry->workers & bridge_bit(i))
			worker_command(engine->workers[i], &command);
	}
	for (uint32_t i = 0; i < engine->peers.room; i++) {
		const struct table_entry *peer = &engine->peers.entries[i];

		if (peer->used && peer->room == room)
			forget_peer(engine, id_make(peer->generation, i));
	}
	engine->loads[entry->worker] -= ROOM_COST;
	table_remove(&engine->rooms, room);
}

void lectern_engine_room_reserve(struct lectern_engine *engine, lectern_id room, lectern_id peer)
{
	struct command command = {.type = COMMAND_ROOM_RESERVE, .peer = peer};

	send_to_room(engine, &command, room);
}

void lectern_engine_room_record(
	struct lectern_engine *engine, lectern_id room, const char *recording)
{
	struct command command = {.type = COMMAND_ROOM_RECORD};

	snprintf(
		command.u.recording, sizeof(command.u.recording), "%s", recording ? recording : "");
	send_to_room(engine, &command, room);
}

/* ---- peers ---- */

/* The room's home records, wherever the peer is. */
static void add_reel(
	struct lectern_engine *engine, const struct lectern_peer_params *params, lectern_id peer)
{
	struct command command = {.type = COMMAND_REEL_ADD, .peer = peer};

	if (!engine->records)
		return;
	command.u.reel = malloc(sizeof(*command.u.reel));
	if (!command.u.reel) {
		log_error("engine", "no memory to record a peer");
		return;
	}
	reel_peer_init(command.u.reel, peer, params);
	send_to_room(engine, &command, params->room);
}

static int place_peer(struct lectern_engine *engine, struct table_entry *room,
	const struct lectern_peer_params *params, lectern_id peer)
{
	struct table_entry *entry = table_find(&engine->peers, peer);
	unsigned worker = least_loaded(engine, room->worker);
	struct command command = {
		.type = COMMAND_PEER_ADD,
		.home = worker == room->worker,
		.room = params->room,
		.peer = peer,
	};
	int err;

	command.u.params = malloc(sizeof(*params));
	if (!command.u.params)
		return -ENOMEM;
	*command.u.params = *params;
	err = worker_command(engine->workers[worker], &command);
	if (err)
		return err;
	entry->worker = (uint8_t)worker;
	entry->cost = peer_cost(params);
	entry->room = params->room;
	engine->loads[worker] += entry->cost;
	room->count++;
	room->workers |= bridge_bit(worker);
	return 0;
}

int lectern_engine_peer_add(struct lectern_engine *engine, const struct lectern_peer_params *params,
	lectern_id *ret_peer)
{
	struct table_entry *room = table_find(&engine->rooms, params->room);
	lectern_id peer;
	int err;

	if (!room)
		return -ENOENT;
	if (room->count >= LECTERN_MAX_ROOM_PEERS)
		return -ENOSPC;
	err = check_peer_params(params);
	if (err)
		return err;
	err = table_add(&engine->peers, &peer);
	if (err)
		return err;
	err = place_peer(engine, room, params, peer);
	if (err) {
		table_remove(&engine->peers, peer);
		return err;
	}
	add_reel(engine, params, peer);
	*ret_peer = peer;
	return 0;
}

void lectern_engine_peer_remove(struct lectern_engine *engine, lectern_id peer)
{
	const struct table_entry *entry = table_find(&engine->peers, peer);
	struct command remove = {.type = COMMAND_PEER_REMOVE};
	struct command reel = {.type = COMMAND_REEL_REMOVE, .peer = peer};

	if (!entry)
		return;
	send_to_peer(engine, &remove, peer);
	if (engine->records)
		send_to_room(engine, &reel, entry->room);
	forget_peer(engine, peer);
}

const struct lectern_endpoint *lectern_engine_peer_endpoint(
	struct lectern_engine *engine, lectern_id peer)
{
	const struct table_entry *entry = table_find(&engine->peers, peer);

	return entry ? worker_endpoint(engine->workers[entry->worker]) : NULL;
}

int lectern_engine_peer_restart(struct lectern_engine *engine, lectern_id peer,
	const char *local_ufrag, const char *local_pwd, const char *remote_ufrag,
	const char *remote_pwd)
{
	struct command command = {.type = COMMAND_PEER_RESTART};
	struct command_restart *restart;

	if (!table_find(&engine->peers, peer))
		return -ENOENT;
	if (check_credentials(local_ufrag, local_pwd) ||
		check_credentials(remote_ufrag, remote_pwd))
		return -EINVAL;
	restart = calloc(1, sizeof(*restart));
	if (!restart)
		return -ENOMEM;
	snprintf(restart->local_ufrag, sizeof(restart->local_ufrag), "%s", local_ufrag);
	snprintf(restart->local_pwd, sizeof(restart->local_pwd), "%s", local_pwd);
	snprintf(restart->remote_ufrag, sizeof(restart->remote_ufrag), "%s", remote_ufrag);
	command.u.restart = restart;
	send_to_peer(engine, &command, peer);
	return 0;
}

void lectern_engine_peer_permit(struct lectern_engine *engine, lectern_id peer, unsigned kinds)
{
	struct command command = {.type = COMMAND_PEER_PERMIT, .u.kinds = kinds};

	send_to_peer(engine, &command, peer);
}

void lectern_engine_slot_show(struct lectern_engine *engine, lectern_id peer, unsigned slot,
	lectern_id source, enum lectern_kind kind)
{
	struct command command = {.type = COMMAND_SLOT_SHOW, .u.show = {slot, source, kind}};

	send_to_peer(engine, &command, peer);
}

void lectern_engine_slot_limit(
	struct lectern_engine *engine, lectern_id peer, unsigned slot, unsigned height)
{
	struct command command = {.type = COMMAND_SLOT_LIMIT, .u.limit = {slot, height}};

	send_to_peer(engine, &command, peer);
}

/* ---- events ---- */

/* What a worker said before it heard that an object is gone concerns nobody any more. */
static bool is_current(const struct lectern_engine *engine, const struct lectern_event *event)
{
	return (!event->room || table_find(&engine->rooms, event->room)) &&
	       (!event->peer || table_find(&engine->peers, event->peer));
}

void lectern_engine_poll(struct lectern_engine *engine,
	void (*on_event)(const struct lectern_event *event, void *arg), void *arg)
{
	struct lectern_event event;

	for (unsigned i = 0; i < engine->worker_count; i++) {
		worker_push_backlog(engine->workers[i]);
		while (worker_event(engine->workers[i], &event)) {
			if (is_current(engine, &event))
				on_event(&event, arg);
		}
	}
}
