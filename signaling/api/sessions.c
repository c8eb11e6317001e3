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

/* What a person has no part in is not there. */
static void answer_session(
	struct store *store, struct request *request, unsigned status, int64_t id)
{
	const struct person *who = &request->who.person;
	enum session_role role = IN_SESSION_NONE;
	struct session session;
	json_t *object = NULL;
	int r;

	r = session_role(store, who->site, id, who->id, &role);
	if (r == 0 && role == IN_SESSION_NONE)
		r = -ENOENT;
	if (r == 0)
		r = session_get(store, who->site, id, &session);
	if (r == 0)
		object = object_session(store, who->id, &session, clock_wall_ms(), &r);
	if (object)
		request_json(request, status, object);
	else
		request_fail(request, r);
}

void api_session(struct store *store, struct request *request)
{
	answer_session(store, request, 200, request_id(request));
}

void api_session_finish(struct request *request)
{
	if (request->answer.status < 300)
		object_session_live(
			request->answer.json, request->server, request->who.person.site);
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
	if (id_parse(course, &params->course) < 0)
		return "The course is not an id.";
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

/* Coordinators for every course, instructors for those they teach. 0, -EPERM, -ENOENT. */
static int may_create(
	struct store *store, const struct person *who, int64_t course, bool *ret_teaches)
{
	struct person now;
	struct course found;
	int r;

	r = person_get(store, who->site, who->id, &now);
	if (r == 0)
		r = course_get(store, who->site, course, &found);
	if (r == 0)
		r = course_is_taught_by(store, who->site, course, who->id);
	if (r < 0)
		return r;
	*ret_teaches = r > 0;
	return r > 0 || (now.roles & ROLE_COORDINATOR) ? 0 : -EPERM;
}

void api_session_create(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	struct session_params params = {0};
	char title[SESSION_TITLE];
	const char *wrong = read_new(request->body, clock_wall_ms(), title, &params);
	bool teaches = false;
	int64_t id;
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = may_create(store, who, params.course, &teaches);
	if (r == -EPERM) {
		request_error(
			request, 403, "forbidden", "Instructors and coordinators plan classes.");
		return;
	}
	if (r == 0) {
		params.instructor = teaches ? who->id : 0;
		r = session_add(store, who->site, &params, &id);
	}
	if (r < 0)
		request_fail(request, r);
	else
		answer_session(store, request, 201, id);
}
