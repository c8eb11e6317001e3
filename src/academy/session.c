/* SPDX-License-Identifier: MIT */
#include "academy/session.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "academy/part.h"
#include "academy/webhook.h"
#include "store/id.h"
#include "store/store.h"

static const char *const policies[] = {"always", "on_demand", "never"};
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

bool session_over(const struct session *session, int64_t now_ms)
{
	if (session->state == SESSION_SCHEDULED)
		return now_ms >=
		       session->starts_at + session->length_min * 60000LL + SESSION_LATE_MS;
	return session->state == SESSION_ENDED;
}

#define SESSION_COLUMNS                                                                            \
	"s.site, s.id, s.course, s.title, c.title, c.colour, s.starts_at, s.length_min, "          \
	"s.time_zone,"                                                                             \
	" s.policy, s.state, s.opened_at, s.ended_at"
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
	};
	row_copy(rows, 3, session->title, sizeof(session->title));
	row_copy(rows, 4, session->course_title, sizeof(session->course_title));
	row_copy(rows, 5, session->course_colour, sizeof(session->course_colour));
	row_copy(rows, 8, session->time_zone, sizeof(session->time_zone));
	session_policy_parse(row_text(rows, 9), &session->policy);
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

int session_each_visible(struct store *store, int64_t site, int64_t person, int64_t from,
	int64_t to, void (*found)(const struct session *session, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT " SESSION_COLUMNS " FROM " SESSION_TABLES " WHERE s.site = $1 AND " HAS_PART
		" AND (s.state = 'open' OR (s.starts_at < $4 AND s.starts_at + s.length_min * "
		"60000 > $3))"
		" ORDER BY s.starts_at, s.id LIMIT $5",
		V_INT(site), V_INT(person), V_INT(from), V_INT(to), V_INT(SESSION_MAX_LIST));

	return hand_over(store, &rows, found, arg);
}

int session_each_open(
	struct store *store, void (*found)(const struct session *session, void *arg), void *arg)
{
	struct rows rows = store_select(
		store, "SELECT " SESSION_COLUMNS " FROM " SESSION_TABLES " WHERE s.state = 'open'");

	return hand_over(store, &rows, found, arg);
}
