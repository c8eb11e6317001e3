/* SPDX-License-Identifier: MIT */
/* /groups: groups of people of a site, and who is in them. */
#include <errno.h>

#include "academy/group.h"
#include "base/text.h"
#include "signaling/api/lists.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

static json_t *object_group(const struct group *group)
{
	return json_pack("{s:o, s:s, s:i}", "id", object_id(group->id), "name", group->name,
		"people", (int)group->people);
}

static void add_group(const struct group *group, void *arg)
{
	struct listing *listing = arg;

	listing->last = group->id;
	object_append(listing->list, object_group(group), &listing->error);
}

void api_groups(struct store *store, struct request *request)
{
	struct listing listing = {0};
	char q[SEARCH_TEXT + 1];
	struct search search;

	if (!lists_read(request, q, &search))
		return;
	listing.list = json_array();
	lists_answer(request, "groups", &listing, search.limit,
		group_page(store, request->site, &search, add_group, &listing));
}

static void answer_group(struct store *store, struct request *request, unsigned status, int64_t id)
{
	struct group group;
	int r = group_get(store, request->site, id, &group);

	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, status, object_group(&group));
}

void api_group(struct store *store, struct request *request)
{
	answer_group(store, request, 200, request->object);
}

/* NULL: 400 was answered. */
static const char *read_name(struct request *request)
{
	const char *name;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "name", &name) == 0 &&
		text_is_line(name, GROUP_NAME))
		return name;
	request_error(request, 400, "bad_request", "Send a name of 1 to 127 bytes of one line.");
	return NULL;
}

static void fail(struct request *request, int r)
{
	if (r == -EEXIST)
		request_error(request, 409, "taken", "Another group has that name.");
	else if (r == -ENOTEMPTY)
		request_error(request, 409, "in_use",
			"Sessions are for this group only, and would be for everybody without it.");
	else
		request_fail(request, r);
}

void api_group_create(struct store *store, struct request *request)
{
	const char *name = read_name(request);
	int64_t id;
	int r;

	if (!name)
		return;
	r = group_add(store, request->site, name, &id);
	if (r < 0) {
		fail(request, r);
		return;
	}
	request_audit_of(
		request, "create", KIND_GROUP, id, request->site, json_pack("{s:s}", "name", name));
	answer_group(store, request, 201, id);
}

void api_group_change(struct store *store, struct request *request)
{
	const char *name = read_name(request);
	int r;

	if (!name)
		return;
	r = group_rename(store, request->site, request->object, name);
	if (r < 0) {
		fail(request, r);
		return;
	}
	request_audit(request, "change", json_pack("{s:s}", "name", name));
	answer_group(store, request, 200, request->object);
}

void api_group_delete(struct store *store, struct request *request)
{
	int r = group_remove(store, request->site, request->object);

	if (r < 0)
		fail(request, r);
	else
		request_empty(request, 204);
}

static void add_person(int64_t person, const char *name, void *arg)
{
	struct listing *listing = arg;

	listing->last = person;
	object_append(listing->list, json_pack("{s:o, s:s}", "id", object_id(person), "name", name),
		&listing->error);
}

void api_group_people(struct store *store, struct request *request)
{
	struct listing listing = {0};
	char q[SEARCH_TEXT + 1];
	struct search search;

	if (!lists_read(request, q, &search))
		return;
	listing.list = json_array();
	lists_answer(request, "people", &listing, search.limit,
		group_people(store, request->site, request->object, &search, add_person, &listing));
}

static void answer_change(struct request *request, int r, const char *action)
{
	char id[ID_TEXT];

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, action,
		json_pack("{s:s}", "person", id_text(request_id_at(request, 1), id)));
	request_empty(request, 204);
}

void api_group_enrol(struct store *store, struct request *request)
{
	answer_change(request,
		group_add_person(store, request->site, request->object, request_id_at(request, 1)),
		"enrol");
}

void api_group_unenrol(struct store *store, struct request *request)
{
	answer_change(request,
		group_remove_person(
			store, request->site, request->object, request_id_at(request, 1)),
		"unenrol");
}
