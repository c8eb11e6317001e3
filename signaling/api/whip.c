/* SPDX-License-Identifier: MIT */
/*
 * /whip/<room> and /whep/<room>: RFC 9725 and draft-ietf-wish-whep over HTTP. The token is looked up
 * by a job; what it opens happens on the control thread, in signaling/whip.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/api/table.h"
#include "signaling/classroom.h"
#include "signaling/negotiation.h"
#include "signaling/request.h"
#include "signaling/whip.h"
#include "src/academy/recording.h"
#include "store/id.h"

#define SDP "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"

enum { RETRY_S = 2 };

/* What the job of a POST finds. */
struct found {
	struct class_facts facts;
	struct stream_grant grant;
	char hash[SIGNIN_HASH];
};

static enum stream_direction direction_of(const struct request *request)
{
	return strncmp(request->route->pattern, "/whep/", 6) == 0 ? STREAM_WATCH : STREAM_PUBLISH;
}

/* The same for no token, one of no form and a wrong one (RFC 6750 3). */
static void refuse_token(struct request *request)
{
	request_error(request, 401, "signed_out",
		"Send \"Authorization: Bearer\" with the token of this room.");
	request->answer.challenge = "Bearer realm=\"lectern\"";
}

static void refuse(struct request *request, int error, const char *why)
{
	switch (error) {
	case -EACCES:
		refuse_token(request);
		break;
	case -EBADMSG:
		request_error(request, 400, "bad_request", why);
		break;
	case -ENOENT:
		request_error(request, 404, "not_found", "There is no such room or session.");
		break;
	case -ESHUTDOWN:
		request_error(request, 410, "ended", "The class is over.");
		break;
	case -EAGAIN:
		request_error(request, 503, "unavailable", "The class is not open now.");
		request->answer.retry_after_s = RETRY_S;
		break;
	case -ENOSPC:
		request_error(request, 503, "full", "The class is full.");
		request->answer.retry_after_s = RETRY_S;
		break;
	default:
		request_fail(request, error);
	}
}

static int find_class(struct store *store, const struct stream_grant *grant,
	enum stream_direction direction, struct class_facts *facts)
{
	struct recording recording;
	int r = session_get(store, grant->site, grant->session, &facts->session);

	if (r == 0)
		r = door_get(store, grant->site, grant->session, &facts->door);
	if (r < 0)
		return r;
	facts->role = direction == STREAM_PUBLISH ? IN_SESSION_INSTRUCTOR : IN_SESSION_TRAINEE;
	r = recording_find_by_session(store, grant->site, grant->session, &recording);
	facts->recorded = r == 0 && recording.state == RECORDING_RUNNING;
	return r == -ENOENT ? 0 : r;
}

static int look_up(struct store *store, struct request *request, struct found *found)
{
	enum stream_direction direction = direction_of(request);
	int64_t room;
	int r;

	if (strlen(request->bearer) != SIGNIN_TOKEN - 1)
		return -EACCES;
	if (id_parse(request->params.values[0], &room) < 0)
		return -ENOENT;
	signin_hash(request->bearer, found->hash);
	r = stream_token_check(store, room, direction, found->hash, clock_wall_ms(), &found->grant);
	return r < 0 ? r : find_class(store, &found->grant, direction, &found->facts);
}

/* Who was in by this token from there keeps the way in, whatever else comes from that address. */
bool whip_admit(struct request *request)
{
	return request_may_try(request, THROTTLE_STREAM, request->bearer);
}

/* A guess at a token or at a room. To send none is none. */
static void count_guess(struct request *request)
{
	if ((request->answer.status == 401 || request->answer.status == 404) &&
		request->bearer[0] != '\0')
		request_was_wrong(request, THROTTLE_STREAM);
}

void whip_post(struct store *store, struct request *request)
{
	struct found *found = calloc(1, sizeof(*found));
	int r = found ? look_up(store, request, found) : -ENOMEM;

	if (r < 0) {
		free(found);
		refuse(request, r, NULL);
		return;
	}
	request->found = found;
	request_empty(request, 201); /* until it is known */
}

static void created(struct request *request, const struct seat *seat, const char *answer)
{
	request_text(request, 201, SDP, answer);
	snprintf(request->answer.location, sizeof(request->answer.location), "/%s/%s/%s",
		direction_of(request) == STREAM_WATCH ? "whep" : "whip", request->params.values[0],
		seat->whip->resource);
	whip_etag(seat, request->answer.etag);
	request->answer.accept_patch = FRAGMENT;
}

void whip_posted(struct request *request)
{
	const struct found *found = request->found;
	struct negotiation *n;
	struct classroom *classroom;
	struct seat *seat;
	int r = -ENOMEM;

	if (!found) {
		count_guess(request);
		return;
	}
	request_was_right(request, THROTTLE_STREAM, request->bearer);
	n = calloc(1, sizeof(*n));
	if (n) {
		struct whip_ask ask = {
			.facts = &found->facts,
			.direction = direction_of(request),
			.name = found->grant.name,
			.hash = found->hash,
			.offer = request->text,
			.offer_len = request->text_len,
		};

		r = request->server->live
			    ? whip_open(request->server->live, &ask, n, &classroom, &seat)
			    : -EAGAIN;
	}
	if (r < 0)
		refuse(request, r, n ? n->why : NULL);
	else
		created(request, seat, n->answer);
	free(n);
}

/* PATCH and DELETE ask no database: what they are about is in memory, with the token's hash. */
void whip_of_session(struct store *store, struct request *request)
{
	char *hash;

	(void)store;
	if (request->bearer[0] == '\0') {
		refuse_token(request);
		return;
	}
	hash = malloc(SIGNIN_HASH);
	if (!hash) {
		request_fail(request, -ENOMEM);
		return;
	}
	signin_hash(request->bearer, hash);
	request->found = hash;
	request_empty(request, 200);
}

static int find_session(
	const struct request *request, struct classroom **ret_classroom, struct seat **ret_seat)
{
	int64_t room;

	if (!request->server->live || id_parse(request->params.values[0], &room) < 0)
		return -ENOENT;
	return whip_find(request->server->live, room, direction_of(request),
		request->params.values[1], request->found, ret_classroom, ret_seat);
}

void whip_deleted(struct request *request)
{
	struct classroom *classroom;
	struct seat *seat;
	int r;

	if (!request->found)
		return;
	r = find_session(request, &classroom, &seat);
	if (r < 0) {
		refuse(request, r, NULL);
		count_guess(request);
	} else {
		whip_close(classroom, seat);
	}
}

/* RFC 9725 4.3.1.1. A restart comes with "*", whatever session it restarts. */
static bool check_match(struct request *request, const struct seat *seat)
{
	char etag[WHIP_ETAG];

	whip_etag(seat, etag);
	if (request->if_match[0] == '\0')
		request_error(request, 428, "bad_request",
			"Send If-Match with the ETag of the session, or * to restart ICE.");
	else if (!url_matches(request->if_match, etag))
		request_error(request, 412, "bad_request", "This is not the ETag of the session.");
	else
		return true;
	return false;
}

static void answer_patch(struct request *request, const struct seat *seat, int r, const char *text)
{
	if (r == -EAGAIN) {
		request_error(request, 429, "too_fast", "ICE was just restarted.");
		request->answer.retry_after_s = 1;
	} else if (r < 0) {
		refuse(request, r, NULL);
	} else if (r == 0) {
		request_empty(request, 204);
	} else {
		request_text(request, 200, FRAGMENT, text);
		whip_etag(seat, request->answer.etag);
	}
}

void whip_patched(struct request *request)
{
	struct sdp_fragment fragment;
	struct classroom *classroom;
	char why[SDP_WHY], *answer;
	struct seat *seat;
	int r;

	if (!request->found)
		return;
	r = find_session(request, &classroom, &seat);
	if (r == 0)
		r = sdp_fragment_parse(request->text, request->text_len, &fragment, why);
	if (r < 0) {
		refuse(request, r, why);
		count_guess(request);
		return;
	}
	if (!check_match(request, seat))
		return;
	answer = malloc(SDP_MAX_ANSWER);
	r = answer ? whip_patch(classroom, seat, &fragment, answer) : -ENOMEM;
	answer_patch(request, seat, r, answer);
	free(answer);
}

/* Of a page of another origin, before it sends the token (Fetch, CORS preflight). */
void whip_options(struct store *store, struct request *request)
{
	bool session = request->params.count > 1;

	(void)store;
	request_empty(request, 204);
	snprintf(request->answer.allow, sizeof(request->answer.allow), "%s",
		session ? "PATCH, DELETE, OPTIONS" : "POST, OPTIONS");
	if (session)
		request->answer.accept_patch = FRAGMENT;
	else
		request->answer.accept_post = SDP;
}
