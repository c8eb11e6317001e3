/* SPDX-License-Identifier: MIT */
/* /sessions: the timetable of a person, one session, planning, changing and cancelling. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/invitation.h"
#include "academy/series.h"
#include "academy/session.h"
#include "base/clock.h"
#include "signaling/api/objects.h"
#include "signaling/api/planning.h"
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
static int read_number(
	const struct request *request, const char *name, int64_t otherwise, int64_t *ret_number)
{
	int r = url_query_number(request->query, name, ret_number);

	if (r == -ENOENT)
		*ret_number = otherwise;
	return r == -ENOENT ? 0 : r;
}

/* An id in the query, 0 if it is not there. -EINVAL. */
static int read_id(const struct request *request, const char *name, int64_t *ret_id)
{
	char text[ID_TEXT];
	int r = url_query_text(request->query, name, text, sizeof(text));

	if (r == 0)
		return id_parse(text, ret_id);
	*ret_id = 0;
	return r == -ENOENT ? 0 : r;
}

static int read_list(const struct request *request, int64_t now_ms, struct session_list *list)
{
	int64_t limit = 0, cancelled = 0;
	int r = read_number(request, "from", now_ms - DAY_MS, &list->from);

	if (r == 0)
		r = read_number(request, "to", now_ms + 31 * DAY_MS, &list->to);
	if (r == 0)
		r = read_number(request, "limit", SESSION_MAX_LIST, &limit);
	if (r == 0)
		r = read_number(request, "cancelled", 0, &cancelled);
	if (r == 0)
		r = read_id(request, "course", &list->course);
	if (r == 0)
		r = read_id(request, "instructor", &list->instructor);
	if (r == 0)
		r = read_id(request, "venue", &list->venue);
	if (r == 0)
		r = read_id(request, "group", &list->group);
	if (r == 0)
		r = read_id(request, "after", &list->after);
	list->limit = limit > 0 && limit < SESSION_MAX_LIST ? (unsigned)limit : SESSION_MAX_LIST;
	list->cancelled = cancelled == 1;
	return r;
}

/* The last one, where there may be more. */
static json_t *next_of(const json_t *list, unsigned limit)
{
	size_t count = json_array_size(list);

	if (count == 0 || count < limit)
		return json_null();
	return json_incref(json_object_get(json_array_get(list, count - 1), "id"));
}

void api_sessions(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	struct listing listing = {.store = store, .person = who->id, .now_ms = clock_wall_ms()};
	struct session_list list = {.site = who->site, .person = who->id};
	int r;

	if (read_list(request, listing.now_ms, &list) < 0) {
		request_error(request, 400, "bad_request",
			"from and to are milliseconds since 1970 UTC, limit is a number, course, "
			"instructor, venue, group and after are ids.");
		return;
	}
	listing.list = json_array();
	r = session_each(store, &list, add_session, &listing);
	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200,
			json_pack("{s:O, s:I, s:o, s:{s:s, s:s?}}", "sessions", listing.list, "now",
				(json_int_t)listing.now_ms, "next",
				next_of(listing.list, list.limit), "zones", "site", who->time_zone,
				"own", who->own_time_zone[0] ? who->own_time_zone : NULL));
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
	/* For the form of those who may change it. */
	if (object && request_may(request, ACCESS_SESSION_CHANGE))
		r = planning_add(object, store, &session);
	if (object && r == 0) {
		request_json(request, status, object);
		return;
	}
	json_decref(object);
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

/* -EPERM and -EINVAL of series.h; false: an answer was given. */
static bool is_good(struct request *request, int r, const char *why)
{
	if (r == -EPERM)
		request_error(request, 409, "held",
			"The class was held, has begun or is cancelled: it stays as it is.");
	else if (r == -EINVAL)
		request_error(request, 400, "bad_request", why ? why : "This cannot be planned.");
	else if (r < 0)
		request_fail(request, r);
	return r == 0;
}

/* ?scope= or the body's. */
static int read_scope(const struct request *request, enum scope *ret_scope)
{
	char text[16] = "this";
	const json_t *field = json_object_get(request->body, "scope");
	int r = url_query_text(request->query, "scope", text, sizeof(text));

	if (r == -ENOENT && json_is_string(field))
		return scope_parse(json_string_value(field), ret_scope);
	return r == 0 || r == -ENOENT ? scope_parse(text, ret_scope) : r;
}

/* "starts_at": 0 is now, where nothing is in the way. */
static bool is_now(const struct request *request)
{
	const json_t *starts_at = json_object_get(request->body, "starts_at");

	return json_is_integer(starts_at) && json_integer_value(starts_at) == 0;
}

/* The body over what nobody decided. NULL, or what is wrong. */
static const char *read_new(struct request *request, struct plan *plan, struct planning *planning)
{
	const char *wrong;
	struct zone *zone;

	plan->local = INT64_MIN;
	wrong = planning_read(request->body, plan, planning);
	if (wrong)
		return wrong;
	if (plan->local == INT64_MIN || !json_object_get(request->body, "length_min"))
		return "Send title, length_min, and local_start or starts_at.";
	if (is_now(request)) {
		planning->despite = true;
		if (zone_open(plan->time_zone, &zone) < 0)
			return "There is no such time zone.";
		plan->local = zone_local(zone, clock_wall_ms());
		zone_close(zone);
	}
	/* One who plans an own course teaches it; a coordinator names who does, or the course. */
	if ((request->roles & ACCESS_TEACHER) && !json_object_get(request->body, "instructors"))
		plan->instructors[plan->instructor_count++] = request->who.person.id;
	return NULL;
}

/* What a new session would be. */
static bool prepare_new(struct store *store, struct request *request, struct change *change,
	struct planning *planning)
{
	const char *why = NULL;
	struct plan plan;
	int r = plan_init(&plan, store, request->site, request->object);

	if (r == 0)
		why = read_new(request, &plan, planning);
	if (r == 0 && !why)
		r = change_prepare_new(store, request->site, &plan, clock_wall_ms(), change, &why);
	if (r == 0 && !why && is_now(request) && !change->recurs)
		change->occurrences[0].starts_at = clock_wall_ms();
	return is_good(request, why && r == 0 ? -EINVAL : r, why);
}

/* What a change of a session would be. */
static bool prepare_change(struct store *store, struct request *request, int64_t id,
	struct change *change, struct planning *planning)
{
	const char *why = NULL;
	struct session session;
	enum scope scope;
	struct plan plan;
	int r = session_get(store, request->site, id, &session);

	if (r == 0)
		r = plan_of(store, &session, &plan);
	if (r == 0 && read_scope(request, &scope) < 0)
		why = "The scope is one of this, following, all.";
	if (r == 0 && !why)
		why = planning_read(request->body, &plan, planning);
	if (r == 0 && !why && planning->new_rule && (session.series == 0 || scope == SCOPE_THIS))
		why = "A rule is of a series: the scope is following or all.";
	if (r == 0 && !why)
		r = change_prepare(store, &session, scope, &plan, planning->new_rule,
			clock_wall_ms(), change, &why);
	return is_good(request, why && r == 0 ? -EINVAL : r, why);
}

/* Clashes are shown before anything is saved; a change of nothing but rules has none. */
static bool may_save(struct store *store, struct request *request, const struct change *change,
	const struct planning *planning)
{
	unsigned clashes = 0;
	json_t *object;
	int r = 0;

	if (planning->despite || change->silent)
		return true;
	object = planning_clashes(store, change, true, &clashes, &r);
	if (object && clashes > 0) {
		json_object_set_new(object, "error", json_string("clashes"));
		json_object_set_new(object, "text",
			json_string(
				"It clashes with what is planned; \"despite\": true saves it."));
		request_json(request, 409, object);
		return false;
	}
	json_decref(object);
	if (r < 0 || !object) {
		request_fail(request, r < 0 ? r : -ENOMEM);
		return false;
	}
	return true;
}

static void save(struct store *store, struct request *request, struct change *change,
	const struct planning *planning)
{
	static const char *const scopes[] = {"this", "following", "all"};
	const bool is_new = change->before.id == 0;
	char url[LECTERN_MAX_URL];
	int r;

	if (!may_save(store, request, change, planning))
		return;
	r = invitation_change(
		store, change, lectern_config_url(request->server->config, url), clock_wall_ms());
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit_of(request, is_new ? "create" : "change", KIND_SESSION, change->session,
		request->site,
		json_pack("{s:s, s:I, s:i, s:s, s:b}", "title", change->plan.title, "starts_at",
			(json_int_t)change->occurrences[0].starts_at, "sessions",
			(int)change->count, "scope", scopes[change->scope], "despite",
			planning->despite));
	answer_session(store, request, is_new ? 201 : 200, change->session);
}

void api_session_create(struct store *store, struct request *request)
{
	struct change change;
	struct planning planning = {0};

	if (prepare_new(store, request, &change, &planning))
		save(store, request, &change, &planning);
}

void api_session_change(struct store *store, struct request *request)
{
	struct change change;
	struct planning planning = {0};

	if (prepare_change(store, request, request->object, &change, &planning))
		save(store, request, &change, &planning);
}

/* What POST and PATCH would clash with; nothing is saved. */
void api_session_check(struct store *store, struct request *request)
{
	const char *session = json_string_value(json_object_get(request->body, "session"));
	struct planning planning = {0};
	struct change change;
	unsigned clashes = 0;
	json_t *object;
	int64_t id = 0;
	bool ready;
	int r = 0;

	if (session && (id_parse(session, &id) < 0 || id == 0)) {
		request_error(request, 400, "bad_request", "The session is not an id.");
		return;
	}
	if (id != 0)
		ready = request_turn_to(request, ACCESS_SESSION_CHANGE, id) &&
			prepare_change(store, request, id, &change, &planning);
	else
		ready = prepare_new(store, request, &change, &planning);
	if (!ready)
		return;
	object = planning_clashes(store, &change, false, &clashes, &r);
	if (object)
		request_json(request, 200, object);
	else
		request_fail(request, r < 0 ? r : -ENOMEM);
}

void api_session_cancel(struct store *store, struct request *request)
{
	struct session session;
	enum scope scope = SCOPE_THIS;
	char url[LECTERN_MAX_URL];
	unsigned count = 0;
	int r = session_get(store, request->site, request->object, &session);

	if (r == 0 && read_scope(request, &scope) < 0) {
		request_error(
			request, 400, "bad_request", "The scope is one of this, following, all.");
		return;
	}
	if (r == 0)
		r = invitation_cancel(store, &session, scope,
			lectern_config_url(request->server->config, url), clock_wall_ms(), &count);
	if (!is_good(request, r, NULL))
		return;
	request_audit(request, "cancel",
		json_pack("{s:s, s:i}", "title", session.title, "sessions", (int)count));
	request_json(request, 200, json_pack("{s:i}", "cancelled", (int)count));
}
