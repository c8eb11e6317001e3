/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_record(struct client *client, const struct proto_request *request)
{
	if (!client->classroom->live->recorder) {
		client_refuse(
			client, request->id, PROTO_ERROR_UNAVAILABLE, "no recorder is configured");
		return;
	}
	handler_finish(client, request,
		room_record(client->classroom->room, client->seat->member, request->u.record.on,
			live_now()));
}
