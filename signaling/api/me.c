/* SPDX-License-Identifier: MIT */
/* GET and PATCH /me. */
#include <errno.h>

#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

void api_me(struct store *store, struct request *request)
{
	struct person person;
	int r = person_get(store, request->who.person.site, request->who.person.id, &person);

	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200, object_person(&person));
}

void api_me_change(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	const char *language;
	int r;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "language", &language) < 0) {
		request_error(request, 400, "bad_request", "Send {\"language\": \"en|es|fr|nl\"}.");
		return;
	}
	r = person_set_language(store, who->site, who->id, language);
	if (r == -EINVAL)
		request_error(
			request, 400, "bad_request", "The language is one of en, es, fr, nl.");
	else if (r < 0)
		request_fail(request, r);
	else
		api_me(store, request);
}

void api_me_changed(struct request *request)
{
	const char *language = json_string_value(json_object_get(request->answer.json, "language"));

	if (request->answer.status == 200 && language)
		auth_set_language(request->server->auth, request->who.person.id, language);
}
