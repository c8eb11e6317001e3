/* SPDX-License-Identifier: MIT */
#include "signaling/live/live.h"
#include "signaling/live.h"

void live_media(struct client *client, const struct proto_request *request)
{
	const struct proto_media_request *media = &request->u.media;
	const struct member *member = room_find(client->classroom->room, client->seat->member);
	unsigned kinds = 0;

	/* What was said before a mute was seen does not undo it. */
	if (media->mic &&
		(media->mutes == member->mutes || (member->on & LECTERN_KIND_BIT(LECTERN_MIC))))
		kinds |= LECTERN_KIND_BIT(LECTERN_MIC);
	if (media->camera)
		kinds |= LECTERN_KIND_BIT(LECTERN_CAMERA);
	if (media->screen)
		kinds |= LECTERN_KIND_BIT(LECTERN_SCREEN);
	handler_finish(client, request,
		room_media(client->classroom->room, client->seat->member, kinds, live_now()));
}
