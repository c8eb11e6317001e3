/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_hand(struct client *client, const struct proto_request *request)
{
	const struct proto_hand_request *hand = &request->u.hand;

	handler_finish(client, request,
		room_hand(client->classroom->room, client->seat->member, hand->member, hand->raised,
			live_now()));
}
