/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_remove(struct client *client, const struct proto_request *request)
{
	handler_finish(client, request,
		room_remove(client->classroom->room, client->seat->member, request->u.remove.member,
			live_now()));
}
