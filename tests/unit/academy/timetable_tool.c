/* SPDX-License-Identifier: MIT */
/*
 * Plans a term and prints, for test_feed.py to read back with other libraries, one line of JSON: the
 * sessions as the database has them, the feed of a person, and the mails that were written.
 *
 *	timetable_tool <folder> <zone> <local start> <rule>
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/feed.h"
#include "academy/invitation.h"
#include "academy/site.h"
#include "academy/vault.h"
#include "academy/venue.h"
#include "store/id.h"
#include "store/store.h"

#define URL "https://academy.example"
/* 2026-10-01T00:00Z */
#define NOW_MS 1790812800000LL

static struct store *store;
static int64_t site, course, trainee;

static void need(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-r));
	exit(1);
}

static void make_site(const char *zone)
{
	struct site_params params = {.slug = "a",
		.name = "Académie; \"du Nord\", x",
		.time_zone = zone,
		.language = "fr"};
	struct person_params teacher = {.email = "teacher@example.org",
		.name = "Ana, \"Pérez\"; X",
		.language = "es",
		.roles = ROLE_INSTRUCTOR};
	struct person_params student = {.email = "trainee@example.org",
		.name = "Kemar Baptiste",
		.language = "nl",
		.roles = ROLE_TRAINEE};
	int64_t id;

	need(site_add(store, &params, &site), "site");
	need(person_add(store, site, &teacher, &id), "teacher");
	need(person_add(store, site, &student, &trainee), "trainee");
	need(course_add(store, site, "Droit, procédure; preuve", "#0b5a69", &course), "course");
	need(course_add_instructor(store, site, course, id), "instructor");
	need(course_enrol(store, site, course, trainee), "enrol");
}

static int64_t plan_series(const char *zone, const char *start, const char *rule)
{
	static struct change change;
	struct venue venue = {.site = site, .name = "Salle 1, rez-de-chaussée; \\ été"};
	struct plan plan;
	const char *why;

	need(venue_add(store, &venue), "venue");
	need(plan_init(&plan, store, site, course), "plan");
	need(local_parse(start, &plan.local), "start");
	snprintf(plan.time_zone, sizeof(plan.time_zone), "%s", zone);
	snprintf(plan.title, sizeof(plan.title),
		"Pouvoirs d'arrestation, de perquisition et de saisie; une très très longue leçon "
		"d'été à l'école");
	snprintf(plan.rule, sizeof(plan.rule), "%s", rule);
	plan.venue = venue.id;
	need(change_prepare_new(store, site, &plan, NOW_MS, &change, &why), why);
	need(invitation_change(store, &change, URL, NOW_MS), "save");
	return change.new_series;
}

static int64_t nth(int64_t series, unsigned n)
{
	struct rows rows = store_select(store,
		"SELECT id FROM session WHERE site = $1 AND series = $2 ORDER BY recurrence LIMIT 1"
		" OFFSET $3",
		V_INT(site), V_INT(series), V_INT(n));
	int64_t id = rows_next(&rows) ? row_int(&rows, 0) : 0;

	need(rows_close(&rows), "nth");
	return id;
}

/* By minutes, and with another title if there is one. */
static int64_t change_one(int64_t id, enum scope scope, int64_t minutes, const char *title)
{
	static struct change change;
	struct session session;
	struct plan plan;
	const char *why = NULL;

	need(session_get(store, site, id, &session), "session");
	need(plan_of(store, &session, &plan), "plan");
	plan.local += minutes;
	if (title)
		snprintf(plan.title, sizeof(plan.title), "%s", title);
	need(change_prepare(store, &session, scope, &plan, false, NOW_MS, &change, &why),
		why ? why : "prepare");
	need(invitation_change(store, &change, URL, NOW_MS), "change");
	return change.new_series;
}

static void cancel(int64_t id)
{
	struct session session;
	unsigned count;

	need(session_get(store, site, id, &session), "session");
	need(invitation_cancel(store, &session, SCOPE_THIS, URL, NOW_MS, &count), "cancel");
}

static json_t *sessions_json(void)
{
	struct rows rows = store_select(store,
		"SELECT starts_at, length_min, title, series FROM session WHERE cancelled_at = 0"
		" ORDER BY starts_at");
	json_t *list = json_array();

	while (rows_next(&rows))
		json_array_append_new(
			list, json_pack("[I, I, s, I]", (json_int_t)row_int(&rows, 0),
				      (json_int_t)row_int(&rows, 1), row_text(&rows, 2),
				      (json_int_t)row_int(&rows, 3)));
	need(rows_close(&rows), "sessions");
	return list;
}

static json_t *mails_json(void)
{
	struct rows rows = store_select(store, "SELECT event, body FROM delivery ORDER BY rowid");
	json_t *list = json_array();

	while (rows_next(&rows))
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "event", row_text(&rows, 0), "mail",
				      json_loads(row_text(&rows, 1), 0, NULL)));
	need(rows_close(&rows), "mails");
	return list;
}

static char *feed_text(const char *folder)
{
	char path[512], why[VAULT_WHY], hash[SIGNIN_HASH], *text;
	struct vault *vault;
	struct feed feed, again;

	snprintf(path, sizeof(path), "%s/key", folder);
	need(vault_open(path, &vault, why), why);
	need(feed_add(store, vault, trainee, 0, NOW_MS, &feed), "feed");
	need(feed_add(store, vault, trainee, 0, NOW_MS, &again), "feed");
	if (strcmp(feed.token, again.token) != 0)
		need(-EBADMSG, "the same feed again");
	signin_hash(feed.token, hash);
	need(feed_write(store, hash, URL, NOW_MS, &text), "feed text");
	vault_close(vault);
	return text;
}

int main(int argc, char **argv)
{
	char path[512], why[STORE_WHY], *text;
	int64_t series, later;

	if (argc != 5)
		return 2;
	snprintf(path, sizeof(path), "%s/lectern.db", argv[1]);
	need(store_open(path, STORE_SETUP, &store, why), why);
	make_site(argv[2]);
	series = plan_series(argv[2], argv[3], argv[4]);
	change_one(nth(series, 1), SCOPE_THIS, 24 * 60 + 30, NULL);
	change_one(nth(series, 2), SCOPE_THIS, 0, "Autre; titre, \\ ici");
	cancel(nth(series, 3));
	later = change_one(nth(series, 6), SCOPE_FOLLOWING, 45, NULL);
	change_one(nth(later, 2), SCOPE_THIS, -90, NULL);
	cancel(nth(later, 3));
	text = feed_text(argv[1]);
	json_dumpf(json_pack("{s:o, s:s, s:o}", "sessions", sessions_json(), "feed", text, "mails",
			   mails_json()),
		stdout, JSON_COMPACT);
	putchar('\n');
	free(text);
	store_close(store);
	return 0;
}
