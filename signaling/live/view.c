/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_view_sizes(struct client *client, const struct proto_request *request)
{
	const struct proto_view_request *view = &request->u.view;
	struct lectern_engine *engine = client->classroom->live->server->engine;

	for (size_t i = 0; client->seat->peer && i < view->slots_count; i++)
		lectern_engine_slot_limit(engine, client->seat->peer, (unsigned)view->slots[i].slot,
			(unsigned)view->slots[i].height);
	handler_finish(client, request, 0);
}
