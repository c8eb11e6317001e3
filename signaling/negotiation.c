/* SPDX-License-Identifier: MIT */
#include "signaling/negotiation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "signaling/classroom.h"
#include "signaling/live.h"

static struct lectern_engine *engine_of(const struct classroom *classroom)
{
	return classroom->live->server->engine;
}

static const char *role_name(enum room_role role)
{
	static const char *const names[] = {
		[ROOM_INSTRUCTOR] = "instructor",
		[ROOM_COORDINATOR] = "coordinator",
		[ROOM_TRAINEE] = "trainee",
		[ROOM_GUEST] = "guest",
	};

	return names[role];
}

void negotiation_fill_person(const struct classroom *classroom, const struct seat *seat,
	struct lectern_peer_params *params)
{
	const struct member *member = room_find(classroom->room, seat->member);

	params->room = classroom->engine_room;
	memcpy(params->member, member->id, sizeof(params->member));
	memcpy(params->name, member->name, sizeof(params->name));
	snprintf(params->role, sizeof(params->role), "%s", role_name(member->role));
}

static int write_answer(
	const struct classroom *classroom, struct negotiation *n, lectern_id peer, unsigned version)
{
	const struct lectern_endpoint *endpoint =
		lectern_engine_peer_endpoint(engine_of(classroom), peer);

	return endpoint ? sdp_write(&n->offer, &n->params, endpoint, version, n->answer) : -ENOENT;
}

int negotiation_new_peer(struct classroom *classroom, struct seat *seat, struct negotiation *n)
{
	struct lectern_engine *engine = engine_of(classroom);
	lectern_id peer;
	int result = lectern_engine_peer_add(engine, &n->params, &peer);

	if (result < 0)
		return result;
	result = write_answer(classroom, n, peer, 1);
	if (result == 0)
		result = classroom_take_peer(classroom, seat, peer, &n->params);
	if (result < 0)
		lectern_engine_peer_remove(engine, peer);
	return result;
}

int negotiation_same_peer(
	const struct classroom *classroom, const struct seat *seat, struct negotiation *n)
{
	return write_answer(classroom, n, seat->peer, seat->answers + 1);
}

int negotiation_restart(
	struct classroom *classroom, struct seat *seat, const struct lectern_peer_params *params)
{
	uint64_t now_us = live_now().now_us;
	int result;

	if (seat->restart_us && now_us - seat->restart_us < NEGOTIATION_RESTART_US)
		return -EAGAIN;
	result = lectern_engine_peer_restart(engine_of(classroom), seat->peer, params->local_ufrag,
		params->local_pwd, params->remote_ufrag, params->remote_pwd);
	if (result == 0) {
		seat->restart_us = now_us;
		*seat->params = *params;
	}
	return result;
}
