/* SPDX-License-Identifier: MIT */
/*
 * /courses/<id>/people, /groups and /shares: who is in a course.
 *
 * Whoever coordinates a site that the course is shared with enrols and sees people of that site,
 * those whom the course's own coordinators enrol are of its site. Which of the two is meant is told
 * by where the person is at present.
 */
#include <errno.h>
#include <string.h>

#include "academy/enrolment.h"
#include "academy/share.h"
#include "base/clock.h"
#include "signaling/api/enrolment.h"
#include "signaling/api/lists.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

int enrolment_partner(struct store *store, const struct request *request, int64_t *ret_site)
{
	const int64_t here = request->who.person.site;
	int r = 0;

	if (here != request->site && (request->roles & ACCESS_PARTNER))
		r = course_is_shared(store, request->site, request->object, here);
	if (r < 0)
		return r;
	*ret_site = r > 0 ? here : 0;
	/* A partner from another place than the one that is shared with is nobody here. */
	return r > 0 || (request->roles & ACCESS_TEACHERS) ? 0 : -EACCES;
}

static void add_person(const struct course_person *person, void *arg)
{
	struct listing *listing = arg;

	listing->last = person->id;
	object_append(listing->list,
		json_pack("{s:o, s:s, s:b, s:b, s:b, s:o}", "id", object_id(person->id), "name",
			person->name, "instructor", person->teaches, "trainee", person->trainee,
			"by_name", person->by_name, "partner",
			person->with_site ? object_id(person->with_site) : json_null()),
		&listing->error);
}

void api_course_people(struct store *store, struct request *request)
{
	struct listing listing = {.store = store};
	struct course_people list = {.site = request->site, .course = request->object};
	char q[SEARCH_TEXT + 1];
	int r = enrolment_partner(store, request, &list.with_site);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	if (!lists_read(request, q, &list.search))
		return;
	listing.list = json_array();
	lists_answer(request, "people", &listing, list.search.limit,
		course_people(store, &list, add_person, &listing));
}

static void answer_change(struct request *request, int r, const char *action, const char *field)
{
	char id[ID_TEXT];

	if (r == -EEXIST) {
		request_error(request, 409, "taken", "Another site has enrolled this person.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(
		request, action, json_pack("{s:s}", field, id_text(request_id_at(request, 1), id)));
	request_empty(request, 204);
}

/* {"as": "instructor" or "trainee"}. */
void api_course_enrol(struct store *store, struct request *request)
{
	const int64_t site = request->site, course = request->object;
	const int64_t person = request_id_at(request, 1);
	const char *as;
	int64_t with_site;
	bool teaches;
	int r;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "as", &as) < 0 ||
		(strcmp(as, "instructor") != 0 && strcmp(as, "trainee") != 0)) {
		request_error(request, 400, "bad_request",
			"Send {\"as\": \"instructor\"} or {\"as\": \"trainee\"}.");
		return;
	}
	teaches = strcmp(as, "instructor") == 0;
	r = enrolment_partner(store, request, &with_site);
	if (r == 0 && with_site != 0)
		r = teaches ? -EACCES
			    : course_enrol_partner(store, site, course, with_site, person);
	else if (r == 0)
		r = teaches ? course_add_instructor(store, site, course, person)
			    : course_enrol(store, site, course, person);
	answer_change(request, r, teaches ? "appoint" : "enrol", "person");
}

/* Out of everything that they were put in by name. */
void api_course_unenrol(struct store *store, struct request *request)
{
	const int64_t site = request->site, course = request->object;
	const int64_t person = request_id_at(request, 1);
	int64_t with_site;
	int r = enrolment_partner(store, request, &with_site);

	if (r == 0 && with_site != 0) {
		r = course_unenrol_partner(store, site, course, with_site, person);
	} else if (r == 0) {
		r = course_remove_instructor(store, site, course, person);
		if (r == 0)
			r = course_unenrol(store, site, course, person);
	}
	answer_change(request, r, "unenrol", "person");
}

static void add_group(int64_t group, const char *name, unsigned people, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list,
		json_pack("{s:o, s:s, s:i}", "id", object_id(group), "name", name, "people",
			(int)people),
		&listing->error);
}

void api_course_groups(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};

	lists_answer(request, "groups", &listing, 0,
		course_each_group(store, request->site, request->object, add_group, &listing));
}

void api_course_group_add(struct store *store, struct request *request)
{
	answer_change(request,
		course_add_group(store, request->site, request->object, request_id_at(request, 1)),
		"enrol", "group");
}

void api_course_group_remove(struct store *store, struct request *request)
{
	answer_change(request,
		course_remove_group(
			store, request->site, request->object, request_id_at(request, 1)),
		"unenrol", "group");
}

static void add_share(const struct course_share *share, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list,
		json_pack("{s:{s:o, s:s}, s:I, s:i}", "site", "id", object_id(share->with_site),
			"name", share->name, "at", (json_int_t)share->at, "people",
			(int)share->people),
		&listing->error);
}

static void add_partner(int64_t with_site, const char *name, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list,
		json_pack("{s:o, s:s}", "id", object_id(with_site), "name", name), &listing->error);
}

/* Those that there are, and the sites that others could be made with. */
void api_course_shares(struct store *store, struct request *request)
{
	struct listing shares = {.list = json_array()}, sites = {.list = json_array()};
	int r = course_each_share(store, request->site, request->object, add_share, &shares);

	if (r == 0)
		r = course_each_partner(store, request->site, request->object, add_partner, &sites);
	if (r == 0)
		r = shares.error < 0 ? shares.error : sites.error;
	if (r == 0)
		request_json(request, 200,
			json_pack("{s:O, s:O}", "shares", shares.list, "sites", sites.list));
	else
		request_fail(request, r);
	json_decref(shares.list);
	json_decref(sites.list);
}

void api_course_share(struct store *store, struct request *request)
{
	int r = course_share(
		store, request->site, request->object, request_id_at(request, 1), clock_wall_ms());

	if (r == -EINVAL)
		request_error(request, 400, "bad_request", "That is the course's own site.");
	else
		answer_change(request, r, "share", "site");
}

void api_course_unshare(struct store *store, struct request *request)
{
	answer_change(request,
		course_unshare(store, request->site, request->object, request_id_at(request, 1)),
		"unshare", "site");
}
