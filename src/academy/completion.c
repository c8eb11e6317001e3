/* SPDX-License-Identifier: MIT */
#include "academy/completion.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/attendance.h"
#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/session.h"
#include "store/store.h"

struct reading {
	struct store *store;
	struct course course;
	struct completion_list list; /* by id, until it is done */
	size_t room;
	bool *in_groups; /* of each person: the session at hand is for them */
	int error;
};

static int by_id(const void *a, const void *b)
{
	const struct completion *x = a, *y = b;

	return (x->person > y->person) - (x->person < y->person);
}

static int by_name(const void *a, const void *b)
{
	const struct completion *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r != 0 ? r : by_id(a, b);
}

static struct completion *find(struct reading *reading, int64_t person)
{
	const struct completion key = {.person = person};

	return bsearch(&key, reading->list.people, reading->list.count, sizeof(key), by_id);
}

static int more_room(struct reading *reading)
{
	size_t room = reading->room > 0 ? 2 * reading->room : 64;
	void *more;

	if (reading->list.count >= COMPLETION_MAX_PEOPLE)
		return -E2BIG;
	more = realloc(reading->list.people, room * sizeof(*reading->list.people));
	if (!more)
		return -ENOMEM;
	reading->list.people = more;
	reading->room = room;
	return 0;
}

struct page {
	struct reading *reading;
	int64_t last;
	unsigned count;
};

static void add_person(const struct course_person *person, void *arg)
{
	struct page *page = arg;
	struct reading *reading = page->reading;
	struct completion *to;

	page->last = person->id;
	page->count++;
	if (!person->trainee || reading->error < 0)
		return;
	if (reading->list.count == reading->room)
		reading->error = more_room(reading);
	if (reading->error < 0)
		return;
	to = &reading->list.people[reading->list.count++];
	*to = (struct completion){.person = person->id, .with_site = person->with_site};
	snprintf(to->name, sizeof(to->name), "%s", person->name);
}

static int read_people(struct reading *reading, int64_t with_site)
{
	struct course_people list = {
		.site = reading->course.site, .course = reading->course.id, .with_site = with_site};
	struct page page;
	int r;

	do {
		page = (struct page){.reading = reading};
		r = course_people(reading->store, &list, add_person, &page);
		list.search.after = page.last;
	} while (r == 0 && reading->error == 0 && page.count == SEARCH_MAX_PAGE);
	if (r == 0)
		r = reading->error;
	if (reading->list.count > 0)
		qsort(reading->list.people, reading->list.count, sizeof(struct completion), by_id);
	return r;
}

struct held {
	struct reading *reading;
	int64_t length_ms;
};

static void add_attendance(int64_t person, const struct attendance_sum *sum, void *arg)
{
	struct held *held = arg;
	struct completion *to = find(held->reading, person);
	int64_t got = held->reading->course.counts_replay ? sum->either_ms : sum->live_ms;

	if (!to || !held->reading->in_groups[to - held->reading->list.people] || got == 0)
		return;
	to->attended++;
	to->got_ms += got;
}

/* Whom the session is for: all, unless it names groups. */
static int read_groups(struct reading *reading, int64_t session)
{
	struct completion_list *list = &reading->list;
	struct rows rows = store_select(reading->store,
		"SELECT coalesce(m.person, 0) FROM session_group g"
		" LEFT JOIN group_member m ON m.site = g.site AND m.grp = g.grp"
		" WHERE g.site = $1 AND g.session = $2",
		V_INT(reading->course.site), V_INT(session));
	bool any = false;

	for (size_t i = 0; i < list->count; i++)
		reading->in_groups[i] = false;
	while (rows_next(&rows)) {
		struct completion *it = find(reading, row_int(&rows, 0));

		any = true;
		if (it)
			reading->in_groups[it - list->people] = true;
	}
	for (size_t i = 0; !any && i < list->count; i++)
		reading->in_groups[i] = true;
	return rows_close(&rows);
}

static int add_session(struct reading *reading, const struct session *session)
{
	struct held held = {.reading = reading};
	int64_t from, to;
	int r;

	if (!attendance_span(session, &from, &to))
		return 0;
	r = read_groups(reading, session->id);
	if (r < 0)
		return r;
	held.length_ms = to - from;
	reading->list.sessions++;
	for (size_t i = 0; i < reading->list.count; i++) {
		if (!reading->in_groups[i])
			continue;
		reading->list.people[i].sessions++;
		reading->list.people[i].held_ms += held.length_ms;
	}
	return attendance_each(
		reading->store, session->site, session->id, 0, from, to, add_attendance, &held);
}

static int read_sessions(struct reading *reading)
{
	struct rows rows = store_select(reading->store,
		"SELECT id, starts_at, length_min, opened_at, ended_at FROM session"
		" WHERE site = $1 AND course = $2 AND state = 'ended' AND cancelled_at = 0"
		" ORDER BY starts_at, id",
		V_INT(reading->course.site), V_INT(reading->course.id));
	int r = 0, end;

	while (r == 0 && rows_next(&rows)) {
		struct session session = {
			.site = reading->course.site,
			.id = row_int(&rows, 0),
			.starts_at = row_int(&rows, 1),
			.length_min = (unsigned)row_int(&rows, 2),
			.state = SESSION_ENDED,
			.opened_at = row_int(&rows, 3),
			.ended_at = row_int(&rows, 4),
		};

		r = add_session(reading, &session);
	}
	end = rows_close(&rows);
	return r < 0 ? r : end;
}

static int read_certificates(struct reading *reading)
{
	struct rows rows = store_select(reading->store,
		"SELECT person, id, number FROM certificate"
		" WHERE site = $1 AND course = $2 AND revoked_at = 0",
		V_INT(reading->course.site), V_INT(reading->course.id));

	while (rows_next(&rows)) {
		struct completion *it = find(reading, row_int(&rows, 0));

		if (!it)
			continue;
		it->certificate = row_int(&rows, 1);
		row_copy(&rows, 2, it->number, sizeof(it->number));
	}
	return rows_close(&rows);
}

/* A rule of 0 takes nothing but that a session was held. */
static void judge(struct completion *it, unsigned rule)
{
	if (it->held_ms == 0)
		return;
	it->percent = (unsigned)(it->got_ms * 100 / it->held_ms);
	it->complete = it->got_ms * 100 >= (int64_t)rule * it->held_ms;
}

int completion_read(struct store *store, int64_t site, int64_t course, int64_t with_site,
	struct completion_list *ret_list)
{
	struct reading reading = {.store = store};
	int r = course_get(store, site, course, &reading.course);

	if (r == 0)
		r = read_people(&reading, with_site);
	if (r == 0) {
		reading.in_groups = calloc(reading.list.count + 1, sizeof(bool));
		r = reading.in_groups ? read_sessions(&reading) : -ENOMEM;
	}
	if (r == 0)
		r = read_certificates(&reading);
	free(reading.in_groups);
	if (r < 0) {
		completion_finish(&reading.list);
		return r;
	}
	for (size_t i = 0; i < reading.list.count; i++)
		judge(&reading.list.people[i], reading.course.attendance_percent);
	if (reading.list.count > 0)
		qsort(reading.list.people, reading.list.count, sizeof(struct completion), by_name);
	*ret_list = reading.list;
	return 0;
}

void completion_finish(struct completion_list *list)
{
	free(list->people);
	*list = (struct completion_list){0};
}
