/* SPDX-License-Identifier: MIT */
/*
 * The second factor: codes of an authenticator (TOTP, RFC 6238: SHA-1, 6 digits, 30 s, as every
 * authenticator takes it; by liboath), and one-time recovery codes for the day when it is lost.
 *
 * A code is good in its own step and one before and after. The step that was used last is kept, and
 * that one and those before it are refused (RFC 6238 5.2), so a code that was seen is worth nothing.
 * Threads: as the store. Errors: -EACCES the code is wrong or was used; those of credential.h.
 */
#ifndef ACADEMY_TOTP_H
#define ACADEMY_TOTP_H

#include <stddef.h>
#include <stdint.h>

struct store;
struct vault;

enum {
	TOTP_SECRET = 20,      /* bytes (RFC 4226 R6) */
	TOTP_SECRET_TEXT = 33, /* base32, with the NUL */
	TOTP_URI = 640,
	TOTP_CODE = 7,
	RECOVERY_CODES = 10,
	RECOVERY_CODE = 12, /* "abcde-fghij", with the NUL */
};

void totp_secret(unsigned char out[TOTP_SECRET]);
/* What one types where no camera is. */
void totp_secret_text(const unsigned char secret[TOTP_SECRET], char out[TOTP_SECRET_TEXT]);
/* otpauth://..., for a QR code. */
void totp_uri(const unsigned char secret[TOTP_SECRET], const char *issuer, const char *account,
	char out[TOTP_URI]);
/* What an authenticator shows at now_ms. */
void totp_code(const unsigned char secret[TOTP_SECRET], int64_t now_ms, char out[TOTP_CODE]);
/* Which step the code is of. -EACCES. */
int totp_step(const unsigned char secret[TOTP_SECRET], const char *code, int64_t now_ms,
	int64_t *ret_step);

/* 1 or 0: the person has a second factor. */
int totp_has(struct store *store, int64_t person);
/* From now on the person has this one; `step` is that of the code that proved it. The old recovery
 * codes are gone, these are good. */
int totp_set(struct store *store, const struct vault *vault, int64_t person,
	const unsigned char secret[TOTP_SECRET], int64_t step, int64_t now_ms,
	char codes[RECOVERY_CODES][RECOVERY_CODE]);
int totp_remove(struct store *store, int64_t person);
/* Spends a code of the authenticator, or one to recover. To be called within a transaction. */
int totp_check(struct store *store, const struct vault *vault, int64_t person, const char *code,
	int64_t now_ms);
/* New ones in place of the old. */
int recovery_renew(struct store *store, const struct vault *vault, int64_t person, int64_t now_ms,
	char codes[RECOVERY_CODES][RECOVERY_CODE]);
/* How many are left. */
int recovery_left(struct store *store, const struct vault *vault, int64_t person);

#endif
