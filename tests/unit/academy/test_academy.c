/* SPDX-License-Identifier: MIT */
/* The academy's functions on a real database, with two sites of the same shape: nothing crosses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/recording.h"
#include "academy/session.h"
#include "academy/signin.h"
#include "academy/site.h"
#include "academy/stream.h"
#include "store/id.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

enum { NOW = 1790000000 };
#define NOW_MS (NOW * 1000LL)
#define HOUR_MS (3600 * 1000LL)

struct academy {
	int64_t site, coordinator, instructor, trainee, stranger, course, other_course, session;
};

struct fixture {
	struct folder folder;
	struct store *store;
	struct academy a, b;
};

static int64_t add_person(
	struct store *store, int64_t site, const char *name, const char *slug, unsigned roles)
{
	char email[64];
	struct person_params params = {
		.email = email, .name = name, .language = "es", .roles = roles};
	int64_t id;

	snprintf(email, sizeof(email), "%s@%s.example", name, slug);
	assert_int_equal(person_add(store, site, &params, &id), 0);
	return id;
}

static void fill(struct store *store, const char *slug, struct academy *out)
{
	struct site_params site = {
		.slug = slug, .name = slug, .time_zone = "America/Curacao", .language = "nl"};
	struct session_params session = {.title = "Bewijs", .starts_at = NOW_MS, .length_min = 60};

	assert_int_equal(site_add(store, &site, &out->site), 0);
	out->coordinator = add_person(store, out->site, "coordinator", slug, ROLE_COORDINATOR);
	out->instructor = add_person(store, out->site, "instructor", slug, ROLE_INSTRUCTOR);
	out->trainee = add_person(store, out->site, "trainee", slug, ROLE_TRAINEE);
	out->stranger = add_person(store, out->site, "stranger", slug, ROLE_TRAINEE);
	assert_int_equal(course_add(store, out->site, "Recht", "#0b5a69", &out->course), 0);
	assert_int_equal(course_add(store, out->site, "Verkeer", "#0b5a69", &out->other_course), 0);
	assert_int_equal(course_add_instructor(store, out->site, out->course, out->instructor), 0);
	assert_int_equal(course_enrol(store, out->site, out->course, out->trainee), 0);
	session.course = out->course;
	assert_int_equal(session_add(store, out->site, &session, &out->session), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char why[STORE_WHY];

	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	fill(f->store, "a", &f->a);
	fill(f->store, "b", &f->b);
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

static void people_have_a_site_and_roles(void **state)
{
	struct fixture *f = *state;
	struct person person, other;
	int64_t site;

	assert_int_equal(person_get(f->store, f->a.site, f->a.instructor, &person), 0);
	assert_string_equal(person.name, "instructor");
	assert_string_equal(person.time_zone, "America/Curacao");
	assert_int_equal(person.roles, ROLE_INSTRUCTOR);
	assert_int_equal(person_find_email(f->store, "instructor@a.example", &other), 0);
	assert_true(other.id == person.id && other.n == person.n && other.site == f->a.site);
	assert_int_equal(person_get(f->store, f->b.site, f->a.instructor, &other), -ENOENT);
	assert_int_equal(person_find_email(f->store, "nobody@a.example", &other), -ENOENT);
	assert_int_equal(person_set_language(f->store, f->a.site, person.id, "fr"), 0);
	assert_int_equal(person_set_language(f->store, f->a.site, person.id, "de"), -EINVAL);
	assert_int_equal(person_set_language(f->store, f->b.site, person.id, "nl"), -ENOENT);
	assert_int_equal(person_get(f->store, f->a.site, person.id, &person), 0);
	assert_string_equal(person.language, "fr");
	assert_int_equal(site_find(f->store, "b", &site), 0);
	assert_true(site == f->b.site);
	assert_int_equal(site_find(f->store, "c", &site), -ENOENT);
}

static const struct signin_params by_link = {.method = "link",
	.device = "Firefox on Linux",
	.address = "192.0.2.1",
	.now_ms = NOW_MS,
	.expires_at = NOW_MS + HOUR_MS};

static void a_link_opens_as_often_as_it_may(void **state)
{
	struct fixture *f = *state;
	char link[SIGNIN_TOKEN], link_hash[SIGNIN_HASH], cookie[SIGNIN_TOKEN], hash[SIGNIN_HASH];
	struct signin_params late = by_link;
	struct signin signin;

	signin_secret(link, link_hash);
	assert_int_equal(
		signin_link_add(f->store, f->a.site, f->a.trainee, link_hash, NOW_MS + 10, 2), 0);
	late.now_ms += 10;
	assert_int_equal(signin_redeem(f->store, link_hash, &late, cookie, &signin), -ENOENT);
	assert_int_equal(signin_redeem(f->store, link_hash, &by_link, cookie, &signin), 0);
	assert_true(signin.person.id == f->a.trainee && signin.person.site == f->a.site);
	signin_hash(cookie, hash);
	assert_string_equal(hash, signin.hash);
	assert_int_equal(signin_redeem(f->store, link_hash, &by_link, cookie, &signin), 0);
	assert_int_equal(signin_redeem(f->store, link_hash, &by_link, cookie, &signin), -ENOENT);
	signin_hash(link, hash);
	assert_string_equal(hash, link_hash);
	signin_hash("x", hash);
	assert_int_equal(signin_redeem(f->store, hash, &by_link, cookie, &signin), -ENOENT);
	assert_true(signin_link_add(f->store, f->b.site, f->a.trainee, hash, NOW_MS, 0) < 0);
}

static void count_signin(const struct signin *signin, void *arg)
{
	assert_int_equal(strlen(signin->hash), SIGNIN_HASH - 1);
	++*(int *)arg;
}

static void signins_of_a_person_are_bounded(void **state)
{
	struct fixture *f = *state;
	char secret[SIGNIN_TOKEN], link[SIGNIN_HASH];
	struct signin_params how = by_link;
	struct signin signin;
	int count = 0;

	signin_secret(secret, link);
	assert_int_equal(
		signin_link_add(f->store, f->a.site, f->a.trainee, link, NOW_MS + HOUR_MS, 0), 0);
	for (int i = 0; i < SIGNIN_MAX_PER_PERSON + 4; i++) {
		how.now_ms = NOW_MS + i;
		assert_int_equal(signin_redeem(f->store, link, &how, secret, &signin), 0);
	}
	assert_int_equal(signin_each(f->store, NOW_MS, count_signin, &count), 0);
	assert_int_equal(count, SIGNIN_MAX_PER_PERSON);
	assert_int_equal(signin_remove(f->store, signin.hash), 0);
	count = 0;
	assert_int_equal(signin_each(f->store, NOW_MS + HOUR_MS, count_signin, &count), 0);
	assert_int_equal(count, 0);
}

static void roles_in_a_session(void **state)
{
	struct fixture *f = *state;
	const struct {
		int64_t person;
		enum session_role role;
	} rows[] = {
		{f->a.instructor, IN_SESSION_INSTRUCTOR},
		{f->a.coordinator, IN_SESSION_COORDINATOR},
		{f->a.trainee, IN_SESSION_TRAINEE},
		{f->a.stranger, IN_SESSION_NONE},
		{f->b.coordinator, IN_SESSION_NONE},
		{f->b.instructor, IN_SESSION_NONE},
		{f->b.trainee, IN_SESSION_NONE},
	};
	enum session_role role;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			session_role(f->store, f->a.site, f->a.session, rows[i].person, &role), 0);
		assert_int_equal(role, rows[i].role);
	}
	assert_int_equal(
		session_role(f->store, f->b.site, f->a.session, f->b.coordinator, &role), -ENOENT);
	assert_int_equal(session_role(f->store, f->a.site, 1, f->a.coordinator, &role), -ENOENT);
}

static void a_substitute_teaches_one_session(void **state)
{
	struct fixture *f = *state;
	struct session_params params = {
		.course = f->a.course,
		.instructor = f->a.stranger,
		.title = "Once",
		.starts_at = NOW_MS,
		.length_min = 30,
		.policy = POLICY_NEVER,
	};
	struct session session;
	enum session_role role;
	int64_t id;

	assert_int_equal(session_add(f->store, f->a.site, &params, &id), 0);
	assert_int_equal(session_get(f->store, f->a.site, id, &session), 0);
	assert_string_equal(session.teacher, "stranger");
	assert_string_equal(session.course_title, "Recht");
	assert_int_equal(session.policy, POLICY_NEVER);
	assert_int_equal(session_role(f->store, f->a.site, id, f->a.stranger, &role), 0);
	assert_int_equal(role, IN_SESSION_INSTRUCTOR);
	assert_int_equal(session_role(f->store, f->a.site, id, f->a.instructor, &role), 0);
	assert_int_equal(role, IN_SESSION_INSTRUCTOR);
	params.instructor = f->b.instructor;
	assert_int_equal(session_add(f->store, f->a.site, &params, &id), -ENOENT);
	params.instructor = 0;
	params.course = f->b.course;
	assert_int_equal(session_add(f->store, f->a.site, &params, &id), -ENOENT);
}

static void states_only_move_forward(void **state)
{
	struct fixture *f = *state;
	struct store *store = f->store;
	const int64_t site = f->a.site, id = f->a.session;
	struct session session;

	assert_int_equal(session_set_state(store, f->b.site, id, SESSION_OPEN, NOW_MS), -ENOENT);
	assert_int_equal(session_set_state(store, site, id, SESSION_OPEN, NOW_MS), 0);
	assert_int_equal(session_set_state(store, site, id, SESSION_OPEN, NOW_MS + 5), 0);
	assert_int_equal(session_get(store, site, id, &session), 0);
	assert_int_equal(session.state, SESSION_OPEN);
	assert_true(session.opened_at == NOW_MS);
	assert_int_equal(session_set_state(store, site, id, SESSION_SCHEDULED, NOW_MS), -EPERM);
	assert_int_equal(session_set_state(store, site, id, SESSION_ENDED, NOW_MS + 7), 0);
	assert_int_equal(session_set_state(store, site, id, SESSION_ENDED, NOW_MS + 9), 0);
	assert_int_equal(session_set_state(store, site, id, SESSION_OPEN, NOW_MS + 9), -EPERM);
	assert_int_equal(session_get(store, site, id, &session), 0);
	assert_int_equal(session.state, SESSION_ENDED);
	assert_true(session.opened_at == NOW_MS && session.ended_at == NOW_MS + 7);
	assert_true(session_over(&session, NOW_MS));
}

static void a_session_nobody_held_is_over_some_day(void **state)
{
	struct fixture *f = *state;
	struct session session;

	assert_int_equal(session_get(f->store, f->a.site, f->a.session, &session), 0);
	assert_false(session_over(&session, NOW_MS + HOUR_MS + SESSION_LATE_MS - 1));
	assert_true(session_over(&session, NOW_MS + HOUR_MS + SESSION_LATE_MS));
	session.state = SESSION_OPEN;
	assert_false(session_over(&session, NOW_MS + HOUR_MS + SESSION_LATE_MS));
}

struct seen {
	int count;
	int64_t last;
};

static void see_session(const struct session *session, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	seen->last = session->id;
}

static int sessions_of(struct fixture *f, int64_t site, int64_t person, int64_t from, int64_t to)
{
	struct seen seen = {0};

	assert_int_equal(
		session_each_visible(f->store, site, person, from, to, see_session, &seen), 0);
	return seen.count;
}

static void the_timetable_shows_ones_own(void **state)
{
	struct fixture *f = *state;
	struct session_params params = {
		.course = f->a.other_course, .title = "X", .starts_at = NOW_MS, .length_min = 60};
	int64_t id;
	const int64_t day = 24 * HOUR_MS;

	assert_int_equal(session_add(f->store, f->a.site, &params, &id), 0);
	assert_int_equal(sessions_of(f, f->a.site, f->a.coordinator, NOW_MS, NOW_MS + day), 2);
	assert_int_equal(sessions_of(f, f->a.site, f->a.instructor, NOW_MS, NOW_MS + day), 1);
	assert_int_equal(sessions_of(f, f->a.site, f->a.trainee, NOW_MS, NOW_MS + day), 1);
	assert_int_equal(sessions_of(f, f->a.site, f->a.stranger, NOW_MS, NOW_MS + day), 0);
	assert_int_equal(sessions_of(f, f->a.site, f->b.coordinator, NOW_MS, NOW_MS + day), 0);
	assert_int_equal(sessions_of(f, f->b.site, f->a.coordinator, NOW_MS, NOW_MS + day), 0);
	/* [from, to) */
	assert_int_equal(
		sessions_of(f, f->a.site, f->a.trainee, NOW_MS + HOUR_MS, NOW_MS + day), 0);
	assert_int_equal(
		sessions_of(f, f->a.site, f->a.trainee, NOW_MS + HOUR_MS - 1, NOW_MS + day), 1);
	assert_int_equal(sessions_of(f, f->a.site, f->a.trainee, NOW_MS - day, NOW_MS), 0);
	/* What is open is always there. */
	assert_int_equal(
		session_set_state(f->store, f->a.site, f->a.session, SESSION_OPEN, NOW_MS), 0);
	assert_int_equal(sessions_of(f, f->a.site, f->a.trainee, NOW_MS - day, NOW_MS), 1);
}

static void open_sessions_are_found_at_start(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {0};

	assert_int_equal(session_each_open(f->store, see_session, &seen), 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(
		session_set_state(f->store, f->b.site, f->b.session, SESSION_OPEN, NOW_MS), 0);
	assert_int_equal(session_each_open(f->store, see_session, &seen), 0);
	assert_int_equal(seen.count, 1);
	assert_true(seen.last == f->b.session);
}

static void see_recording(const struct recording *recording, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	seen->last = recording->id;
}

static void a_recording_from_start_to_seal(void **state)
{
	struct fixture *f = *state;
	struct store *store = f->store;
	const int64_t site = f->a.site;
	struct recording first, again;
	struct seen seen = {0};

	assert_int_equal(recording_find_by_session(store, site, f->a.session, &first), -ENOENT);
	assert_int_equal(recording_create(store, site, f->a.session, NOW_MS, &first), 0);
	assert_int_equal(first.state, RECORDING_RUNNING);
	assert_int_equal(recording_set_sealing(store, site, first.id), 0);
	assert_int_equal(recording_each_unfinished(store, see_recording, &seen), 0);
	assert_int_equal(seen.count, 1);
	/* Recorded again: the same recording goes on. */
	assert_int_equal(recording_create(store, site, f->a.session, NOW_MS + 5, &again), 0);
	assert_true(again.id == first.id && again.started_at == NOW_MS);
	assert_int_equal(again.state, RECORDING_RUNNING);
	assert_int_equal(recording_set_sealed(store, site, first.id, NOW_MS + 1, 5000, 777), 0);
	assert_int_equal(recording_find_by_folder(store, first.folder, &again), 0);
	assert_int_equal(again.state, RECORDING_READY);
	assert_true(
		again.started_at == NOW_MS + 1 && again.duration_ms == 5000 && again.bytes == 777);
	seen.count = 0;
	assert_int_equal(recording_each_unfinished(store, see_recording, &seen), 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(recording_set_failed(store, site, first.id), 0);
}

static void recordings_do_not_cross_sites(void **state)
{
	struct fixture *f = *state;
	struct store *store = f->store;
	struct recording made, got;
	struct seen seen = {0};

	assert_int_equal(recording_create(store, f->b.site, f->a.session, NOW_MS, &made), -ENOENT);
	assert_int_equal(recording_create(store, f->a.site, f->a.session, NOW_MS, &made), 0);
	assert_int_equal(recording_get(store, f->b.site, made.id, &got), -ENOENT);
	assert_int_equal(recording_find_by_session(store, f->b.site, f->a.session, &got), -ENOENT);
	assert_int_equal(recording_set_sealing(store, f->b.site, made.id), -ENOENT);
	assert_int_equal(recording_set_failed(store, f->b.site, made.id), -ENOENT);
	assert_int_equal(recording_set_sealed(store, f->b.site, made.id, 1, 1, 1), -ENOENT);
	assert_int_equal(
		recording_get_visible(store, f->a.site, f->b.coordinator, made.id, &got), -ENOENT);
	assert_int_equal(
		recording_get_visible(store, f->b.site, f->b.coordinator, made.id, &got), -ENOENT);
	assert_int_equal(
		recording_get_visible(store, f->a.site, f->a.stranger, made.id, &got), -ENOENT);
	assert_int_equal(recording_get_visible(store, f->a.site, f->a.trainee, made.id, &got), 0);
	assert_int_equal(got.state, RECORDING_RUNNING);
	assert_int_equal(
		recording_each_visible(store, f->b.site, f->b.coordinator, see_recording, &seen),
		0);
	assert_int_equal(
		recording_each_visible(store, f->a.site, f->a.stranger, see_recording, &seen), 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(
		recording_each_visible(store, f->a.site, f->a.coordinator, see_recording, &seen),
		0);
	assert_int_equal(
		recording_each_visible(store, f->a.site, f->a.trainee, see_recording, &seen), 0);
	assert_int_equal(seen.count, 2);
}

static void see_course(const struct course *course, void *arg)
{
	struct seen *seen = arg;

	seen->count++;
	seen->last = course->id;
}

static void courses_do_not_cross_sites(void **state)
{
	struct fixture *f = *state;
	struct course course;
	struct seen seen = {0};
	int64_t id;

	assert_int_equal(course_get(f->store, f->a.site, f->a.course, &course), 0);
	assert_string_equal(course.title, "Recht");
	assert_int_equal(course_get(f->store, f->b.site, f->a.course, &course), -ENOENT);
	assert_int_equal(course_each(f->store, f->a.site, see_course, &seen), 0);
	assert_int_equal(seen.count, 2);
	assert_true(seen.last == f->a.other_course);
	assert_int_equal(course_enrol(f->store, f->a.site, f->a.course, f->a.trainee), 0);
	assert_int_equal(course_enrol(f->store, f->a.site, f->a.course, f->b.trainee), -ENOENT);
	assert_int_equal(course_enrol(f->store, f->b.site, f->a.course, f->b.trainee), -ENOENT);
	assert_int_equal(
		course_add_instructor(f->store, f->b.site, f->a.course, f->b.trainee), -ENOENT);
	assert_int_equal(course_is_taught_by(f->store, f->a.site, f->a.course, f->a.instructor), 1);
	assert_int_equal(course_is_taught_by(f->store, f->a.site, f->a.course, f->a.trainee), 0);
	assert_int_equal(course_is_taught_by(f->store, f->b.site, f->a.course, f->a.instructor), 0);
	assert_int_equal(course_add(f->store, 12345, "x", "#000000", &id), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int check(struct fixture *f, int64_t room, enum stream_direction direction,
	const char *token, int64_t now_ms, struct stream_grant *grant)
{
	char hash[SIGNIN_HASH];

	signin_hash(token, hash);
	return stream_token_check(f->store, room, direction, hash, now_ms, grant);
}

static void a_token_opens_one_room_one_way_for_a_while(void **state)
{
	struct fixture *f = *state;
	struct stream_params params = {
		.site = f->a.site,
		.session = f->a.session,
		.direction = STREAM_PUBLISH,
		.name = "Studio",
		.expires_at = NOW_MS + HOUR_MS,
	};
	struct stream_grant grant;
	char token[SIGNIN_TOKEN], other[SIGNIN_TOKEN];

	assert_int_equal(check(f, f->a.session, STREAM_PUBLISH, "x", NOW_MS, &grant), -ENOENT);
	assert_int_equal(stream_token_add(f->store, &params, NOW_MS, token), 0);
	assert_int_equal(check(f, f->a.session, STREAM_PUBLISH, token, NOW_MS, &grant), 0);
	assert_int_equal(grant.site, f->a.site);
	assert_int_equal(grant.session, f->a.session);
	assert_string_equal(grant.name, "Studio");
	assert_int_equal(check(f, f->a.session, STREAM_WATCH, token, NOW_MS, &grant), -EACCES);
	assert_int_equal(check(f, f->a.session, STREAM_PUBLISH, "x", NOW_MS, &grant), -EACCES);
	assert_int_equal(
		check(f, f->a.session, STREAM_PUBLISH, token, NOW_MS + HOUR_MS, &grant), -EACCES);
	assert_int_equal(check(f, f->b.session, STREAM_PUBLISH, token, NOW_MS, &grant), -ENOENT);
	/* a session of another site has no token here, and expired ones are forgotten some day */
	params.session = f->b.session;
	assert_int_equal(stream_token_add(f->store, &params, NOW_MS, other), -ENOENT);
	params.session = f->a.session;
	assert_int_equal(stream_token_add(f->store, &params, NOW_MS + 1000 * HOUR_MS, other), 0);
	assert_int_equal(check(f, f->a.session, STREAM_PUBLISH, token, NOW_MS, &grant), -EACCES);
}

static void a_room_for_streams_is_an_open_class(void **state)
{
	struct fixture *f = *state;
	struct stream_room_params params = {.site = "a", .course = "Recht", .lifetime_ms = HOUR_MS};
	struct stream_grant grant;
	struct session session;
	struct stream_room room;

	assert_int_equal(stream_room_add(f->store, &params, NOW_MS, &room), 0);
	assert_int_equal(session_get(f->store, f->a.site, room.session, &session), 0);
	assert_int_equal(session.course, f->a.course);
	assert_int_equal(session.state, SESSION_OPEN);
	assert_string_equal(session.title, "Livestream"); /* the site's language is Dutch */
	for (unsigned i = 0; i < STREAM_DIRECTIONS; i++)
		assert_int_equal(check(f, room.session, i, room.tokens[i], NOW_MS, &grant), 0);
	assert_string_equal(grant.name, "Speler");
	/* without a course: one for streams, made once */
	params.course = NULL;
	params.title = "Les";
	assert_int_equal(stream_room_add(f->store, &params, NOW_MS, &room), 0);
	assert_int_equal(session_get(f->store, f->a.site, room.session, &session), 0);
	assert_string_equal(session.course_title, "Streams");
	assert_string_equal(session.title, "Les");
	params.course = "None";
	assert_int_equal(stream_room_add(f->store, &params, NOW_MS, &room), -ESRCH);
	params.site = "none";
	assert_int_equal(stream_room_add(f->store, &params, NOW_MS, &room), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(people_have_a_site_and_roles),
		TEST(a_link_opens_as_often_as_it_may),
		TEST(signins_of_a_person_are_bounded),
		TEST(roles_in_a_session),
		TEST(a_substitute_teaches_one_session),
		TEST(states_only_move_forward),
		TEST(a_session_nobody_held_is_over_some_day),
		TEST(the_timetable_shows_ones_own),
		TEST(open_sessions_are_found_at_start),
		TEST(a_recording_from_start_to_seal),
		TEST(recordings_do_not_cross_sites),
		TEST(courses_do_not_cross_sites),
		TEST(a_token_opens_one_room_one_way_for_a_while),
		TEST(a_room_for_streams_is_an_open_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
