/* SPDX-License-Identifier: MIT */
/*
 * One HTTP request and the answer to it.
 *
 * The control thread fills the upper half from the wire and picks the route. The route's `run` then
 * has the request to itself on a thread of the work pool, where it reads what was asked and writes
 * the answer by one of the request_...() calls below; after it, `finish` may add what only the
 * control thread knows, and the answer is sent. A handler that answers nothing is our bug.
 *
 * Strings that a person reads on a page come from the client by the status; the text of an error is
 * English, for a log.
 */
#ifndef SIGNALING_REQUEST_H
#define SIGNALING_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/addr.h"
#include "signaling/auth.h"
#include "signaling/http.h"
#include "signaling/throttle.h"
#include "signaling/url.h"

struct request;
struct store;

enum {
	REQUEST_PATH = 512, /* bytes of a decoded path, with its NUL */
	REQUEST_QUERY = 512,
	REQUEST_RANGE = 256,
	REQUEST_BEARER = 64,   /* characters of a token, with its NUL */
	REQUEST_IF_MATCH = 96, /* the same of If-Match */
	ANSWER_COOKIES = 2,
	ANSWER_COOKIE = 192,
	ANSWER_MAX_FILE = 8 << 20, /* bytes of a file that is parsed to answer with it */
};

enum method {
	METHOD_GET,
	METHOD_POST,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER,
	METHOD_ANY
};

/* One row for each route, in api/table.c; rows of one pattern differ in their method. */
struct route {
	enum method method;
	const char *pattern; /* see url_match(); a first <n> is the person's number; NULL ends a
				table */
	bool anyone;	     /* no sign-in is needed */
	int lane;	     /* enum work_lane */
	void (*run)(struct store *store, struct request *request);
	void (*finish)(struct request *request); /* control thread; NULL: nothing */
	/*
	 * Of WHIP and WHEP: the media type of its body, "" where there is none. Such a route asks
	 * for a bearer token and no cookie, so that pages of every origin may use it, and tells
	 * what is wrong in plain text. NULL: a route of our own pages.
	 */
	const char *stream;
	/* Control thread, before `run`, with the body there. False: it answered. NULL: no question.
	 */
	bool (*admit)(struct request *request);
};

struct answer {
	unsigned status;		     /* 0: none yet */
	const char *type, *cache, *encoding; /* NULL: no such header */
	bool ranges, vary, close;
	unsigned retry_after_s;
	char allow[48];
	char location[128];
	char etag[32];				/* with its quotes */
	const char *challenge;			/* WWW-Authenticate */
	const char *accept_post, *accept_patch; /* media types */
	bool open;				/* to pages of every origin */
	char content_range[80];
	char cookies[ANSWER_COOKIES][ANSWER_COOKIE];
	json_t *json; /* until it is sent */
	char *body;
	int64_t length;
	int fd; /* -1: `body` is the body; else `length` bytes from `offset` of the file */
	int64_t offset;
};

struct request {
	/* what was asked */
	struct server *server;
	const struct route *route;
	enum method method;
	bool head;
	char path[REQUEST_PATH];
	char query[REQUEST_QUERY]; /* "from=1&to=2", decoded */
	char range[REQUEST_RANGE];
	char bearer[REQUEST_BEARER]; /* "": none that could be one of ours */
	char if_match[REQUEST_IF_MATCH];
	bool takes_br, takes_gzip;
	struct addr from; /* who asks; the port is 0 */
	unsigned last_n;  /* who signed in last in this browser; 0: nobody */
	struct url_params params;
	struct identity who; /* of routes that need a sign-in */
	json_t *body;	     /* of changing requests: an object */
	char *text;	     /* the body as it came in */
	size_t text_len, text_room;

	/* what is answered */
	struct answer answer;
	struct identity changed; /* for `finish`: a sign-in that was added or removed */
	void *found;		 /* for `finish`: what `run` allocated; freed with the request */

	/* control thread only */
	struct exchange *exchange; /* the connection's; NULL: it is gone */
};

struct request *request_create(struct server *server);
/* Accepts NULL. */
void request_destroy(struct request *request);

/* Finds the row of `routes` for path and method, the first pattern that fits. False: 404 or 405 was
 * answered. */
bool request_route(struct request *request, const struct route *routes);

/* The id in the pattern's <id>; every route below /u/<n> has it second. 0: not an id. */
int64_t request_id(const struct request *request);

/* Takes `json`, NULL being out of memory. */
void request_json(struct request *request, unsigned status, json_t *json);
/* A copy of `text`. */
void request_text(struct request *request, unsigned status, const char *type, const char *text);
/* {"error": code, "text": ...}, or the text alone where the route says so; replaces whatever was
 * answered before. */
void request_error(struct request *request, unsigned status, const char *code, const char *text);
/* For a negative errno of the store: 404, 503 or 500. */
void request_fail(struct request *request, int error);
void request_empty(struct request *request, unsigned status);
void request_redirect(struct request *request, const char *location);
/*
 * What may fail only so often from one address (signaling/throttle.h). Control thread:
 * request_may_try() in `admit`, one of the other two in `finish`. Where there were too many, 429 with
 * Retry-After is answered, and false returned. Who was right with `subject` before, from the same
 * address, may always try with it; NULL: nobody may.
 */
bool request_may_try(struct request *request, enum throttle_kind kind, const char *subject);
bool request_was_wrong(struct request *request, enum throttle_kind kind);
void request_was_right(struct request *request, enum throttle_kind kind, const char *subject);
/* Takes `fd`. Honours HEAD and one Range if `ranges`. */
void request_file(
	struct request *request, int fd, const char *type, const char *cache, bool ranges);
/* name=value with Path=path; lifetime 0: gone at once. */
void request_cookie(struct request *request, const char *name, const char *value, const char *path,
	int64_t lifetime_ms);

#endif
