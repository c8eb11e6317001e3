/* SPDX-License-Identifier: MIT */
#include "academy/enrolment.h"

#include <errno.h>

#include "academy/part.h"
#include "store/store.h"

static int exists(struct rows rows)
{
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

/* Foreign keys refuse what is not of the site. */
static int added(int r)
{
	if (r == -EEXIST)
		return -ENOENT;
	return r < 0 ? r : 0;
}

static int done(int r)
{
	return r < 0 ? r : 0;
}

/* 0, or -ENOENT. */
static int check_member(struct store *store, int64_t site, int64_t person)
{
	int r = exists(store_select(store,
		"SELECT 1 FROM site_person m JOIN person p ON p.id = m.person"
		" WHERE m.site = $1 AND m.person = $2 AND m.left_at = 0 AND p.kind = 'person'",
		V_INT(site), V_INT(person)));

	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

/* Also one who has left may be taken out. */
static int check_known(struct store *store, int64_t site, int64_t person)
{
	int r = exists(
		store_select(store, "SELECT 1 FROM site_person WHERE site = $1 AND person = $2",
			V_INT(site), V_INT(person)));

	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int course_add_instructor(struct store *store, int64_t site, int64_t id, int64_t person)
{
	int r = check_member(store, site, person);

	if (r < 0)
		return r;
	return added(store_run(store,
		"INSERT INTO course_instructor (site, course, person) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, course, person) DO NOTHING",
		V_INT(site), V_INT(id), V_INT(person)));
}

int course_remove_instructor(struct store *store, int64_t site, int64_t id, int64_t person)
{
	int r = check_known(store, site, person);

	return r < 0 ? r
		     : done(store_run(store,
			       "DELETE FROM course_instructor WHERE site = $1 AND course = $2 AND "
			       "person = $3",
			       V_INT(site), V_INT(id), V_INT(person)));
}

int course_enrol(struct store *store, int64_t site, int64_t id, int64_t person)
{
	int r = check_member(store, site, person);

	if (r < 0)
		return r;
	return added(store_run(store,
		"INSERT INTO enrolment (site, course, person) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, course, person) DO NOTHING",
		V_INT(site), V_INT(id), V_INT(person)));
}

int course_unenrol(struct store *store, int64_t site, int64_t id, int64_t person)
{
	int r = check_known(store, site, person);

	return r < 0 ? r
		     : done(store_run(store,
			       "DELETE FROM enrolment WHERE site = $1 AND course = $2 AND person = "
			       "$3",
			       V_INT(site), V_INT(id), V_INT(person)));
}

int course_add_group(struct store *store, int64_t site, int64_t id, int64_t group)
{
	return added(store_run(store,
		"INSERT INTO course_group (site, course, grp) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, course, grp) DO NOTHING",
		V_INT(site), V_INT(id), V_INT(group)));
}

int course_remove_group(struct store *store, int64_t site, int64_t id, int64_t group)
{
	int r = exists(store_select(store, "SELECT 1 FROM people_group WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(group)));

	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return done(store_run(store,
		"DELETE FROM course_group WHERE site = $1 AND course = $2 AND grp = $3",
		V_INT(site), V_INT(id), V_INT(group)));
}

int course_is_taught_by(struct store *store, int64_t site, int64_t id, int64_t person)
{
	return exists(store_select(store,
		"SELECT 1 FROM course_instructor WHERE site = $1 AND course = $2 AND person = $3",
		V_INT(site), V_INT(id), V_INT(person)));
}

static int leave(struct store *store, int64_t site, int64_t person)
{
	static const char *const statements[] = {
		"DELETE FROM course_instructor WHERE site = $1 AND person = $2",
		"DELETE FROM session_instructor WHERE site = $1 AND person = $2",
		"DELETE FROM enrolment WHERE site = $1 AND person = $2",
		"DELETE FROM group_member WHERE site = $1 AND person = $2",
		"DELETE FROM shared_enrolment WHERE person = $2 AND with_site = $1",
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(statements) / sizeof(statements[0]); i++)
		r = store_run(store, statements[i], V_INT(site), V_INT(person));
	return done(r);
}

int course_leave(struct store *store, int64_t site, int64_t person)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, leave(store, site, person));
}

/* (person, with_site, by_name) of the trainees of the course $2 of $1, by each way that leads in. */
#define TRAINEES                                                                                   \
	"(SELECT person, 0 AS with_site, 1 AS by_name FROM enrolment"                              \
	" WHERE site = $1 AND course = $2"                                                         \
	" UNION ALL SELECT m.person, 0, 0 FROM course_group i"                                     \
	" JOIN group_member m ON m.site = i.site AND m.grp = i.grp"                                \
	" WHERE i.site = $1 AND i.course = $2"                                                     \
	" UNION ALL SELECT person, with_site, 1 FROM shared_enrolment"                             \
	" WHERE site = $1 AND course = $2)"
/* (person, trainee, teaches, by_name, with_site): everybody once. */
#define EVERYBODY                                                                                  \
	"(SELECT person, max(trainee) AS trainee, max(teaches) AS teaches,"                        \
	" max(by_name) AS by_name, max(with_site) AS with_site FROM"                               \
	" (SELECT person, 1 AS trainee, 0 AS teaches, by_name, with_site FROM " TRAINEES " t"      \
	" UNION ALL SELECT person, 0, 1, 0, 0 FROM course_instructor"                              \
	" WHERE site = $1 AND course = $2) u GROUP BY person)"

int course_people(struct store *store, const struct course_people *list,
	void (*found)(const struct course_person *person, void *arg), void *arg)
{
	char pattern[SEARCH_PATTERN];
	struct rows rows = store_select(store,
		"SELECT p.id, p.name, v.trainee, v.teaches, v.by_name, v.with_site FROM " EVERYBODY
		" v JOIN person p ON p.id = v.person"
		" WHERE ($3 = 0 OR v.with_site = $3) AND p.name LIKE $4 ESCAPE '\\'"
		" AND ($5 = 0 OR (1 - v.teaches, p.name, p.id) >"
		" (SELECT 1 - e.teaches, q.name, q.id FROM " EVERYBODY
		" e JOIN person q ON q.id = e.person WHERE q.id = $5))"
		" ORDER BY 1 - v.teaches, p.name, p.id LIMIT $6",
		V_INT(list->site), V_INT(list->course), V_INT(list->with_site),
		V_TEXT(search_pattern(list->search.q, pattern)), V_INT(list->search.after),
		V_INT(search_limit(&list->search)));

	while (rows_next(&rows)) {
		struct course_person person = {
			.id = row_int(&rows, 0),
			.trainee = row_int(&rows, 2) != 0,
			.teaches = row_int(&rows, 3) != 0,
			.by_name = row_int(&rows, 4) != 0,
			.with_site = row_int(&rows, 5),
		};

		row_copy(&rows, 1, person.name, sizeof(person.name));
		found(&person, arg);
	}
	return rows_close(&rows);
}

int course_count(struct store *store, int64_t site, int64_t id, unsigned *ret_trainees)
{
	struct rows rows = store_select(
		store, "SELECT count(DISTINCT person) FROM " TRAINEES " t", V_INT(site), V_INT(id));
	unsigned count = rows_next(&rows) ? (unsigned)row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r == 0)
		*ret_trainees = count;
	return r;
}

int course_each_instructor(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t person, const char *name, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT p.id, p.name FROM course_instructor i JOIN person p ON p.id = i.person"
		" WHERE i.site = $1 AND i.course = $2 ORDER BY p.name, p.id",
		V_INT(site), V_INT(id));

	while (rows_next(&rows))
		found(row_int(&rows, 0), row_text(&rows, 1), arg);
	return rows_close(&rows);
}

int course_each_group(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t group, const char *name, unsigned people, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT g.id, g.name,"
		" (SELECT count(*) FROM group_member m WHERE m.site = g.site AND m.grp = g.id)"
		" FROM course_group i JOIN people_group g ON g.site = i.site AND g.id = i.grp"
		" WHERE i.site = $1 AND i.course = $2 ORDER BY g.name",
		V_INT(site), V_INT(id));

	while (rows_next(&rows))
		found(row_int(&rows, 0), row_text(&rows, 1), (unsigned)row_int(&rows, 2), arg);
	return rows_close(&rows);
}
