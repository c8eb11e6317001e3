/* SPDX-License-Identifier: MIT */
/*
 * Sign-ins, and the links that open them: random secrets outside, hashes in the database.
 *
 * However a person proves who they are (a password, a link, an invitation, a guest link, later
 * somebody who vouches for them), what follows is signin_start(): it judges whether they may be here,
 * and keeps the sign-in. Each has a current site, where its person is a member.
 *
 * Threads: as the store. Errors: -ENOENT, or the store's, and as told.
 */
#ifndef ACADEMY_SIGNIN_H
#define ACADEMY_SIGNIN_H

#include <stdint.h>

#include "academy/person.h"

struct store;

enum {
	SIGNIN_HASH = 65,	    /* hex of a 256-bit hash, with the NUL */
	SIGNIN_TOKEN = 44,	    /* base64url of 32 random bytes, with the NUL */
	SIGNIN_MAX_PER_PERSON = 16, /* one more replaces the oldest */
	SIGNIN_METHOD = 16,
	SIGNIN_DEVICE = 64,
	SIGNIN_ADDRESS = 48,
};

/* Fills `out` with a new random secret and `hash` with what the database may know of it. */
void signin_secret(char out[SIGNIN_TOKEN], char hash[SIGNIN_HASH]);
void signin_hash(const char *secret, char hash[SIGNIN_HASH]);

struct signin {
	char hash[SIGNIN_HASH];
	int64_t created_at, expires_at, seen_at;
	char method[SIGNIN_METHOD]; /* "password", "link", "invite", "reset", "guest" */
	char device[SIGNIN_DEVICE];
	char address[SIGNIN_ADDRESS];
	struct person person; /* in the site where they are at present */
};

struct signin_params {
	int64_t person;
	int64_t site; /* 0: where the person was last, or first became a member */
	const char *method, *device, *address;
	int64_t now_ms, expires_at;
};

/* `cookie` is the secret to give away. -ENOENT: a member of nothing, or not of that site; -EACCES:
 * locked. All or nothing. */
int signin_start(struct store *store, const struct signin_params *params, char cookie[SIGNIN_TOKEN],
	struct signin *ret_signin);
/* The person goes on in this site. -ENOENT: no member, or no such sign-in of theirs. */
int signin_set_site(struct store *store, int64_t person, const char *hash, int64_t site);
int signin_remove(struct store *store, const char *hash);
/* -ENOENT: not one of theirs. */
int signin_remove_of(struct store *store, int64_t person, const char *hash);
/* Every sign-in of the person but `except`, which may be NULL. */
int signin_remove_all(struct store *store, int64_t person, const char *except);
/* Those that are in this site, which the person leaves. */
int signin_leave(struct store *store, int64_t site, int64_t person);

/* At start-up: every sign-in of every site that is still valid, oldest first. */
int signin_each(struct store *store, int64_t now_ms,
	void (*found)(const struct signin *signin, void *arg), void *arg);
/* Those of one person, newest first. */
int signin_each_of(struct store *store, int64_t person, int64_t now_ms,
	void (*found)(const struct signin *signin, void *arg), void *arg);

/* What a link is for: to sign in as it is, or to set a password first. */
enum signin_purpose { SIGNIN_LINK, SIGNIN_INVITE, SIGNIN_RESET, SIGNIN_PURPOSES };

struct signin_link {
	int64_t site, person;
	enum signin_purpose purpose;
	int64_t given_to; /* who was shown it, to hand it over; 0: it went by mail alone */
	int64_t expires_at;
};

/* A link for one use. */
int signin_link_make(struct store *store, const struct signin_link *link, char token[SIGNIN_TOKEN]);
/* As long as it is good. -ENOENT. */
int signin_link_find(struct store *store, const char *hash, enum signin_purpose purpose,
	int64_t now_ms, struct signin_link *ret_link);
/* Counts a use: of two at once, one gets -ENOENT. */
int signin_link_use(struct store *store, const char *hash, enum signin_purpose purpose,
	int64_t now_ms, struct signin_link *ret_link);
/* Counts a use of a link for SIGNIN_LINK and starts the sign-in that it opens, all or nothing; person
 * and site of `params` are those of the link. Errors as signin_start(). */
int signin_redeem(struct store *store, const char *link_hash, const struct signin_params *params,
	char cookie[SIGNIN_TOKEN], struct signin *ret_signin);
/* uses 0: until it expires. */
int signin_link_add(struct store *store, int64_t site, int64_t person, const char *hash,
	int64_t expires_at, unsigned uses);
/* Forgets every link of the person to this site. */
int signin_link_clear(struct store *store, int64_t site, int64_t person);
/* Forgets the links of the person for this purpose, to whatever site. */
int signin_link_clear_purpose(struct store *store, int64_t person, enum signin_purpose purpose);

#endif
