/* SPDX-License-Identifier: MIT */
/*
 * What a person can prove themselves with: one row for each person and kind.
 *
 *	password   the string of crypto_pwhash_str()      see password.h
 *	totp       the secret of an authenticator, sealed  see totp.h
 *	recovery   hashes of one-time codes, sealed        see totp.h
 *
 * A further way to sign in (OpenID Connect, LTI) is a further kind, whose `subject` is the name of the
 * person at whoever vouches for them; what follows the proof is signin_start() for all of them.
 *
 * Threads: as the store. Errors: -ENOENT the person has none, and the store's; -EBADMSG what was
 * sealed does not open: the key file (vault.h) is not the one that it was sealed with.
 */
#ifndef ACADEMY_CREDENTIAL_H
#define ACADEMY_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

struct store;
struct vault;

enum credential_kind {
	CREDENTIAL_PASSWORD,
	CREDENTIAL_TOTP,
	CREDENTIAL_RECOVERY,
	CREDENTIAL_KINDS
};

enum { CREDENTIAL_MAX = 1024 }; /* bytes of a secret */

struct credential {
	unsigned char secret[CREDENTIAL_MAX + 1]; /* with a NUL behind it */
	size_t len;
	int64_t created_at, used_at;
};

/* In place of what there was. `vault` may be NULL where the kind is not sealed. */
int credential_set(struct store *store, const struct vault *vault, int64_t person,
	enum credential_kind kind, const void *secret, size_t len, int64_t now_ms);
int credential_get(struct store *store, const struct vault *vault, int64_t person,
	enum credential_kind kind, struct credential *ret_credential);
/* None is no error. */
int credential_remove(struct store *store, int64_t person, enum credential_kind kind);
/* 1 or 0. */
int credential_has(struct store *store, int64_t person, enum credential_kind kind);
/* Moves used_at on, never back. -EALREADY: it was there or further. */
int credential_use(struct store *store, int64_t person, enum credential_kind kind, int64_t used_at);

#endif
