/* SPDX-License-Identifier: MIT */
/* The people of a site: GET and POST /people, and what may be done with one of them. */
#include <errno.h>
#include <string.h>

#include "academy/invite.h"
#include "academy/language.h"
#include "academy/member.h"
#include "academy/totp.h"
#include "base/clock.h"
#include "base/text.h"
#include "signaling/api/objects.h"
#include "signaling/api/people.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

unsigned people_giver(const struct request *request)
{
	unsigned by = 0;

	if (request->roles & ACCESS_ADMIN)
		by |= ROLE_ADMIN;
	if (request->roles & ACCESS_COORDINATOR)
		by |= ROLE_COORDINATOR;
	return by;
}

json_t *object_roles(unsigned roles)
{
	json_t *list = json_array();

	for (unsigned bit = ROLE_COORDINATOR; bit <= ROLE_ADMIN; bit <<= 1)
		if (roles & bit)
			json_array_append_new(list, json_string(role_name(bit)));
	return list;
}

static json_t *object_member(const struct member *member)
{
	const char *state = member->locked ? "locked" : member->active ? "active" : "invited";

	return json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:b, s:I, s:I}", "id",
		object_id(member->id), "name", member->name, "email", member->email, "language",
		member->language, "roles", object_roles(member->roles), "state", state,
		"second_factor", member->second_factor, "since", (json_int_t)member->since,
		"seen_at", (json_int_t)member->seen_at);
}

struct listing {
	json_t *list;
	int64_t last;
	unsigned count;
	int error;
};

static void add_member(const struct member *member, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_member(member), &listing->error);
	listing->last = member->id;
	listing->count++;
}

static bool read_list(struct request *request, char *q, struct member_query *query)
{
	char role[16] = "";
	struct page page;

	if (!request_page(request, &page))
		return false;
	if (url_query_text(request->query, "q", q, SEARCH_TEXT) == -EMSGSIZE ||
		url_query_text(request->query, "role", role, sizeof(role)) == -EMSGSIZE ||
		(role[0] != '\0' && role_parse(role) == 0)) {
		request_error(request, 400, "bad_request",
			"role is one of admin, coordinator, instructor, trainee; q is short.");
		return false;
	}
	query->search = (struct search){.q = q, .after = page.after, .limit = page.limit};
	query->role = role_parse(role);
	return true;
}

void api_people(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	struct member_query query = {0};
	char q[SEARCH_TEXT] = "";
	json_t *next;
	int r;

	if (!read_list(request, q, &query)) {
		json_decref(listing.list);
		return;
	}
	r = member_page(store, request->site, &query, add_member, &listing);
	if (r == 0)
		r = listing.error;
	if (r < 0) {
		json_decref(listing.list);
		request_fail(request, r);
		return;
	}
	next = listing.count == query.search.limit ? object_id(listing.last) : json_null();
	request_json(request, 200, json_pack("{s:o, s:o}", "people", listing.list, "next", next));
}

static void answer_member(struct store *store, struct request *request, unsigned status, int64_t id)
{
	struct member member;
	int r = member_get(store, request->site, id, &member);

	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, status, object_member(&member));
}

void api_person(struct store *store, struct request *request)
{
	answer_member(store, request, 200, request->object);
}

/* False: not a list of roles. */
static bool read_roles(const json_t *list, unsigned *ret_roles)
{
	unsigned roles = 0;
	size_t i;
	json_t *item;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, item)
	{
		unsigned role = json_is_string(item) ? role_parse(json_string_value(item)) : 0;

		if (role == 0)
			return false;
		roles |= role;
	}
	*ret_roles = roles;
	return true;
}

static bool refuse(struct request *request, const char *text)
{
	request_error(request, 400, "bad_request", text);
	return false;
}

static bool refuse_roles(struct request *request)
{
	request_error(request, 403, "forbidden",
		"Coordinators give the roles of instructors and trainees; administrators every "
		"role.");
	return false;
}

static bool read_invitation(struct request *request, char *email, struct invitation *invitation)
{
	const char *given = NULL, *language = "";
	json_t *roles = NULL;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s, s:s, s:o, s?s}", "email",
		    &given, "name", &invitation->name, "roles", &roles, "language", &language) < 0)
		return refuse(request, "Send email, name, roles and, if you like, language.");
	if (person_clean_email(given, email) < 0)
		return refuse(request, "That is no address of electronic mail.");
	if (!text_is_line(invitation->name, LECTERN_MAX_NAME))
		return refuse(request, "A name is 1 to 127 bytes of one line.");
	if (language[0] != '\0' && !language_is_known(language))
		return refuse(request, "The language is one of en, es, fr, nl.");
	if (!read_roles(roles, &invitation->roles) || invitation->roles == 0)
		return refuse(
			request, "Roles are a list of admin, coordinator, instructor, trainee.");
	if (!role_may_give(people_giver(request), 0, invitation->roles))
		return refuse_roles(request);
	invitation->email = email;
	invitation->language = language;
	return true;
}

/* By mail, and one to hand over. */
static int give_links(struct store *store, struct request *request, int64_t person,
	enum signin_purpose purpose, char *url)
{
	const int64_t now_ms = clock_wall_ms();
	struct signin_link link = {
		.site = request->site,
		.person = person,
		.purpose = purpose,
		.given_to = request->who.person.id,
		.expires_at = now_ms + (purpose == SIGNIN_RESET ? RESET_MS : INVITE_MS),
	};
	char base[LECTERN_MAX_URL];
	int r;

	lectern_config_url(request->server->config, base);
	r = invite_mail(store, request->site, person, purpose, base, now_ms);
	return r < 0 ? r : invite_link(store, &link, base, url);
}

static void answer_link(struct request *request, unsigned status, int64_t person, const char *url)
{
	request_json(
		request, status, json_pack("{s:o, s:s}", "id", object_id(person), "link", url));
}

void api_people_invite(struct store *store, struct request *request)
{
	struct invitation invitation = {.site = request->site};
	char email[PERSON_EMAIL], url[INVITE_URL];
	int64_t person;
	int r;

	if (!read_invitation(request, email, &invitation))
		return;
	r = invite_person(store, &invitation, clock_wall_ms(), &person);
	if (r == 0)
		r = give_links(store, request, person, SIGNIN_INVITE, url);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit_of(request, "invite", KIND_PERSON, person, request->site,
		json_pack("{s:s, s:o}", "email", email, "roles", object_roles(invitation.roles)));
	answer_link(request, 201, person, url);
}

void api_person_invite(struct store *store, struct request *request)
{
	char url[INVITE_URL];
	int r = give_links(store, request, request->object, SIGNIN_INVITE, url);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "invite", NULL);
	answer_link(request, 201, request->object, url);
}

/* What is of the account and not of the site. False: it was answered. */
static bool check_governs(struct store *store, struct request *request)
{
	int r = member_governs(store, request->who.person.id, request->object);

	if (r < 0)
		request_fail(request, r);
	else if (r == 0)
		request_error(request, 403, "elsewhere",
			"This person is a member of academies that you do not administer. Ask an "
			"administrator of the network.");
	return r > 0;
}

void api_person_reset(struct store *store, struct request *request)
{
	char url[INVITE_URL];
	int r;

	if (!check_governs(store, request))
		return;
	r = give_links(store, request, request->object, SIGNIN_RESET, url);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "reset", NULL);
	answer_link(request, 201, request->object, url);
}

static bool fail_member(struct request *request, int r)
{
	if (r == -EPERM)
		request_error(request, 409, "last_admin",
			"The network would be without an administrator. Name another one first.");
	else if (r < 0)
		request_fail(request, r);
	return r == 0;
}

static bool change_roles(struct store *store, struct request *request, const json_t *list)
{
	struct member member;
	unsigned roles;
	int r = member_get(store, request->site, request->object, &member);

	if (r < 0)
		return fail_member(request, r);
	if (!read_roles(list, &roles))
		return refuse(
			request, "Roles are a list of admin, coordinator, instructor, trainee.");
	if (!role_may_give(people_giver(request), member.roles, roles))
		return refuse_roles(request);
	if (!fail_member(request, member_set_roles(store, request->site, request->object, roles)))
		return false;
	request_audit(request, "roles",
		json_pack("{s:o, s:o}", "before", object_roles(member.roles), "after",
			object_roles(roles)));
	return true;
}

static bool change_account(
	struct store *store, struct request *request, const char *name, int lock, int second_factor)
{
	int r = 0;

	if (!check_governs(store, request))
		return false;
	if (name) {
		r = person_set_name(store, request->object, name);
		if (r == -EINVAL)
			return refuse(request, "A name is 1 to 127 bytes of one line.");
		request_audit(request, "rename", json_pack("{s:s}", "name", name));
	}
	if (r == 0 && lock >= 0) {
		if (!request_may(request, ACCESS_PERSON_LOCK)) {
			request_error(request, 403, "forbidden", "Administrators lock accounts.");
			return false;
		}
		r = member_lock(store, request->object, lock > 0, clock_wall_ms());
		request_audit(request, lock > 0 ? "lock" : "unlock", NULL);
	}
	if (r == 0 && second_factor == 0) {
		if (!request_may(request, ACCESS_PERSON_RESET)) {
			request_error(request, 403, "forbidden",
				"Administrators take a second factor away.");
			return false;
		}
		r = totp_remove(store, request->object);
		request_audit(request, "second_factor_removed", NULL);
	}
	return fail_member(request, r);
}

void api_person_change(struct store *store, struct request *request)
{
	int lock = -1, second_factor = -1;
	const char *name = NULL;
	json_t *roles = NULL;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s?o, s?s, s?b, s?b}", "roles",
		    &roles, "name", &name, "locked", &lock, "second_factor", &second_factor) < 0 ||
		second_factor > 0) {
		refuse(request, "Send roles, name, locked, or second_factor: false.");
		return;
	}
	if (roles && !change_roles(store, request, roles))
		return;
	if ((name || lock >= 0 || second_factor >= 0) &&
		!change_account(store, request, name, lock, second_factor))
		return;
	answer_member(store, request, 200, request->object);
}

/* Who was locked is signed out at once. */
void api_person_changed(struct request *request)
{
	const char *state = json_string_value(json_object_get(request->answer.json, "state"));

	if (request->answer.status == 200 && state && strcmp(state, "locked") == 0)
		auth_forget_person(request->server->auth, request->object, NULL);
}

void api_person_leave(struct store *store, struct request *request)
{
	struct member member;
	int r = member_get(store, request->site, request->object, &member);

	if (r == 0 && !role_may_give(people_giver(request), member.roles, 0)) {
		refuse_roles(request);
		return;
	}
	if (r == 0)
		r = member_leave(store, request->site, request->object, clock_wall_ms());
	if (!fail_member(request, r))
		return;
	request_audit(request, "leave", NULL);
	request_empty(request, 204);
}

/* Whoever is in the site at present starts anew, with what the database says now. */
void api_person_left(struct request *request)
{
	if (request->answer.status == 204)
		auth_leave(request->server->auth, request->object, request->site);
}

void api_person_signout(struct store *store, struct request *request)
{
	int r;

	if (!check_governs(store, request))
		return;
	r = signin_remove_all(store, request->object, NULL);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "signout", NULL);
	request_empty(request, 204);
}

void api_person_signed_out(struct request *request)
{
	if (request->answer.status == 204)
		auth_forget_person(request->server->auth, request->object, NULL);
}
