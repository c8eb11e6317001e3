/* SPDX-License-Identifier: MIT */
/* Guest links of a session, and coming in by one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/guest.h"
#include "academy/session.h"
#include "base/clock.h"
#include "base/text.h"
#include "signaling/api/entry.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

#define WEEK_MS (7 * 24 * 3600 * 1000LL)

static json_t *object_link(const struct guest_link *link)
{
	return json_pack("{s:o, s:s, s:i, s:i, s:I, s:I}", "id", object_id(link->id), "label",
		link->label, "max_uses", (int)link->max_uses, "uses", (int)link->uses, "created_at",
		(json_int_t)link->created_at, "expires_at", (json_int_t)link->expires_at);
}

struct listing {
	json_t *list;
	int error;
};

static void add_link(const struct guest_link *link, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_link(link), &listing->error);
}

void api_guests(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	int r = guest_link_each(store, request->site, request->object, add_link, &listing);

	if (r == 0)
		r = listing.error;
	if (r < 0) {
		json_decref(listing.list);
		request_fail(request, r);
	} else {
		request_json(request, 200, json_pack("{s:o}", "guests", listing.list));
	}
}

static bool read_link(struct request *request, struct guest_link *link)
{
	const int64_t now_ms = clock_wall_ms();
	json_int_t expires_at = now_ms + WEEK_MS;
	const char *label;
	int max_uses;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s, s:i, s?I}", "label", &label,
		    "max_uses", &max_uses, "expires_at", &expires_at) < 0 ||
		!text_is_line(label, GUEST_LABEL) || max_uses < 1 || max_uses > GUEST_MAX_USES ||
		expires_at <= now_ms || expires_at > now_ms + GUEST_MAX_MS) {
		request_error(request, 400, "bad_request",
			"Send label, a line; max_uses, 1 to 500; expires_at, within 90 days (left "
			"out: 7).");
		return false;
	}
	snprintf(link->label, sizeof(link->label), "%s", label);
	link->max_uses = (unsigned)max_uses;
	link->expires_at = expires_at;
	return true;
}

void api_guest_create(struct store *store, struct request *request)
{
	struct guest_link link = {.site = request->site, .session = request->object};
	char token[SIGNIN_TOKEN], base[LECTERN_MAX_URL], url[LECTERN_MAX_URL + 64];
	const int64_t now_ms = clock_wall_ms();
	json_t *json;
	int r;

	if (!read_link(request, &link))
		return;
	r = guest_link_add(store, &link, request->who.person.id, now_ms, &link.id, token);
	if (r == -EDQUOT) {
		request_error(request, 409, "too_many",
			"This session has 50 guest links. Take one back first.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	link.created_at = now_ms;
	request_audit_of(
		request, "create", KIND_GUEST_LINK, link.id, link.site, object_link(&link));
	snprintf(url, sizeof(url), "%s/guest/%s", lectern_config_url(request->server->config, base),
		token);
	json = object_link(&link);
	json_object_set_new(json, "link", json_string(url));
	request_json(request, 201, json);
}

/* Guests whose sign-ins end: for `finish`. */
struct ended {
	unsigned count;
	int64_t people[GUEST_MAX_USES];
};

static void note_ended(int64_t person, void *arg)
{
	struct ended *ended = arg;

	if (ended->count < GUEST_MAX_USES)
		ended->people[ended->count++] = person;
}

void api_guest_delete(struct store *store, struct request *request)
{
	struct ended *ended = calloc(1, sizeof(*ended));
	int r = -ENOMEM;

	request->found = ended;
	if (ended)
		r = guest_link_remove(store, request->site, request->object, note_ended, ended);
	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}

void api_guest_deleted(struct request *request)
{
	const struct ended *ended = request->found;

	if (request->answer.status != 204)
		return;
	for (unsigned i = 0; i < ended->count; i++)
		auth_forget_person(request->server->auth, ended->people[i], NULL);
}

static void refuse(struct request *request, int r)
{
	if (r == -ENOENT)
		request_error(request, 404, "link_expired",
			"This link is used up, or too old. Ask whoever gave it to you.");
	else
		request_fail(request, r);
}

void api_guest_look(struct store *store, struct request *request)
{
	char hash[SIGNIN_HASH];
	struct guest_link link;
	struct session session;
	int r;

	signin_hash(request->params.values[0], hash);
	r = guest_link_find(store, hash, clock_wall_ms(), &link);
	if (r == 0)
		r = session_get(store, link.site, link.session, &session);
	if (r < 0)
		refuse(request, r);
	else
		request_json(request, 200,
			json_pack("{s:s, s:s, s:I, s:i, s:s}", "session", session.title, "course",
				session.course_title, "starts_at", (json_int_t)session.starts_at,
				"length_min", (int)session.length_min, "time_zone",
				session.time_zone));
}

void api_guest_enter(struct store *store, struct request *request)
{
	struct signin_params params = {.method = "guest", .now_ms = clock_wall_ms()};
	char hash[SIGNIN_HASH];
	struct guest_link link;
	const char *name;
	json_t *answer;
	int r;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "name", &name) < 0) {
		request_error(request, 400, "bad_request", "Send {\"name\"}.");
		return;
	}
	signin_hash(request->params.values[0], hash);
	r = guest_enter(store, hash, name, params.now_ms, &link, &params.person);
	if (r == -EINVAL) {
		request_error(request, 400, "bad_request", "A name is 1 to 99 bytes of one line.");
		return;
	}
	if (r < 0) {
		refuse(request, r);
		return;
	}
	params.site = link.site;
	params.expires_at = params.now_ms + GUEST_STAY_MS;
	answer = json_pack("{s:o}", "session", object_id(link.session));
	entry_start(store, request, &params, answer);
}
