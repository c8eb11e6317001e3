/* SPDX-License-Identifier: MIT */
/*
 * One HTTP request and the answer to it.
 *
 * The control thread fills the upper part from the wire and picks the route. On a thread of the work
 * pool it is then judged (perform.h): who asks, which object is meant, whether the route's right is
 * theirs. The route's `run` has the request to itself there, reads what was asked and writes the
 * answer by one of the request_...() calls below; after it, `finish` may add what only the control
 * thread knows, and the answer is sent. A handler that answers nothing is our bug. How to add a
 * route: api/README.md.
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

#include "academy/access.h"
#include "academy/idempotency.h"
#include "base/addr.h"
#include "signaling/auth.h"
#include "signaling/http.h"
#include "signaling/throttle.h"
#include "signaling/url.h"

struct request;
struct store;
struct upload;

enum {
	REQUEST_PATH = 512, /* bytes of a decoded path, with its NUL */
	REQUEST_QUERY = 512,
	REQUEST_RANGE = 256,
	REQUEST_BEARER = 64,   /* characters of a token, with its NUL */
	REQUEST_IF_MATCH = 96, /* the same of If-Match */
	ANSWER_COOKIES = 3,
	ANSWER_COOKIE = 256,
	ANSWER_DISPOSITION = 640,
	REQUEST_KNOWN = 128,
	ANSWER_MAX_FILE = 8 << 20, /* bytes of a file that is parsed to answer with it */
};

enum method {
	METHOD_GET,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER,
	METHOD_ANY
};

/*
 * One row for each route, in api/table.c; rows of one pattern differ in their method. Those of the
 * API are written below its prefix and serve both /u/<n>/api/v1, where the cookie tells who asks,
 * and /api/v1, where an API token does.
 */
struct route {
	enum method method;
	const char *pattern; /* see url_match(); NULL ends a table */
	enum access_right right;
	int lane; /* enum work_lane; WORK_WRITE runs in a transaction */
	void (*run)(struct store *store, struct request *request);
	void (*finish)(struct request *request); /* control thread; NULL: nothing */
	/* Control thread, before `run`, with the body there. False: it answered. NULL: no question.
	 */
	bool (*admit)(struct request *request);
	/* On WORK_PROOF, before `run`: hashes a password. If it answers, `run` is not called. */
	void (*prove)(struct store *store, struct request *request);
	/* The object is not the first id of the path but that of the body's field of this name. */
	const char *in_body;
	/*
	 * The body is a file of up to so many bytes, of any media type: see upload.h. The right and
	 * the site's quota are asked before it is taken. 0: it is JSON.
	 */
	int64_t upload;
	bool saw;    /* a reading route that discloses: the audit tells of each answer */
	bool secret; /* its answer is told once, and not again by an Idempotency-Key */
	bool person; /* not for programs with an API token */
	/*
	 * Of WHIP and WHEP: the media type of its body, "" where there is none. Such a route asks
	 * for a bearer token and no cookie, so that pages of every origin may use it, and tells
	 * what is wrong in plain text. NULL: a route of our own pages.
	 */
	const char *stream;
};

struct answer {
	unsigned status;		     /* 0: none yet */
	const char *type, *cache, *encoding; /* NULL: no such header */
	bool ranges, vary, close;
	unsigned retry_after_s;
	char allow[48];
	char location[128];
	char disposition[ANSWER_DISPOSITION];	/* Content-Disposition */
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
	char if_none_match[REQUEST_IF_MATCH];
	char key[IDEMPOTENCY_KEY]; /* Idempotency-Key; "": none */
	bool takes_br, takes_gzip;
	bool csv;		    /* the answer is wanted as CSV, by Accept or by its address */
	struct addr from;	    /* who asks; the port is 0 */
	char device[SIGNIN_DEVICE]; /* "Firefox on Linux" */
	char known[REQUEST_KNOWN];  /* the cookie that marks a known browser, see api/attempt.h */
	unsigned last_n;	    /* who signed in last in this browser; 0: nobody */
	bool in_api;		    /* below a prefix of the API */
	bool below_n;		    /* below /u/<n>, where a cookie tells who asks */
	unsigned n;		    /* that <n>; 0: not a number */
	struct url_params params;   /* without it */
	struct identity who;	    /* of routes that need a sign-in */
	int64_t token;		    /* the API token that says so; 0: the cookie does */
	unsigned scopes;	    /* of the token */
	bool token_noted;	    /* its use was kept a moment ago */
	json_t *body;		    /* of changing requests: an object */
	struct upload *upload;	    /* of a route that takes one */
	int64_t body_length;	    /* as the head says */
	char *text;		    /* the body as it came in */
	size_t text_len, text_room;

	/* what is meant, and what the person is to it: before `run` */
	enum access_kind kind;
	int64_t site;	/* of the object; where there is none, that which the person is in */
	int64_t object; /* 0: none (HERE and ME) */
	unsigned roles; /* enum access_role */

	/* while it runs */
	struct store *store;
	int failure;	  /* an errno that spoils it, whatever the handler answers */
	unsigned audited; /* lines written */
	bool keep;	  /* what was changed is kept, though the status is 400 or more */
	bool replayed;	  /* the answer is that of an earlier request with the same key */
	json_t *told;	  /* of a `saw` route: what the line in the audit tells */

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

/* Finds the row for path and method in the server's tables, the first pattern that fits. False: 404 or
 * 405 was answered. */
bool request_route(struct request *request);

enum { PAGE_LIMIT = 50, PAGE_MAX = 200 };

/* ?after=<id>&limit=: which part of a list is asked for. */
struct page {
	int64_t after; /* 0: from the start */
	unsigned limit;
};

/* False: 400 was answered. */
bool request_page(struct request *request, struct page *ret_page);
/* The id in the query; 0: not there. False: 400 was answered. */
bool request_query_id(struct request *request, const char *name, int64_t *ret_id);

/* The pattern's <id> of that index, from 0. The first one is `object` already. 0: not an id. */
int64_t request_id_at(const struct request *request, unsigned index);
/* Whether the roles that were found have this right as well, for the same object. */
bool request_may(const struct request *request, enum access_right right);
/*
 * The same for another object, named in the body or later in the path. False: 404 or 403 was
 * answered. From here on `site`, `object`, `kind` and `roles` are those of this object.
 */
bool request_turn_to(struct request *request, enum access_right right, int64_t id);

/*
 * A line of the audit, in a route that writes, within its transaction: who did `action` to the
 * object. Steals `detail`, an object with what changed, no secrets; NULL: nothing to add. If it
 * fails, so does the request. A route that changed something and wrote no line is given one, with
 * the action of its right.
 */
void request_audit(struct request *request, const char *action, json_t *detail);
void request_audit_of(struct request *request, const char *action, enum access_kind kind,
	int64_t id, int64_t site, json_t *detail);
/* Of a `saw` route: the details of its line. Steals `detail`. */
void request_tell(struct request *request, json_t *detail);

/* Takes `json`, NULL being out of memory. */
void request_json(struct request *request, unsigned status, json_t *json);
/* A copy of `text`. */
void request_text(struct request *request, unsigned status, const char *type, const char *text);
/* Takes `bytes`, which are freed with the answer. */
void request_bytes(struct request *request, const char *type, char *bytes, size_t len);
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
