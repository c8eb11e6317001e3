/* SPDX-License-Identifier: MIT */
/* The handlers of the WebSocket protocol, as in signaling/handler.h; schema/ says what each does.
 */
#ifndef SIGNALING_LIVE_LIVE_H
#define SIGNALING_LIVE_LIVE_H

#include "signaling/handler.h"

handler_fn live_admit;
handler_fn live_begin;
handler_fn live_chat;
handler_fn live_end;
handler_fn live_enter;
handler_fn live_floor;
handler_fn live_hand;
handler_fn live_leave;
handler_fn live_media;
handler_fn live_mute;
handler_fn live_offer;
handler_fn live_ping;
handler_fn live_record;
handler_fn live_remove;
handler_fn live_view_sizes;

#endif
