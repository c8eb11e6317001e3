/* SPDX-License-Identifier: MIT */
#include "academy/conflict.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "academy/venue.h"
#include "store/store.h"

#define MINUTE_MS 60000LL

struct search_for {
	struct store *store;
	const struct change *change;
	int64_t from, to; /* the time that the occurrences span */
	void (*found)(const struct conflict *conflict, void *arg);
	void *arg;
	unsigned count;
};

const char *conflict_kind_name(enum conflict_kind kind)
{
	static const char *const names[] = {"instructor", "group", "people", "venue", "blackout"};

	return names[kind];
}

static void tell(struct search_for *search, const struct conflict *conflict)
{
	if (search->count < CONFLICT_MAX) {
		search->count++;
		search->found(conflict, search->arg);
	}
}

/* One of the sessions that the change moves anyway. */
static bool is_of_change(const struct change *change, int64_t session)
{
	for (size_t i = 0; i < change->count; i++)
		if (change->occurrences[i].session == session)
			return true;
	for (size_t i = 0; i < change->gone_count; i++)
		if (change->gone[i] == session)
			return true;
	return false;
}

/* `rows` are site, id, title, starts_at, length_min of sessions, and a number of people. */
static int meet(struct search_for *search, struct rows rows, struct conflict like)
{
	const struct change *change = search->change;
	const int64_t length = change->plan.length_min * MINUTE_MS;

	while (rows_next(&rows)) {
		int64_t start = row_int(&rows, 3), end = start + row_int(&rows, 4) * MINUTE_MS;
		bool here = row_int(&rows, 0) == change->site;

		if (is_of_change(change, row_int(&rows, 1)))
			continue;
		like.session = here ? row_int(&rows, 1) : 0;
		like.title = here ? row_text(&rows, 2) : "";
		like.starts_at = start;
		like.length_min = (unsigned)row_int(&rows, 4);
		like.people = (unsigned)row_int(&rows, 5);
		for (size_t i = 0; i < change->count; i++) {
			const struct occurrence *at = &change->occurrences[i];

			like.occurrence = at;
			if (!at->cancelled && at->starts_at < end && at->starts_at + length > start)
				tell(search, &like);
		}
	}
	return rows_close(&rows);
}

#define OTHERS "s.site, s.id, s.title, s.starts_at, s.length_min"
/* A session is at most 12 hours long. */
#define IN_TIME                                                                                    \
	"s.starts_at < $4 AND s.starts_at > $3 - 43200000 AND s.cancelled_at = 0"                  \
	" AND s.state <> 'ended'"

static int name_of(struct rows rows, char *out, size_t room)
{
	out[0] = '\0';
	if (rows_next(&rows))
		row_copy(&rows, 0, out, room);
	return rows_close(&rows);
}

static int meet_instructor(struct search_for *search, int64_t person)
{
	char name[LECTERN_MAX_NAME];
	struct conflict like = {.kind = CONFLICT_INSTRUCTOR, .who = person, .name = name};
	int r = name_of(
		store_select(search->store, "SELECT name FROM person WHERE id = $1", V_INT(person)),
		name, sizeof(name));

	if (r < 0)
		return r;
	return meet(search,
		store_select(search->store,
			"SELECT " OTHERS ", 0 FROM session_instructor i"
			" JOIN session s ON s.site = i.site AND s.id = i.session"
			" WHERE i.person = $2 AND " IN_TIME " UNION SELECT " OTHERS
			", 0 FROM course_instructor i"
			" JOIN session s ON s.site = i.site AND s.course = i.course"
			" WHERE i.person = $2 AND " IN_TIME " AND NOT EXISTS"
			" (SELECT 1 FROM session_instructor o WHERE o.site = s.site"
			" AND o.session = s.id) AND $1 = $1 ORDER BY 4, 2",
			V_INT(search->change->site), V_INT(person), V_INT(search->from),
			V_INT(search->to)),
		like);
}

static int meet_group(struct search_for *search, int64_t group)
{
	char name[LECTERN_MAX_NAME];
	struct conflict like = {.kind = CONFLICT_GROUP, .who = group, .name = name};
	int r = name_of(store_select(search->store,
				"SELECT name FROM people_group WHERE site = $1 AND id = $2",
				V_INT(search->change->site), V_INT(group)),
		name, sizeof(name));

	if (r < 0)
		return r;
	return meet(search,
		store_select(search->store,
			"SELECT " OTHERS ", 0 FROM session_group g"
			" JOIN session s ON s.site = g.site AND s.id = g.session"
			" WHERE g.site = $1 AND g.grp = $2 AND " IN_TIME " UNION SELECT " OTHERS
			", 0 FROM course_group g"
			" JOIN session s ON s.site = g.site AND s.course = g.course"
			" WHERE g.site = $1 AND g.grp = $2 AND " IN_TIME " AND NOT EXISTS"
			" (SELECT 1 FROM session_group o WHERE o.site = s.site"
			" AND o.session = s.id) ORDER BY 4, 2",
			V_INT(search->change->site), V_INT(group), V_INT(search->from),
			V_INT(search->to)),
		like);
}

static int meet_venue(struct search_for *search)
{
	const struct change *change = search->change;
	struct conflict like = {.kind = CONFLICT_VENUE, .who = change->plan.venue};
	struct venue venue;
	int r;

	if (change->plan.venue == 0)
		return 0;
	r = venue_get(search->store, change->site, change->plan.venue, &venue);
	if (r < 0)
		return r;
	like.name = venue.name;
	return meet(search,
		store_select(search->store,
			"SELECT " OTHERS ", 0 FROM session s WHERE s.site = $1 AND s.venue = $2"
			" AND " IN_TIME " ORDER BY 4, 2",
			V_INT(change->site), V_INT(change->plan.venue), V_INT(search->from),
			V_INT(search->to)),
		like);
}

/*
 * People of the course who are also in another one: by name here or there, since whole groups are
 * told as groups. $5: the session is for everybody in its course.
 */
static int meet_people(struct search_for *search)
{
	const struct change *change = search->change;
	struct conflict like = {.kind = CONFLICT_PEOPLE, .name = ""};

	if (change->plan.group_count > 0)
		return 0;
	return meet(search,
		store_select(search->store,
			"WITH who (person, named) AS (SELECT person, 1 FROM enrolment"
			" WHERE site = $1 AND course = $2 UNION SELECT m.person, 0 FROM "
			"course_group g"
			" JOIN group_member m ON m.site = g.site AND m.grp = g.grp"
			" WHERE g.site = $1 AND g.course = $2),"
			" busy (person, course) AS (SELECT w.person, e.course FROM who w"
			" JOIN enrolment e ON e.site = $1 AND e.person = w.person"
			" UNION SELECT w.person, g.course FROM who w"
			" JOIN group_member m ON m.site = $1 AND m.person = w.person"
			" JOIN course_group g ON g.site = m.site AND g.grp = m.grp WHERE w.named = "
			"1)"
			" SELECT " OTHERS ", count(DISTINCT b.person) FROM busy b"
			" JOIN session s ON s.site = $1 AND s.course = b.course"
			" WHERE b.course <> $2 AND " IN_TIME
			" AND (NOT EXISTS (SELECT 1 FROM session_group o WHERE o.site = s.site"
			" AND o.session = s.id) OR EXISTS (SELECT 1 FROM session_group o"
			" JOIN group_member m ON m.site = o.site AND m.grp = o.grp"
			" WHERE o.site = s.site AND o.session = s.id AND m.person = b.person))"
			" GROUP BY s.site, s.id, s.title, s.starts_at, s.length_min ORDER BY 4, 2",
			V_INT(change->site), V_INT(change->plan.course), V_INT(search->from),
			V_INT(search->to)),
		like);
}

static void meet_blackout(const struct blackout *blackout, void *arg)
{
	struct search_for *search = arg;
	const struct change *change = search->change;
	struct conflict like = {.kind = CONFLICT_BLACKOUT,
		.who = blackout->id,
		.name = blackout->name,
		.title = ""};
	int64_t first, last;

	if (day_parse(blackout->first_day, &first) < 0 || day_parse(blackout->last_day, &last) < 0)
		return;
	for (size_t i = 0; i < change->count; i++) {
		const struct occurrence *at = &change->occurrences[i];

		like.occurrence = at;
		if (!at->cancelled && at->local < last + DAY_MIN &&
			at->local + change->plan.length_min > first)
			tell(search, &like);
	}
}

struct ids {
	int64_t ids[PLAN_MAX_GROUPS + PLAN_MAX_INSTRUCTORS];
	size_t count;
};

static int read_ids(struct rows rows, struct ids *ids)
{
	while (rows_next(&rows))
		if (ids->count < sizeof(ids->ids) / sizeof(ids->ids[0]))
			ids->ids[ids->count++] = row_int(&rows, 0);
	return rows_close(&rows);
}

/* Those of the plan, or else of the course. */
static int instructors_of(struct search_for *search, struct ids *ret_ids)
{
	const struct plan *plan = &search->change->plan;

	ret_ids->count = plan->instructor_count;
	memcpy(ret_ids->ids, plan->instructors, plan->instructor_count * sizeof(int64_t));
	if (ret_ids->count > 0)
		return 0;
	return read_ids(store_select(search->store,
				"SELECT person FROM course_instructor"
				" WHERE site = $1 AND course = $2 ORDER BY person",
				V_INT(search->change->site), V_INT(plan->course)),
		ret_ids);
}

static int groups_of(struct search_for *search, struct ids *ret_ids)
{
	const struct plan *plan = &search->change->plan;

	ret_ids->count = plan->group_count;
	memcpy(ret_ids->ids, plan->groups, plan->group_count * sizeof(int64_t));
	if (ret_ids->count > 0)
		return 0;
	return read_ids(
		store_select(search->store,
			"SELECT grp FROM course_group WHERE site = $1 AND course = $2 ORDER BY grp",
			V_INT(search->change->site), V_INT(plan->course)),
		ret_ids);
}

static int each_of(struct search_for *search, int (*list)(struct search_for *, struct ids *),
	int (*ask)(struct search_for *, int64_t))
{
	struct ids ids = {0};
	int r = list(search, &ids);

	for (size_t i = 0; r == 0 && i < ids.count; i++)
		r = ask(search, ids.ids[i]);
	return r;
}

int conflict_each(struct store *store, const struct change *change,
	void (*found)(const struct conflict *conflict, void *arg), void *arg, unsigned *ret_count)
{
	struct search_for search = {.store = store,
		.change = change,
		.from = INT64_MAX,
		.to = INT64_MIN,
		.found = found,
		.arg = arg};
	int r;

	for (size_t i = 0; i < change->count; i++) {
		int64_t start = change->occurrences[i].starts_at;
		int64_t end = start + change->plan.length_min * MINUTE_MS;

		search.from = start < search.from ? start : search.from;
		search.to = end > search.to ? end : search.to;
	}
	r = each_of(&search, instructors_of, meet_instructor);
	if (r == 0)
		r = each_of(&search, groups_of, meet_group);
	if (r == 0)
		r = meet_people(&search);
	if (r == 0)
		r = meet_venue(&search);
	if (r == 0)
		r = blackout_each(store, change->site, meet_blackout, &search);
	if (r == 0)
		*ret_count = search.count;
	return r;
}
