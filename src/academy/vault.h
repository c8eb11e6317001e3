/* SPDX-License-Identifier: MIT */
/*
 * Secrets that must be read again (of a second factor, of a feed, of a webhook) are sealed before
 * they go into the database, so that a copy of the database alone opens nothing.
 *
 * The key lies beside it, in a file of the data folder that only its owner may read; vault_open()
 * makes it once. A back-up of the data folder needs both. Sealing is XChaCha20-Poly1305 under a random
 * nonce; `about` ("totp 123") is authenticated with it, so that what was sealed for one thing or
 * person opens for no other.
 *
 * A vault never changes: every thread may use it.
 */
#ifndef ACADEMY_VAULT_H
#define ACADEMY_VAULT_H

#include <stddef.h>
#include <stdint.h>

struct vault;

enum {
	VAULT_MAX = 1024, /* bytes of a secret */
	VAULT_MARK = 23,  /* base64url of 16 bytes, with the NUL */
	VAULT_WHY = 512,  /* as LECTERN_MAX_WHY */
};

/* Characters of a sealed secret of `len` bytes, with the NUL. */
#define VAULT_SEALED(len) (((len) + 24 + 16 + 2) / 3 * 4 + 1)

/*
 * Reads the key, or makes it where there is none; waits for nothing. On failure `why` (VAULT_WHY)
 * holds one line. -EBADMSG: the file holds no key.
 */
int vault_open(const char *path, struct vault **ret_vault, char *why);
/* Wipes the key. Accepts NULL. */
void vault_close(struct vault *vault);

/* `out` holds VAULT_SEALED(len). */
void vault_seal(
	const struct vault *vault, const char *about, const void *secret, size_t len, char *out);
/* -EBADMSG: not sealed by this vault for `about`, or longer than `room`. */
int vault_unseal(const struct vault *vault, const char *about, const char *sealed, void *out,
	size_t room, size_t *ret_len);

/* A mark on `text` that nobody else can make (keyed BLAKE2b). */
void vault_mark(
	const struct vault *vault, const char *about, const char *text, char out[VAULT_MARK]);

#endif
