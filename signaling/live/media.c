/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_media(struct client *client, const struct proto_request *request)
{
	const struct proto_media_request *media = &request->u.media;
	unsigned kinds = 0;

	if (media->mic)
		kinds |= LECTERN_KIND_BIT(LECTERN_MIC);
	if (media->camera)
		kinds |= LECTERN_KIND_BIT(LECTERN_CAMERA);
	if (media->screen)
		kinds |= LECTERN_KIND_BIT(LECTERN_SCREEN);
	handler_finish(client, request,
		room_media(client->classroom->room, client->seat->member, kinds, live_now()));
}
