/* SPDX-License-Identifier: MIT */
/* /courses: what they are. Who is in them is enrolment.c, with whom they are shared shares.c. */
#include <errno.h>
#include <stdio.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/site.h"
#include "base/clock.h"
#include "signaling/api/lists.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

static void add_instructor(int64_t person, const char *name, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, json_pack("{s:o, s:s}", "id", object_id(person), "name", name),
		&listing->error);
}

static json_t *instructors_of(struct store *store, const struct course *course, int *error)
{
	struct listing listing = {.list = json_array()};
	int r = course_each_instructor(store, course->site, course->id, add_instructor, &listing);

	if (*error == 0)
		*error = r < 0 ? r : listing.error;
	return listing.list;
}

/* Of another site: which one shares it. */
static json_t *site_of(struct store *store, int64_t here, const struct course *course, int *error)
{
	struct site site;
	int r;

	if (course->site == here)
		return json_null();
	r = site_get(store, course->site, &site);
	if (r < 0) {
		*error = r;
		return json_null();
	}
	return json_pack("{s:o, s:s}", "id", object_id(site.id), "name", site.name);
}

/* What a list tells of each. */
static json_t *object_in_list(
	struct store *store, int64_t here, const struct course *course, int *error)
{
	json_t *object = object_course(course);
	unsigned trainees = 0;
	int r = course_count(store, course->site, course->id, &trainees);

	if (r < 0)
		*error = r;
	json_object_set_new(object, "code", json_string(course->code));
	json_object_set_new(object, "language", json_string(course->language));
	json_object_set_new(object, "archived", json_boolean(course->archived_at > 0));
	json_object_set_new(object, "trainees", json_integer(trainees));
	json_object_set_new(object, "instructors", instructors_of(store, course, error));
	json_object_set_new(object, "shared_by", site_of(store, here, course, error));
	return object;
}

static json_t *may_what(const struct request *request)
{
	return json_pack("{s:b, s:b, s:b, s:b, s:b, s:b}", "change",
		request_may(request, ACCESS_COURSE_CHANGE), "enrol",
		request_may(request, ACCESS_COURSE_ENROL), "share",
		request_may(request, ACCESS_COURSE_SHARE), "materials",
		request_may(request, ACCESS_MATERIAL_LIST), "completion",
		request_may(request, ACCESS_COURSE_COMPLETION), "certify",
		request_may(request, ACCESS_CERTIFICATE_CREATE));
}

static void answer_course(struct store *store, struct request *request, unsigned status, int64_t id)
{
	struct course course;
	json_t *object;
	int r = course_get(store, request->site, id, &course), error = 0;

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	object = object_in_list(store, request->who.person.site, &course, &error);
	json_object_set_new(object, "description", json_string(course.description));
	json_object_set_new(object, "attendance_percent", json_integer(course.attendance_percent));
	json_object_set_new(object, "counts_replay", json_boolean(course.counts_replay));
	json_object_set_new(object, "may", may_what(request));
	if (error == 0) {
		request_json(request, status, object);
		return;
	}
	json_decref(object);
	request_fail(request, error);
}

static void add_course(const struct course *course, void *arg)
{
	struct listing *listing = arg;

	listing->last = course->id;
	object_append(listing->list,
		object_in_list(listing->store, listing->site, course, &listing->error),
		&listing->error);
}

/* ?q=, ?mine=1, ?archived=1. */
void api_courses(struct store *store, struct request *request)
{
	struct listing listing = {.store = store, .site = request->site};
	struct course_list list = {.site = request->site, .person = request->who.person.id};
	char q[SEARCH_TEXT + 1];
	int64_t flag;

	if (!lists_read(request, q, &list.search))
		return;
	list.mine = url_query_number(request->query, "mine", &flag) == 0 && flag == 1;
	list.archived = url_query_number(request->query, "archived", &flag) == 0 && flag == 1;
	listing.list = json_array();
	lists_answer(request, "courses", &listing, list.search.limit,
		course_page(store, &list, add_course, &listing));
}

void api_course(struct store *store, struct request *request)
{
	answer_course(store, request, 200, request->object);
}

struct wanted {
	const char *title, *code, *description, *colour, *language;
	int percent, counts_replay, archived;
};

/* False: it does not fit. */
static bool take_text(const char *text, char *out, size_t room)
{
	return !text || snprintf(out, room, "%s", text) < (int)room;
}

/* Puts what the body names into `course`. NULL: all is well. */
static const char *read_change(const json_t *body, int64_t now_ms, struct course *course)
{
	struct wanted want = {.percent = (int)course->attendance_percent,
		.counts_replay = course->counts_replay,
		.archived = course->archived_at > 0};

	if (json_unpack_ex((json_t *)body, NULL, JSON_STRICT,
		    "{s?s, s?s, s?s, s?s, s?s, s?i, s?b, s?b}", "title", &want.title, "code",
		    &want.code, "description", &want.description, "colour", &want.colour,
		    "language", &want.language, "attendance_percent", &want.percent,
		    "counts_replay", &want.counts_replay, "archived", &want.archived) < 0)
		return "Send title, code, description, colour, language, attendance_percent, "
		       "counts_replay or archived, and nothing else.";
	if (!take_text(want.title, course->title, sizeof(course->title)) ||
		!take_text(want.code, course->code, sizeof(course->code)) ||
		!take_text(want.description, course->description, sizeof(course->description)) ||
		!take_text(want.colour, course->colour, sizeof(course->colour)) ||
		!take_text(want.language, course->language, sizeof(course->language)))
		return "A text is too long.";
	if (want.percent < 0)
		return "The share of attendance is 0 to 100.";
	course->attendance_percent = (unsigned)want.percent;
	course->counts_replay = want.counts_replay;
	if (want.archived != (course->archived_at > 0))
		course->archived_at = want.archived ? now_ms : 0;
	return course_check(course);
}

void api_course_create(struct store *store, struct request *request)
{
	struct course course = {.site = request->site, .colour = "#0b5a69"};
	const char *wrong = read_change(request->body, clock_wall_ms(), &course);
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = course_add(store, course.site, course.title, course.colour, &course.id);
	if (r == 0)
		r = course_set(store, &course);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit_of(request, "create", KIND_COURSE, course.id, course.site,
		json_pack("{s:s}", "title", course.title));
	if (request_turn_to(request, ACCESS_COURSE_SEE, course.id))
		answer_course(store, request, 201, course.id);
}

void api_course_change(struct store *store, struct request *request)
{
	struct course course;
	const char *wrong;
	int r = course_get(store, request->site, request->object, &course);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	wrong = read_change(request->body, clock_wall_ms(), &course);
	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = course_set(store, &course);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "change", json_incref(request->body));
	answer_course(store, request, 200, request->object);
}

void api_course_delete(struct store *store, struct request *request)
{
	int r = course_remove(store, request->site, request->object);

	if (r == -ENOTEMPTY) {
		request_error(request, 409, "in_use",
			"It has sessions, materials or certificates. Archive it instead.");
		return;
	}
	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}
