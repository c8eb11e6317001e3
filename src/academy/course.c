/* SPDX-License-Identifier: MIT */
#include "academy/course.h"
#include "academy/language.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "academy/part.h"
#include "base/text.h"
#include "store/id.h"
#include "store/store.h"

static bool is_colour(const char *text)
{
	return text[0] == '#' && strlen(text) == 7 && strspn(text + 1, "0123456789abcdef") == 6;
}

const char *course_check(const struct course *course)
{
	if (!text_is_line(course->title, COURSE_TITLE))
		return "A title is 1 to 255 bytes of one line.";
	if (!text_is_line_or_empty(course->code, COURSE_CODE))
		return "A code is up to 31 bytes of one line.";
	if (!text_is_prose(course->description, COURSE_DESCRIPTION))
		return "A description is up to 4095 bytes of text.";
	if (!is_colour(course->colour))
		return "A colour is #rrggbb.";
	if (course->language[0] != '\0' && !language_is_known(course->language))
		return "The language is one of en, es, fr, nl, or empty for that of the site.";
	if (course->attendance_percent > 100)
		return "The share of attendance is 0 to 100.";
	return NULL;
}

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

#define COLUMNS                                                                                    \
	"c.site, c.id, c.title, c.code, c.description, c.colour, c.language,"                      \
	" c.attendance_percent, c.counts_replay, c.archived_at"

static void read_course(const struct rows *rows, struct course *course)
{
	course->site = row_int(rows, 0);
	course->id = row_int(rows, 1);
	row_copy(rows, 2, course->title, sizeof(course->title));
	row_copy(rows, 3, course->code, sizeof(course->code));
	row_copy(rows, 4, course->description, sizeof(course->description));
	row_copy(rows, 5, course->colour, sizeof(course->colour));
	row_copy(rows, 6, course->language, sizeof(course->language));
	course->attendance_percent = (unsigned)row_int(rows, 7);
	course->counts_replay = row_int(rows, 8) != 0;
	course->archived_at = row_int(rows, 9);
}

int course_get(struct store *store, int64_t site, int64_t id, struct course *ret_course)
{
	struct rows rows = store_select(store,
		"SELECT " COLUMNS " FROM course c WHERE c.site = $1 AND c.id = $2", V_INT(site),
		V_INT(id));
	bool found = rows_next(&rows);
	struct course course;
	int r;

	if (found)
		read_course(&rows, &course);
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_course = course;
	return r;
}

int course_set(struct store *store, const struct course *course)
{
	int r = store_run(store,
		"UPDATE course SET title = $3, code = $4, description = $5, colour = $6,"
		" language = $7, attendance_percent = $8, counts_replay = $9, archived_at = $10"
		" WHERE site = $1 AND id = $2",
		V_INT(course->site), V_INT(course->id), V_TEXT(course->title), V_TEXT(course->code),
		V_TEXT(course->description), V_TEXT(course->colour), V_TEXT(course->language),
		V_INT(course->attendance_percent), V_INT(course->counts_replay),
		V_INT(course->archived_at));

	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

static int is_used(struct store *store, int64_t site, int64_t id)
{
	struct rows rows = store_select(store,
		"SELECT EXISTS (SELECT 1 FROM session WHERE site = $1 AND course = $2)"
		" OR EXISTS (SELECT 1 FROM series WHERE site = $1 AND course = $2)"
		" OR EXISTS (SELECT 1 FROM material WHERE site = $1 AND course = $2)"
		" OR EXISTS (SELECT 1 FROM certificate WHERE site = $1 AND course = $2)",
		V_INT(site), V_INT(id));
	int used = rows_next(&rows) ? (int)row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	return r < 0 ? r : used;
}

#define DELETE_FROM(table, column) "DELETE FROM " table " WHERE site = $1 AND " column " = $2"

static int remove_rows(struct store *store, int64_t site, int64_t id)
{
	static const char *const statements[] = {
		DELETE_FROM("course_instructor", "course"),
		DELETE_FROM("enrolment", "course"),
		DELETE_FROM("course_group", "course"),
		DELETE_FROM("shared_enrolment", "course"),
		DELETE_FROM("course_share", "course"),
		DELETE_FROM("course", "id"),
	};
	int r = is_used(store, site, id);

	if (r > 0)
		return -ENOTEMPTY;
	for (size_t i = 0; r >= 0 && i < sizeof(statements) / sizeof(statements[0]); i++)
		r = store_run(store, statements[i], V_INT(site), V_INT(id));
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int course_remove(struct store *store, int64_t site, int64_t id)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, remove_rows(store, site, id));
}

static int each(struct rows rows, void (*found)(const struct course *course, void *arg), void *arg)
{
	while (rows_next(&rows)) {
		struct course course;

		read_course(&rows, &course);
		found(&course, arg);
	}
	return rows_close(&rows);
}

int course_each(struct store *store, int64_t site,
	void (*found)(const struct course *course, void *arg), void *arg)
{
	return each(
		store_select(store,
			"SELECT " COLUMNS " FROM course c WHERE c.site = $1 ORDER BY c.title, c.id",
			V_INT(site)),
		found, arg);
}

/* `which` is a table of (site, course). */
#define PAGE(which)                                                                                \
	"SELECT " COLUMNS " FROM " which " v"                                                      \
	" JOIN course c ON c.site = v.site AND c.id = v.course"                                    \
	" WHERE (c.archived_at > 0) = ($3 > 0)"                                                    \
	" AND (c.title LIKE $4 ESCAPE '\\' OR c.code LIKE $4 ESCAPE '\\')"                         \
	" AND ($5 = 0 OR (c.title, c.id) > (SELECT title, id FROM course WHERE id = $5))"          \
	" ORDER BY c.title, c.id LIMIT $6"

int course_page(struct store *store, const struct course_list *list,
	void (*found)(const struct course *course, void *arg), void *arg)
{
	char pattern[SEARCH_PATTERN];
	const char *sql = list->mine ? PAGE(COURSES_HERE) : PAGE(COURSES_LISTED);

	return each(store_select(store, sql, V_INT(list->site), V_INT(list->person),
			    V_INT(list->archived), V_TEXT(search_pattern(list->search.q, pattern)),
			    V_INT(list->search.after), V_INT(search_limit(&list->search))),
		found, arg);
}
