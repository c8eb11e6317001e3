/* SPDX-License-Identifier: MIT */
#include "lectern/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "dtls/identity.h"
#include "engine/check.h"
#include "engine/table.h"
#include "engine/worker.h"
#include "srtp/session.h"

enum { ENGINE_MAX_WORKERS = 64 };

struct lectern_engine {
	/* owned */
	struct dtls_identity *identity;
	struct worker *workers[ENGINE_MAX_WORKERS];
	struct table rooms, peers;
	bool srtp_started;
	/* state */
	unsigned worker_count;
	uint32_t loads[ENGINE_MAX_WORKERS]; /* peers of each worker, and a little for each room */
};

static unsigned worker_count(const struct lectern_engine_config *config)
{
	long count = config->workers ? (long)config->workers : sysconf(_SC_NPROCESSORS_ONLN);

	if (count < 1)
		return 1;
	return count > ENGINE_MAX_WORKERS ? ENGINE_MAX_WORKERS : (unsigned)count;
}

static int start_workers(struct lectern_engine *engine, const struct lectern_engine_config *config)
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

int lectern_engine_create(
	const struct lectern_engine_config *config, struct lectern_engine **ret_engine)
{
	struct lectern_engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
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
		err = start_workers(engine, config);
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

static struct command *command_new(enum command_type type, lectern_id room, lectern_id peer)
{
	struct command *command = calloc(1, sizeof(*command));

	if (!command) {
		log_error("engine", "no memory for a command");
		return NULL;
	}
	command->type = type;
	command->room = room;
	command->peer = peer;
	return command;
}

/* For commands that have no result: without memory they are lost, and that was logged. */
static struct command *peer_command(
	struct lectern_engine *engine, enum command_type type, lectern_id peer)
{
	const struct table_entry *entry = table_find(&engine->peers, peer);

	return entry ? command_new(type, entry->room, peer) : NULL;
}

static void send_to_peer(struct lectern_engine *engine, struct command *command)
{
	const struct table_entry *entry = table_find(&engine->peers, command->peer);

	worker_command(engine->workers[entry->worker], command);
}

static unsigned least_loaded(const struct lectern_engine *engine)
{
	unsigned least = 0;

	for (unsigned i = 1; i < engine->worker_count; i++) {
		if (engine->loads[i] < engine->loads[least])
			least = i;
	}
	return least;
}

int lectern_engine_room_open(struct lectern_engine *engine, lectern_id *ret_room)
{
	struct command *command = command_new(COMMAND_ROOM_OPEN, 0, 0);
	struct table_entry *entry;
	lectern_id room;
	int err;

	if (!command)
		return -ENOMEM;
	err = table_add(&engine->rooms, &room);
	if (err) {
		free(command);
		return err;
	}
	entry = table_find(&engine->rooms, room);
	entry->worker = (uint8_t)least_loaded(engine);
	engine->loads[entry->worker]++;
	command->room = room;
	worker_command(engine->workers[entry->worker], command);
	*ret_room = room;
	return 0;
}

static void forget_peer(struct lectern_engine *engine, lectern_id peer)
{
	const struct table_entry *entry = table_find(&engine->peers, peer);
	struct table_entry *room = table_find(&engine->rooms, entry->room);

	engine->loads[entry->worker]--;
	if (room)
		room->count--;
	table_remove(&engine->peers, peer);
}

void lectern_engine_room_close(struct lectern_engine *engine, lectern_id room)
{
	const struct table_entry *entry = table_find(&engine->rooms, room);
	struct command *command;

	if (!entry)
		return;
	command = command_new(COMMAND_ROOM_CLOSE, room, 0);
	if (!command)
		return;
	worker_command(engine->workers[entry->worker], command);
	for (uint32_t i = 0; i < engine->peers.room; i++) {
		const struct table_entry *peer = &engine->peers.entries[i];

		if (peer->used && peer->room == room)
			forget_peer(engine, id_make(peer->generation, i));
	}
	engine->loads[entry->worker]--;
	table_remove(&engine->rooms, room);
}

static struct command *peer_add_command(const struct lectern_peer_params *params)
{
	struct command *command = command_new(COMMAND_PEER_ADD, params->room, 0);

	if (!command)
		return NULL;
	command->u.params = malloc(sizeof(*params));
	if (!command->u.params) {
		free(command);
		return NULL;
	}
	*command->u.params = *params;
	return command;
}

int lectern_engine_peer_add(struct lectern_engine *engine, const struct lectern_peer_params *params,
	lectern_id *ret_peer)
{
	struct table_entry *room = table_find(&engine->rooms, params->room), *entry;
	struct command *command;
	lectern_id peer;
	int err;

	if (!room)
		return -ENOENT;
	if (room->count >= LECTERN_MAX_ROOM_PEERS)
		return -ENOSPC;
	err = check_peer_params(params);
	if (err)
		return err;
	command = peer_add_command(params);
	if (!command)
		return -ENOMEM;
	err = table_add(&engine->peers, &peer);
	if (err) {
		free(command->u.params);
		free(command);
		return err;
	}
	entry = table_find(&engine->peers, peer);
	entry->worker = room->worker;
	entry->room = params->room;
	room->count++;
	engine->loads[room->worker]++;
	command->peer = peer;
	send_to_peer(engine, command);
	*ret_peer = peer;
	return 0;
}

void lectern_engine_peer_remove(struct lectern_engine *engine, lectern_id peer)
{
	struct command *command = peer_command(engine, COMMAND_PEER_REMOVE, peer);

	if (!command)
		return;
	send_to_peer(engine, command);
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
	struct command_restart *restart;
	struct command *command;

	if (!table_find(&engine->peers, peer))
		return -ENOENT;
	if (check_credentials(local_ufrag, local_pwd) ||
		check_credentials(remote_ufrag, remote_pwd))
		return -EINVAL;
	restart = calloc(1, sizeof(*restart));
	command = peer_command(engine, COMMAND_PEER_RESTART, peer);
	if (!restart || !command) {
		free(restart);
		free(command);
		return -ENOMEM;
	}
	snprintf(restart->local_ufrag, sizeof(restart->local_ufrag), "%s", local_ufrag);
	snprintf(restart->local_pwd, sizeof(restart->local_pwd), "%s", local_pwd);
	snprintf(restart->remote_ufrag, sizeof(restart->remote_ufrag), "%s", remote_ufrag);
	command->u.restart = restart;
	send_to_peer(engine, command);
	return 0;
}

void lectern_engine_peer_permit(struct lectern_engine *engine, lectern_id peer, unsigned kinds)
{
	struct command *command = peer_command(engine, COMMAND_PEER_PERMIT, peer);

	if (!command)
		return;
	command->u.kinds = kinds;
	send_to_peer(engine, command);
}

void lectern_engine_slot_show(struct lectern_engine *engine, lectern_id peer, unsigned slot,
	lectern_id source, enum lectern_kind kind)
{
	struct command *command = peer_command(engine, COMMAND_SLOT_SHOW, peer);

	if (!command)
		return;
	command->u.show.slot = slot;
	command->u.show.source = source;
	command->u.show.kind = kind;
	send_to_peer(engine, command);
}

void lectern_engine_slot_limit(
	struct lectern_engine *engine, lectern_id peer, unsigned slot, unsigned height)
{
	struct command *command = peer_command(engine, COMMAND_SLOT_LIMIT, peer);

	if (!command)
		return;
	command->u.limit.slot = slot;
	command->u.limit.height = height;
	send_to_peer(engine, command);
}

static void send_to_room(struct lectern_engine *engine, enum command_type type, lectern_id room,
	lectern_id peer, const char *recording)
{
	const struct table_entry *entry = table_find(&engine->rooms, room);
	struct command *command = entry ? command_new(type, room, peer) : NULL;

	if (!command)
		return;
	snprintf(command->u.recording, sizeof(command->u.recording), "%s", recording);
	worker_command(engine->workers[entry->worker], command);
}

void lectern_engine_room_reserve(struct lectern_engine *engine, lectern_id room, lectern_id peer)
{
	send_to_room(engine, COMMAND_ROOM_RESERVE, room, peer, "");
}

void lectern_engine_room_record(
	struct lectern_engine *engine, lectern_id room, const char *recording)
{
	send_to_room(engine, COMMAND_ROOM_RECORD, room, 0, recording ? recording : "");
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
	struct event_letter *letter;

	for (unsigned i = 0; i < engine->worker_count; i++) {
		worker_push_backlog(engine->workers[i]);
		while ((letter = worker_event(engine->workers[i])) != NULL) {
			if (is_current(engine, &letter->event))
				on_event(&letter->event, arg);
			free(letter);
		}
	}
}
