/* SPDX-License-Identifier: MIT */
/* /sessions: the timetable of a person, one session, and making one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/session.h"
#include "base/clock.h"
#include "base/text.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

#define DAY_MS (24LL * 3600 * 1000)

struct listing {
	struct store *store;
	int64_t person, now_ms;
	json_t *list;
	int error;
};

static void add_session(const struct session *session, void *arg)
{
	struct listing *listing = arg;
	json_t *object = object_session(
		listing->store, listing->person, session, listing->now_ms, &listing->error);

	if (object)
		object_append(listing->list, object, &listing->error);
}

/* -EINVAL: not a number. */
static int read_time(
	const struct request *request, const char *name, int64_t otherwise, int64_t *ret_at)
{
	int r = url_query_number(request->query, name, ret_at);

	if (r == -ENOENT)
		*ret_at = otherwise;
	return r == -ENOENT ? 0 : r;
}

void api_sessions(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	struct listing listing = {.store = store, .person = who->id, .now_ms = clock_wall_ms()};
	int64_t from, to;
	int r;

	if (read_time(request, "from", listing.now_ms - DAY_MS, &from) < 0 ||
		read_time(request, "to", listing.now_ms + 31 * DAY_MS, &to) < 0) {
		request_error(request, 400, "bad_request",
			"from and to are milliseconds since 1970 UTC.");
		return;
	}
	listing.list = json_array();
	r = session_each_visible(store, who->site, who->id, from, to, add_session, &listing);
	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200,
			json_pack("{s:O, s:I}", "sessions", listing.list, "now",
				(json_int_t)listing.now_ms));
	else
		request_fail(request, r);
	json_decref(listing.list);
}

void api_sessions_finish(struct request *request)
{
	json_t *list = json_object_get(request->answer.json, "sessions"), *session;
	size_t i;

	json_array_foreach(list, i, session)
		object_session_live(session, request->server, request->who.person.site);
}

static void answer_session(
	struct store *store, struct request *request, unsigned status, int64_t id)
{
	struct session session;
	json_t *object = NULL;
	int r = session_get(store, request->site, id, &session);

	if (r == 0)
		object = object_session(
			store, request->who.person.id, &session, clock_wall_ms(), &r);
	if (object)
		request_json(request, status, object);
	else
		request_fail(request, r);
}

void api_session(struct store *store, struct request *request)
{
	answer_session(store, request, 200, request->object);
}

void api_session_finish(struct request *request)
{
	if (request->answer.status < 300)
		object_session_live(request->answer.json, request->server, request->site);
}

/* NULL: all is well; else what is wrong with it. */
static const char *read_new(
	const json_t *body, int64_t now_ms, char *title, struct session_params *params)
{
	const char *course, *given_title, *policy;
	json_int_t starts_at;
	int length_min;

	if (json_unpack_ex((json_t *)body, NULL, JSON_STRICT, "{s:s, s:s, s:I, s:i, s:s}", "course",
		    &course, "title", &given_title, "starts_at", &starts_at, "length_min",
		    &length_min, "policy", &policy) < 0)
		return "Send course, title, starts_at, length_min and policy, and nothing else.";
	if (!text_is_line(given_title, SESSION_TITLE))
		return "A title is 1 to 255 bytes of one line.";
	if (session_policy_parse(policy, &params->policy) < 0)
		return "The policy is one of always, on_demand, never.";
	if (length_min < 1 || length_min > SESSION_MAX_LENGTH_MIN)
		return "A class takes 1 to 720 minutes.";
	if (starts_at != 0 &&
		(starts_at < now_ms - DAY_MS || starts_at > now_ms + 5 * 366 * DAY_MS))
		return "A class starts at 0 for now, or between yesterday and five years from now.";
	snprintf(title, SESSION_TITLE, "%s", given_title);
	params->title = title;
	params->starts_at = starts_at == 0 ? now_ms : starts_at;
	params->length_min = (unsigned)length_min;
	return NULL;
}

void api_session_create(struct store *store, struct request *request)
{
	struct session_params params = {.course = request->object};
	char title[SESSION_TITLE];
	const char *wrong = read_new(request->body, clock_wall_ms(), title, &params);
	int64_t id;
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	if (request->roles & ACCESS_TEACHER)
		params.instructor = request->who.person.id;
	r = session_add(store, request->site, &params, &id);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit_of(request, "create", KIND_SESSION, id, request->site,
		json_pack("{s:s, s:I}", "title", title, "starts_at", (json_int_t)params.starts_at));
	answer_session(store, request, 201, id);
}
