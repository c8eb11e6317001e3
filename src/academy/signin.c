/* SPDX-License-Identifier: MIT */
#include "academy/signin.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "store/store.h"

enum { SECRET_BYTES = 32, HASH_BYTES = 32 };

static const char *const purposes[SIGNIN_PURPOSES] = {"signin", "invite", "reset"};

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

/* Where the person was last and still is a member, or has been for longest. */
static int find_site(struct store *store, int64_t person, int64_t *ret_site)
{
	struct rows rows = store_select(store,
		"SELECT m.site FROM site_person m WHERE m.person = $1 AND m.left_at = 0"
		" ORDER BY (SELECT max(i.created_at) FROM signin i WHERE i.person = $1"
		" AND i.site = m.site) IS NULL, (SELECT max(i.created_at) FROM signin i"
		" WHERE i.person = $1 AND i.site = m.site) DESC, m.since, m.site LIMIT 1",
		V_INT(person));
	int64_t site = 0;
	int r;

	if (rows_next(&rows))
		site = row_int(&rows, 0);
	r = rows_close(&rows);
	if (r == 0 && site == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_site = site;
	return r;
}

static int insert_signin(struct store *store, const struct signin *signin)
{
	int r = store_run(store,
		"INSERT INTO signin (hash, site, person, created_at, expires_at, method, device,"
		" address, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $4)",
		V_TEXT(signin->hash), V_INT(signin->person.site), V_INT(signin->person.id),
		V_INT(signin->created_at), V_INT(signin->expires_at), V_TEXT(signin->method),
		V_TEXT(signin->device), V_TEXT(signin->address));

	if (r >= 0)
		r = store_run(store,
			"DELETE FROM signin WHERE person = $1 AND (expires_at <= $2 OR hash NOT IN"
			" (SELECT hash FROM signin WHERE person = $1 ORDER BY created_at DESC, "
			"hash LIMIT $3))",
			V_INT(signin->person.id), V_INT(signin->created_at),
			V_INT(SIGNIN_MAX_PER_PERSON));
	return r < 0 ? r : 0;
}

static int start(struct store *store, const struct signin_params *params, struct signin *signin)
{
	int64_t site = params->site;
	int r = 0;

	if (site == 0)
		r = find_site(store, params->person, &site);
	if (r == 0)
		r = person_get(store, site, params->person, &signin->person);
	if (r == 0 && signin->person.locked)
		r = -EACCES;
	return r == 0 ? insert_signin(store, signin) : r;
}

int signin_start(struct store *store, const struct signin_params *params, char cookie[SIGNIN_TOKEN],
	struct signin *ret_signin)
{
	struct signin signin = {
		.created_at = params->now_ms,
		.seen_at = params->now_ms,
		.expires_at = params->expires_at,
	};
	int r = store_begin(store);

	if (r < 0)
		return r;
	signin_secret(cookie, signin.hash);
	snprintf(signin.method, sizeof(signin.method), "%s", params->method);
	snprintf(signin.device, sizeof(signin.device), "%s", params->device);
	snprintf(signin.address, sizeof(signin.address), "%s", params->address);
	r = store_finish(store, start(store, params, &signin));
	if (r == 0)
		*ret_signin = signin;
	return r;
}

static int one(int changed)
{
	if (changed == 0)
		return -ENOENT;
	return changed < 0 ? changed : 0;
}

int signin_set_site(struct store *store, int64_t person, const char *hash, int64_t site)
{
	return one(store_run(store,
		"UPDATE signin SET site = $3 WHERE hash = $2 AND person = $1 AND EXISTS"
		" (SELECT 1 FROM site_person m"
		" WHERE m.site = $3 AND m.person = $1 AND m.left_at = 0)",
		V_INT(person), V_TEXT(hash), V_INT(site)));
}

int signin_remove(struct store *store, const char *hash)
{
	int r = store_run(store, "DELETE FROM signin WHERE hash = $1", V_TEXT(hash));

	return r < 0 ? r : 0;
}

int signin_remove_of(struct store *store, int64_t person, const char *hash)
{
	return one(store_run(store, "DELETE FROM signin WHERE hash = $1 AND person = $2",
		V_TEXT(hash), V_INT(person)));
}

int signin_remove_all(struct store *store, int64_t person, const char *except)
{
	int r = store_run(store, "DELETE FROM signin WHERE person = $1 AND hash <> $2",
		V_INT(person), V_TEXT(except ? except : ""));

	return r < 0 ? r : 0;
}

int signin_leave(struct store *store, int64_t site, int64_t person)
{
	int r = store_run(store, "DELETE FROM signin WHERE site = $1 AND person = $2", V_INT(site),
		V_INT(person));

	return r < 0 ? r : 0;
}

#define SIGNIN_COLUMNS                                                                             \
	"hash, site, person, created_at, expires_at, method, device, address, seen_at"

/* Those whose person may not be here are left out. */
static int hand_over(struct store *store, struct rows *rows,
	void (*found)(const struct signin *signin, void *arg), void *arg)
{
	int r = 0, end;

	while (r == 0 && rows_next(rows)) {
		struct signin signin = {
			.created_at = row_int(rows, 3),
			.expires_at = row_int(rows, 4),
			.seen_at = row_int(rows, 8),
		};

		row_copy(rows, 0, signin.hash, sizeof(signin.hash));
		row_copy(rows, 5, signin.method, sizeof(signin.method));
		row_copy(rows, 6, signin.device, sizeof(signin.device));
		row_copy(rows, 7, signin.address, sizeof(signin.address));
		r = person_get(store, row_int(rows, 1), row_int(rows, 2), &signin.person);
		if (r == 0 && !signin.person.locked)
			found(&signin, arg);
		else if (r == -ENOENT)
			r = 0;
	}
	end = rows_close(rows);
	return r < 0 ? r : end;
}

int signin_each(struct store *store, int64_t now_ms,
	void (*found)(const struct signin *signin, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT " SIGNIN_COLUMNS " FROM signin WHERE expires_at > $1"
		" ORDER BY created_at, hash",
		V_INT(now_ms));

	return hand_over(store, &rows, found, arg);
}

int signin_each_of(struct store *store, int64_t person, int64_t now_ms,
	void (*found)(const struct signin *signin, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT " SIGNIN_COLUMNS " FROM signin WHERE person = $1 AND expires_at > $2"
		" ORDER BY created_at DESC, hash",
		V_INT(person), V_INT(now_ms));

	return hand_over(store, &rows, found, arg);
}

static int insert_link(
	struct store *store, const struct signin_link *link, const char *hash, unsigned uses)
{
	int r = store_run(store,
		"INSERT INTO signin_link (hash, site, person, expires_at, uses_left, purpose,"
		" given_to) VALUES ($1, $2, $3, $4, nullif($5, 0), $6, $7)",
		V_TEXT(hash), V_INT(link->site), V_INT(link->person), V_INT(link->expires_at),
		V_INT(uses), V_TEXT(purposes[link->purpose]), V_INT(link->given_to));

	return r < 0 ? r : 0;
}

int signin_link_make(struct store *store, const struct signin_link *link, char token[SIGNIN_TOKEN])
{
	char hash[SIGNIN_HASH];

	signin_secret(token, hash);
	return insert_link(store, link, hash, 1);
}

int signin_link_add(struct store *store, int64_t site, int64_t person, const char *hash,
	int64_t expires_at, unsigned uses)
{
	struct signin_link link = {.site = site, .person = person, .expires_at = expires_at};

	return insert_link(store, &link, hash, uses);
}

static int read_link(struct rows *rows, enum signin_purpose purpose, struct signin_link *ret_link)
{
	struct signin_link link = {.purpose = purpose};
	int r;

	while (rows_next(rows)) {
		link.site = row_int(rows, 0);
		link.person = row_int(rows, 1);
		link.given_to = row_int(rows, 2);
		link.expires_at = row_int(rows, 3);
	}
	r = rows_close(rows);
	if (r == 0 && link.site == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_link = link;
	return r;
}

#define GOOD_LINK                                                                                  \
	" hash = $1 AND purpose = $2 AND expires_at > $3 AND (uses_left IS NULL OR uses_left > 0)"
#define LINK_COLUMNS " site, person, given_to, expires_at"

int signin_link_find(struct store *store, const char *hash, enum signin_purpose purpose,
	int64_t now_ms, struct signin_link *ret_link)
{
	struct rows rows =
		store_select(store, "SELECT" LINK_COLUMNS " FROM signin_link WHERE" GOOD_LINK,
			V_TEXT(hash), V_TEXT(purposes[purpose]), V_INT(now_ms));

	return read_link(&rows, purpose, ret_link);
}

/* The condition and the count are one statement, so a link for one use opens one sign-in. */
int signin_link_use(struct store *store, const char *hash, enum signin_purpose purpose,
	int64_t now_ms, struct signin_link *ret_link)
{
	struct rows rows = store_select(store,
		"UPDATE signin_link SET uses_left = uses_left - 1 WHERE" GOOD_LINK
		" RETURNING" LINK_COLUMNS,
		V_TEXT(hash), V_TEXT(purposes[purpose]), V_INT(now_ms));

	return read_link(&rows, purpose, ret_link);
}

int signin_redeem(struct store *store, const char *link_hash, const struct signin_params *params,
	char cookie[SIGNIN_TOKEN], struct signin *ret_signin)
{
	struct signin_params whose = *params;
	struct signin_link link;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = signin_link_use(store, link_hash, SIGNIN_LINK, params->now_ms, &link);
	if (r == 0) {
		whose.site = link.site;
		whose.person = link.person;
		r = signin_start(store, &whose, cookie, ret_signin);
	}
	return store_finish(store, r);
}

int signin_link_clear(struct store *store, int64_t site, int64_t person)
{
	int r = store_run(store, "DELETE FROM signin_link WHERE site = $1 AND person = $2",
		V_INT(site), V_INT(person));

	return r < 0 ? r : 0;
}

int signin_link_clear_purpose(struct store *store, int64_t person, enum signin_purpose purpose)
{
	int r = store_run(store, "DELETE FROM signin_link WHERE person = $1 AND purpose = $2",
		V_INT(person), V_TEXT(purposes[purpose]));

	return r < 0 ? r : 0;
}
