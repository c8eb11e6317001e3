/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_leave(struct client *client, const struct proto_request *request)
{
	struct classroom *classroom = client->classroom;
	struct proto_leave_reply reply = {0};

	client_reply(client, request, &reply);
	room_leave(classroom->room, client->seat->member, live_now());
	classroom_carry_out(classroom);
}
