/* SPDX-License-Identifier: MIT */
#include "academy/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "academy/words.h"
#include "base/text.h"
#include "store/id.h"
#include "store/store.h"

enum { GUEST_NAME = 100 }; /* leaves room for what is added to it */

#define LINK_COLUMNS " site, id, session, label, max_uses, uses, created_at, expires_at"

static void read_link(const struct rows *rows, struct guest_link *link)
{
	*link = (struct guest_link){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.session = row_int(rows, 2),
		.max_uses = (unsigned)row_int(rows, 4),
		.uses = (unsigned)row_int(rows, 5),
		.created_at = row_int(rows, 6),
		.expires_at = row_int(rows, 7),
	};
	row_copy(rows, 3, link->label, sizeof(link->label));
}

static int read_one(struct rows *rows, struct guest_link *ret_link)
{
	struct guest_link link = {0};
	int r;

	while (rows_next(rows))
		read_link(rows, &link);
	r = rows_close(rows);
	if (r == 0 && link.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_link = link;
	return r;
}

static int count_links(struct store *store, const struct guest_link *link)
{
	struct rows rows = store_select(store,
		"SELECT count(*) FROM guest_link WHERE site = $1 AND session = $2",
		V_INT(link->site), V_INT(link->session));
	int count = rows_next(&rows) ? (int)row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	return r < 0 ? r : count;
}

int guest_link_add(struct store *store, const struct guest_link *link, int64_t by, int64_t now_ms,
	int64_t *ret_id, char token[SIGNIN_TOKEN])
{
	const int64_t id = id_new();
	char hash[SIGNIN_HASH];
	int r = count_links(store, link);

	if (r >= GUEST_MAX_LINKS)
		return -EDQUOT;
	signin_secret(token, hash);
	if (r >= 0)
		r = store_run(store,
			"INSERT INTO guest_link (site, id, session, hash, label, max_uses,"
			" created_by, created_at, expires_at)"
			" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			V_INT(link->site), V_INT(id), V_INT(link->session), V_TEXT(hash),
			V_TEXT(link->label), V_INT(link->max_uses), V_INT(by), V_INT(now_ms),
			V_INT(link->expires_at));
	if (r < 0)
		return r == -EEXIST ? -ENOENT : r;
	*ret_id = id;
	return 0;
}

int guest_link_each(struct store *store, int64_t site, int64_t session,
	void (*found)(const struct guest_link *link, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT" LINK_COLUMNS " FROM guest_link WHERE site = $1 AND session = $2"
		" ORDER BY created_at DESC, id",
		V_INT(site), V_INT(session));

	while (rows_next(&rows)) {
		struct guest_link link;

		read_link(&rows, &link);
		found(&link, arg);
	}
	return rows_close(&rows);
}

/* They stay in the session's list, for what they said and how long they were there. */
int guest_link_remove(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t person, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT person FROM session_guest WHERE site = $1 AND link = $2", V_INT(site),
		V_INT(id));
	int r;

	while (rows_next(&rows))
		found(row_int(&rows, 0), arg);
	r = rows_close(&rows);
	if (r == 0)
		r = store_run(store,
			"DELETE FROM signin WHERE person IN"
			" (SELECT person FROM session_guest WHERE site = $1 AND link = $2)",
			V_INT(site), V_INT(id));
	if (r >= 0)
		r = store_run(store,
			"UPDATE site_person SET left_at = since + 1 WHERE site = $1 AND person IN"
			" (SELECT person FROM session_guest WHERE site = $1 AND link = $2)",
			V_INT(site), V_INT(id));
	if (r >= 0)
		r = store_run(store, "DELETE FROM guest_link WHERE site = $1 AND id = $2",
			V_INT(site), V_INT(id));
	if (r == 0)
		return -ENOENT;
	return r < 0 ? r : 0;
}

#define GOOD " hash = $1 AND expires_at > $2 AND uses < max_uses"

int guest_link_find(
	struct store *store, const char *hash, int64_t now_ms, struct guest_link *ret_link)
{
	struct rows rows = store_select(store, "SELECT" LINK_COLUMNS " FROM guest_link WHERE" GOOD,
		V_TEXT(hash), V_INT(now_ms));

	return read_one(&rows, ret_link);
}

static int guest_name(
	struct store *store, int64_t site, const char *name, char *out, char *language)
{
	struct rows rows =
		store_select(store, "SELECT language FROM site WHERE id = $1", V_INT(site));
	const struct words words = {.name = name, .site = "", .link = ""};

	if (rows_next(&rows))
		row_copy(&rows, 0, language, PERSON_LANGUAGE);
	words_fill(language, WORD_GUEST, &words, out, LECTERN_MAX_NAME);
	return rows_close(&rows);
}

static int make_guest(struct store *store, const struct guest_link *link, const char *given,
	int64_t now_ms, int64_t *ret_person)
{
	char name[LECTERN_MAX_NAME], language[PERSON_LANGUAGE] = "en", email[40];
	const int64_t id = id_new();
	int r = guest_name(store, link->site, given, name, language);

	snprintf(email, sizeof(email), "guest:%" PRId64, id);
	if (r == 0)
		r = store_run(store,
			"INSERT INTO person (id, number, email, name, language, kind)"
			" SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, 'guest' FROM person",
			V_INT(id), V_TEXT(email), V_TEXT(name), V_TEXT(language));
	if (r >= 0)
		r = store_run(store,
			"INSERT INTO site_person (site, person, since) VALUES ($1, $2, $3)",
			V_INT(link->site), V_INT(id), V_INT(now_ms));
	if (r >= 0)
		r = store_run(store,
			"INSERT INTO role (site, person, role) VALUES ($1, $2, 'guest')",
			V_INT(link->site), V_INT(id));
	if (r >= 0)
		r = store_run(store,
			"INSERT INTO session_guest (site, session, person, link)"
			" VALUES ($1, $2, $3, $4)",
			V_INT(link->site), V_INT(link->session), V_INT(id), V_INT(link->id));
	if (r < 0)
		return r;
	*ret_person = id;
	return 0;
}

int guest_enter(struct store *store, const char *hash, const char *name, int64_t now_ms,
	struct guest_link *ret_link, int64_t *ret_person)
{
	struct guest_link link;
	struct rows rows;
	int r;

	if (!text_is_line(name, GUEST_NAME))
		return -EINVAL;
	r = store_begin(store);
	if (r < 0)
		return r;
	/* The condition and the count are one statement. */
	rows = store_select(store,
		"UPDATE guest_link SET uses = uses + 1 WHERE" GOOD " RETURNING" LINK_COLUMNS,
		V_TEXT(hash), V_INT(now_ms));
	r = read_one(&rows, &link);
	if (r == 0)
		r = make_guest(store, &link, name, now_ms, ret_person);
	r = store_finish(store, r);
	if (r == 0)
		*ret_link = link;
	return r;
}
