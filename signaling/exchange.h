/* SPDX-License-Identifier: MIT */
/*
 * One request on one connection, from its head to the last byte of the answer.
 *
 * It owns the request, lends it to the work pool, and sends the answer as fast as the other end
 * takes it: at most EXCHANGE_CHUNK bytes of a body are in memory, and files are read on the pool's
 * file thread. When the connection goes while a job is under way, the job's end destroys it.
 *
 * While it waits for a job or for the other end, input is switched off: libwebsockets keeps what
 * was pipelined, and would turn its loop for it without end. It does not tell us of output either
 * then, so the connections that wait to write are asked every EXCHANGE_TICK_US.
 *
 * Control thread. Calls that return int return what the callback of libwebsockets must: -1 closes.
 */
#ifndef SIGNALING_EXCHANGE_H
#define SIGNALING_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include <libwebsockets.h>

#include "base/list.h"

struct exchange;
struct server;

enum {
	EXCHANGE_CHUNK = 64 * 1024,
	EXCHANGE_TICK_US = 20 * 1000,
};

/* Every exchange of a server. */
struct exchanges {
	struct server *server;
	struct lws_context *context;
	struct list all;
	lws_sorted_usec_list_t timer;
	bool ticking;
};

void exchanges_init(
	struct exchanges *exchanges, struct server *server, struct lws_context *context);
/* Before the context goes. */
void exchanges_finish(struct exchanges *exchanges);

/* LWS_CALLBACK_HTTP. */
int exchange_begin(struct exchanges *exchanges, struct lws *wsi, struct exchange **ret_exchange);
/* LWS_CALLBACK_HTTP_BODY, ..._BODY_COMPLETION and ..._WRITEABLE; `exchange` may be NULL. */
int exchange_body(struct exchange *exchange, const void *data, size_t len);
int exchange_body_end(struct exchange *exchange);
/* Sets *exchange to NULL when the answer has gone out whole. */
int exchange_send(struct exchange **exchange);
/* The connection is gone or turns to the next request. Accepts NULL. */
void exchange_end(struct exchange *exchange);

/* At an upgrade: an error at once, in place of a WebSocket. Returns 1, or -1. */
int exchange_refuse_upgrade(struct lws *wsi, unsigned status, const char *code, const char *text);

#endif
