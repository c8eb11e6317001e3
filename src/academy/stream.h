/* SPDX-License-Identifier: MIT */
/*
 * Streams: how a program that is no browser of a person (OBS, GStreamer, a plain player) comes into
 * a class, by WHIP to teach or by WHEP to watch.
 *
 * Who holds a token may do one of the two in one session, until it expires. Tokens are secrets as
 * sign-ins are: 256 random bits outside, a hash in the database (academy/person.h). The room of an
 * address is the session's id; only sessions that have a token are rooms, so that an address tells
 * nothing of others. Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_STREAM_H
#define ACADEMY_STREAM_H

#include <stdint.h>

#include "academy/session.h"
#include "academy/signin.h"

struct store;

enum stream_direction { STREAM_PUBLISH, STREAM_WATCH };

enum { STREAM_DIRECTIONS = 2 };

/* What a token opens. */
struct stream_grant {
	int64_t site, session;
	char name[LECTERN_MAX_NAME];
};

struct stream_params {
	int64_t site, session;
	enum stream_direction direction;
	const char *name; /* of whoever comes by it; NULL: in the language of the site */
	int64_t expires_at;
};

/* `token` is the secret to give away. -ENOENT: no such session. */
int stream_token_add(struct store *store, const struct stream_params *params, int64_t now_ms,
	char token[SIGNIN_TOKEN]);
/* `hash` is that of the token, `room` a session of any site. -ENOENT: no such room; -EACCES: the
 * token is not good for it. */
int stream_token_check(struct store *store, int64_t room, enum stream_direction direction,
	const char *hash, int64_t now_ms, struct stream_grant *ret_grant);

/*
 * A class that is open now, for streams to come: its session in `course` (NULL: one that is made for
 * streams), with a token for each direction. All or nothing.
 */
struct stream_room_params {
	const char *site;   /* slug; NULL: the one with the most people, made where there is none */
	const char *course; /* title */
	const char *title;  /* NULL: in the language of the site */
	const char *teacher; /* as `name` above, of who publishes */
	enum session_policy policy;
	int64_t lifetime_ms; /* of the tokens */
};

struct stream_room {
	int64_t session;
	char tokens[STREAM_DIRECTIONS][SIGNIN_TOKEN]; /* by direction */
};

/* -ENOENT: no such site; -ESRCH: no such course in it. */
int stream_room_add(struct store *store, const struct stream_room_params *params, int64_t now_ms,
	struct stream_room *ret_room);

#endif
