/* SPDX-License-Identifier: MIT */
/*
 * The server on the control thread: one libwebsockets context with HTTP/1.1 and the WebSocket.
 *
 * struct server ties the parts of the control side together; main owns each of them and sets the
 * pointers before the loop runs. HTTP itself is private to http.c, request.c and api/.
 *
 * The WebSocket: `live` gives a struct lws_protocols named "lectern". An upgrade of /u/<n>/ws
 * reaches its callback only after http.c has checked path, Origin and cookie (else 403, 404 or 401
 * was answered). In LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION, while the headers are still there, the
 * callback asks http_ws_identity() and keeps a copy. The server is lws_context_user() of the
 * context.
 *
 * Limits: below. A connection that sends no whole request for HTTP_TIMEOUT_S, or takes no byte of
 * an answer for HTTP_STALL_S, is closed.
 */
#ifndef SIGNALING_HTTP_H
#define SIGNALING_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <libwebsockets.h>

#include "lectern/config.h"
#include "signaling/auth.h"

struct forwarded;
struct http;
struct lectern_engine;
struct live;
struct route;
struct throttle;
struct vault;
struct work;

enum {
	HTTP_MAX_CONNECTIONS = 2048, /* WebSockets included */
	HTTP_MAX_HEADERS = 8192,     /* bytes of a request's head */
	HTTP_MAX_BODY = 16384,	     /* bytes of a request's body */
	HTTP_MAX_OFFER = 128 * 1024, /* the same of WHIP and WHEP */
	HTTP_TIMEOUT_S = 10,
	HTTP_KEEPALIVE_S = 30,
	HTTP_STALL_S = 60,
};

/* What is going on in a session now; all 0 when nobody is there. */
struct live_view {
	unsigned present;
	bool open;    /* a host has entered */
	bool waiting; /* people are there, no host yet */
	bool ended;
};

struct server {
	const struct lectern_config *config; /* borrowed, like everything here */
	const struct route *pages, *api;     /* page_routes and api_routes of api/table.h */
	struct auth *auth;
	struct work *work;
	struct lectern_engine *engine;
	struct http *http;
	const struct vault *vault; /* what is sealed in the database, see academy/vault.h */
	/* http_create() makes these, http_destroy() ends them */
	struct throttle *throttle;
	const struct forwarded *forwarded;
	struct live *live;
	/* Given by `live`: what the API says of a session that is held now. NULL: nothing is. */
	struct live_view (*live_look)(struct server *server, int64_t site, int64_t session);
};

/* `ws` is the live side's protocol, NULL for none; its name must be "lectern". `why`:
 * LECTERN_MAX_WHY. */
int http_create(
	struct server *server, const struct lws_protocols *ws, struct http **ret_http, char *why);
/* Closes every connection. The work pool must have ended: no job has a request. Accepts NULL. */
void http_destroy(struct http *http);
struct lws_context *http_context(struct http *http);
/* The port that was bound. */
uint16_t http_port(const struct http *http);
/* "http://localhost:8080": where a browser on this machine finds us; `out` holds 128 bytes. */
const char *http_origin(const struct http *http, char *out);
/* One turn of the loop: waits for something to happen. Negative: the context is broken. */
int http_service(struct http *http);
/* Any thread and any signal handler: ends the wait; `arg` is the struct http. */
void http_wake(void *arg);

/* Only in LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION. NULL: refuse the connection (return -1). */
const struct identity *http_ws_identity(struct server *server, struct lws *wsi);

#endif
