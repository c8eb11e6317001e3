/* SPDX-License-Identifier: MIT */
/* One row a message, sorted. */
#include "signaling/live/live.h"

#include "signaling/handler.h"

handler_fn *const handlers[PROTO_REQUESTS] = {
	[PROTO_REQUEST_ADMIT] = live_admit,
	[PROTO_REQUEST_BEGIN] = live_begin,
	[PROTO_REQUEST_CHAT] = live_chat,
	[PROTO_REQUEST_END] = live_end,
	[PROTO_REQUEST_ENTER] = live_enter,
	[PROTO_REQUEST_FLOOR] = live_floor,
	[PROTO_REQUEST_HAND] = live_hand,
	[PROTO_REQUEST_LEAVE] = live_leave,
	[PROTO_REQUEST_MEDIA] = live_media,
	[PROTO_REQUEST_MUTE] = live_mute,
	[PROTO_REQUEST_OFFER] = live_offer,
	[PROTO_REQUEST_PING] = live_ping,
	[PROTO_REQUEST_RECORD] = live_record,
	[PROTO_REQUEST_REMOVE] = live_remove,
	[PROTO_REQUEST_VIEW] = live_view_sizes,
};
