/* SPDX-License-Identifier: MIT */
#include "signaling/perform.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "academy/audit.h"
#include "academy/site.h"
#include "academy/token.h"
#include "base/clock.h"
#include "base/log.h"
#include "signaling/request.h"
#include "signaling/upload.h"
#include "signaling/work.h"
#include "store/id.h"
#include "store/store.h"

static void refuse(struct request *request, unsigned status, const char *code, const char *text)
{
	request_error(request, status, code, text);
}

static bool refuse_token(struct request *request)
{
	refuse(request, 401, "signed_out",
		"Send \"Authorization: Bearer\" with an API token that is valid.");
	request->answer.challenge = "Bearer realm=\"lectern\"";
	return false;
}

/* What takes an administrator takes that scope; what only reads takes no other. */
static unsigned scope_of(const struct route *route)
{
	const unsigned roles = access_rows[route->right].roles;

	if ((roles & ~(unsigned)(ACCESS_ADMIN | ACCESS_NETWORK)) == 0)
		return TOKEN_ADMIN;
	return route->method == METHOD_GET ? TOKEN_READ : TOKEN_WRITE;
}

static bool check_token(struct store *store, struct request *request)
{
	struct token token;
	int r = token_find(store, request->bearer, clock_wall_ms(), &token);

	if (r == 0)
		r = person_get(store, token.site, token.person, &request->who.person);
	if (r == -EACCES || r == -ENOENT)
		return refuse_token(request);
	if (r < 0) {
		request_fail(request, r);
		return false;
	}
	request->token = token.id;
	request->scopes = token.scopes;
	request->token_noted = clock_wall_ms() < token.used_at + TOKEN_USED_STEP_MS;
	if (request->route->person)
		refuse(request, 403, "forbidden", "This is for people, not for programs.");
	else if (!(token.scopes & scope_of(request->route)))
		refuse(request, 403, "forbidden", "The token has not the scope for that.");
	else
		return true;
	return false;
}

static bool check_who(struct store *store, struct request *request)
{
	if (request->route->right == ACCESS_PUBLIC_USE)
		return true;
	/* Of a cookie the control thread knew. */
	return request->below_n || check_token(store, request);
}

/* 0: it has none; -EINVAL: 400 was answered. */
static int find_id(struct request *request, int64_t *ret_id)
{
	const char *field = request->route->in_body, *text;

	*ret_id = 0;
	if (request->kind == KIND_HERE || request->kind == KIND_ME)
		return 0;
	if (!field) {
		*ret_id = request_id_at(request, 0);
		return *ret_id == 0 ? -ENOENT : 0;
	}
	text = json_string_value(json_object_get(request->body, field));
	if (text && id_parse(text, ret_id) == 0)
		return 0;
	request_error(request, 400, "bad_request", "The body does not say which it is for.");
	return -EINVAL;
}

static int judge(struct request *request, enum access_right right, int64_t id)
{
	const struct access_who who = {request->who.person.site, request->who.person.id};
	struct access access;
	int r = access_check(request->store, right, &who, id, &access);

	/* A token is for its site alone. */
	if (r == 0 && request->token != 0 && access.site != who.site)
		r = -ENOENT;
	if (r < 0) {
		request_fail(request, r);
		return r;
	}
	request->kind = access_rows[right].found_by;
	request->site = access.site;
	request->object = id;
	request->roles = access.roles;
	return 0;
}

bool request_turn_to(struct request *request, enum access_right right, int64_t id)
{
	return judge(request, right, id) == 0;
}

bool request_may(const struct request *request, enum access_right right)
{
	return access_allows(request->roles, right);
}

static bool check_right(struct request *request)
{
	const enum access_right right = request->route->right;
	int64_t id;
	int r;

	assert(right != ACCESS_UNSET);
	if (right == ACCESS_PUBLIC_USE)
		return true;
	request->kind = access_rows[right].found_by;
	r = find_id(request, &id);
	if (r == -ENOENT)
		request_fail(request, r);
	return r == 0 && judge(request, right, id) == 0;
}

static void lower(const char *name, char out[AUDIT_WORD])
{
	size_t i = 0;

	for (; name[i] != '\0' && i + 1 < AUDIT_WORD; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
	out[i] = '\0';
}

static int add_line(
	struct store *store, struct request *request, struct audit_line *line, json_t *detail)
{
	char *text = detail ? json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	int r = detail && !text ? -ENOMEM : 0;

	line->person = request->who.person.id;
	line->at_ms = clock_wall_ms();
	line->detail = text;
	if (r == 0)
		r = audit_add(store, line);
	free(text);
	json_decref(detail);
	return r;
}

/* HERE and ME are words of the table; what they stand for has an id. */
static enum access_kind meant(const struct request *request, int64_t *ret_id)
{
	if (request->kind == KIND_HERE) {
		*ret_id = request->site;
		return KIND_SITE;
	}
	*ret_id = request->kind == KIND_ME ? request->who.person.id : request->object;
	return request->kind == KIND_ME ? KIND_PERSON : request->kind;
}

void request_audit_of(struct request *request, const char *action, enum access_kind kind,
	int64_t id, int64_t site, json_t *detail)
{
	struct audit_line line = {
		.site = site,
		.action = action,
		.object = access_kind_name(kind),
		.object_id = id,
	};
	int r;

	assert(request->store && request->route->lane == WORK_WRITE);
	r = add_line(request->store, request, &line, detail);
	request->audited++;
	if (r < 0 && request->failure == 0)
		request->failure = r;
}

void request_audit(struct request *request, const char *action, json_t *detail)
{
	request_audit_of(request, action, request->kind, request->object, request->site, detail);
}

void request_tell(struct request *request, json_t *detail)
{
	json_decref(request->told);
	request->told = detail;
}

static void audit_by_right(struct request *request)
{
	char action[AUDIT_WORD];

	lower(access_rows[request->route->right].action, action);
	request_audit(request, action, NULL);
}

static void add_part(crypto_generichash_state *state, const void *bytes, size_t len)
{
	const uint64_t size = len;

	crypto_generichash_update(state, (const unsigned char *)&size, sizeof(size));
	crypto_generichash_update(state, bytes, len);
}

/* Everything that decides what would be done. */
static void hash_asked(const struct request *request, char out[IDEMPOTENCY_HASH])
{
	unsigned char bytes[(IDEMPOTENCY_HASH - 1) / 2];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof(bytes));
	add_part(&state, &request->method, sizeof(request->method));
	add_part(&state, &request->who.person.site, sizeof(request->who.person.site));
	add_part(&state, request->path, strlen(request->path));
	add_part(&state, request->query, strlen(request->query));
	if (request->upload)
		add_part(&state, upload_hash(request->upload), UPLOAD_HASH);
	else
		add_part(&state, request->text, request->text_len);
	crypto_generichash_final(&state, bytes, sizeof(bytes));
	sodium_bin2hex(out, IDEMPOTENCY_HASH, bytes, sizeof(bytes));
}

static void answer_again(struct request *request, unsigned status, const char *answer)
{
	request->replayed = true;
	if (request->route->secret)
		refuse(request, 409, "done",
			"That was done before; what it answered is told once only.");
	else if (answer[0] == '\0')
		request_empty(request, status);
	else
		request_json(request, status, json_loads(answer, 0, NULL));
}

/* True: it was answered, by what was answered before or by an error. */
static bool was_done(struct request *request, const struct idempotency *what)
{
	char *answer;
	unsigned status;
	int r = idempotency_find(request->store, what, clock_wall_ms(), &status, &answer);

	if (r == -ENOENT)
		return false;
	if (r == -EEXIST) {
		refuse(request, 409, "key_in_use",
			"The Idempotency-Key was used for another request.");
	} else if (r < 0) {
		request_fail(request, r);
	} else {
		answer_again(request, status, answer);
		free(answer);
	}
	return true;
}

static int remember(struct request *request, const struct idempotency *what)
{
	const struct answer *answer = &request->answer;
	char *text = NULL;
	int r;

	if (answer->json && !request->route->secret) {
		text = json_dumps(answer->json, JSON_COMPACT);
		if (!text)
			return -ENOMEM;
	}
	r = idempotency_keep(
		request->store, what, clock_wall_ms(), answer->status, text ? text : "");
	free(text);
	return r;
}

static bool succeeded(const struct request *request)
{
	return request->failure == 0 && (request->answer.status < 400 || request->keep);
}

/* Within the transaction. */
static void change(struct request *request)
{
	char asked[IDEMPOTENCY_HASH];
	const struct idempotency what = {request->who.person.id, request->key, asked};
	const bool keyed = request->key[0] != '\0' && request->who.person.id != 0;
	const int64_t before = store_changes(request->store);

	if (keyed) {
		hash_asked(request, asked);
		if (was_done(request, &what))
			return;
	}
	request->route->run(request->store, request);
	if (!succeeded(request))
		return;
	if (request->audited == 0 && request->kind != KIND_NOTHING &&
		store_changes(request->store) != before)
		audit_by_right(request);
	if (keyed && request->failure == 0)
		request->failure = remember(request, &what);
}

static int note_token(struct store *store, struct request *request)
{
	if (request->token == 0 || request->token_noted)
		return 0;
	request->token_noted = true;
	return token_used(store, request->who.person.site, request->token, clock_wall_ms());
}

static void perform_change(struct store *store, struct request *request)
{
	int r = store_begin(store);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	if (check_who(store, request) && check_right(request))
		change(request);
	if (succeeded(request))
		request->failure = note_token(store, request);
	if (!succeeded(request))
		store_rollback(store);
	else if (!request->upload || (request->failure = upload_place(request->upload)) == 0)
		request->failure = store_commit(store);
	else
		store_rollback(store);
	if (request->failure < 0) {
		if (request->upload)
			upload_unplace(request->upload);
		request->changed = (struct identity){0};
		request_fail(request, request->failure);
	}
}

void perform(struct store *store, struct request *request)
{
	request->store = store;
	if (request->route->lane == WORK_WRITE)
		perform_change(store, request);
	else if (check_who(store, request) && check_right(request))
		request->route->run(store, request);
	request->store = NULL;
	assert(request->answer.status != 0);
}

void perform_admit(struct store *store, struct request *request)
{
	int r;

	request->store = store;
	if (check_who(store, request) && check_right(request)) {
		r = site_check_room(store, request->site, request->body_length);
		if (r < 0)
			request_fail(request, r);
	}
	request->store = NULL;
}

bool perform_must_tell(const struct request *request)
{
	return request->route->saw && request->answer.status < 400;
}

void perform_saw(struct store *store, struct request *request)
{
	char action[AUDIT_WORD];
	struct audit_line line = {.site = request->site, .action = action};
	json_t *detail = request->told;
	int r;

	line.object = access_kind_name(meant(request, &line.object_id));
	request->told = NULL;
	lower(access_rows[request->route->right].action, action);
	r = add_line(store, request, &line, detail);
	if (r < 0)
		request_fail(request, r);
}
