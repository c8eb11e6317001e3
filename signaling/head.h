/* SPDX-License-Identifier: MIT */
/*
 * Reads a request's head out of libwebsockets, and judges who asks and from where.
 * Control thread, while the headers are there: in LWS_CALLBACK_HTTP and at an upgrade.
 */
#ifndef SIGNALING_HEAD_H
#define SIGNALING_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include <libwebsockets.h>

struct identity;
struct request;
struct server;

/*
 * Fills what was asked. On failure the request has an error to answer, after which the connection
 * must close: what follows the head cannot be trusted.
 */
int head_read(struct lws *wsi, struct request *request);
/* The size of the body, for a request whose route is known, which says how much it takes. Failure
 * as above. */
int head_length(struct lws *wsi, struct request *request, int64_t *ret_length);
/* Something follows the head. */
bool head_has_body(struct lws *wsi);

/* NULL: nobody, or not n. */
const struct identity *head_identity(struct server *server, struct lws *wsi, unsigned n);

enum head_origin { ORIGIN_NONE, ORIGIN_OURS, ORIGIN_FOREIGN };

enum head_origin head_origin(struct server *server, struct lws *wsi);
/* The body is of this media type. */
bool head_has_type(struct lws *wsi, const char *type);
/* The upgrade asks for our subprotocol. */
bool head_asks_protocol(struct lws *wsi, const char *name);

#endif
