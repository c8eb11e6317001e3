/* SPDX-License-Identifier: MIT */
/*
 * The envelope of the WebSocket protocol: JSON text to a request, and replies and events to text.
 * schema/README.md tells the form, protocol_gen.h has the structs of each message.
 *
 * Everything is bounded before it is built: the size of a message, its depth, and how many values
 * it holds. Texts that are returned belong to the caller, who frees them. No state, any thread.
 */
#ifndef SIGNALING_PROTOCOL_H
#define SIGNALING_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "signaling/protocol_gen.h"

enum {
	PROTOCOL_MAX_MESSAGE = 128 * 1024, /* bytes of one message, either way to us */
	PROTOCOL_MAX_DEPTH = 8,		   /* objects and arrays within one another */
	PROTOCOL_MAX_VALUES = 256,	   /* values of a message, all depths together */
};

struct protocol_message {
	struct proto_request request; /* its strings live in `document` */
	int64_t id;		      /* also of a refused message, as far as it told one; else 0 */
	char error[SHAPE_ERROR_TEXT]; /* why it was refused */
	json_t *document;
};

/* -EBADMSG: see `error`. In either case finish it. */
int protocol_message_init(struct protocol_message *message, const char *text, size_t len);
void protocol_message_finish(struct protocol_message *message);

/* {"re":id,"ok":true, ...}; NULL: no memory, or a string that is not UTF-8. */
char *protocol_reply(int64_t id, const struct shape *shape, const void *fields);
/* {"re":id,"ok":false,"error":...,"text":...} */
char *protocol_refusal(int64_t id, enum proto_error error, const char *text);
/* {"type":shape->name, ...} */
char *protocol_event(const struct shape *shape, const void *fields);

#endif
