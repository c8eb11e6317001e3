/* SPDX-License-Identifier: MIT */
/* /tokens: programs that act for a person in a site. The secret is shown when a token is made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "academy/token.h"
#include "base/clock.h"
#include "base/text.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

#define DAY_MS (24LL * 3600 * 1000)

enum { MOST_DAYS = 366 };

static json_t *scope_names(unsigned scopes)
{
	char text[TOKEN_SCOPES], *rest = text;
	json_t *names = json_array();

	token_scopes_text(scopes, text);
	for (char *word; (word = strsep(&rest, " ")) != NULL;)
		json_array_append_new(names, json_string(word));
	return names;
}

static json_t *object_token(const struct token *token)
{
	return json_pack("{s:o, s:s, s:o, s:{s:o, s:s}, s:I, s:I, s:I}", "id", object_id(token->id),
		"name", token->name, "scopes", scope_names(token->scopes), "person", "id",
		object_id(token->person), "name", token->person_name, "created_at",
		(json_int_t)token->created_at, "expires_at", (json_int_t)token->expires_at,
		"used_at", (json_int_t)token->used_at);
}

struct listing {
	json_t *list;
	int error;
};

static void add_token(const struct token *token, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_token(token), &listing->error);
}

/* One's own; with ?all=1 those of everybody in the site, for who may see them. */
void api_tokens(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	int64_t all = 0, person = request->who.person.id;
	int r;

	if (url_query_number(request->query, "all", &all) == 0 && all == 1 &&
		request_may(request, ACCESS_TOKEN_LIST_ALL))
		person = 0;
	r = token_each(store, request->site, person, clock_wall_ms(), add_token, &listing);
	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200, json_pack("{s:O}", "tokens", listing.list));
	else
		request_fail(request, r);
	json_decref(listing.list);
}

static bool read_scopes(const json_t *list, unsigned *ret_scopes)
{
	unsigned scopes = 0, scope;
	json_t *word;
	size_t i;

	json_array_foreach(list, i, word)
	{
		if (!json_is_string(word) || token_scope_parse(json_string_value(word), &scope) < 0)
			return false;
		scopes |= scope;
	}
	*ret_scopes = scopes;
	return scopes != 0;
}

/* NULL: all is well. */
static const char *read_new(const json_t *body, int64_t now_ms, struct token_params *params)
{
	json_t *scopes;
	int days;

	if (json_unpack_ex((json_t *)body, NULL, JSON_STRICT, "{s:s, s:o, s:i}", "name",
		    &params->name, "scopes", &scopes, "days", &days) < 0)
		return "Send name, scopes and days, and nothing else.";
	if (!text_is_line(params->name, TOKEN_NAME))
		return "A name is 1 to 127 bytes of one line.";
	if (!read_scopes(scopes, &params->scopes))
		return "The scopes are some of read, write, admin.";
	if (days < 1 || days > MOST_DAYS)
		return "A token is for 1 to 366 days.";
	params->expires_at = now_ms + days * DAY_MS;
	return NULL;
}

void api_token_create(struct store *store, struct request *request)
{
	struct token_params params = {.site = request->site, .person = request->who.person.id};
	const int64_t now_ms = clock_wall_ms();
	const char *wrong = read_new(request->body, now_ms, &params);
	char secret[TOKEN_SECRET];
	struct token token;
	json_t *object;
	int64_t id;
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = token_add(store, &params, now_ms, &id, secret);
	if (r == 0)
		r = token_get(store, request->site, id, &token);
	if (r == -EDQUOT) {
		request_error(request, 409, "too_many", "You have as many tokens as one may.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit_of(request, "create", KIND_TOKEN, id, request->site, object_token(&token));
	object = object_token(&token);
	json_object_set_new(object, "secret", json_string(secret));
	request_json(request, 201, object);
}

void api_token_delete(struct store *store, struct request *request)
{
	int r = token_remove(store, request->site, request->object);

	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}
