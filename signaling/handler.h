/* SPDX-License-Identifier: MIT */
/*
 * What carries out a request: one function a message, one file each in signaling/live/.
 *
 * A handler is called when the message is as the schema says, and, but for `enter`, only for a
 * client that has a seat. It replies or refuses exactly once, and carries out the effects of the
 * room.
 */
#ifndef SIGNALING_HANDLER_H
#define SIGNALING_HANDLER_H

#include "signaling/classroom.h"
#include "signaling/client.h"
#include "signaling/protocol.h"

typedef void(handler_fn)(struct client *client, const struct proto_request *request);

/* By request type; live/table.c. */
extern handler_fn *const handlers[PROTO_REQUESTS];

/* Replies without fields, or refuses by what a rule of the room returned, then carries it out. */
void handler_finish(struct client *client, const struct proto_request *request, int result);

#endif
