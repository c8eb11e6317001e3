/* SPDX-License-Identifier: MIT */
/*
 * API tokens: a program acts for a person, in one site, within scopes, until it expires or is
 * revoked. The secret is shown once, as "lectern_" and base64url; the database keeps its hash.
 * Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_TOKEN_H
#define ACADEMY_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/signin.h"

struct store;

enum token_scope {
	TOKEN_READ = 1 << 0,  /* what is asked by GET */
	TOKEN_WRITE = 1 << 1, /* what is changed, but for what takes an administrator */
	TOKEN_ADMIN = 1 << 2, /* that too */
};

enum {
	TOKEN_NAME = 128,
	TOKEN_SECRET = SIGNIN_TOKEN + 8,
	TOKEN_MAX_PER_PERSON = 50,
	TOKEN_USED_STEP_MS = 60 * 1000, /* used_at is kept no finer */
};

struct token {
	int64_t site, id, person;
	char person_name[LECTERN_MAX_NAME];
	char name[TOKEN_NAME];
	unsigned scopes;
	int64_t created_at, expires_at, used_at;
};

struct token_params {
	int64_t site, person;
	const char *name;
	unsigned scopes;
	int64_t expires_at;
};

/* -ENOENT: the person is not of the site; -EDQUOT: TOKEN_MAX_PER_PERSON are valid. */
int token_add(struct store *store, const struct token_params *params, int64_t now_ms,
	int64_t *ret_id, char secret[TOKEN_SECRET]);
int token_get(struct store *store, int64_t site, int64_t id, struct token *ret_token);
/* Those of the site that have not expired, newest first; person 0: everybody's. */
int token_each(struct store *store, int64_t site, int64_t person, int64_t now_ms,
	void (*found)(const struct token *token, void *arg), void *arg);
int token_remove(struct store *store, int64_t site, int64_t id);
/* -EACCES: it opens nothing (any more). */
int token_find(struct store *store, const char *secret, int64_t now_ms, struct token *ret_token);
int token_used(struct store *store, int64_t site, int64_t id, int64_t now_ms);

/* "read write"; `out` holds TOKEN_SCOPES. */
enum { TOKEN_SCOPES = 24 };
const char *token_scopes_text(unsigned scopes, char *out);
/* One word. -EINVAL. */
int token_scope_parse(const char *word, unsigned *ret_scope);

#endif
