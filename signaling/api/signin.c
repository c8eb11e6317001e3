/* SPDX-License-Identifier: MIT */
/* GET /signin/<token> and POST /signout: from a link to a cookie, and back to nobody. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

static void person_path(const struct person *person, char out[32])
{
	snprintf(out, 32, "/u/%u", person->n);
}

/* For `finish`. */
static void remember(struct request *request, const struct signin *signin)
{
	struct identity *new = &request->changed;

	memcpy(new->signin, signin->hash, sizeof(new->signin));
	new->created_at = signin->created_at;
	new->expires_at = signin->expires_at;
	new->person = signin->person;
}

static void answer_signed_in(struct request *request, const char *cookie)
{
	char path[32], home[40], n[16];

	person_path(&request->changed.person, path);
	snprintf(home, sizeof(home), "%s/", path);
	snprintf(n, sizeof(n), "%u", request->changed.person.n);
	request_redirect(request, home);
	request_cookie(request, "lectern", cookie, path, AUTH_LIFETIME_MS);
	request_cookie(request, "lectern_last", n, "/", AUTH_LIFETIME_MS);
}

/* A person opens the link, not a program. */
static bool say_wait(struct request *request)
{
	const unsigned wait_s = request->answer.retry_after_s;

	request_text(request, 429, "text/plain; charset=utf-8",
		"Too many links from your network did not work. Open yours again in a minute.\n");
	request->answer.retry_after_s = wait_s;
	return false;
}

bool api_signin_admit(struct request *request)
{
	return request_may_try(request, THROTTLE_LINK, NULL) || say_wait(request);
}

void api_signin(struct store *store, struct request *request)
{
	char hash[SIGNIN_HASH], cookie[SIGNIN_TOKEN], address[ADDR_TEXT];
	struct signin_params params = {
		.method = "link",
		.device = request->device,
		.address = address,
		.now_ms = clock_wall_ms(),
	};
	struct signin signin;
	int r;

	/* A HEAD must not spend the link. */
	if (request->head) {
		request_error(request, 405, "bad_request", "A sign-in link is opened by GET.");
		snprintf(request->answer.allow, sizeof(request->answer.allow), "GET");
		return;
	}
	signin_hash(request->params.values[0], hash);
	params.expires_at = params.now_ms + AUTH_LIFETIME_MS;
	addr_ip_text(&request->from, address);
	r = signin_redeem(store, hash, &params, cookie, &signin);
	if (r == 0)
		remember(request, &signin);
	if (r == 0)
		answer_signed_in(request, cookie);
	else if (r == -ENOENT || r == -EACCES)
		request_redirect(request, "/?link=expired");
	else
		request_fail(request, r);
}

void api_signin_finish(struct request *request)
{
	int r;

	if (request->changed.person.id == 0) {
		if (request->answer.status == 303 && !request_was_wrong(request, THROTTLE_LINK))
			say_wait(request);
		return;
	}
	r = auth_add(request->server->auth, &request->changed);
	if (r < 0)
		request_fail(request, r);
}

void api_signout(struct store *store, struct request *request)
{
	char path[32];
	int r = signin_remove(store, request->who.signin);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request->changed = request->who;
	person_path(&request->who.person, path);
	request_empty(request, 204);
	request_cookie(request, "lectern", "", path, 0);
	if (request->last_n == request->who.person.n)
		request_cookie(request, "lectern_last", "", "/", 0);
}

void api_signout_finish(struct request *request)
{
	if (request->changed.person.id != 0)
		auth_forget(request->server->auth, request->changed.signin);
}
