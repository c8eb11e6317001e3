/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_chat(struct client *client, const struct proto_request *request)
{
	struct room *room = client->classroom->room;
	int result = room_chat(room, client->seat->member, request->u.chat.text, live_now());
	struct proto_chat_reply reply = {.line = (int64_t)room_chat_lines(room)->last};

	if (result < 0) {
		handler_finish(client, request, result);
		return;
	}
	client_reply(client, request, &reply);
	classroom_carry_out(client->classroom);
}
