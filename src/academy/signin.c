/* SPDX-License-Identifier: MIT */
/* Sign-in links and sign-ins: random secrets outside, hashes in the database. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "academy/person.h"
#include "store/store.h"

enum { SECRET_BYTES = 32, HASH_BYTES = 32 };

void signin_hash(const char *secret, char hash[SIGNIN_HASH])
{
	unsigned char bytes[HASH_BYTES];

	static_assert(SIGNIN_HASH == 2 * HASH_BYTES + 1, "hex");
	crypto_generichash(
		bytes, sizeof(bytes), (const unsigned char *)secret, strlen(secret), NULL, 0);
	sodium_bin2hex(hash, SIGNIN_HASH, bytes, sizeof(bytes));
}

void signin_secret(char out[SIGNIN_TOKEN], char hash[SIGNIN_HASH])
{
	unsigned char bytes[SECRET_BYTES];

	static_assert(SIGNIN_TOKEN == sodium_base64_ENCODED_LEN(SECRET_BYTES,
					      sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		"base64url");
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2base64(
		out, SIGNIN_TOKEN, bytes, sizeof(bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
	signin_hash(out, hash);
}

int signin_link_add(struct store *store, int64_t site, int64_t person, const char *hash,
	int64_t expires_at, unsigned uses)
{
	int r = store_run(store,
		"INSERT INTO signin_link (hash, site, person, expires_at, uses_left)"
		" VALUES ($1, $2, $3, $4, nullif($5, 0))",
		V_TEXT(hash), V_INT(site), V_INT(person), V_INT(expires_at), V_INT(uses));

	return r < 0 ? r : 0;
}

int signin_link_clear(struct store *store, int64_t site, int64_t person)
{
	int r = store_run(store, "DELETE FROM signin_link WHERE site = $1 AND person = $2",
		V_INT(site), V_INT(person));

	return r < 0 ? r : 0;
}

/* The condition and the count are one statement, so a link for one use opens one sign-in. */
static int use_link(struct store *store, const char *hash, int64_t now_ms, int64_t *ret_site,
	int64_t *ret_person)
{
	struct rows rows = store_select(store,
		"UPDATE signin_link SET uses_left = uses_left - 1 WHERE hash = $1 AND expires_at > "
		"$2"
		" AND (uses_left IS NULL OR uses_left > 0) RETURNING site, person",
		V_TEXT(hash), V_INT(now_ms));
	int64_t site = 0, person = 0;
	int r;

	while (rows_next(&rows)) {
		site = row_int(&rows, 0);
		person = row_int(&rows, 1);
	}
	r = rows_close(&rows);
	if (r == 0 && site == 0)
		r = -ENOENT;
	if (r == 0) {
		*ret_site = site;
		*ret_person = person;
	}
	return r;
}

static int keep_signin(struct store *store, const struct person *person, const char *hash,
	int64_t now_ms, int64_t expires_at)
{
	int r = store_run(store,
		"INSERT INTO signin (hash, site, person, created_at, expires_at)"
		" VALUES ($1, $2, $3, $4, $5)",
		V_TEXT(hash), V_INT(person->site), V_INT(person->id), V_INT(now_ms),
		V_INT(expires_at));

	if (r >= 0)
		r = store_run(store,
			"DELETE FROM signin WHERE person = $1 AND (expires_at <= $2 OR hash NOT IN"
			" (SELECT hash FROM signin WHERE person = $1 ORDER BY created_at DESC, "
			"hash LIMIT $3))",
			V_INT(person->id), V_INT(now_ms), V_INT(SIGNIN_MAX_PER_PERSON));
	return r < 0 ? r : 0;
}

int signin_redeem(struct store *store, const char *link_hash, const char *hash, int64_t now_ms,
	int64_t expires_at, struct person *ret_person)
{
	int64_t site, id;
	struct person person;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = use_link(store, link_hash, now_ms, &site, &id);
	if (r == 0)
		r = person_get(store, site, id, &person);
	if (r == 0)
		r = keep_signin(store, &person, hash, now_ms, expires_at);
	r = store_finish(store, r);
	if (r == 0)
		*ret_person = person;
	return r;
}

int signin_remove(struct store *store, const char *hash)
{
	int r = store_run(store, "DELETE FROM signin WHERE hash = $1", V_TEXT(hash));

	return r < 0 ? r : 0;
}

int signin_each(struct store *store, int64_t now_ms,
	void (*found)(const struct signin *signin, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT hash, site, person, created_at, expires_at FROM signin WHERE expires_at > "
		"$1"
		" ORDER BY created_at, hash",
		V_INT(now_ms));
	int r = 0;

	while (r == 0 && rows_next(&rows)) {
		struct signin signin = {
			.created_at = row_int(&rows, 3), .expires_at = row_int(&rows, 4)};

		row_copy(&rows, 0, signin.hash, sizeof(signin.hash));
		r = person_get(store, row_int(&rows, 1), row_int(&rows, 2), &signin.person);
		if (r == 0)
			found(&signin, arg);
	}
	if (r == 0)
		return rows_close(&rows);
	rows_close(&rows);
	return r;
}
