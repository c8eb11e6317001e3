/* SPDX-License-Identifier: MIT */
/*
 * The WebSocket protocol "lectern" for libwebsockets: bytes to whole messages, queues to bytes.
 *
 * Text only; a message may come in fragments, up to CLIENT limits. Each turn writes one piece of at
 * most WS_PIECE bytes, so that a long message does not hold up others. No extensions.
 */
#ifndef SIGNALING_WS_H
#define SIGNALING_WS_H

#include <libwebsockets.h>

enum {
	WS_PIECE = 16 * 1024,
	WS_MAX_FRAMES = 64, /* of one message */
};

extern const struct lws_protocols ws_protocol;

#endif
