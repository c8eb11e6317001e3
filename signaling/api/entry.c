/* SPDX-License-Identifier: MIT */
#include "signaling/api/entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/credential.h"
#include "base/clock.h"
#include "signaling/request.h"

enum { COST_MIN_KIB = 8192 };

#define DEVICE_LIFETIME_MS (365LL * 24 * 3600 * 1000)

struct proof *entry_proof(struct request *request)
{
	request->found = calloc(1, sizeof(struct proof));
	if (!request->found)
		request_fail(request, -ENOMEM);
	/* What is remembered for a key would be a quick hash of a password. */
	request->key[0] = '\0';
	return request->found;
}

struct password_cost entry_cost(const struct request *request)
{
	const struct lectern_config *config = request->server->config;
	struct password_cost cost = {config->password.memory_kib, config->password.passes};

	if (cost.memory_kib < COST_MIN_KIB)
		cost.memory_kib = COST_MIN_KIB;
	if (cost.passes < 1)
		cost.passes = 1;
	return cost;
}

int entry_compare(struct store *store, struct request *request, const char *password)
{
	const struct password_cost cost = entry_cost(request);
	struct proof *proof = request->found;
	struct credential credential;
	int r = -ENOENT;

	if (proof->account.id != 0)
		r = credential_get(
			store, NULL, proof->account.id, CREDENTIAL_PASSWORD, &credential);
	if (r == -ENOENT) {
		password_waste(&cost, password);
		return 0;
	}
	if (r < 0)
		return r;
	snprintf(proof->compared, sizeof(proof->compared), "%.127s", (char *)credential.secret);
	proof->right = password_matches(proof->compared, password);
	if (proof->right && password_is_outdated(&cost, proof->compared))
		r = password_hash(&cost, password, proof->fresh);
	return r;
}

bool entry_hash(struct request *request, const char *password)
{
	const struct password_cost cost = entry_cost(request);
	struct proof *proof = request->found;
	const char *wrong = password_judge(password, proof->account.email, proof->account.name);
	int r;

	if (wrong) {
		request_error(request, 400, "poor_password", wrong);
		return false;
	}
	r = password_hash(&cost, password, proof->fresh);
	if (r < 0)
		request_fail(request, r);
	return r == 0;
}

int entry_keep(struct store *store, struct request *request)
{
	struct proof *proof = request->found;
	struct credential credential = {0};
	int r = credential_get(store, NULL, proof->account.id, CREDENTIAL_PASSWORD, &credential);

	if (r < 0 && r != -ENOENT)
		return r;
	if (strcmp((char *)credential.secret, proof->compared) != 0)
		return -EAGAIN;
	if (proof->fresh[0] == '\0')
		return 0;
	return credential_set(store, NULL, proof->account.id, CREDENTIAL_PASSWORD, proof->fresh,
		strlen(proof->fresh), clock_wall_ms());
}

void entry_wrong(struct request *request)
{
	request_error(request, 401, "wrong",
		"Address and password do not go together. Nothing was changed.");
}

json_t *entry_recovery(char codes[RECOVERY_CODES][RECOVERY_CODE])
{
	json_t *list = json_array();

	for (size_t i = 0; i < RECOVERY_CODES; i++)
		json_array_append_new(list, json_string(codes[i]));
	return json_pack("{s:o}", "recovery", list);
}

json_t *entry_setup(
	const char *issuer, const char *account, const unsigned char secret[TOTP_SECRET])
{
	char text[TOTP_SECRET_TEXT], uri[TOTP_URI];

	totp_secret_text(secret, text);
	totp_uri(secret, issuer, account, uri);
	return json_pack("{s:s, s:s}", "secret", text, "uri", uri);
}

static void set_cookies(struct request *request, const char *cookie, int64_t lifetime_ms)
{
	const struct proof *proof = request->found;
	char path[32], n[16], known[ATTEMPT_COOKIE];

	snprintf(path, sizeof(path), "/u/%u", request->changed.person.n);
	snprintf(n, sizeof(n), "%u", request->changed.person.n);
	request_cookie(request, "lectern", cookie, path, lifetime_ms);
	request_cookie(request, "lectern_last", n, "/", lifetime_ms);
	if (!proof || proof->account.id == 0)
		return;
	attempt_cookie(request->server->vault, request->known, proof->account.email, known);
	request_cookie(request, "lectern_device", known, "/api/v1", DEVICE_LIFETIME_MS);
}

static void note(struct request *request, const struct signin *signin)
{
	struct identity *new = &request->changed;

	memcpy(new->signin, signin->hash, sizeof(new->signin));
	new->created_at = signin->created_at;
	new->expires_at = signin->expires_at;
	new->person = signin->person;
	request->who.person = signin->person;
	request_audit_of(request, "signin", KIND_PERSON, signin->person.id, signin->person.site,
		json_pack("{s:s, s:s}", "method", signin->method, "address", signin->address));
}

void entry_start(
	struct store *store, struct request *request, struct signin_params *params, json_t *answer)
{
	char cookie[SIGNIN_TOKEN], address[ADDR_TEXT];
	struct signin signin;
	int r;

	params->device = request->device;
	params->address = addr_ip_text(&request->from, address);
	r = signin_start(store, params, cookie, &signin);
	if (r < 0) {
		json_decref(answer);
		if (r == -EACCES)
			request_error(request, 403, "locked",
				"This account was locked by an administrator. Ask them.");
		else if (r == -ENOENT)
			request_error(request, 403, "no_site",
				"This account is a member of no academy any more.");
		else
			request_fail(request, r);
		return;
	}
	note(request, &signin);
	json_object_set_new(answer, "n", json_integer(signin.person.n));
	request_json(request, 200, answer);
	set_cookies(request, cookie, params->expires_at - params->now_ms);
}

static void ask_second_factor(
	struct request *request, int64_t site, const char *site_name, bool setup)
{
	struct proof *proof = request->found;
	struct ticket ticket = {
		.person = proof->account.id,
		.site = site,
		.issued_at = clock_wall_ms(),
		.setup = setup,
	};
	char text[TICKET_TEXT];
	json_t *answer;

	if (setup)
		totp_secret(ticket.secret);
	ticket_seal(request->server->vault, &ticket, text);
	answer = json_pack("{s:b, s:s}", "second_factor", 1, "ticket", text);
	if (setup)
		json_object_set_new(answer, "setup",
			entry_setup(site_name, proof->account.email, ticket.secret));
	request_json(request, 200, answer);
}

void entry_go_on(struct store *store, struct request *request, int64_t site, const char *method)
{
	struct proof *proof = request->found;
	struct signin_params params = {
		.person = proof->account.id,
		.site = site,
		.method = method,
		.now_ms = clock_wall_ms(),
	};
	int has, needs;

	if (proof->account.locked) {
		request_error(request, 403, "locked",
			"This account was locked by an administrator. Ask them.");
		return;
	}
	has = totp_has(store, proof->account.id);
	needs = has == 0 ? account_needs_second_factor(store, proof->account.id) : has;
	if (needs < 0) {
		request_fail(request, needs);
	} else if (needs) {
		ask_second_factor(request, site, "Lectern", has == 0);
	} else {
		params.expires_at = params.now_ms + AUTH_LIFETIME_MS;
		entry_start(store, request, &params, json_object());
	}
}

void entry_finish(struct request *request)
{
	const struct proof *proof = request->found;
	int r;

	if (proof && request->answer.status < 300)
		attempt_right(request, &proof->attempt);
	if (request->answer.status < 300 && proof && proof->end_person != 0)
		auth_forget_person(request->server->auth, proof->end_person, proof->signin);
	if (request->answer.status >= 300 || request->changed.person.id == 0)
		return;
	r = auth_add(request->server->auth, &request->changed);
	if (r < 0)
		request_fail(request, r);
}
