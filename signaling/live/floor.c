/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_floor(struct client *client, const struct proto_request *request)
{
	const struct proto_floor_request *floor = &request->u.floor;
	unsigned kinds = 0;

	if (floor->speak)
		kinds |= LECTERN_KIND_BIT(LECTERN_MIC);
	if (floor->show)
		kinds |= LECTERN_KIND_BIT(LECTERN_CAMERA);
	if (floor->share)
		kinds |= LECTERN_KIND_BIT(LECTERN_SCREEN);
	handler_finish(client, request,
		room_floor(client->classroom->room, client->seat->member, floor->member, kinds,
			live_now()));
}
