/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/live.h"
#include "signaling/negotiation.h"

/* What the offer asks for, relative to the peer that the seat has. */
enum ask {
	ASK_NEW,     /* another peer: another certificate, or none is there */
	ASK_RESTART, /* ICE of the same one */
	ASK_SAME,    /* the answer again */
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

static int answer_again(struct client *client, enum ask ask, struct negotiation *n)
{
	struct seat *seat = client->seat;
	int result = negotiation_same_peer(client->classroom, seat, n);

	if (result == 0 && ask == ASK_RESTART)
		result = negotiation_restart(client->classroom, seat, &n->params);
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
	negotiation_fill_person(client->classroom, seat, &n->params);
	ask = what_is_asked(seat, &n->offer.transport);
	result = sdp_negotiate(&n->offer, ask == ASK_NEW ? NULL : seat->params, &n->params, n->why);
	if (result == 0)
		result = ask == ASK_NEW ? negotiation_new_peer(client->classroom, seat, n)
					: answer_again(client, ask, n);
	if (result == 0)
		seat->answers++;
	return result;
}

static bool is_waiting(const struct client *client)
{
	return room_find(client->classroom->room, client->seat->member)->lobby;
}

void live_offer(struct client *client, const struct proto_request *request)
{
	struct negotiation *n = NULL;
	struct proto_offer_reply reply;
	int result;

	if (!client->classroom->engine_room || is_waiting(client)) {
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
