/* SPDX-License-Identifier: MIT */
/* GET /courses. */
#include "academy/course.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

struct listing {
	json_t *list;
	int error;
};

static void add_course(const struct course *course, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_course(course), &listing->error);
}

void api_courses(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	int r = course_each(store, request->who.person.site, add_course, &listing);

	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200, json_pack("{s:O}", "courses", listing.list));
	else
		request_fail(request, r);
	json_decref(listing.list);
}
