/* SPDX-License-Identifier: MIT */
#include "academy/course.h"

#include <errno.h>

#include "store/id.h"
#include "store/store.h"

int course_add(
	struct store *store, int64_t site, const char *title, const char *colour, int64_t *ret_id)
{
	int64_t id = id_new();
	int r = store_run(store,
		"INSERT INTO course (site, id, title, colour) VALUES ($1, $2, $3, $4)", V_INT(site),
		V_INT(id), V_TEXT(title), V_TEXT(colour));

	if (r < 0)
		return r == -EEXIST ? -ENOENT : r;
	*ret_id = id;
	return 0;
}

static void read_course(const struct rows *rows, struct course *course)
{
	course->site = row_int(rows, 0);
	course->id = row_int(rows, 1);
	row_copy(rows, 2, course->title, sizeof(course->title));
	row_copy(rows, 3, course->colour, sizeof(course->colour));
}

int course_get(struct store *store, int64_t site, int64_t id, struct course *ret_course)
{
	struct rows rows = store_select(store,
		"SELECT site, id, title, colour FROM course WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(id));
	struct course course = {0};
	int r;

	if (rows_next(&rows))
		read_course(&rows, &course);
	r = rows_close(&rows);
	if (r == 0 && course.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_course = course;
	return r;
}

int course_each(struct store *store, int64_t site,
	void (*found)(const struct course *course, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT site, id, title, colour FROM course WHERE site = $1 ORDER BY title, id",
		V_INT(site));

	while (rows_next(&rows)) {
		struct course course;

		read_course(&rows, &course);
		found(&course, arg);
	}
	return rows_close(&rows);
}

/* Foreign keys refuse what is not of the site. */
static int added(int r)
{
	if (r == -EEXIST)
		return -ENOENT;
	return r < 0 ? r : 0;
}

int course_add_instructor(struct store *store, int64_t site, int64_t id, int64_t person)
{
	return added(store_run(store,
		"INSERT INTO course_instructor (site, course, person) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, course, person) DO NOTHING",
		V_INT(site), V_INT(id), V_INT(person)));
}

int course_enrol(struct store *store, int64_t site, int64_t id, int64_t person)
{
	return added(store_run(store,
		"INSERT INTO enrolment (site, course, person) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, course, person) DO NOTHING",
		V_INT(site), V_INT(id), V_INT(person)));
}

int course_is_taught_by(struct store *store, int64_t site, int64_t id, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM course_instructor WHERE site = $1 AND course = $2 AND person = $3",
		V_INT(site), V_INT(id), V_INT(person));
	int found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}
