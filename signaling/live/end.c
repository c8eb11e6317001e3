/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_end(struct client *client, const struct proto_request *request)
{
	handler_finish(client, request,
		room_end(client->classroom->room, client->seat->member, live_now()));
}
