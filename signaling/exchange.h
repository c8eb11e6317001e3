/* SPDX-License-Identifier: MIT */
/*
 * One request on one connection, from its head to the last byte of the answer.
 *
 * It owns the request, lends it to the work pool, and sends the answer as fast as the other end
 * takes it: at most EXCHANGE_CHUNK bytes of a body are in memory, and files are read on the pool's
 * file thread. When the connection goes while a job is under way, the job's end destroys it.
 *
 * libwebsockets does not read from a connection that we answer, but keeps polling for input: one
 * that pipelines, or has gone, while it takes nothing would keep the loop turning.
 * exchange_check(), once a second, closes those.
 *
 * Control thread. Calls that return int return what the callback of libwebsockets must: -1 closes.
 */
#ifndef SIGNALING_EXCHANGE_H
#define SIGNALING_EXCHANGE_H

#include <stddef.h>

#include <libwebsockets.h>

#include "base/list.h"

struct exchange;
struct server;

enum { EXCHANGE_CHUNK = 64 * 1024 };

/* LWS_CALLBACK_HTTP. Puts itself into `all`. */
int exchange_begin(
	struct server *server, struct lws *wsi, struct list *all, struct exchange **ret_exchange);
/* LWS_CALLBACK_HTTP_BODY, ..._BODY_COMPLETION and ..._WRITEABLE; `exchange` may be NULL. */
int exchange_body(struct exchange *exchange, const void *data, size_t len);
int exchange_body_end(struct exchange *exchange);
/* Sets *exchange to NULL when the answer has gone out whole. */
int exchange_send(struct exchange **exchange);
/* The connection is gone or turns to the next request. Accepts NULL. */
void exchange_end(struct exchange *exchange);
void exchange_check(struct list *all);

/* At an upgrade: an error at once, in place of a WebSocket. Returns 1, or -1. */
int exchange_refuse_upgrade(struct lws *wsi, unsigned status, const char *code, const char *text);

#endif
