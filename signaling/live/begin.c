/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_begin(struct client *client, const struct proto_request *request)
{
	handler_finish(client, request,
		room_begin(client->classroom->room, client->seat->member, live_now()));
}
