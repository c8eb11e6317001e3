/* SPDX-License-Identifier: MIT */
/* Planning on a real database: series, their changes, what clashes, what people are told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "academy/conflict.h"
#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/group.h"
#include "academy/invitation.h"
#include "academy/site.h"
#include "academy/venue.h"
#include "store/id.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

/* 2026-10-01T00:00Z */
#define NOW_MS 1790812800000LL
#define HOUR_MS (3600 * 1000LL)
#define DAY_MS (24 * HOUR_MS)
#define URL "https://academy.example"

struct fixture {
	struct folder folder;
	struct store *store;
	int64_t site, other, teacher, trainee, course, second, venue, group;
	struct change change;
	const char *why;
};

static int64_t add_person(struct fixture *f, const char *email, unsigned roles)
{
	struct person_params params = {
		.email = email, .name = email, .language = "en", .roles = roles};
	int64_t id;

	assert_int_equal(person_add(f->store, f->site, &params, &id), 0);
	return id;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct site_params site = {
		.slug = "a", .name = "A", .time_zone = "America/Nassau", .language = "en"};
	struct site_params other = {
		.slug = "b", .name = "B", .time_zone = "Europe/Amsterdam", .language = "nl"};
	struct venue venue = {.name = "Room 1"};
	char why[STORE_WHY];

	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	assert_int_equal(site_add(f->store, &site, &f->site), 0);
	assert_int_equal(site_add(f->store, &other, &f->other), 0);
	f->teacher = add_person(f, "teacher@a.example", ROLE_INSTRUCTOR);
	f->trainee = add_person(f, "trainee@a.example", ROLE_TRAINEE);
	assert_int_equal(course_add(f->store, f->site, "Law", "#0b5a69", &f->course), 0);
	assert_int_equal(course_add(f->store, f->site, "Traffic", "#0b5a69", &f->second), 0);
	assert_int_equal(course_add_instructor(f->store, f->site, f->course, f->teacher), 0);
	assert_int_equal(group_add(f->store, f->site, "Recruits", &f->group), 0);
	assert_int_equal(group_add_person(f->store, f->site, f->group, f->trainee), 0);
	assert_int_equal(course_add_group(f->store, f->site, f->course, f->group), 0);
	venue.site = f->site;
	assert_int_equal(venue_add(f->store, &venue), 0);
	f->venue = venue.id;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static int prepare(struct fixture *f, int64_t course, const char *start, const char *rule)
{
	struct plan plan;

	assert_int_equal(plan_init(&plan, f->store, f->site, course), 0);
	assert_int_equal(local_parse(start, &plan.local), 0);
	snprintf(plan.title, sizeof(plan.title), "Evidence");
	snprintf(plan.rule, sizeof(plan.rule), "%s", rule);
	plan.venue = f->venue;
	return change_prepare_new(f->store, f->site, &plan, NOW_MS, &f->change, &f->why);
}

static int64_t plan_series(struct fixture *f, const char *start, const char *rule)
{
	assert_int_equal(prepare(f, f->course, start, rule), 0);
	assert_int_equal(invitation_change(f->store, &f->change, URL, NOW_MS), 0);
	return f->change.new_series;
}

static int64_t ask(struct fixture *f, const char *sql, int64_t a, int64_t b)
{
	struct rows rows = store_select_values(
		f->store, sql, STORE_VALUES(V_INT(f->site), V_INT(a), V_INT(b)));
	int64_t number = rows_next(&rows) ? row_int(&rows, 0) : -1;

	assert_int_equal(rows_close(&rows), 0);
	return number;
}

static int64_t nth(struct fixture *f, int64_t series, unsigned n)
{
	return ask(f,
		"SELECT id FROM session WHERE site = $1 AND series = $2 ORDER BY recurrence LIMIT 1"
		" OFFSET $3",
		series, n);
}

static int64_t start_of(struct fixture *f, int64_t id)
{
	struct session session;

	assert_int_equal(session_get(f->store, f->site, id, &session), 0);
	return session.starts_at;
}

static int64_t count_of(struct fixture *f, int64_t series)
{
	return ask(f,
		"SELECT count(*) FROM session WHERE site = $1 AND series = $2 AND cancelled_at = 0"
		" AND $3 = $3",
		series, 0);
}

static int64_t mails(struct fixture *f)
{
	return ask(f, "SELECT count(*) FROM delivery WHERE site = $1 AND $2 = $3", 0, 0);
}

static int change(struct fixture *f, int64_t id, enum scope scope, int64_t minutes,
	const char *rule, int64_t now_ms)
{
	struct session session;
	struct plan plan;
	int r;

	assert_int_equal(session_get(f->store, f->site, id, &session), 0);
	assert_int_equal(plan_of(f->store, &session, &plan), 0);
	plan.local += minutes;
	if (rule)
		snprintf(plan.rule, sizeof(plan.rule), "%s", rule);
	r = change_prepare(
		f->store, &session, scope, &plan, rule != NULL, now_ms, &f->change, &f->why);
	return r < 0 ? r : invitation_change(f->store, &f->change, URL, now_ms);
}

static void a_series_keeps_its_local_time(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-10-19T09:00", "FREQ=WEEKLY;COUNT=4");

	/* Clocks go back on 1 November. */
	assert_int_equal(count_of(f, series), 4);
	assert_true(start_of(f, nth(f, series, 1)) - start_of(f, nth(f, series, 0)) == 7 * DAY_MS);
	assert_true(start_of(f, nth(f, series, 2)) - start_of(f, nth(f, series, 1)) ==
		    7 * DAY_MS + HOUR_MS);
	/* One mail each, for the teacher and the trainee. */
	assert_int_equal(mails(f), 2);
}

static void one_occurrence_moves_alone(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;COUNT=4");
	int64_t id = nth(f, series, 1), before = start_of(f, id);
	struct session session;

	assert_int_equal(change(f, id, SCOPE_THIS, 90, NULL, NOW_MS), 0);
	assert_int_equal(session_get(f->store, f->site, id, &session), 0);
	assert_true(session.starts_at == before + 90 * 60000 && session.changed);
	assert_string_equal(session.recurrence, "2026-11-09T09:00");
	assert_string_equal(session.local_start, "2026-11-09T10:30");
	assert_int_equal(session.sequence, 1);
	assert_true(session.series == series);
	/* The whole series afterwards: it comes back to the rule, and keeps its identity. */
	assert_int_equal(change(f, nth(f, series, 0), SCOPE_ALL, 24 * 60, NULL, NOW_MS), 0);
	assert_int_equal(session_get(f->store, f->site, id, &session), 0);
	assert_string_equal(session.recurrence, "2026-11-10T09:00");
	assert_string_equal(session.local_start, "2026-11-10T09:00");
	assert_int_equal(session.sequence, 2);
	assert_true(session.series == series && !session.changed);
}

static void the_following_become_a_series_of_their_own(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8");
	int64_t third = nth(f, series, 2), last = nth(f, series, 7), later;

	assert_int_equal(change(f, third, SCOPE_FOLLOWING, 60, NULL, NOW_MS), 0);
	later = f->change.new_series;
	assert_true(later != 0 && later != series);
	assert_int_equal(count_of(f, series), 2);
	assert_int_equal(count_of(f, later), 6);
	assert_true(nth(f, later, 0) == third && nth(f, later, 5) == last);
	assert_int_equal(
		ask(f,
			"SELECT count(*) FROM series WHERE site = $1 AND id = $2 AND sequence = 1"
			" AND rrule = 'FREQ=WEEKLY;UNTIL=20261109T085900;BYDAY=MO,WE' AND $3 = $3",
			series, 0),
		1);
}

static void what_was_held_is_not_touched(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-10-05T09:00", "FREQ=WEEKLY;COUNT=6");
	int64_t first = nth(f, series, 0), second = nth(f, series, 1), third = nth(f, series, 2);
	int64_t was = start_of(f, first), later = NOW_MS + 13 * DAY_MS;

	assert_int_equal(session_set_state(f->store, f->site, first, SESSION_OPEN, was), 0);
	assert_int_equal(session_set_state(f->store, f->site, first, SESSION_ENDED, was + 1), 0);
	assert_int_equal(change(f, first, SCOPE_ALL, 60, NULL, NOW_MS), -EPERM);
	/* The second one has begun by then as well. */
	assert_int_equal(change(f, third, SCOPE_ALL, 60, NULL, later), 0);
	assert_true(start_of(f, first) == was && start_of(f, second) == was + 7 * DAY_MS);
	assert_true(start_of(f, third) == was + 14 * DAY_MS + HOUR_MS);
	assert_int_equal(count_of(f, series), 2);
	assert_int_equal(count_of(f, f->change.new_series), 4);
}

static void a_new_rule_keeps_days_and_drops_others(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6");
	int64_t monday = nth(f, series, 2), wednesday = nth(f, series, 3);
	struct session session;
	unsigned cancelled;

	assert_int_equal(session_get(f->store, f->site, monday, &session), 0);
	assert_int_equal(
		invitation_cancel(f->store, &session, SCOPE_THIS, URL, NOW_MS, &cancelled), 0);
	assert_int_equal(
		change(f, nth(f, series, 0), SCOPE_ALL, 0, "FREQ=WEEKLY;COUNT=4", NOW_MS), 0);
	assert_int_equal(f->change.gone_count, 2);
	assert_true(nth(f, series, 1) == monday);
	assert_int_equal(count_of(f, series), 3);
	assert_int_equal(session_get(f->store, f->site, wednesday, &session), 0);
	assert_true(session.series != series || session.cancelled_at == 0);
	/* Days of the month do not move with a drag. */
	series = plan_series(f, "2026-11-10T14:00", "FREQ=MONTHLY;BYDAY=2TU;COUNT=3");
	assert_int_equal(change(f, nth(f, series, 0), SCOPE_ALL, 24 * 60, NULL, NOW_MS), -EINVAL);
	assert_non_null(f->why);
	assert_int_equal(change(f, nth(f, series, 0), SCOPE_ALL, 30, NULL, NOW_MS), 0);
}

static void cancelling_says_how_many(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;COUNT=5");
	struct session session;
	unsigned count = 0;
	int64_t before = mails(f);

	assert_int_equal(session_get(f->store, f->site, nth(f, series, 2), &session), 0);
	assert_int_equal(
		invitation_cancel(f->store, &session, SCOPE_FOLLOWING, URL, NOW_MS, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(mails(f), before + 2);
	assert_int_equal(ask(f,
				 "SELECT count(*) FROM delivery WHERE site = $1 AND event = "
				 "'session.changed'"
				 " AND $2 = $3",
				 0, 0),
		2);
	assert_int_equal(session_get(f->store, f->site, nth(f, series, 0), &session), 0);
	assert_int_equal(invitation_cancel(f->store, &session, SCOPE_ALL, URL, NOW_MS, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(ask(f,
				 "SELECT count(*) FROM delivery WHERE site = $1"
				 " AND event = 'session.cancelled' AND $2 = $3",
				 0, 0),
		2);
	assert_int_equal(
		invitation_cancel(f->store, &session, SCOPE_THIS, URL, NOW_MS, &count), -EPERM);
}

struct clashes {
	unsigned kinds[CONFLICT_KINDS];
	bool elsewhere;
};

static void add_clash(const struct conflict *conflict, void *arg)
{
	struct clashes *clashes = arg;

	clashes->kinds[conflict->kind]++;
	if (conflict->session == 0 && conflict->kind != CONFLICT_BLACKOUT) {
		assert_string_equal(conflict->title, "");
		clashes->elsewhere = true;
	}
}

static struct clashes clashes_of(struct fixture *f)
{
	struct clashes clashes = {0};
	unsigned count;

	assert_int_equal(conflict_each(f->store, &f->change, add_clash, &clashes, &count), 0);
	return clashes;
}

static void what_clashes_is_found_first(void **state)
{
	struct fixture *f = *state;
	struct blackout blackout = {.site = f->site,
		.name = "Holiday",
		.first_day = "2026-11-09",
		.last_day = "2026-11-09"};
	struct clashes clashes;
	int64_t series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;COUNT=4");

	/* It does not clash with itself. */
	assert_int_equal(prepare(f, f->second, "2026-11-02T10:00", ""), 0);
	assert_int_equal(clashes_of(f).kinds[CONFLICT_VENUE], 0);
	assert_int_equal(change(f, nth(f, series, 0), SCOPE_ALL, 10, NULL, NOW_MS), 0);
	assert_int_equal(clashes_of(f).kinds[CONFLICT_INSTRUCTOR], 0);
	/* Venue, group by another course, instructor, and a day on which all is closed. */
	assert_int_equal(course_add_group(f->store, f->site, f->second, f->group), 0);
	assert_int_equal(course_add_instructor(f->store, f->site, f->second, f->teacher), 0);
	assert_int_equal(blackout_add(f->store, &blackout), 0);
	assert_int_equal(prepare(f, f->second, "2026-11-02T10:00", "FREQ=WEEKLY;COUNT=3"), 0);
	clashes = clashes_of(f);
	assert_int_equal(clashes.kinds[CONFLICT_VENUE], 3);
	assert_int_equal(clashes.kinds[CONFLICT_GROUP], 3);
	assert_int_equal(clashes.kinds[CONFLICT_INSTRUCTOR], 3);
	assert_int_equal(clashes.kinds[CONFLICT_BLACKOUT], 1);
	assert_int_equal(clashes.kinds[CONFLICT_PEOPLE], 0);
	assert_false(clashes.elsewhere);
}

static void people_and_other_sites_clash_too(void **state)
{
	struct fixture *f = *state;
	struct session_params params = {.title = "Secret",
		.starts_at = NOW_MS + 32 * DAY_MS + 14 * HOUR_MS,
		.length_min = 60};
	struct clashes clashes;
	int64_t id;

	plan_series(f, "2026-11-02T09:00", "");
	assert_int_equal(course_enrol(f->store, f->site, f->second, f->trainee), 0);
	/* The teacher also teaches at the other site at that time. */
	assert_true(store_run(f->store, "INSERT INTO site_person (site, person) VALUES ($1, $2)",
			    V_INT(f->other), V_INT(f->teacher)) > 0);
	assert_int_equal(course_add(f->store, f->other, "Haven", "#0b5a69", &params.course), 0);
	params.instructor = f->teacher;
	assert_int_equal(session_add(f->store, f->other, &params, &id), 0);
	assert_int_equal(prepare(f, f->second, "2026-11-02T09:30", ""), 0);
	assert_int_equal(clashes_of(f).kinds[CONFLICT_PEOPLE], 1);
	f->change.plan.instructors[f->change.plan.instructor_count++] = f->teacher;
	clashes = clashes_of(f);
	assert_int_equal(clashes.kinds[CONFLICT_INSTRUCTOR], 2);
	assert_true(clashes.elsewhere);
}

static void reminders_come_once_and_again_when_moved(void **state)
{
	struct fixture *f = *state;
	unsigned count = 0;
	int64_t day_before, series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;COUNT=2");
	int64_t first = nth(f, series, 0);

	day_before = start_of(f, first) - DAY_MS;
	assert_int_equal(reminder_run(f->store, URL, day_before - 60000, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(reminder_run(f->store, URL, day_before, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(reminder_run(f->store, URL, day_before + 60000, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(change(f, first, SCOPE_THIS, 30, NULL, day_before + 120000), 0);
	assert_int_equal(reminder_run(f->store, URL, day_before + 31 * 60000, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(reminder_run(f->store, URL, day_before + DAY_MS - 20 * 60000, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(reminder_run(f->store, URL, day_before + DAY_MS, &count), 0);
	assert_int_equal(count, 0);
}

static void new_rules_of_zones_move_future_sessions(void **state)
{
	struct fixture *f = *state;
	int64_t series = plan_series(f, "2026-11-02T09:00", "FREQ=WEEKLY;COUNT=3");
	int64_t second = nth(f, series, 1), right = start_of(f, second);
	unsigned count = 0;

	assert_true(store_run(f->store,
			    "UPDATE session SET starts_at = starts_at + 3600000 WHERE id = $1",
			    V_INT(second)) > 0);
	assert_int_equal(series_recompute(f->store, NOW_MS, &count), 0);
	assert_int_equal(count, 1);
	assert_true(start_of(f, second) == right);
	assert_int_equal(series_recompute(f->store, NOW_MS, &count), 0);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_series_keeps_its_local_time, setup, teardown),
		cmocka_unit_test_setup_teardown(one_occurrence_moves_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_following_become_a_series_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_held_is_not_touched, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_new_rule_keeps_days_and_drops_others, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelling_says_how_many, setup, teardown),
		cmocka_unit_test_setup_teardown(what_clashes_is_found_first, setup, teardown),
		cmocka_unit_test_setup_teardown(people_and_other_sites_clash_too, setup, teardown),
		cmocka_unit_test_setup_teardown(
			reminders_come_once_and_again_when_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(
			new_rules_of_zones_move_future_sessions, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
