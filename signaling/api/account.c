/* SPDX-License-Identifier: MIT */
/* One's own account: sign-ins, password, second factor. */
#include <errno.h>
#include <string.h>

#include "academy/credential.h"
#include "academy/invite.h"
#include "base/clock.h"
#include "signaling/api/entry.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

struct listing {
	const char *current;
	json_t *list;
	int error;
};

static void add_signin(const struct signin *signin, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list,
		json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b}", "id", signin->hash, "device",
			signin->device, "address", signin->address, "method", signin->method,
			"created_at", (json_int_t)signin->created_at, "seen_at",
			(json_int_t)signin->seen_at, "expires_at", (json_int_t)signin->expires_at,
			"current", strcmp(signin->hash, listing->current) == 0),
		&listing->error);
}

void api_signins(struct store *store, struct request *request)
{
	struct listing listing = {.current = request->who.signin, .list = json_array()};
	int r = signin_each_of(
		store, request->who.person.id, clock_wall_ms(), add_signin, &listing);

	if (r == 0)
		r = listing.error;
	if (r < 0) {
		json_decref(listing.list);
		request_fail(request, r);
	} else {
		request_json(request, 200, json_pack("{s:o}", "signins", listing.list));
	}
}

void api_signin_end(struct store *store, struct request *request)
{
	int r = signin_remove_of(store, request->who.person.id, request->params.values[0]);

	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}

void api_signin_ended(struct request *request)
{
	if (request->answer.status == 204)
		auth_forget(request->server->auth, request->params.values[0]);
}

/* All of them, this one too. */
void api_signins_end(struct store *store, struct request *request)
{
	int r = signin_remove_all(store, request->who.person.id, NULL);

	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}

void api_signins_ended(struct request *request)
{
	if (request->answer.status == 204)
		auth_forget_person(request->server->auth, request->who.person.id, NULL);
}

static bool admit_account(struct request *request)
{
	struct proof *proof = entry_proof(request);

	/* Nobody is refused later on. */
	if (!proof || request->who.person.id == 0)
		return proof != NULL;
	return attempt_code(request, &proof->attempt, request->who.person.id);
}

static bool refuse_body(struct request *request, const char *text)
{
	request_error(request, 400, "bad_request", text);
	return false;
}

bool api_me_password_admit(struct request *request)
{
	const char *current = "", *password;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s?s, s:s}", "current", &current,
		    "password", &password) < 0 ||
		strlen(current) >= PASSWORD_MAX || strlen(password) >= PASSWORD_MAX)
		return refuse_body(request, "Send {\"current\", \"password\"}.");
	return admit_account(request);
}

/* True: the password that was sent is right, or there is none to be asked for. */
static bool prove_password(struct store *store, struct request *request, const char *field)
{
	const char *password = json_string_value(json_object_get(request->body, field));
	struct proof *proof = request->found;
	int has, r;

	r = account_get(store, request->who.person.id, &proof->account);
	has = r == 0 ? credential_has(store, proof->account.id, CREDENTIAL_PASSWORD) : r;
	if (has == 0)
		return true;
	r = has < 0 ? has : entry_compare(store, request, password ? password : "");
	if (r < 0)
		request_fail(request, r);
	else if (!proof->right)
		request_error(request, 403, "wrong", "The password is not right.");
	return r == 0 && proof->right;
}

void api_me_password_prove(struct store *store, struct request *request)
{
	if (prove_password(store, request, "current"))
		entry_hash(request, json_string_value(json_object_get(request->body, "password")));
}

void api_me_password(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	struct proof *proof = request->found;
	int r = entry_keep(store, request);

	if (r == 0)
		r = signin_remove_all(store, who->id, request->who.signin);
	if (r == 0)
		r = signin_link_clear_purpose(store, who->id, SIGNIN_RESET);
	if (r == 0)
		r = invite_tell_changed(store, who->site, who->id, clock_wall_ms());
	if (r == -EAGAIN) {
		request_error(request, 409, "changed", "The password was changed meanwhile.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	memcpy(proof->signin, request->who.signin, sizeof(proof->signin));
	proof->end_person = who->id;
	request_audit(request, "password", NULL);
	request_empty(request, 204);
}

bool api_totp_admit(struct request *request)
{
	const char *password = "";

	if (request->body && (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s?s}", "password",
				      &password) < 0 ||
				     strlen(password) >= PASSWORD_MAX))
		return refuse_body(request, "Send {\"password\"}.");
	return admit_account(request);
}

void api_totp_prove(struct store *store, struct request *request)
{
	(void)prove_password(store, request, "password");
}

/* Proposes a secret; nothing is kept until a code of it is shown. */
void api_totp(struct store *store, struct request *request)
{
	const struct proof *proof = request->found;
	struct ticket ticket = {
		.person = proof->account.id, .issued_at = clock_wall_ms(), .setup = true};
	char text[TICKET_TEXT];
	json_t *json;

	(void)store;
	totp_secret(ticket.secret);
	ticket_seal(request->server->vault, &ticket, text);
	json = entry_setup(request->who.person.site_name, proof->account.email, ticket.secret);
	json_object_set_new(json, "ticket", json_string(text));
	request_json(request, 200, json);
}

bool api_totp_confirm_admit(struct request *request)
{
	const char *ticket, *code;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s, s:s}", "ticket", &ticket,
		    "code", &code) < 0)
		return refuse_body(request, "Send {\"ticket\", \"code\"}.");
	return admit_account(request);
}

static void answer_codes(struct request *request, int r, char codes[RECOVERY_CODES][RECOVERY_CODE])
{
	if (r == -EACCES)
		request_error(request, 403, "wrong_code",
			"That code is wrong, or was used. Wait for the next one.");
	else if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200, entry_recovery(codes));
}

void api_totp_confirm(struct store *store, struct request *request)
{
	const struct vault *vault = request->server->vault;
	const int64_t person = request->who.person.id, now_ms = clock_wall_ms();
	char codes[RECOVERY_CODES][RECOVERY_CODE];
	const char *text, *code;
	struct ticket ticket;
	int64_t step;
	int r;

	json_unpack(request->body, "{s:s, s:s}", "ticket", &text, "code", &code);
	r = ticket_open(vault, text, now_ms, &ticket);
	if (r == 0 && (ticket.person != person || !ticket.setup))
		r = -EACCES;
	if (r == 0)
		r = totp_step(ticket.secret, code, now_ms, &step);
	if (r == 0)
		r = totp_set(store, vault, person, ticket.secret, step, now_ms, codes);
	if (r == 0)
		request_audit(request, "second_factor_set", NULL);
	answer_codes(request, r, codes);
}

bool api_code_admit(struct request *request)
{
	const char *code;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "code", &code) < 0)
		return refuse_body(request, "Send {\"code\"}.");
	return admit_account(request);
}

static int spend_code(struct store *store, struct request *request)
{
	return totp_check(store, request->server->vault, request->who.person.id,
		json_string_value(json_object_get(request->body, "code")), clock_wall_ms());
}

void api_totp_end(struct store *store, struct request *request)
{
	const int64_t person = request->who.person.id;
	int r = account_needs_second_factor(store, person);

	if (r > 0) {
		request_error(request, 409, "needed",
			"Your academy asks its administrators and coordinators for a second "
			"factor. Set up another one in its place.");
		return;
	}
	if (r == 0)
		r = spend_code(store, request);
	if (r == 0)
		r = totp_remove(store, person);
	if (r < 0) {
		answer_codes(request, r, NULL);
		return;
	}
	request_audit(request, "second_factor_removed", NULL);
	request_empty(request, 204);
}

void api_recovery(struct store *store, struct request *request)
{
	char codes[RECOVERY_CODES][RECOVERY_CODE];
	int r = spend_code(store, request);

	if (r == 0)
		r = recovery_renew(store, request->server->vault, request->who.person.id,
			clock_wall_ms(), codes);
	if (r == 0)
		request_audit(request, "recovery_renewed", NULL);
	answer_codes(request, r, codes);
}
