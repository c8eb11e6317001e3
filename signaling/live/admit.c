/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_admit(struct client *client, const struct proto_request *request)
{
	handler_finish(client, request,
		room_admit(client->classroom->room, client->seat->member, request->u.admit.member,
			live_now()));
}
