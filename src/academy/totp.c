/* SPDX-License-Identifier: MIT */
#include "academy/totp.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "academy/credential.h"
#include "store/store.h"

enum { STEP_S = 30, DIGITS = 6, WINDOW = 1, RECOVERY_HASH = 16 };

void totp_secret(unsigned char out[TOTP_SECRET])
{
	randombytes_buf(out, TOTP_SECRET);
}

void totp_secret_text(const unsigned char secret[TOTP_SECRET], char out[TOTP_SECRET_TEXT])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 6 */
	unsigned buffer = 0, bits = 0;
	size_t len = 0;

	static_assert(TOTP_SECRET_TEXT == TOTP_SECRET * 8 / 5 + 1, "no padding");
	for (size_t i = 0; i < TOTP_SECRET; i++) {
		buffer = buffer << 8 | secret[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[len++] = alphabet[buffer >> (bits - 5) & 31];
	}
	out[len] = '\0';
}

/* Percent-encodes all but what is unreserved (RFC 3986 2.3); stops where there is no room. */
static size_t encode(const char *text, char *out, size_t room)
{
	size_t len = 0;

	for (; *text && len + 4 < room; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c)))
			out[len++] = (char)c;
		else
			len += (size_t)snprintf(out + len, room - len, "%%%02X", c);
	}
	out[len] = '\0';
	return len;
}

void totp_uri(const unsigned char secret[TOTP_SECRET], const char *issuer, const char *account,
	char out[TOTP_URI])
{
	char who[256], where[160], text[TOTP_SECRET_TEXT];

	encode(issuer, where, sizeof(where));
	encode(account, who, sizeof(who));
	totp_secret_text(secret, text);
	snprintf(
		out, TOTP_URI, "otpauth://totp/%s:%s?secret=%s&issuer=%s", where, who, text, where);
}

void totp_code(const unsigned char secret[TOTP_SECRET], int64_t now_ms, char out[TOTP_CODE])
{
	int r = oath_totp_generate(
		(const char *)secret, TOTP_SECRET, now_ms / 1000, STEP_S, 0, DIGITS, out);

	assert(r == OATH_OK);
}

int totp_step(const unsigned char secret[TOTP_SECRET], const char *code, int64_t now_ms,
	int64_t *ret_step)
{
	uint64_t counter = 0;

	if (strlen(code) != DIGITS || strspn(code, "0123456789") != DIGITS)
		return -EACCES;
	if (oath_totp_validate3((const char *)secret, TOTP_SECRET, now_ms / 1000, STEP_S, 0, WINDOW,
		    NULL, &counter, code) < 0)
		return -EACCES;
	*ret_step = (int64_t)counter;
	return 0;
}

int totp_has(struct store *store, int64_t person)
{
	return credential_has(store, person, CREDENTIAL_TOTP);
}

/* Of a code as typed: without what stands between, in lower case. False: it cannot be one. */
static bool recovery_hash(const char *code, unsigned char out[RECOVERY_HASH])
{
	unsigned char clean[RECOVERY_CODE];
	size_t len = 0;

	for (; *code; code++) {
		if (*code == '-' || *code == ' ')
			continue;
		if (len == RECOVERY_CODE - 2)
			return false;
		clean[len++] = (unsigned char)tolower((unsigned char)*code);
	}
	crypto_generichash(out, RECOVERY_HASH, clean, len, NULL, 0);
	return len == RECOVERY_CODE - 2;
}

/* 50 random bits, without characters that look like others. */
static void recovery_code(char out[RECOVERY_CODE])
{
	static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";

	static_assert(sizeof(alphabet) == 33, "5 bits each");
	for (size_t i = 0; i < RECOVERY_CODE - 1; i++)
		out[i] = alphabet[randombytes_uniform(32)];
	out[5] = '-';
	out[RECOVERY_CODE - 1] = '\0';
}

int recovery_renew(struct store *store, const struct vault *vault, int64_t person, int64_t now_ms,
	char codes[RECOVERY_CODES][RECOVERY_CODE])
{
	unsigned char hashes[RECOVERY_CODES][RECOVERY_HASH];

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		recovery_code(codes[i]);
		recovery_hash(codes[i], hashes[i]);
	}
	return credential_set(
		store, vault, person, CREDENTIAL_RECOVERY, hashes, sizeof(hashes), now_ms);
}

int recovery_left(struct store *store, const struct vault *vault, int64_t person)
{
	struct credential credential;
	int r = credential_get(store, vault, person, CREDENTIAL_RECOVERY, &credential);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : (int)(credential.len / RECOVERY_HASH);
}

static int recovery_use(struct store *store, const struct vault *vault, int64_t person,
	const char *code, int64_t now_ms)
{
	unsigned char hash[RECOVERY_HASH];
	struct credential credential;
	int r;

	if (!recovery_hash(code, hash))
		return -EACCES;
	r = credential_get(store, vault, person, CREDENTIAL_RECOVERY, &credential);
	if (r < 0)
		return r == -ENOENT ? -EACCES : r;
	for (size_t at = 0; at + RECOVERY_HASH <= credential.len; at += RECOVERY_HASH) {
		unsigned char *found = credential.secret + at;

		if (sodium_memcmp(found, hash, RECOVERY_HASH) != 0)
			continue;
		credential.len -= RECOVERY_HASH;
		memmove(found, found + RECOVERY_HASH, credential.len - at);
		return credential_set(store, vault, person, CREDENTIAL_RECOVERY, credential.secret,
			credential.len, now_ms);
	}
	return -EACCES;
}

int totp_set(struct store *store, const struct vault *vault, int64_t person,
	const unsigned char secret[TOTP_SECRET], int64_t step, int64_t now_ms,
	char codes[RECOVERY_CODES][RECOVERY_CODE])
{
	int r = credential_set(store, vault, person, CREDENTIAL_TOTP, secret, TOTP_SECRET, now_ms);

	if (r == 0)
		r = credential_use(store, person, CREDENTIAL_TOTP, step);
	if (r == 0)
		r = recovery_renew(store, vault, person, now_ms, codes);
	return r;
}

int totp_remove(struct store *store, int64_t person)
{
	int r = credential_remove(store, person, CREDENTIAL_TOTP);

	return r == 0 ? credential_remove(store, person, CREDENTIAL_RECOVERY) : r;
}

int totp_check(struct store *store, const struct vault *vault, int64_t person, const char *code,
	int64_t now_ms)
{
	struct credential credential;
	int64_t step;
	int r;

	if (strlen(code) != DIGITS)
		return recovery_use(store, vault, person, code, now_ms);
	r = credential_get(store, vault, person, CREDENTIAL_TOTP, &credential);
	if (r < 0)
		return r == -ENOENT ? -EACCES : r;
	if (credential.len != TOTP_SECRET)
		return -EBADMSG;
	r = totp_step(credential.secret, code, now_ms, &step);
	if (r == 0)
		r = credential_use(store, person, CREDENTIAL_TOTP, step);
	sodium_memzero(&credential, sizeof(credential));
	return r == -EALREADY ? -EACCES : r;
}
