/* SPDX-License-Identifier: MIT */
/*
 * Who is asking: every live sign-in, in memory on the control thread.
 *
 * A sign-in is a random cookie of which only a hash is kept, here and in the database. A sign-in
 * link is checked and spent by a job (api/signin.c), which stores the sign-in and then calls
 * auth_add(); signing out calls auth_forget() at once and lets a job delete the row. So a look-up
 * never waits.
 *
 * Each person has a number `n`, for good: everything that they do lies below /u/<n>, and so does
 * their cookie. Thread: control only. Limits: AUTH_MAX sign-ins, AUTH_LIFETIME_MS each.
 */
#ifndef SIGNALING_AUTH_H
#define SIGNALING_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "lectern/types.h"
#include "academy/signin.h"

struct auth;
struct store;

enum {
	AUTH_COOKIE = 44, /* base64url of 32 random bytes, with the NUL */
	AUTH_MAX = 100000,
};

#define AUTH_LIFETIME_MS (30LL * 24 * 3600 * 1000)

/* A copy may be kept as long as one likes; the pointer from auth_find() only until the callback
 * ends. */
struct identity {
	char signin[SIGNIN_HASH]; /* which sign-in; not a secret */
	int64_t created_at, expires_at;
	struct person person; /* id, site, n, name, language, roles */
};

/* Loads the sign-ins that are still valid. */
int auth_create(struct store *store, int64_t now_ms, struct auth **ret_auth);
/* Accepts NULL. */
void auth_destroy(struct auth *auth);

/* NULL: nobody, or somebody else than n. `cookie` is the value, of any length, NUL-terminated. */
const struct identity *auth_find(struct auth *auth, unsigned n, const char *cookie);
/* -ENOSPC: AUTH_MAX. */
int auth_add(struct auth *auth, const struct identity *identity);
/* Also tells the listener, so that the person's WebSockets of this sign-in are closed. */
void auth_forget(struct auth *auth, const char *signin);
/* Every sign-in of the person but `except`, a hash; NULL or "": all of them. */
void auth_forget_person(struct auth *auth, int64_t person, const char *except);
/* The person left the site: those that are in it end. */
void auth_leave(struct auth *auth, int64_t person, int64_t site);
/* The person is there in this site, as such, from now on. */
void auth_set_person(struct auth *auth, const char *signin, const struct person *person);
/* Every sign-in of this person speaks this language from now on. */
void auth_set_language(struct auth *auth, int64_t person, const char *language);

/* One listener: the live side. `identity` is valid during the call only. */
void auth_on_forget(struct auth *auth,
	void (*forgotten)(const struct identity *identity, void *arg), void *arg);

#endif
