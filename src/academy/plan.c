/* SPDX-License-Identifier: MIT */
#include "academy/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/series_priv.h"
#include "base/text.h"
#include "store/store.h"

enum { DEFAULT_LENGTH_MIN = 60, DEFAULT_OPENS_MIN = 30, DEFAULT_LOBBY_MIN = 15 };

int plan_init(struct plan *plan, struct store *store, int64_t site, int64_t course)
{
	struct rows rows = store_select(store,
		"SELECT t.time_zone FROM course c JOIN site t ON t.id = c.site"
		" WHERE c.site = $1 AND c.id = $2",
		V_INT(site), V_INT(course));
	int r;

	*plan = (struct plan){
		.course = course,
		.length_min = DEFAULT_LENGTH_MIN,
		.opens_min = DEFAULT_OPENS_MIN,
		.lobby_min = DEFAULT_LOBBY_MIN,
	};
	if (rows_next(&rows))
		row_copy(&rows, 0, plan->time_zone, sizeof(plan->time_zone));
	r = rows_close(&rows);
	return r == 0 && !plan->time_zone[0] ? -ENOENT : r;
}

static int read_ids(struct rows rows, int64_t *ids, size_t room, size_t *ret_count)
{
	size_t count = 0;

	while (rows_next(&rows))
		if (count < room)
			ids[count++] = row_int(&rows, 0);
	*ret_count = count;
	return rows_close(&rows);
}

int session_local(const struct session *session, int64_t *ret_local)
{
	struct zone *zone;
	int r;

	if (local_parse(session->local_start, ret_local) == 0)
		return 0;
	r = zone_open(session->time_zone, &zone);
	if (r < 0)
		return r;
	*ret_local = zone_local(zone, session->starts_at);
	zone_close(zone);
	return 0;
}

static int read_rule(struct store *store, const struct session *session, struct plan *plan)
{
	struct rows rows;

	if (session->series == 0)
		return 0;
	rows = store_select(store, "SELECT rrule FROM series WHERE site = $1 AND id = $2",
		V_INT(session->site), V_INT(session->series));
	if (rows_next(&rows))
		row_copy(&rows, 0, plan->rule, sizeof(plan->rule));
	return rows_close(&rows);
}

int plan_of(struct store *store, const struct session *session, struct plan *ret_plan)
{
	struct plan plan = {
		.course = session->course,
		.length_min = session->length_min,
		.venue = session->venue,
		.policy = session->policy,
		.opens_min = session->opens_min,
		.lobby_min = session->lobby_min,
		.entry = session->entry,
	};
	int r;

	snprintf(plan.title, sizeof(plan.title), "%s", session->title);
	snprintf(plan.time_zone, sizeof(plan.time_zone), "%s", session->time_zone);
	r = session_local(session, &plan.local);
	if (r == 0)
		r = read_rule(store, session, &plan);
	if (r == 0)
		r = read_ids(store_select(store,
				     "SELECT person FROM session_instructor"
				     " WHERE site = $1 AND session = $2 ORDER BY person",
				     V_INT(session->site), V_INT(session->id)),
			plan.instructors, PLAN_MAX_INSTRUCTORS, &plan.instructor_count);
	if (r == 0)
		r = read_ids(store_select(store,
				     "SELECT grp FROM session_group"
				     " WHERE site = $1 AND session = $2 ORDER BY grp",
				     V_INT(session->site), V_INT(session->id)),
			plan.groups, PLAN_MAX_GROUPS, &plan.group_count);
	if (r == 0)
		*ret_plan = plan;
	return r;
}

/* Whether a row is there; *error keeps the first failure. */
static bool is_there(struct rows rows, int *error)
{
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	if (r < 0 && *error == 0)
		*error = r;
	return found;
}

static const char *check_references(
	struct store *store, int64_t site, const struct plan *plan, int *error)
{
	if (!is_there(
		    store_select(store,
			    "SELECT 1 FROM course WHERE site = $1 AND id = $2 AND archived_at = 0",
			    V_INT(site), V_INT(plan->course)),
		    error))
		return "The course is archived.";
	if (plan->venue != 0 &&
		!is_there(store_select(store, "SELECT 1 FROM venue WHERE site = $1 AND id = $2",
				  V_INT(site), V_INT(plan->venue)),
			error))
		return "There is no such venue in this site.";
	for (size_t i = 0; i < plan->instructor_count; i++)
		if (!is_there(store_select(store,
				      "SELECT 1 FROM site_person m JOIN person p ON p.id = m.person"
				      " WHERE m.site = $1 AND m.person = $2 AND m.left_at = 0"
				      " AND p.kind = 'person'",
				      V_INT(site), V_INT(plan->instructors[i])),
			    error))
			return "An instructor is nobody of this site.";
	for (size_t i = 0; i < plan->group_count; i++)
		if (!is_there(store_select(store,
				      "SELECT 1 FROM people_group WHERE site = $1 AND id = $2",
				      V_INT(site), V_INT(plan->groups[i])),
			    error))
			return "There is no such group in this site.";
	return NULL;
}

const char *plan_check(struct store *store, int64_t site, const struct plan *plan, int *ret_error)
{
	if (!text_is_line(plan->title, SESSION_TITLE))
		return "A title is 1 to 255 bytes of one line.";
	if (plan->length_min < 1 || plan->length_min > SESSION_MAX_LENGTH_MIN)
		return "A class takes 1 to 720 minutes.";
	if (plan->opens_min > PLAN_MAX_EARLY_MIN || plan->lobby_min > PLAN_MAX_EARLY_MIN)
		return "A class opens at most a day before its start.";
	return check_references(store, site, plan, ret_error);
}

bool plan_differs(const struct plan *a, const struct plan *b)
{
	return strcmp(a->title, b->title) != 0 || a->length_min != b->length_min ||
	       a->venue != b->venue || strcmp(a->time_zone, b->time_zone) != 0 ||
	       a->instructor_count != b->instructor_count || a->group_count != b->group_count ||
	       memcmp(a->instructors, b->instructors, a->instructor_count * sizeof(int64_t)) != 0 ||
	       memcmp(a->groups, b->groups, a->group_count * sizeof(int64_t)) != 0;
}

int plan_write(struct store *store, int64_t site, int64_t session, const struct plan *plan)
{
	int r = store_run(store,
		"UPDATE session SET title = $3, length_min = $4, time_zone = $5, venue = $6,"
		" policy = $7, opens_min = $8, lobby_min = $9, entry = $10"
		" WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(session), V_TEXT(plan->title), V_INT(plan->length_min),
		V_TEXT(plan->time_zone), V_INT(plan->venue),
		V_TEXT(session_policy_name(plan->policy)), V_INT(plan->opens_min),
		V_INT(plan->lobby_min), V_TEXT(session_entry_name(plan->entry)));

	if (r >= 0)
		r = store_run(store,
			"DELETE FROM session_instructor WHERE site = $1 AND session = $2",
			V_INT(site), V_INT(session));
	for (size_t i = 0; r >= 0 && i < plan->instructor_count; i++)
		r = store_run(store,
			"INSERT INTO session_instructor (site, session, person) VALUES ($1, $2, "
			"$3)",
			V_INT(site), V_INT(session), V_INT(plan->instructors[i]));
	if (r >= 0)
		r = store_run(store, "DELETE FROM session_group WHERE site = $1 AND session = $2",
			V_INT(site), V_INT(session));
	for (size_t i = 0; r >= 0 && i < plan->group_count; i++)
		r = store_run(store,
			"INSERT INTO session_group (site, session, grp) VALUES ($1, $2, $3)",
			V_INT(site), V_INT(session), V_INT(plan->groups[i]));
	return r < 0 ? r : 0;
}

int plan_compare_ids(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}
