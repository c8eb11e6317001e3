/* SPDX-License-Identifier: MIT */
/* GET and POST /invite/<token> and /reset/<token>: a link, a password, a sign-in. */
#include <errno.h>
#include <string.h>

#include "academy/credential.h"
#include "academy/invite.h"
#include "base/clock.h"
#include "signaling/api/entry.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

static enum signin_purpose purpose_of(const struct request *request)
{
	return strncmp(request->route->pattern, "/reset/", 7) == 0 ? SIGNIN_RESET : SIGNIN_INVITE;
}

static void refuse_link(struct request *request)
{
	request_error(request, 404, "link_expired",
		"This link was used, or is too old. Ask for a new one.");
}

static void fail_link(struct request *request, int r)
{
	if (r == -ENOENT)
		refuse_link(request);
	else
		request_fail(request, r);
}

bool api_invite_look_admit(struct request *request)
{
	return request_may_try(request, THROTTLE_LINK, NULL);
}

void api_invite_look_finish(struct request *request)
{
	if (request->answer.status == 404)
		request_was_wrong(request, THROTTLE_LINK);
}

/* The same whether the account has a password: that is nobody's to know from a link. */
void api_invite_look(struct store *store, struct request *request)
{
	char hash[SIGNIN_HASH];
	struct signin_link link;
	struct account account;
	struct person person;
	int r;

	signin_hash(request->params.values[0], hash);
	r = signin_link_find(store, hash, purpose_of(request), clock_wall_ms(), &link);
	if (r == 0)
		r = account_get(store, link.person, &account);
	if (r == 0)
		r = person_get(store, link.site, link.person, &person);
	if (r < 0)
		fail_link(request, r);
	else
		request_json(request, 200,
			json_pack("{s:s, s:s, s:s, s:s, s:I}", "name", account.name, "email",
				account.email, "site", person.site_name, "language",
				account.language, "expires_at", (json_int_t)link.expires_at));
}

bool api_invite_admit(struct request *request)
{
	struct proof *proof;
	const char *password;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "password", &password) < 0 ||
		strlen(password) >= PASSWORD_MAX) {
		request_error(request, 400, "bad_request", "Send {\"password\"}.");
		return false;
	}
	if (!request_may_try(request, THROTTLE_LINK, NULL))
		return false;
	proof = entry_proof(request);
	/* Guesses at the password of an account that has one are counted by the link. */
	return proof && attempt_password(request, &proof->attempt, request->params.values[0]);
}

static int prove(struct store *store, struct request *request, const char *password)
{
	struct proof *proof = request->found;
	char hash[SIGNIN_HASH];
	int has, r;

	signin_hash(request->params.values[0], hash);
	r = signin_link_find(store, hash, purpose_of(request), clock_wall_ms(), &proof->link);
	if (r == 0)
		r = account_get(store, proof->link.person, &proof->account);
	if (r < 0)
		return r;
	has = credential_has(store, proof->account.id, CREDENTIAL_PASSWORD);
	if (has < 0)
		return has;
	if (has && proof->link.purpose == SIGNIN_INVITE) {
		r = entry_compare(store, request, password);
		if (r == 0 && !proof->right)
			request_error(request, 401, "wrong",
				"This address has a password for Lectern already: that one is "
				"asked "
				"for here.");
		return r;
	}
	if (proof->link.purpose == SIGNIN_INVITE)
		r = invite_may_set(store, &proof->link);
	if (r == 0 && entry_hash(request, password))
		proof->right = true;
	return r;
}

void api_invite_prove(struct store *store, struct request *request)
{
	int r = prove(
		store, request, json_string_value(json_object_get(request->body, "password")));

	if (r == -EPERM)
		request_error(request, 403, "by_mail",
			"A message with a link of its own went to your address. Open that one.");
	else if (r < 0)
		fail_link(request, r);
}

static int keep(struct store *store, struct request *request)
{
	struct proof *proof = request->found;
	char hash[SIGNIN_HASH];
	int r;

	signin_hash(request->params.values[0], hash);
	r = signin_link_use(store, hash, proof->link.purpose, clock_wall_ms(), &proof->link);
	if (r < 0 || proof->link.purpose == SIGNIN_INVITE)
		return r < 0 ? r : entry_keep(store, request);
	/* Whatever it was before: a new one was asked for. */
	r = credential_set(store, NULL, proof->account.id, CREDENTIAL_PASSWORD, proof->fresh,
		strlen(proof->fresh), clock_wall_ms());
	if (r == 0)
		r = signin_remove_all(store, proof->account.id, NULL);
	if (r == 0)
		r = signin_link_clear_purpose(store, proof->account.id, SIGNIN_RESET);
	if (r == 0)
		r = invite_tell_changed(
			store, proof->link.site, proof->account.id, clock_wall_ms());
	proof->end_person = proof->account.id;
	return r;
}

void api_invite(struct store *store, struct request *request)
{
	struct proof *proof = request->found;
	int r = keep(store, request);

	if (r == -EAGAIN)
		r = -ENOENT;
	if (r < 0)
		fail_link(request, r);
	else
		entry_go_on(store, request, proof->link.site,
			proof->link.purpose == SIGNIN_RESET ? "reset" : "invite");
}

void api_invite_finish(struct request *request)
{
	api_invite_look_finish(request);
	entry_finish(request);
}
