/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_ping(struct client *client, const struct proto_request *request)
{
	struct proto_ping_reply reply = {.now = live_now().wall_ms};

	client_reply(client, request, &reply);
}
