/* SPDX-License-Identifier: MIT */
#include "signaling/api/objects.h"

#include <errno.h>
#include <stdbool.h>

#include "academy/course.h"
#include "academy/person.h"
#include "academy/recording.h"
#include "academy/session.h"
#include "signaling/http.h"
#include "store/id.h"

json_t *object_id(int64_t id)
{
	char text[ID_TEXT];

	return json_string(id_text(id, text));
}

static json_t *role_names(unsigned roles)
{
	json_t *names = json_array();

	if (roles & ROLE_ADMIN)
		json_array_append_new(names, json_string("admin"));
	if (roles & ROLE_COORDINATOR)
		json_array_append_new(names, json_string("coordinator"));
	if (roles & ROLE_INSTRUCTOR)
		json_array_append_new(names, json_string("instructor"));
	if (roles & ROLE_TRAINEE)
		json_array_append_new(names, json_string("trainee"));
	if (roles & ROLE_GUEST)
		json_array_append_new(names, json_string("guest"));
	return names;
}

json_t *object_person(const struct person *person)
{
	return json_pack("{s:o, s:s, s:s, s:{s:o, s:s, s:s}, s:o}", "id", object_id(person->id),
		"name", person->name, "language", person->language, "site", "id",
		object_id(person->site), "name", person->site_name, "time_zone", person->time_zone,
		"roles", role_names(person->roles));
}

json_t *object_course(const struct course *course)
{
	return json_pack("{s:o, s:s, s:s}", "id", object_id(course->id), "title", course->title,
		"colour", course->colour);
}

static json_t *course_of(const struct session *session)
{
	return json_pack("{s:o, s:s, s:s}", "id", object_id(session->course), "title",
		session->course_title, "colour", session->course_colour);
}

void object_append(json_t *array, json_t *item, int *error)
{
	if (json_array_append_new(array, item) < 0 && *error == 0)
		*error = -ENOMEM;
}

static void add_instructor(int64_t person, const char *name, void *arg)
{
	json_array_append_new(arg, json_pack("{s:o, s:s}", "id", object_id(person), "name", name));
}

static json_t *instructors_of(struct store *store, int64_t site, int64_t session, int *ret_error)
{
	json_t *list = json_array();

	*ret_error = session_each_instructor(store, site, session, add_instructor, list);
	return list;
}

static json_t *recording_of(struct store *store, const struct session *session, int *ret_error)
{
	struct recording recording;
	int r = recording_find_by_session(store, session->site, session->id, &recording);

	if (r == -ENOENT)
		return json_null();
	if (r < 0) {
		*ret_error = r;
		return json_null();
	}
	return json_pack("{s:o, s:s}", "id", object_id(recording.id), "state",
		recording_state_name(recording.state));
}

/* NULL whatever came of the parts if the database failed. */
static json_t *unless(int error, json_t *json, int *ret_error)
{
	if (error == 0 && !json)
		error = -ENOMEM;
	if (error == 0)
		return json;
	json_decref(json);
	*ret_error = error;
	return NULL;
}

/* What calendars need beside the instant: the local time and what the session is a part of. */
static json_t *planned(const struct session *session)
{
	json_t *venue = session->venue ? json_pack("{s:o, s:s}", "id", object_id(session->venue),
						 "name", session->venue_name)
				       : json_null();

	return json_pack("{s:s?, s:o, s:s?, s:b, s:b, s:o, s:i, s:i, s:s}", "local_start",
		session->local_start[0] ? session->local_start : NULL, "series",
		session->series ? object_id(session->series) : json_null(), "recurrence",
		session->recurrence[0] ? session->recurrence : NULL, "changed", session->changed,
		"cancelled", session->cancelled_at > 0, "venue", venue, "opens_min",
		(int)session->opens_min, "lobby_min", (int)session->lobby_min, "entry",
		session_entry_name(session->entry));
}

json_t *object_session(struct store *store, int64_t person, const struct session *session,
	int64_t now_ms, int *ret_error)
{
	bool over = session_over(session, now_ms);
	enum session_role role = IN_SESSION_NONE;
	json_t *instructors, *recording, *json;
	int error = 0, r;

	r = session_role(store, session->site, session->id, person, &role);
	instructors = instructors_of(store, session->site, session->id, &error);
	recording = recording_of(store, session, &error);
	json = json_pack("{s:o, s:o, s:s, s:o, s:I, s:i, s:s, s:s, s:s, s:i, s:{s:b, s:b}, s:o}",
		"id", object_id(session->id), "course", course_of(session), "title", session->title,
		"instructors", instructors, "starts_at", (json_int_t)session->starts_at,
		"length_min", (int)session->length_min, "time_zone", session->time_zone, "policy",
		session_policy_name(session->policy), "state",
		over ? "ended" : session_state_name(session->state), "present", 0, "may", "enter",
		role != IN_SESSION_NONE && !over, "host", role > IN_SESSION_TRAINEE && !over,
		"recording", recording);
	if (json && json_object_update_new(json, planned(session)) < 0)
		error = -ENOMEM;
	return unless(r < 0 ? r : error, json, ret_error);
}

void object_session_live(json_t *object, struct server *server, int64_t site)
{
	const char *id = json_string_value(json_object_get(object, "id"));
	struct live_view view;
	int64_t session;

	if (!server->live_look || !id || id_parse(id, &session) < 0)
		return;
	view = server->live_look(server, site, session);
	json_object_set_new(object, "present", json_integer(view.present));
	if (view.open)
		json_object_set_new(object, "state", json_string("open"));
	else if (view.waiting)
		json_object_set_new(object, "state", json_string("waiting"));
}

json_t *object_recording(struct store *store, const struct recording *recording, int *ret_error)
{
	struct session session;
	json_t *instructors, *json;
	int error = 0, r;

	r = session_get(store, recording->site, recording->session, &session);
	if (r < 0) {
		*ret_error = r;
		return NULL;
	}
	instructors = instructors_of(store, recording->site, recording->session, &error);
	json = json_pack("{s:o, s:{s:o, s:s}, s:o, s:o, s:I, s:I, s:I, s:s}", "id",
		object_id(recording->id), "session", "id", object_id(session.id), "title",
		session.title, "course", course_of(&session), "instructors", instructors,
		"started_at", (json_int_t)recording->started_at, "duration_ms",
		(json_int_t)recording->duration_ms, "bytes", (json_int_t)recording->bytes, "state",
		recording_state_name(recording->state));
	return unless(error, json, ret_error);
}
