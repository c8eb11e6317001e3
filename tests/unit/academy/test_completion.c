/* SPDX-License-Identifier: MIT */
/* Attendance as a union, who completed a course, certificates, materials; and how it is looked up. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "academy/attendance.h"
#include "academy/certificate.h"
#include "academy/completion.h"
#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/group.h"
#include "academy/material.h"
#include "academy/part.h"
#include "academy/session.h"
#include "academy/site.h"
#include "store/id.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

#define MIN 60000LL
#define START 1790000000000LL

struct fixture {
	struct folder folder;
	struct store *store;
	int64_t site, course, coordinator, ana, ben;
};

static int64_t add_person(struct fixture *f, const char *name, unsigned roles)
{
	char email[64];
	struct person_params params = {email, name, "es", roles};
	int64_t id;

	snprintf(email, sizeof(email), "%s@example.org", name);
	assert_int_equal(person_add(f->store, f->site, &params, &id), 0);
	return id;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct site_params site = {0, "a", "Academia", "America/Curacao", "es"};
	char why[STORE_WHY];

	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	assert_int_equal(site_add(f->store, &site, &f->site), 0);
	f->coordinator = add_person(f, "carla", ROLE_COORDINATOR);
	f->ana = add_person(f, "ana", ROLE_TRAINEE);
	f->ben = add_person(f, "ben", ROLE_TRAINEE);
	assert_int_equal(course_add(f->store, f->site, "Derecho", "#0b5a69", &f->course), 0);
	assert_int_equal(course_enrol(f->store, f->site, f->course, f->ana), 0);
	assert_int_equal(course_enrol(f->store, f->site, f->course, f->ben), 0);
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

static void a_moment_counts_once(void **state)
{
	/* Live with two devices, of which one heard half; a replay of the end, twice. */
	static const struct attendance_stretch all[4] = {
		{50 * MIN, 70 * MIN, 20 * MIN, true},
		{0, 40 * MIN, 20 * MIN, false},
		{10 * MIN, 30 * MIN, 20 * MIN, false},
		{50 * MIN, 60 * MIN, 10 * MIN, true},
	};
	static const struct {
		int64_t from, to, live, replay, either;
	} cases[] = {
		{0, 60 * MIN, 30 * MIN, 10 * MIN, 40 * MIN},
		{20 * MIN, 35 * MIN, 12 * MIN + 30000, 0, 12 * MIN + 30000},
		{60 * MIN, 90 * MIN, 0, 10 * MIN, 10 * MIN},
		{80 * MIN, 90 * MIN, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct attendance_stretch stretches[4];
		struct attendance_sum sum;

		memcpy(stretches, all, sizeof(all));
		sum = attendance_union(stretches, 4, cases[i].from, cases[i].to);
		assert_int_equal(sum.live_ms, cases[i].live);
		assert_int_equal(sum.replay_ms, cases[i].replay);
		assert_int_equal(sum.either_ms, cases[i].either);
	}
	assert_int_equal(attendance_union(NULL, 0, 0, MIN).either_ms, 0);
}

/* The same by a table of milliseconds, for stretches made by chance. */
static void a_union_is_what_a_table_says(void **state)
{
	enum { LENGTH = 300, COUNT = 12 };
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct attendance_stretch stretches[COUNT];
		bool live[LENGTH] = {0}, replay[LENGTH] = {0};
		struct attendance_sum sum, want = {0};

		for (int i = 0; i < COUNT; i++) {
			int from = rand_r(&seed) % LENGTH, to = from + 1 + rand_r(&seed) % 60;
			bool seen = rand_r(&seed) % 2;

			to = to < LENGTH ? to : LENGTH;
			stretches[i] = (struct attendance_stretch){from, to, to - from, seen};
			for (int at = from; at < to; at++)
				(seen ? replay : live)[at] = true;
		}
		for (int at = 50; at < 250; at++) {
			want.live_ms += live[at];
			want.replay_ms += replay[at];
			want.either_ms += live[at] || replay[at];
		}
		sum = attendance_union(stretches, COUNT, 50, 250);
		assert_int_equal(sum.live_ms, want.live_ms);
		assert_int_equal(sum.replay_ms, want.replay_ms);
		assert_int_equal(sum.either_ms, want.either_ms);
	}
}

static void what_counts_is_the_planned_time(void **state)
{
	struct session session = {.starts_at = START,
		.length_min = 60,
		.state = SESSION_ENDED,
		.opened_at = START - 20 * MIN,
		.ended_at = START + 75 * MIN};
	int64_t from, to;

	(void)state;
	assert_true(attendance_span(&session, &from, &to));
	assert_true(from == START && to == START + 60 * MIN);
	session.opened_at = START + 10 * MIN;
	session.ended_at = START + 40 * MIN;
	assert_true(attendance_span(&session, &from, &to));
	assert_true(from == START + 10 * MIN && to == START + 40 * MIN);
	session.opened_at = START + 500 * MIN;
	session.ended_at = START + 530 * MIN;
	assert_true(attendance_span(&session, &from, &to));
	assert_true(from == session.opened_at && to == session.ended_at);
	session.state = SESSION_OPEN;
	assert_false(attendance_span(&session, &from, &to));
}

/* Held from START, an hour. */
static int64_t hold(struct fixture *f, int64_t start)
{
	struct session_params params = {
		.course = f->course, .title = "S", .starts_at = start, .length_min = 60};
	int64_t id;

	assert_int_equal(session_add(f->store, f->site, &params, &id), 0);
	assert_int_equal(session_set_state(f->store, f->site, id, SESSION_OPEN, start), 0);
	assert_int_equal(
		session_set_state(f->store, f->site, id, SESSION_ENDED, start + 60 * MIN), 0);
	return id;
}

static void attend(struct fixture *f, int64_t session, int64_t person, const char *kind,
	int64_t from, int64_t to)
{
	assert_int_equal(store_run(f->store,
				 "INSERT INTO attendance (id, site, session, person, kind, at,"
				 " from_ms, to_ms, sent_ms, heard_ms)"
				 " VALUES ($1, $2, $3, $4, $5, $7, $6, $7, $7 - $6, $7 - $6)",
				 V_INT(id_new()), V_INT(f->site), V_INT(session), V_INT(person),
				 V_TEXT(kind), V_INT(from), V_INT(to)),
		1);
}

static struct completion completion_of(struct fixture *f, int64_t person)
{
	struct completion_list list;
	struct completion found = {0};

	assert_int_equal(completion_read(f->store, f->site, f->course, 0, &list), 0);
	for (size_t i = 0; i < list.count; i++)
		if (list.people[i].person == person)
			found = list.people[i];
	completion_finish(&list);
	assert_true(found.person == person);
	return found;
}

static void set_rule(struct fixture *f, unsigned percent, bool counts_replay)
{
	struct course course;

	assert_int_equal(course_get(f->store, f->site, f->course, &course), 0);
	course.attendance_percent = percent;
	course.counts_replay = counts_replay;
	assert_int_equal(course_set(f->store, &course), 0);
}

static void a_share_of_what_was_held_completes(void **state)
{
	struct fixture *f = *state;
	int64_t first = hold(f, START), second = hold(f, START + 1440 * MIN);

	set_rule(f, 75, false);
	assert_false(completion_of(f, f->ana).complete);
	attend(f, first, f->ana, "present", START - 10 * MIN, START + 60 * MIN);
	attend(f, second, f->ana, "present", START + 1440 * MIN, START + 1470 * MIN - 1);
	/* One millisecond is missing. */
	assert_int_equal(completion_of(f, f->ana).percent, 74);
	assert_false(completion_of(f, f->ana).complete);
	attend(f, second, f->ana, "present", START + 1470 * MIN - 1, START + 1470 * MIN);
	assert_int_equal(completion_of(f, f->ana).percent, 75);
	assert_true(completion_of(f, f->ana).complete);
	assert_int_equal(completion_of(f, f->ana).attended, 2);
	assert_int_equal(completion_of(f, f->ben).percent, 0);
	assert_false(completion_of(f, f->ben).complete);
}

static void a_replay_counts_where_the_course_says_so(void **state)
{
	struct fixture *f = *state;
	int64_t session = hold(f, START);

	assert_int_equal(
		store_run(f->store,
			"INSERT INTO recording (site, id, session, folder, state,"
			" started_at) VALUES ($1, $2, $3, 'x', 'ready', $4)",
			V_INT(f->site), V_INT(id_new()), V_INT(session), V_INT(START + 10 * MIN)),
		1);
	set_rule(f, 50, false);
	attend(f, session, f->ben, "present", START, START + 20 * MIN);
	/* From 10 to 40 minutes of the class, of which ten were heard. */
	attend(f, session, f->ben, "replay", 0, 30 * MIN);
	assert_int_equal(completion_of(f, f->ben).got_ms, 20 * MIN);
	assert_false(completion_of(f, f->ben).complete);
	set_rule(f, 50, true);
	assert_int_equal(completion_of(f, f->ben).got_ms, 40 * MIN);
	assert_true(completion_of(f, f->ben).complete);
}

static void a_session_of_a_group_counts_for_the_group(void **state)
{
	struct fixture *f = *state;
	int64_t all = hold(f, START), some = hold(f, START + 1440 * MIN), group;

	assert_int_equal(group_add(f->store, f->site, "A", &group), 0);
	assert_int_equal(group_add_person(f->store, f->site, group, f->ana), 0);
	assert_int_equal(store_run(f->store,
				 "INSERT INTO session_group (site, session, grp)"
				 " VALUES ($1, $2, $3)",
				 V_INT(f->site), V_INT(some), V_INT(group)),
		1);
	attend(f, all, f->ben, "present", START, START + 60 * MIN);
	attend(f, all, f->ana, "present", START, START + 60 * MIN);
	assert_int_equal(completion_of(f, f->ben).percent, 100);
	assert_int_equal(completion_of(f, f->ben).sessions, 1);
	assert_int_equal(completion_of(f, f->ana).percent, 50);
	assert_int_equal(completion_of(f, f->ana).sessions, 2);
}

static void a_slip_in_a_number_is_found(void **state)
{
	static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ01IO";
	char number[CERTIFICATE_NUMBER], wrong[CERTIFICATE_NUMBER], out[CERTIFICATE_NUMBER];

	(void)state;
	for (int round = 0; round < 50; round++) {
		certificate_number_new(number);
		assert_int_equal(strlen(number), 19);
		assert_int_equal(certificate_number_parse(number, out), 0);
		assert_string_equal(out, number);
		for (size_t at = 0; at < 19; at++) {
			for (const char *c = alphabet; number[at] != '-' && *c; c++) {
				memcpy(wrong, number, sizeof(wrong));
				wrong[at] = *c;
				assert_int_equal(certificate_number_parse(wrong, out),
					*c == number[at] ? 0 : -EINVAL);
			}
			for (size_t other = 0; other < at; other++) {
				if (number[at] == '-' || number[other] == '-')
					continue;
				memcpy(wrong, number, sizeof(wrong));
				wrong[at] = number[other];
				wrong[other] = number[at];
				assert_int_equal(certificate_number_parse(wrong, out),
					number[at] == number[other] ? 0 : -EINVAL);
			}
		}
	}
	for (char *at = number; *at; at++)
		*at = *at == '-' ? ' ' : *at >= 'A' ? (char)(*at + 32) : *at;
	assert_int_equal(certificate_number_parse(number, out), 0);
	assert_int_equal(certificate_number_parse("", out), -EINVAL);
	assert_int_equal(certificate_number_parse("22222222222222222", out), -EINVAL);
}

static void a_certificate_keeps_what_it_said(void **state)
{
	struct fixture *f = *state;
	struct completion ana;
	struct certificate found, again;
	int64_t session = hold(f, START), id;

	attend(f, session, f->ana, "present", START, START + 45 * MIN);
	ana = completion_of(f, f->ana);
	assert_int_equal(
		certificate_issue(f->store, f->site, f->course, &ana, f->coordinator, START, &id),
		0);
	assert_int_equal(
		certificate_issue(f->store, f->site, f->course, &ana, f->coordinator, START, &id),
		-EEXIST);
	assert_true(completion_of(f, f->ana).certificate == id);
	store_run(f->store, "UPDATE person SET name = 'Other' WHERE id = $1", V_INT(f->ana));
	store_run(f->store, "UPDATE course SET title = 'Other' WHERE id = $1", V_INT(f->course));
	assert_int_equal(certificate_get(f->store, f->site, id, &found), 0);
	assert_string_equal(found.person_name, "ana");
	assert_string_equal(found.course_title, "Derecho");
	assert_string_equal(found.language, "es");
	assert_string_equal(found.issued_by_name, "carla");
	assert_int_equal(found.minutes, 45);
	assert_int_equal(found.percent, 75);
	assert_int_equal(certificate_get(f->store, f->site + 1, id, &again), -ENOENT);
	assert_int_equal(certificate_find(f->store, found.number, &again), 0);
	assert_true(again.id == id && again.revoked_at == 0);
	assert_int_equal(certificate_revoke(f->store, f->site, id, "Wrong person", START + 1), 0);
	assert_int_equal(certificate_revoke(f->store, f->site, id, "Again", START + 2), -EALREADY);
	assert_int_equal(certificate_find(f->store, found.number, &again), 0);
	assert_true(again.revoked_at == START + 1);
	assert_string_equal(again.revoked_why, "Wrong person");
	/* Then there may be another. */
	assert_int_equal(
		certificate_issue(f->store, f->site, f->course, &ana, f->coordinator, START, &id),
		0);
}

static void found_material(const struct material *material, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 64 - len, "%s%u ", material->name, material->position);
}

static void order_is(struct fixture *f, const char *want)
{
	char text[64] = "";

	assert_int_equal(material_each(f->store, f->site, f->course, found_material, text), 0);
	assert_string_equal(text, want);
}

static void materials_have_an_order(void **state)
{
	struct fixture *f = *state;
	struct material material = {.site = f->site, .course = f->course, .added_by = f->ana};
	int64_t ids[4];

	for (int i = 0; i < 4; i++) {
		snprintf(material.name, sizeof(material.name), "%c", 'a' + i);
		assert_int_equal(material_add(f->store, &material), 0);
		ids[i] = material.id;
	}
	order_is(f, "a0 b1 c2 d3 ");
	assert_int_equal(material_move(f->store, f->site, f->course, ids[3], 0), 0);
	order_is(f, "d0 a1 b2 c3 ");
	assert_int_equal(material_move(f->store, f->site, f->course, ids[0], 99), 0);
	order_is(f, "d0 b1 c2 a3 ");
	assert_int_equal(material_remove(f->store, f->site, f->course, ids[1]), 0);
	order_is(f, "d0 c1 a2 ");
	assert_int_equal(material_remove(f->store, f->site, f->course, ids[1]), -ENOENT);
	assert_int_equal(material_move(f->store, f->site, f->course + 1, ids[0], 0), -ENOENT);
	material.course++;
	assert_int_equal(material_add(f->store, &material), -ENOENT);
	material.course--;
	for (int i = 3; i < MATERIALS_MAX; i++)
		assert_int_equal(material_add(f->store, &material), 0);
	assert_int_equal(material_add(f->store, &material), -ENOSPC);
}

static void names_of_files_are_made_fit(void **state)
{
	static const char *const cases[][2] = {
		{"slides.pdf", "slides.pdf"},
		{"C:\\Users\\me\\Lección 1.pdf", "Lección 1.pdf"},
		{"../../etc/passwd", "passwd"},
		{".htaccess", "htaccess"},
		{"a\"b<c>.txt ", "a_b_c_.txt"},
	};
	char out[MATERIAL_NAME], longest[600];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(material_clean_name(cases[i][0], out), 0);
		assert_string_equal(out, cases[i][1]);
	}
	assert_int_equal(material_clean_name("", out), -EINVAL);
	assert_int_equal(material_clean_name("a/..", out), -EINVAL);
	assert_int_equal(material_clean_name("a\r\nSet-Cookie: x", out), -EINVAL);
	for (size_t i = 0; i + 2 < sizeof(longest); i += 2)
		memcpy(longest + i, "é", 2);
	snprintf(longest + 500, sizeof(longest) - 500, ".pdf");
	assert_int_equal(material_clean_name(longest, out), 0);
	assert_int_equal(strlen(out), 126);
	assert_string_equal(out + 122, ".pdf");
	assert_string_equal(material_type((const unsigned char *)"%PDF-1.7", 8), "application/pdf");
	assert_string_equal(
		material_type((const unsigned char *)"<html>", 6), "application/octet-stream");
	assert_string_equal(material_type(NULL, 0), "application/octet-stream");
}

/* Fails if a step of the plan walks through one of the large tables. */
static void plan(sqlite3 *db, const char *sql)
{
	static const char *const large[] = {"session", "s", "enrolment", "i", "group_member", "m",
		"shared_enrolment", "attendance", "a", "certificate", "c", "course"};
	char explain[16384], scan[64];
	sqlite3_stmt *stmt;

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);

		for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
			snprintf(scan, sizeof(scan), "SCAN %s", large[i]);
			if (strcmp(step, scan) == 0 || (strncmp(step, scan, strlen(scan)) == 0 &&
							       step[strlen(scan)] == ' '))
				fail_msg("\"%s\" in the plan of\n%s", step, sql);
		}
	}
	sqlite3_finalize(stmt);
}

static void nothing_walks_through_a_large_table(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(folder_file(&f->folder, "lectern.db"), &db), SQLITE_OK);
	plan(db, "SELECT " HAS_PART " FROM session s WHERE s.site = $1 AND s.id = $3");
	plan(db, "SELECT " COURSE_PARTNER " FROM session s WHERE s.site = $1 AND s.id = $3");
	plan(db, "SELECT site, course FROM " COURSES_HERE);
	plan(db, "SELECT site, course FROM " COURSES_SEEN);
	plan(db, "SELECT site, course FROM " COURSES_LISTED);
	plan(db, "SELECT s.title FROM " SESSIONS_HERE
		 " v JOIN session s ON s.site = v.site AND s.id = v.id");
	sqlite3_close(db);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_counts_once),
		cmocka_unit_test(a_union_is_what_a_table_says),
		cmocka_unit_test(what_counts_is_the_planned_time),
		CASE(a_share_of_what_was_held_completes),
		CASE(a_replay_counts_where_the_course_says_so),
		CASE(a_session_of_a_group_counts_for_the_group),
		cmocka_unit_test(a_slip_in_a_number_is_found),
		CASE(a_certificate_keeps_what_it_said),
		CASE(materials_have_an_order),
		cmocka_unit_test(names_of_files_are_made_fit),
		CASE(nothing_walks_through_a_large_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
