/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_mute(struct client *client, const struct proto_request *request)
{
	handler_finish(client, request,
		room_mute(client->classroom->room, client->seat->member, request->u.mute.member,
			live_now()));
}
