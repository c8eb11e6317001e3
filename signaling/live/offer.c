/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/live.h"
#include "signaling/sdp.h"

enum { RESTART_PAUSE_US = 1000 * 1000 }; /* between two ICE restarts of one peer */

/* What the offer asks for, relative to the peer that the seat has. */
enum ask {
	ASK_NEW,     /* another peer: another certificate, or none is there */
	ASK_RESTART, /* ICE of the same one */
	ASK_SAME,    /* the answer again */
};

struct negotiation {
	struct sdp_offer offer;
	struct lectern_peer_params params;
	char answer[SDP_MAX_ANSWER];
	char why[SDP_WHY];
};

static enum ask what_is_asked(const struct seat *seat, const struct sdp_transport *offered)
{
	const struct lectern_peer_params *have = seat->params;

	if (!seat->peer || strcmp(have->remote_fingerprint, offered->fingerprint) != 0)
		return ASK_NEW;
	if (strcmp(have->remote_ufrag, offered->ufrag) != 0 ||
		strcmp(have->remote_pwd, offered->pwd) != 0)
		return ASK_RESTART;
	return ASK_SAME;
}

static const char *role_name(enum room_role role)
{
	static const char *const names[] = {
		[ROOM_INSTRUCTOR] = "instructor",
		[ROOM_COORDINATOR] = "coordinator",
		[ROOM_TRAINEE] = "trainee",
	};

	return names[role];
}

static void fill_person(const struct classroom *classroom, const struct seat *seat,
	struct lectern_peer_params *params)
{
	const struct member *member = room_find(classroom->room, seat->member);

	params->room = classroom->engine_room;
	memcpy(params->member, member->id, sizeof(params->member));
	memcpy(params->name, member->name, sizeof(params->name));
	snprintf(params->role, sizeof(params->role), "%s", role_name(member->role));
}

static int restart(
	struct classroom *classroom, struct seat *seat, const struct lectern_peer_params *params)
{
	uint64_t now_us = live_now().now_us;
	int result;

	if (seat->restart_us && now_us - seat->restart_us < RESTART_PAUSE_US)
		return -EAGAIN;
	result = lectern_engine_peer_restart(classroom->live->server->engine, seat->peer,
		params->local_ufrag, params->local_pwd, params->remote_ufrag, params->remote_pwd);
	if (result == 0) {
		seat->restart_us = now_us;
		*seat->params = *params;
	}
	return result;
}

static int write_answer(
	const struct client *client, struct negotiation *n, lectern_id peer, unsigned version)
{
	const struct lectern_endpoint *endpoint =
		lectern_engine_peer_endpoint(client->classroom->live->server->engine, peer);

	return endpoint ? sdp_write(&n->offer, &n->params, endpoint, version, n->answer) : -ENOENT;
}

/* The one that the seat has stays until the new one has its answer. */
static int replace_peer(struct client *client, struct negotiation *n)
{
	struct lectern_engine *engine = client->classroom->live->server->engine;
	lectern_id peer;
	int result = lectern_engine_peer_add(engine, &n->params, &peer);

	if (result < 0)
		return result;
	result = write_answer(client, n, peer, 1);
	if (result == 0)
		result = classroom_take_peer(client->classroom, client->seat, peer, &n->params);
	if (result < 0)
		lectern_engine_peer_remove(engine, peer);
	return result;
}

static int answer_again(struct client *client, enum ask ask, struct negotiation *n)
{
	struct seat *seat = client->seat;
	int result = write_answer(client, n, seat->peer, seat->answers + 1);

	if (result == 0 && ask == ASK_RESTART)
		result = restart(client->classroom, seat, &n->params);
	return result;
}

/* The answer is in n->answer; else refused, and nothing has changed. */
static int negotiate(struct client *client, const char *sdp, struct negotiation *n)
{
	struct seat *seat = client->seat;
	enum ask ask;
	int result = sdp_parse(sdp, strlen(sdp), &n->offer, n->why);

	if (result < 0)
		return result;
	fill_person(client->classroom, seat, &n->params);
	ask = what_is_asked(seat, &n->offer.transport);
	result = sdp_negotiate(&n->offer, ask == ASK_NEW ? NULL : seat->params, &n->params, n->why);
	if (result == 0)
		result = ask == ASK_NEW ? replace_peer(client, n) : answer_again(client, ask, n);
	if (result == 0)
		seat->answers++;
	return result;
}

void live_offer(struct client *client, const struct proto_request *request)
{
	struct negotiation *n = NULL;
	struct proto_offer_reply reply;
	int result;

	if (!client->classroom->engine_room) {
		client_refuse(
			client, request->id, PROTO_ERROR_UNAVAILABLE, "the class is not open");
		return;
	}
	n = calloc(1, sizeof(*n));
	result = n ? negotiate(client, request->u.offer.sdp, n) : -ENOMEM;
	if (result == 0) {
		reply.sdp = n->answer;
		client_reply(client, request, &reply);
	} else if (result == -EBADMSG) {
		client_refuse(client, request->id, PROTO_ERROR_BAD_REQUEST, n->why);
	} else if (result == -EAGAIN) {
		client_refuse(client, request->id, PROTO_ERROR_TOO_FAST, "ICE was just restarted");
	} else {
		client_refuse(client, request->id, PROTO_ERROR_UNAVAILABLE, strerror(-result));
	}
	free(n);
}
