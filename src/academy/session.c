/* SPDX-License-Identifier: MIT */
#include "academy/session.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "academy/part.h"
#include "academy/webhook.h"
#include "base/clock.h"
#include "store/id.h"
#include "store/store.h"

static const char *const policies[] = {"always", "on_demand", "never"};
static const char *const entries[] = {"enrolled", "approval"};
static const char *const states[] = {"scheduled", "open", "ended"};

const char *session_policy_name(enum session_policy policy)
{
	return policies[policy];
}

const char *session_state_name(enum session_state state)
{
	return states[state];
}

int session_policy_parse(const char *name, enum session_policy *ret_policy)
{
	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(name, policies[i]) == 0) {
			*ret_policy = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *session_entry_name(enum session_entry entry)
{
	return entries[entry];
}

int session_entry_parse(const char *name, enum session_entry *ret_entry)
{
	for (unsigned i = 0; i < 2; i++) {
		if (strcmp(name, entries[i]) == 0) {
			*ret_entry = i;
			return 0;
		}
	}
	return -EINVAL;
}

bool session_over(const struct session *session, int64_t now_ms)
{
	if (session->cancelled_at > 0)
		return true;
	if (session->state == SESSION_SCHEDULED)
		return now_ms >=
		       session->starts_at + session->length_min * 60000LL + SESSION_LATE_MS;
	return session->state == SESSION_ENDED;
}

#define SESSION_COLUMNS                                                                            \
	"s.site, s.id, s.course, s.title, c.title, c.colour, s.starts_at, s.length_min, "          \
	"s.time_zone,"                                                                             \
	" s.policy, s.state, s.opened_at, s.ended_at, s.cancelled_at, s.local_start, s.series,"    \
	" s.recurrence, s.changed, s.sequence, s.venue, s.opens_min, s.lobby_min, s.entry,"        \
	" (SELECT v.name FROM venue v WHERE v.site = s.site AND v.id = s.venue), s.updated_at"
#define SESSION_TABLES "session s JOIN course c ON c.site = s.site AND c.id = s.course"

static void read_session(const struct rows *rows, struct session *session)
{
	*session = (struct session){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.course = row_int(rows, 2),
		.starts_at = row_int(rows, 6),
		.length_min = (unsigned)row_int(rows, 7),
		.opened_at = row_int(rows, 11),
		.ended_at = row_int(rows, 12),
		.cancelled_at = row_int(rows, 13),
		.series = row_int(rows, 15),
		.changed = row_int(rows, 17) != 0,
		.sequence = (unsigned)row_int(rows, 18),
		.venue = row_int(rows, 19),
		.opens_min = (unsigned)row_int(rows, 20),
		.lobby_min = (unsigned)row_int(rows, 21),
		.updated_at = row_int(rows, 24),
	};
	row_copy(rows, 3, session->title, sizeof(session->title));
	row_copy(rows, 4, session->course_title, sizeof(session->course_title));
	row_copy(rows, 5, session->course_colour, sizeof(session->course_colour));
	row_copy(rows, 8, session->time_zone, sizeof(session->time_zone));
	row_copy(rows, 14, session->local_start, sizeof(session->local_start));
	row_copy(rows, 16, session->recurrence, sizeof(session->recurrence));
	row_copy(rows, 23, session->venue_name, sizeof(session->venue_name));
	session_policy_parse(row_text(rows, 9), &session->policy);
	session_entry_parse(row_text(rows, 22), &session->entry);
	for (unsigned i = 0; i < 3; i++)
		if (strcmp(row_text(rows, 10), states[i]) == 0)
			session->state = i;
}

/* Whole names only: one that does not fit is left out. */
static void add_teacher(int64_t person, const char *name, void *arg)
{
	struct session *session = arg;
	size_t len = strlen(session->teacher), more = strlen(name);

	(void)person;
	if (len + more + 3 > sizeof(session->teacher))
		return;
	if (len > 0) {
		memcpy(session->teacher + len, ", ", 2);
		len += 2;
	}
	memcpy(session->teacher + len, name, more + 1);
}

static int read_teachers(struct store *store, struct session *session)
{
	return session_each_instructor(store, session->site, session->id, add_teacher, session);
}

int session_get(struct store *store, int64_t site, int64_t id, struct session *ret_session)
{
	struct rows rows = store_select(store,
		"SELECT " SESSION_COLUMNS " FROM " SESSION_TABLES
		" WHERE s.site = $1 AND s.id = $2",
		V_INT(site), V_INT(id));
	struct session session = {0};
	int r;

	if (rows_next(&rows))
		read_session(&rows, &session);
	r = rows_close(&rows);
	if (r == 0 && session.id == 0)
		r = -ENOENT;
	if (r == 0)
		r = read_teachers(store, &session);
	if (r == 0)
		*ret_session = session;
	return r;
}

int session_role(
	struct store *store, int64_t site, int64_t id, int64_t person, enum session_role *ret_role)
{
	struct rows rows = store_select(store,
		"SELECT CASE WHEN " IS_INSTRUCTOR " THEN 3 WHEN " IS_COORDINATOR " THEN 2"
		" WHEN " IS_TRAINEE " OR " IS_GUEST " THEN 1 ELSE 0 END"
		" FROM session s WHERE s.site = $1 AND s.id = $3",
		V_INT(site), V_INT(person), V_INT(id));
	bool found = rows_next(&rows);
	int role = found ? (int)row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	static_assert(IN_SESSION_TRAINEE == 1 && IN_SESSION_COORDINATOR == 2 &&
			      IN_SESSION_INSTRUCTOR == 3,
		"the SQL above says them as numbers");
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_role = role;
	return r;
}

static int insert_session(
	struct store *store, int64_t site, int64_t id, const struct session_params *params)
{
	int r = store_run(store,
		"INSERT INTO session (site, id, course, title, starts_at, length_min, time_zone, "
		"policy)"
		" SELECT c.site, $3, c.id, $4, $5, $6, t.time_zone, $7"
		" FROM course c JOIN site t ON t.id = c.site WHERE c.site = $1 AND c.id = $2",
		V_INT(site), V_INT(params->course), V_INT(id), V_TEXT(params->title),
		V_INT(params->starts_at), V_INT(params->length_min),
		V_TEXT(policies[params->policy]));

	if (r == 0)
		r = -ENOENT;
	if (r < 0 || params->instructor == 0)
		return r;
	r = store_run(store,
		"INSERT INTO session_instructor (site, session, person) VALUES ($1, $2, $3)",
		V_INT(site), V_INT(id), V_INT(params->instructor));
	return r == -EEXIST ? -ENOENT : r;
}

int session_insert(
	struct store *store, int64_t site, const struct session_params *params, int64_t *ret_id)
{
	int64_t id = id_new();
	int r = insert_session(store, site, id, params);

	if (r == 0)
		r = webhook_tell_session(store, WEBHOOK_SESSION_CREATED, site, id, clock_wall_ms());
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

int session_add(
	struct store *store, int64_t site, const struct session_params *params, int64_t *ret_id)
{
	int64_t id;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = store_finish(store, session_insert(store, site, params, &id));
	if (r == 0)
		*ret_id = id;
	return r;
}

/* With those who are told of it. */
static int move_state(
	struct store *store, int64_t site, int64_t id, enum session_state state, int64_t at_ms)
{
	struct session session;
	int r = 0;

	if (state == SESSION_OPEN)
		r = store_run(store,
			"UPDATE session SET opened_at = $3, state = 'open'"
			" WHERE site = $1 AND id = $2 AND state = 'scheduled'",
			V_INT(site), V_INT(id), V_INT(at_ms));
	else if (state == SESSION_ENDED)
		r = store_run(store,
			"UPDATE session SET ended_at = $3, state = 'ended'"
			" WHERE site = $1 AND id = $2 AND state <> 'ended'",
			V_INT(site), V_INT(id), V_INT(at_ms));
	if (r > 0)
		return webhook_tell_session(store,
			state == SESSION_OPEN ? WEBHOOK_SESSION_OPENED : WEBHOOK_SESSION_ENDED,
			site, id, at_ms);
	if (r == 0)
		r = session_get(store, site, id, &session);
	if (r == 0 && (state == SESSION_SCHEDULED || session.state != state))
		r = -EPERM;
	return r;
}

int session_set_state(
	struct store *store, int64_t site, int64_t id, enum session_state state, int64_t at_ms)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	return store_finish(store, move_state(store, site, id, state, at_ms));
}

int session_remove(struct store *store, int64_t site, int64_t id, int64_t person)
{
	int r = store_run(store,
		"INSERT INTO session_removed (site, session, person) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, session, person) DO NOTHING",
		V_INT(site), V_INT(id), V_INT(person));

	return r < 0 ? r : 0;
}

int session_was_removed(struct store *store, int64_t site, int64_t id, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM session_removed WHERE site = $1 AND session = $2 AND person = $3",
		V_INT(site), V_INT(id), V_INT(person));
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

int session_each_instructor(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t person, const char *name, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT p.id, p.name FROM person p WHERE p.id IN (SELECT i.person FROM "
		"session_instructor i"
		" WHERE i.site = $1 AND i.session = $2 UNION SELECT i.person FROM "
		"course_instructor i"
		" JOIN session s ON s.site = i.site AND s.course = i.course"
		" WHERE s.site = $1 AND s.id = $2 AND NOT EXISTS"
		" (SELECT 1 FROM session_instructor o WHERE o.site = $1 AND o.session = $2))"
		" ORDER BY p.name, p.id",
		V_INT(site), V_INT(id));

	while (rows_next(&rows))
		found(row_int(&rows, 0), row_text(&rows, 1), arg);
	return rows_close(&rows);
}

static int hand_over(struct store *store, struct rows *rows,
	void (*found)(const struct session *session, void *arg), void *arg)
{
	int r = 0, end;

	while (r == 0 && rows_next(rows)) {
		struct session session;

		read_session(rows, &session);
		r = read_teachers(store, &session);
		if (r == 0)
			found(&session, arg);
	}
	end = rows_close(rows);
	return r < 0 ? r : end;
}

/*
 * The sessions of the site are found by time, those shared with it by their courses; one that is
 * open is there whenever it began.
 */
#define IN_TIME "s.starts_at < $4 AND s.starts_at > $3 - 43200000"
#define LIST_KEYS                                                                                  \
	"(SELECT s.site, s.id FROM session s WHERE s.site = $1 AND " IN_TIME " AND " HAS_PART      \
	" UNION SELECT s.site, s.id FROM " COURSES_SEEN                                            \
	" v JOIN session s ON s.site = v.site AND s.course = v.course WHERE v.site <> $1"          \
	" AND " IN_TIME " AND " HAS_PART                                                           \
	" UNION SELECT s.site, s.id FROM session s WHERE s.site = $1 AND s.state = 'open'"         \
	" AND " HAS_PART ")"
#define IS_TAUGHT_BY_7                                                                             \
	"(EXISTS (SELECT 1 FROM session_instructor i WHERE i.site = s.site AND i.session = s.id"   \
	" AND i.person = $7) OR (NOT EXISTS (SELECT 1 FROM session_instructor i"                   \
	" WHERE i.site = s.site AND i.session = s.id) AND EXISTS (SELECT 1 FROM"                   \
	" course_instructor i WHERE i.site = s.site AND i.course = s.course AND i.person = $7)))"
#define IS_FOR_GROUP_9                                                                             \
	"(EXISTS (SELECT 1 FROM session_group i WHERE i.site = s.site AND i.session = s.id"        \
	" AND i.grp = $9) OR (NOT EXISTS (SELECT 1 FROM session_group i"                           \
	" WHERE i.site = s.site AND i.session = s.id) AND EXISTS (SELECT 1 FROM course_group i"    \
	" WHERE i.site = s.site AND i.course = s.course AND i.grp = $9)))"

int session_each(struct store *store, const struct session_list *list,
	void (*found)(const struct session *session, void *arg), void *arg)
{
	unsigned limit =
		list->limit > 0 && list->limit < SESSION_MAX_LIST ? list->limit : SESSION_MAX_LIST;
	struct rows rows = store_select(store,
		"SELECT " SESSION_COLUMNS " FROM " LIST_KEYS " k JOIN session s"
		" ON s.site = k.site AND s.id = k.id"
		" JOIN course c ON c.site = s.site AND c.id = s.course"
		" WHERE (s.state = 'open' OR s.starts_at + s.length_min * 60000 > $3)"
		" AND ($5 = 1 OR s.cancelled_at = 0) AND ($6 = 0 OR s.course = $6)"
		" AND ($7 = 0 OR " IS_TAUGHT_BY_7 ") AND ($8 = 0 OR s.venue = $8)"
		" AND ($9 = 0 OR " IS_FOR_GROUP_9 ")"
		" AND ($10 = 0 OR (s.starts_at, s.id) >"
		" (SELECT a.starts_at, a.id FROM session a WHERE a.id = $10))"
		" ORDER BY s.starts_at, s.id LIMIT $11",
		V_INT(list->site), V_INT(list->person), V_INT(list->from), V_INT(list->to),
		V_INT(list->cancelled), V_INT(list->course), V_INT(list->instructor),
		V_INT(list->venue), V_INT(list->group), V_INT(list->after), V_INT(limit));

	return hand_over(store, &rows, found, arg);
}

int session_each_own(struct store *store, int64_t site, int64_t person, int64_t course,
	int64_t from, void (*found)(const struct session *session, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT " SESSION_COLUMNS " FROM (SELECT s.site, s.id FROM " COURSES_SEEN " v"
		" JOIN session s ON s.site = v.site AND s.course = v.course"
		" WHERE $4 = 0 OR s.course = $4"
		" UNION SELECT site, session FROM session_instructor WHERE site = $1 AND person = "
		"$2"
		" UNION SELECT site, session FROM session_guest WHERE site = $1 AND person = $2) k"
		" JOIN session s ON s.site = k.site AND s.id = k.id"
		" JOIN course c ON c.site = s.site AND c.id = s.course"
		" WHERE ($4 = 0 OR s.course = $4) AND (s.starts_at > $3 OR (s.series <> 0 AND "
		"EXISTS"
		" (SELECT 1 FROM session o WHERE o.site = s.site AND o.series = s.series"
		" AND o.starts_at > $3))) AND (" IS_INSTRUCTOR " OR " IS_TRAINEE " OR " IS_GUEST
		" OR ($4 <> 0 AND " IS_COORDINATOR ")) ORDER BY s.series, s.recurrence, s.id",
		V_INT(site), V_INT(person), V_INT(from), V_INT(course));

	return hand_over(store, &rows, found, arg);
}

int session_each_visible(struct store *store, int64_t site, int64_t person, int64_t from,
	int64_t to, void (*found)(const struct session *session, void *arg), void *arg)
{
	struct session_list list = {.site = site, .person = person, .from = from, .to = to};

	return session_each(store, &list, found, arg);
}

int session_each_open(
	struct store *store, void (*found)(const struct session *session, void *arg), void *arg)
{
	struct rows rows = store_select(
		store, "SELECT " SESSION_COLUMNS " FROM " SESSION_TABLES " WHERE s.state = 'open'");

	return hand_over(store, &rows, found, arg);
}
