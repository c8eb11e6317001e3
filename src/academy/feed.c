/* SPDX-License-Identifier: MIT */
#include "academy/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/agenda.h"
#include "academy/ical.h"
#include "academy/session.h"
#include "academy/vault.h"
#include "store/id.h"
#include "store/store.h"

enum { ABOUT = 64 };

/* What a token is sealed for: a row that is moved to somebody else opens nothing. */
static const char *about(int64_t person, int64_t course, char out[ABOUT])
{
	snprintf(out, ABOUT, "feed %lld %lld", (long long)person, (long long)course);
	return out;
}

static int read_feed(
	const struct rows *rows, const struct vault *vault, int64_t person, struct feed *feed)
{
	char what[ABOUT];
	size_t len = 0;
	int r;

	*feed = (struct feed){.id = row_int(rows, 0),
		.person = person,
		.course = row_int(rows, 1),
		.created_at = row_int(rows, 3)};
	r = vault_unseal(vault, about(person, feed->course, what), row_text(rows, 2), feed->token,
		sizeof(feed->token) - 1, &len);
	if (r == 0)
		feed->token[len] = '\0';
	return r;
}

static int find(struct store *store, const struct vault *vault, int64_t person, int64_t course,
	struct feed *ret_feed)
{
	struct rows rows = store_select(store,
		"SELECT id, course, token, created_at FROM feed WHERE person = $1 AND course = $2",
		V_INT(person), V_INT(course));
	struct feed feed = {0};
	int r = 0, end;

	if (rows_next(&rows))
		r = read_feed(&rows, vault, person, &feed);
	else
		r = -ENOENT;
	end = rows_close(&rows);
	if (end < 0 || r < 0)
		return end < 0 ? end : r;
	*ret_feed = feed;
	return 0;
}

int feed_add(struct store *store, const struct vault *vault, int64_t person, int64_t course,
	int64_t now_ms, struct feed *ret_feed)
{
	char sealed[VAULT_SEALED(SIGNIN_TOKEN)], hash[SIGNIN_HASH], what[ABOUT];
	struct feed feed = {
		.id = id_new(), .person = person, .course = course, .created_at = now_ms};
	int r = find(store, vault, person, course, ret_feed);

	if (r != -ENOENT)
		return r;
	signin_secret(feed.token, hash);
	vault_seal(vault, about(person, course, what), feed.token, strlen(feed.token), sealed);
	r = store_run(store,
		"INSERT INTO feed (id, hash, person, course, token, created_at)"
		" VALUES ($1, $2, $3, $4, $5, $6)",
		V_INT(feed.id), V_TEXT(hash), V_INT(person), V_INT(course), V_TEXT(sealed),
		V_INT(now_ms));
	if (r < 0)
		return r;
	*ret_feed = feed;
	return 0;
}

int feed_each(struct store *store, const struct vault *vault, int64_t person,
	void (*found)(const struct feed *feed, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT id, course, token, created_at FROM feed WHERE person = $1"
		" ORDER BY course <> 0, created_at",
		V_INT(person));
	int r = 0, end;

	while (r == 0 && rows_next(&rows)) {
		struct feed feed;

		r = read_feed(&rows, vault, person, &feed);
		if (r == 0)
			found(&feed, arg);
	}
	end = rows_close(&rows);
	return r < 0 ? r : end;
}

int feed_remove(struct store *store, int64_t person, int64_t id)
{
	int r = store_run(
		store, "DELETE FROM feed WHERE person = $1 AND id = $2", V_INT(person), V_INT(id));

	return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

struct subscriber {
	int64_t person, course;
	unsigned n;
	char name[LECTERN_MAX_NAME], course_title[COURSE_TITLE];
};

static int find_subscriber(struct store *store, const char *hash, struct subscriber *ret_who)
{
	struct rows rows = store_select(store,
		"SELECT f.person, f.course, p.number, p.name,"
		" (SELECT c.title FROM course c WHERE c.id = f.course)"
		" FROM feed f JOIN person p ON p.id = f.person"
		" WHERE f.hash = $1 AND p.locked_at = 0",
		V_TEXT(hash));
	struct subscriber who = {0};
	int r;

	if (rows_next(&rows)) {
		who.person = row_int(&rows, 0);
		who.course = row_int(&rows, 1);
		who.n = (unsigned)row_int(&rows, 2);
		row_copy(&rows, 3, who.name, sizeof(who.name));
		row_copy(&rows, 4, who.course_title, sizeof(who.course_title));
	}
	r = rows_close(&rows);
	if (r == 0 && who.person == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_who = who;
	return r;
}

struct collected {
	struct session *sessions;
	size_t count, room;
	int error;
};

static void collect(const struct session *session, void *arg)
{
	struct collected *all = arg;

	if (all->error < 0 || all->count == FEED_MAX_SESSIONS)
		return;
	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		struct session *more = reallocarray(all->sessions, room, sizeof(*more));

		if (!more) {
			all->error = -ENOMEM;
			return;
		}
		all->sessions = more;
		all->room = room;
	}
	all->sessions[all->count++] = *session;
}

/* In every site that the person is in. */
static int collect_all(
	struct store *store, const struct subscriber *who, int64_t from, struct collected *all)
{
	struct rows rows = store_select(store,
		"SELECT site FROM site_person WHERE person = $1 AND left_at = 0 ORDER BY site",
		V_INT(who->person));
	int r = 0, end;

	while (r == 0 && rows_next(&rows)) {
		r = session_each_own(
			store, row_int(&rows, 0), who->person, who->course, from, collect, all);
		if (r == 0)
			r = all->error;
	}
	end = rows_close(&rows);
	return r < 0 ? r : end;
}

/* Those of one series stand in a row. */
static int add_all(struct store *store, struct ical *ical, const struct agenda *agenda,
	const struct collected *all)
{
	int r = 0;

	for (size_t i = 0, n; r == 0 && i < all->count; i += n) {
		const struct session *first = &all->sessions[i];

		n = 1;
		while (first->series && i + n < all->count && first[n].series == first->series)
			n++;
		if (first->series)
			r = agenda_add_series(store, ical, agenda, first, n);
		else if (first->cancelled_at == 0)
			r = agenda_add_session(store, ical, agenda, first);
	}
	return r;
}

int feed_write(
	struct store *store, const char *hash, const char *url, int64_t now_ms, char **ret_text)
{
	struct collected all = {0};
	struct subscriber who;
	struct ical *ical = NULL;
	char base[512];
	struct agenda agenda = {.url = base};
	int r = find_subscriber(store, hash, &who);

	if (r == 0)
		r = collect_all(store, &who, now_ms - FEED_PAST_MS, &all);
	if (r == 0)
		r = ical_create("PUBLISH", who.course ? who.course_title : who.name, &ical);
	if (r == 0) {
		snprintf(base, sizeof(base), "%s/u/%u/class", url, who.n);
		r = add_all(store, ical, &agenda, &all);
	}
	if (r == 0)
		r = ical_write(ical, ret_text);
	ical_destroy(ical);
	free(all.sessions);
	return r;
}
