/* SPDX-License-Identifier: MIT */
/* POST /signin: a password, then a second factor where there is one. */
#include <errno.h>
#include <string.h>

#include "academy/credential.h"
#include "base/clock.h"
#include "signaling/api/entry.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

static bool refuse_body(struct request *request)
{
	request_error(request, 400, "bad_request",
		"Send {\"email\", \"password\"}, or {\"ticket\", \"code\"}.");
	return false;
}

static bool refuse_ticket(struct request *request)
{
	request_error(request, 401, "ticket_expired",
		"That took too long, or the password was changed. Sign in again.");
	return false;
}

static bool admit_ticket(struct request *request, const char *text)
{
	struct proof *proof = request->found;

	if (ticket_open(request->server->vault, text, clock_wall_ms(), &proof->ticket) < 0)
		return refuse_ticket(request);
	return attempt_code(request, &proof->attempt, proof->ticket.person);
}

bool api_password_admit(struct request *request)
{
	const char *email, *password, *ticket, *code;
	struct proof *proof;

	if (!request->body)
		return refuse_body(request);
	proof = entry_proof(request);
	if (!proof)
		return false;
	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s, s:s}", "ticket", &ticket,
		    "code", &code) == 0)
		return admit_ticket(request, ticket);
	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s, s:s}", "email", &email,
		    "password", &password) < 0 ||
		strlen(password) >= PASSWORD_MAX)
		return refuse_body(request);
	/* What is no address has no account; it is counted all the same. */
	if (person_clean_email(email, proof->email) < 0)
		proof->email[0] = '\0';
	return attempt_password(request, &proof->attempt, proof->email);
}

void api_password_prove(struct store *store, struct request *request)
{
	struct proof *proof = request->found;
	int r;

	if (proof->ticket.person != 0)
		return;
	r = account_find(store, proof->email, &proof->account);
	if (r == 0 || r == -ENOENT)
		r = entry_compare(store, request,
			json_string_value(json_object_get(request->body, "password")));
	if (r < 0)
		request_fail(request, r);
	else if (!proof->right)
		entry_wrong(request);
}

/* The account of the ticket, if its password is older than the ticket. */
static int check_ticket(struct store *store, struct proof *proof)
{
	struct credential credential;
	int r = account_get(store, proof->ticket.person, &proof->account);

	if (r == 0)
		r = credential_get(
			store, NULL, proof->account.id, CREDENTIAL_PASSWORD, &credential);
	if (r == 0 && credential.created_at > proof->ticket.issued_at)
		r = -ENOENT;
	return r;
}

static int spend_code(struct store *store, struct request *request, json_t *answer)
{
	const char *code = json_string_value(json_object_get(request->body, "code"));
	const struct vault *vault = request->server->vault;
	struct proof *proof = request->found;
	const int64_t person = proof->account.id, now_ms = clock_wall_ms();
	char codes[RECOVERY_CODES][RECOVERY_CODE];
	int64_t step;
	int r;

	if (!proof->ticket.setup)
		return totp_check(store, vault, person, code, now_ms);
	/* Two tickets at once: the second may not replace what the first one set up. */
	r = totp_has(store, person);
	if (r != 0)
		return r < 0 ? r : -ENOENT;
	r = totp_step(proof->ticket.secret, code, now_ms, &step);
	if (r == 0)
		r = totp_set(store, vault, person, proof->ticket.secret, step, now_ms, codes);
	if (r == 0)
		json_object_update_new(answer, entry_recovery(codes));
	return r;
}

static void run_ticket(struct store *store, struct request *request)
{
	struct proof *proof = request->found;
	struct signin_params params = {
		.person = proof->ticket.person,
		.site = proof->ticket.site,
		.method = "password+code",
		.now_ms = clock_wall_ms(),
	};
	json_t *answer = json_object();
	int r = check_ticket(store, proof);

	if (r == 0)
		r = spend_code(store, request, answer);
	if (r == 0) {
		params.expires_at = params.now_ms + AUTH_LIFETIME_MS;
		entry_start(store, request, &params, answer);
		return;
	}
	json_decref(answer);
	if (r == -EACCES)
		request_error(request, 401, "wrong_code",
			"That code is wrong, or was used. Wait for the next one.");
	else if (r == -ENOENT)
		refuse_ticket(request);
	else
		request_fail(request, r);
}

void api_password(struct store *store, struct request *request)
{
	struct proof *proof = request->found;
	int r;

	if (proof->ticket.person != 0) {
		run_ticket(store, request);
		return;
	}
	r = entry_keep(store, request);
	if (r == -EAGAIN)
		entry_wrong(request);
	else if (r < 0)
		request_fail(request, r);
	else
		entry_go_on(store, request, 0, "password");
}
