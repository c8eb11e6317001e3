/* SPDX-License-Identifier: MIT */
#include "academy/token.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/id.h"
#include "store/store.h"

static const char prefix[] = "lectern_";
static const char *const words[] = {"read", "write", "admin"};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

const char *token_scopes_text(unsigned scopes, char *out)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < WORDS; i++)
		if (scopes & 1U << i)
			len += (size_t)snprintf(out + len, TOKEN_SCOPES - len, "%s%s",
				len > 0 ? " " : "", words[i]);
	return out;
}

int token_scope_parse(const char *word, unsigned *ret_scope)
{
	for (unsigned i = 0; i < WORDS; i++) {
		if (strcmp(word, words[i]) == 0) {
			*ret_scope = 1U << i;
			return 0;
		}
	}
	return -EINVAL;
}

static unsigned read_scopes(const char *text)
{
	unsigned scopes = 0;

	for (unsigned i = 0; i < WORDS; i++)
		if (strstr(text, words[i]))
			scopes |= 1U << i;
	return scopes;
}

static int check_room(struct store *store, const struct token_params *params, int64_t now_ms)
{
	struct rows rows = store_select(store,
		"SELECT count(*) FROM api_token WHERE person = $1 AND expires_at > $2",
		V_INT(params->person), V_INT(now_ms));
	bool full = rows_next(&rows) && row_int(&rows, 0) >= TOKEN_MAX_PER_PERSON;
	int r = rows_close(&rows);

	return r == 0 && full ? -EDQUOT : r;
}

int token_add(struct store *store, const struct token_params *params, int64_t now_ms,
	int64_t *ret_id, char secret[TOKEN_SECRET])
{
	char hash[SIGNIN_HASH], scopes[TOKEN_SCOPES], random[SIGNIN_TOKEN];
	int64_t id = id_new();
	int r = check_room(store, params, now_ms);

	if (r < 0)
		return r;
	signin_secret(random, hash);
	r = store_run(store,
		"INSERT INTO api_token"
		" (site, id, person, hash, name, scopes, created_at, expires_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		V_INT(params->site), V_INT(id), V_INT(params->person), V_TEXT(hash),
		V_TEXT(params->name), V_TEXT(token_scopes_text(params->scopes, scopes)),
		V_INT(now_ms), V_INT(params->expires_at));
	if (r < 0)
		return r == -EEXIST ? -ENOENT : r;
	snprintf(secret, TOKEN_SECRET, "%s%s", prefix, random);
	*ret_id = id;
	return 0;
}

#define TOKEN_COLUMNS                                                                              \
	"t.site, t.id, t.person, p.name, t.name, t.scopes, t.created_at, t.expires_at, t.used_at"
#define TOKEN_TABLES "api_token t JOIN person p ON p.id = t.person"

static void read_token(const struct rows *rows, struct token *token)
{
	*token = (struct token){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.person = row_int(rows, 2),
		.scopes = read_scopes(row_text(rows, 5)),
		.created_at = row_int(rows, 6),
		.expires_at = row_int(rows, 7),
		.used_at = row_int(rows, 8),
	};
	row_copy(rows, 3, token->person_name, sizeof(token->person_name));
	row_copy(rows, 4, token->name, sizeof(token->name));
}

static int one(struct rows rows, struct token *ret_token)
{
	struct token token = {0};
	int r;

	if (rows_next(&rows))
		read_token(&rows, &token);
	r = rows_close(&rows);
	if (r == 0 && token.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_token = token;
	return r;
}

int token_get(struct store *store, int64_t site, int64_t id, struct token *ret_token)
{
	return one(store_select(store,
			   "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
			   " WHERE t.site = $1 AND t.id = $2",
			   V_INT(site), V_INT(id)),
		ret_token);
}

int token_each(struct store *store, int64_t site, int64_t person, int64_t now_ms,
	void (*found)(const struct token *token, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
		" WHERE t.site = $1 AND ($2 = 0 OR t.person = $2) AND t.expires_at > $3"
		" ORDER BY t.created_at DESC, t.id",
		V_INT(site), V_INT(person), V_INT(now_ms));

	while (rows_next(&rows)) {
		struct token token;

		read_token(&rows, &token);
		found(&token, arg);
	}
	return rows_close(&rows);
}

int token_remove(struct store *store, int64_t site, int64_t id)
{
	int r = store_run(
		store, "DELETE FROM api_token WHERE site = $1 AND id = $2", V_INT(site), V_INT(id));

	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int token_find(struct store *store, const char *secret, int64_t now_ms, struct token *ret_token)
{
	char hash[SIGNIN_HASH];
	int r;

	if (strncmp(secret, prefix, sizeof(prefix) - 1) != 0)
		return -EACCES;
	signin_hash(secret + sizeof(prefix) - 1, hash);
	r = one(store_select(store,
			"SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
			" JOIN site_person m ON m.site = t.site AND m.person = t.person"
			" WHERE t.hash = $1 AND t.expires_at > $2 AND m.left_at = 0"
			" AND p.locked_at = 0",
			V_TEXT(hash), V_INT(now_ms)),
		ret_token);
	return r == -ENOENT ? -EACCES : r;
}

int token_used(struct store *store, int64_t site, int64_t id, int64_t now_ms)
{
	int r = store_run(store,
		"UPDATE api_token SET used_at = $3 WHERE site = $1 AND id = $2 AND used_at < $3",
		V_INT(site), V_INT(id), V_INT(now_ms));

	return r < 0 ? r : 0;
}
