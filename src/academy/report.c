/* SPDX-License-Identifier: MIT */
#include "academy/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

/* Trainees by name, by group and by share; a session for groups is for those in one of these. */
#define EXPECTED                                                                                   \
	"(SELECT x.person FROM (SELECT e.person FROM enrolment e"                                  \
	" JOIN session s ON s.site = e.site AND s.course = e.course WHERE s.site = $1 AND s.id = " \
	"$2"                                                                                       \
	" UNION SELECT m.person FROM session s"                                                    \
	" JOIN course_group g ON g.site = s.site AND g.course = s.course"                          \
	" JOIN group_member m ON m.site = g.site AND m.grp = g.grp WHERE s.site = $1 AND s.id = "  \
	"$2"                                                                                       \
	" UNION SELECT e.person FROM shared_enrolment e"                                           \
	" JOIN session s ON s.site = e.site AND s.course = e.course WHERE s.site = $1 AND s.id = " \
	"$2)"                                                                                      \
	" x WHERE NOT EXISTS (SELECT 1 FROM session_group g WHERE g.site = $1 AND g.session = $2)" \
	" OR EXISTS (SELECT 1 FROM session_group g"                                                \
	" JOIN group_member m ON m.site = g.site AND m.grp = g.grp"                                \
	" WHERE g.site = $1 AND g.session = $2 AND m.person = x.person))"

#define WORST "max(CASE a.link WHEN 'poor' THEN 3 WHEN 'weak' THEN 2 WHEN 'good' THEN 1 ELSE 0 END)"

static const char lines_sql[] =
	"SELECT p.id, p.name, p.kind = 'guest', w.expected,"
	" coalesce(min(CASE a.kind WHEN 'join' THEN a.at END), 0),"
	" coalesce(max(CASE a.kind WHEN 'leave' THEN a.at END), 0),"
	" coalesce(sum(a.kind = 'join'), 0),"
	" coalesce(sum(CASE a.kind WHEN 'present' THEN a.to_ms - a.from_ms ELSE 0 END), 0),"
	" coalesce(sum(a.sent_ms), 0), coalesce(sum(a.heard_ms), 0),"
	" coalesce(" WORST ", 0), coalesce(max(a.rtt_ms), 0), coalesce(max(a.loss_permille), 0)"
	" FROM (SELECT person, max(expected) AS expected FROM"
	" (SELECT person, 1 AS expected FROM " EXPECTED
	" UNION ALL SELECT DISTINCT person, 0 FROM attendance WHERE site = $1 AND session = $2)"
	" GROUP BY person) w"
	" JOIN person p ON p.id = w.person AND p.id BETWEEN $3 AND $4"
	" LEFT JOIN attendance a ON a.site = $1 AND a.session = $2 AND a.person = w.person"
	" GROUP BY p.id ORDER BY p.id";

static int add_line(struct report *report, size_t *room, const struct rows *rows)
{
	struct report_line *line;

	if (report->count == *room) {
		size_t more = *room > 0 ? 2 * *room : 64;
		void *lines = realloc(report->lines, more * sizeof(*report->lines));

		if (!lines)
			return -ENOMEM;
		report->lines = lines;
		*room = more;
	}
	line = &report->lines[report->count++];
	*line = (struct report_line){
		.person = row_int(rows, 0),
		.guest = row_int(rows, 2) != 0,
		.expected = row_int(rows, 3) != 0,
		.joined_at = row_int(rows, 4),
		.left_at = row_int(rows, 5),
		.joins = (unsigned)row_int(rows, 6),
		.present_ms = row_int(rows, 7),
		.sent_ms = row_int(rows, 8),
		.heard_ms = row_int(rows, 9),
		.link = (enum attendance_link)row_int(rows, 10),
		.rtt_ms = (unsigned)row_int(rows, 11),
		.loss_permille = (unsigned)row_int(rows, 12),
	};
	row_copy(rows, 1, line->name, sizeof(line->name));
	return 0;
}

static int read_lines(struct store *store, int64_t person, struct report *report)
{
	struct rows rows = store_select(store, lines_sql, V_INT(report->session.site),
		V_INT(report->session.id), V_INT(person), V_INT(person ? person : INT64_MAX));
	size_t room = 0;
	int r = 0, end;

	while (r == 0 && rows_next(&rows))
		r = add_line(report, &room, &rows);
	end = rows_close(&rows);
	return r < 0 ? r : end;
}

static int by_id(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return (x->person > y->person) - (x->person < y->person);
}

static int by_name(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r != 0 ? r : by_id(a, b);
}

static void add_sum(int64_t person, const struct attendance_sum *sum, void *arg)
{
	struct report *report = arg;
	struct report_line key = {.person = person};
	struct report_line *line = bsearch(&key, report->lines, report->count, sizeof(key), by_id);

	if (!line)
		return;
	line->sum = *sum;
	line->percent = (unsigned)(100 * sum->either_ms / report->held_ms);
}

/* person 0: everybody. */
static int read_report(struct store *store, int64_t site, int64_t session, int64_t person,
	struct report *ret_report)
{
	struct report report = {0};
	int64_t from_ms, to_ms;
	int r = session_get(store, site, session, &report.session);

	if (r == 0)
		r = read_lines(store, person, &report);
	report.counts = r == 0 && attendance_span(&report.session, &from_ms, &to_ms);
	if (report.counts) {
		report.held_ms = to_ms - from_ms;
		r = attendance_each(store, site, session, person, from_ms, to_ms, add_sum, &report);
	}
	if (r < 0) {
		report_finish(&report);
		return r;
	}
	if (report.count > 0)
		qsort(report.lines, report.count, sizeof(report.lines[0]), by_name);
	*ret_report = report;
	return 0;
}

int report_read(struct store *store, int64_t site, int64_t session, struct report *ret_report)
{
	return read_report(store, site, session, 0, ret_report);
}

void report_finish(struct report *report)
{
	free(report->lines);
	*report = (struct report){0};
}

/* Those that are over, in courses that they are in now, and those that they were in. */
static const char sessions_sql[] =
	"SELECT s.id FROM session s WHERE s.site = $1 AND s.state <> 'scheduled' AND s.id IN"
	" (SELECT DISTINCT session FROM attendance WHERE person = $2 AND site = $1"
	" UNION SELECT s.id FROM session s JOIN enrolment e ON e.site = s.site AND e.course = "
	"s.course"
	" WHERE e.site = $1 AND e.person = $2"
	" UNION SELECT s.id FROM group_member m"
	" JOIN course_group g ON g.site = m.site AND g.grp = m.grp"
	" JOIN session s ON s.site = g.site AND s.course = g.course"
	" WHERE m.site = $1 AND m.person = $2)"
	" ORDER BY s.starts_at DESC, s.id LIMIT $3";

int report_each_of_person(struct store *store, int64_t site, int64_t person,
	void (*found)(const struct report *report, const struct report_line *line, void *arg),
	void *arg)
{
	struct rows rows = store_select(
		store, sessions_sql, V_INT(site), V_INT(person), V_INT(SESSION_MAX_LIST));
	int r = 0, end;

	while (r == 0 && rows_next(&rows)) {
		struct report report = {0};

		r = read_report(store, site, row_int(&rows, 0), person, &report);
		if (r == 0 && report.count == 1)
			found(&report, &report.lines[0], arg);
		report_finish(&report);
	}
	end = rows_close(&rows);
	return r < 0 ? r : end;
}
