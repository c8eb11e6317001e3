/* SPDX-License-Identifier: MIT */
/* GET and PATCH /me: who one is, where, and in which other sites. */
#include <errno.h>
#include <string.h>

#include "academy/calendar.h"
#include "academy/member.h"
#include "academy/totp.h"
#include "base/clock.h"
#include "signaling/api/objects.h"
#include "signaling/api/people.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

static void add_site(int64_t site, const char *name, unsigned roles, void *arg)
{
	json_array_append_new(arg, json_pack("{s:o, s:s, s:o}", "id", object_id(site), "name", name,
					   "roles", object_roles(roles)));
}

static void answer(struct store *store, struct request *request, int64_t site)
{
	const int64_t id = request->who.person.id;
	json_t *sites = json_array(), *json;
	struct account account;
	struct person person;
	int has, r;

	r = person_get(store, site, id, &person);
	if (r == 0)
		r = account_get(store, id, &account);
	if (r == 0)
		r = member_each_site(store, id, add_site, sites);
	has = r == 0 ? totp_has(store, id) : r;
	if (has < 0) {
		json_decref(sites);
		request_fail(request, has);
		return;
	}
	json = object_person(&person);
	json_object_set_new(json, "n", json_integer(person.n));
	json_object_set_new(json, "guest", json_boolean(person.guest));
	json_object_set_new(json, "email", json_string(person.guest ? "" : account.email));
	json_object_set_new(json, "time_zone", json_string(person.own_time_zone));
	json_object_set_new(json, "second_factor", json_boolean(has));
	json_object_set_new(json, "sites", sites);
	request_json(request, 200, json);
	request->changed.person = person;
}

void api_me(struct store *store, struct request *request)
{
	answer(store, request, request->who.person.site);
}

static bool refuse(struct request *request, const char *text)
{
	request_error(request, 400, "bad_request", text);
	return false;
}

/* False: it was answered. */
static bool set(struct request *request, int r, const char *wrong)
{
	if (r == -EINVAL)
		return refuse(request, wrong);
	if (r < 0)
		request_fail(request, r);
	return r >= 0;
}

static int go_to(struct store *store, struct request *request, int64_t site)
{
	const int64_t person = request->who.person.id;
	int r = member_enter(store, site, person, clock_wall_ms());

	if (r > 0)
		request_audit_of(request, "enter", KIND_SITE, site, site, NULL);
	return r < 0 ? r : signin_set_site(store, person, request->who.signin, site);
}

static bool zone_is_known(const char *name)
{
	struct zone *zone;

	if (zone_open(name, &zone) < 0)
		return false;
	zone_close(zone);
	return true;
}

void api_me_change(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	const char *language = NULL, *name = NULL, *zone = NULL, *site = NULL;
	int64_t to = who->site;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s?s, s?s, s?s, s?s}", "language",
		    &language, "name", &name, "time_zone", &zone, "site", &site) < 0 ||
		(!language && !name && !zone && !site)) {
		refuse(request, "Send language, name, time_zone or site.");
		return;
	}
	if (language && !set(request, person_set_language(store, who->site, who->id, language),
				"The language is one of en, es, fr, nl."))
		return;
	if (name && (who->guest || !set(request, person_set_name(store, who->id, name),
					   "A name is 1 to 127 bytes of one line."))) {
		if (who->guest)
			request_error(request, 403, "forbidden", "Guests keep their names.");
		return;
	}
	if (zone && zone[0] != '\0' && !zone_is_known(zone)) {
		refuse(request, "The time zone is one like America/Curacao.");
		return;
	}
	if (zone && !set(request, person_set_time_zone(store, who->id, zone), ""))
		return;
	if (site && (id_parse(site, &to) < 0 || to == 0)) {
		refuse(request, "The site is no id.");
		return;
	}
	if (to != who->site && !set(request, go_to(store, request, to), ""))
		return;
	answer(store, request, to);
}

void api_me_changed(struct request *request)
{
	const struct person *person = &request->changed.person;

	if (request->answer.status != 200)
		return;
	auth_set_person(request->server->auth, request->who.signin, person);
	auth_set_language(request->server->auth, person->id, person->language);
}
