/* SPDX-License-Identifier: MIT */
/* The API over HTTP: who may do what, what crosses no site, and what bad input gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "signaling/http.h"
#include "tests/unit/academy/serve.h"

#define JSON "Content-Type: application/json\r\n"
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* The answer's JSON, which must come with `status`; the caller gives it back. */
static json_t *ask_json(struct serve *serve, const struct visitor *who, const char *method,
	const char *path, const char *body, int status)
{
	struct reply reply = serve_ask(serve, who, method, path, body ? JSON : "", body);
	json_t *json;

	if (reply.status != status)
		fail_msg("%s %s: %d %s", method, path, reply.status, reply.body);
	assert_string_equal(reply_header(&reply, "content-type"), "application/json");
	assert_string_equal(reply_header(&reply, "cache-control"), "no-store");
	json = json_loads(reply.body, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	reply_free(&reply);
	return json;
}

static void me_is_the_one_who_asks(void **state)
{
	struct serve *serve = *state;
	const char *id, *name, *language, *site, *site_name, *zone, *role;
	char expected[ID_TEXT];
	json_t *me = ask_json(serve, &serve->a.coordinator, "GET", "/api/v1/me", NULL, 200);

	assert_int_equal(json_unpack_ex(me, NULL, 0, "{s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:[s]}",
				 "id", &id, "name", &name, "language", &language, "site", "id",
				 &site, "name", &site_name, "time_zone", &zone, "roles", &role),
		0);
	assert_string_equal(id, id_text(serve->a.coordinator.person.id, expected));
	assert_string_equal(name, "coordinator");
	assert_string_equal(site, id_text(serve->a.site, expected));
	assert_string_equal(zone, "America/Curacao");
	assert_string_equal(role, "coordinator");
	json_decref(me);
	me = ask_json(
		serve, &serve->a.coordinator, "PATCH", "/api/v1/me", "{\"language\":\"fr\"}", 200);
	assert_string_equal(json_string_value(json_object_get(me, "language")), "fr");
	json_decref(me);
	me = ask_json(serve, &serve->a.coordinator, "GET", "/api/v1/me", NULL, 200);
	assert_string_equal(json_string_value(json_object_get(me, "language")), "fr");
	json_decref(me);
}

static void a_session_says_what_goes_on(void **state)
{
	struct serve *serve = *state;
	char path[64];
	json_t *session;

	snprintf(path, sizeof(path), "/api/v1/sessions/%s", serve->a.session);
	session = ask_json(serve, &serve->a.trainee, "GET", path, NULL, 200);
	assert_string_equal(json_string_value(json_object_get(session, "state")), "waiting");
	assert_int_equal(json_integer_value(json_object_get(session, "present")), 2);
	assert_true(json_is_true(json_object_get(json_object_get(session, "may"), "enter")));
	assert_true(json_is_false(json_object_get(json_object_get(session, "may"), "host")));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(session, "recording"), "state")),
		"ready");
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(session, "instructors"), 0), "name")),
		"instructor");
	json_decref(session);
	session = ask_json(serve, &serve->a.instructor, "GET", path, NULL, 200);
	assert_true(json_is_true(json_object_get(json_object_get(session, "may"), "host")));
	json_decref(session);
}

static void everybody_sees_their_own(void **state)
{
	struct serve *serve = *state;
	const struct {
		const struct visitor *who;
		size_t sessions, recordings, courses;
	} rows[] = {
		{&serve->b.coordinator, 1, 1, 1},
		{&serve->b.instructor, 1, 1, 1},
		{&serve->b.trainee, 1, 1, 1},
		{&serve->b.stranger, 0, 0, 0},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *sessions =
			ask_json(serve, rows[i].who, "GET", "/api/v1/sessions", NULL, 200);
		json_t *recordings =
			ask_json(serve, rows[i].who, "GET", "/api/v1/recordings", NULL, 200);
		json_t *courses = ask_json(serve, rows[i].who, "GET", "/api/v1/courses", NULL, 200);

		assert_int_equal(
			json_array_size(json_object_get(sessions, "sessions")), rows[i].sessions);
		assert_int_equal(json_array_size(json_object_get(recordings, "recordings")),
			rows[i].recordings);
		assert_int_equal(
			json_array_size(json_object_get(courses, "courses")), rows[i].courses);
		assert_true(json_integer_value(json_object_get(sessions, "now")) > 1700000000000);
		json_decref(sessions);
		json_decref(recordings);
		json_decref(courses);
	}
	assert_int_equal(
		serve_status(serve, &serve->b.trainee, "GET", "/api/v1/sessions?from=x", "", NULL),
		400);
	json_decref(ask_json(
		serve, &serve->b.trainee, "GET", "/api/v1/sessions?from=0&to=1", NULL, 200));
}

/* Every route, asked by somebody of site b, and by one of a without a part, with ids of site a. */
static void nothing_crosses_a_site(void **state)
{
	struct serve *serve = *state;
	const struct visitor *outside[] = {
		&serve->b.coordinator, &serve->b.instructor, &serve->b.trainee, &serve->a.stranger};
	char paths[5][128], body[256];

	serve_write_clip(serve, "c0001.webm", 10);
	snprintf(paths[0], 128, "/api/v1/sessions/%s", serve->a.session);
	snprintf(paths[1], 128, "/api/v1/recordings/%s", serve->a.recording);
	snprintf(paths[2], 128, "/api/v1/recordings/%s/events", serve->a.recording);
	snprintf(paths[3], 128, "/media/%s/c0001.webm", serve->a.recording);
	snprintf(paths[4], 128, "/media/%s/c0009.webm", serve->a.recording);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
			serve_status(serve, &serve->a.trainee, "GET", paths[i], "", NULL), 200);
	for (size_t i = 0; i < COUNT(paths); i++) {
		for (size_t j = 0; j < COUNT(outside); j++) {
			struct reply reply =
				serve_ask(serve, outside[j], "GET", paths[i], "", NULL);

			assert_int_equal(reply.status, 404);
			/* The same words as for what is nowhere. */
			assert_string_equal(reply.body, "{\"error\":\"not_found\",\"text\":\"There "
							"is nothing here that you may see.\"}");
			reply_free(&reply);
		}
	}
	snprintf(body, sizeof(body),
		"{\"course\":\"%s\",\"title\":\"x\",\"starts_at\":0,\"length_min\":5,\"policy\":"
		"\"never\"}",
		serve->a.course);
	assert_int_equal(
		serve_status(serve, &serve->b.coordinator, "POST", "/api/v1/sessions", JSON, body),
		404);
	assert_int_equal(
		serve_status(serve, &serve->b.instructor, "POST", "/api/v1/sessions", JSON, body),
		404);
}

static void every_route_needs_its_own_cookie(void **state)
{
	static const struct {
		const char *method, *path;
	} routes[] = {
		{"GET", "/api/v1/me"},
		{"PATCH", "/api/v1/me"},
		{"POST", "/api/v1/signout"},
		{"GET", "/api/v1/courses"},
		{"GET", "/api/v1/sessions"},
		{"POST", "/api/v1/sessions"},
		{"GET", "/api/v1/sessions/0000000000001"},
		{"GET", "/api/v1/recordings"},
		{"GET", "/api/v1/recordings/0000000000001"},
		{"GET", "/api/v1/recordings/0000000000001/events"},
		{"GET", "/media/0000000000001/c0001.webm"},
		{"GET", "/api/v1/nothing"},
		{"GET", "/api/v2/me"},
	};
	struct serve *serve = *state;
	struct visitor nobody = serve->a.trainee, other = serve->a.trainee;

	nobody.cookie[0] ^= 1;
	other.person.n = serve->a.coordinator.person.n;
	for (size_t i = 0; i < COUNT(routes); i++) {
		const char *body = routes[i].method[0] == 'P' ? "{}" : NULL;

		assert_int_equal(
			serve_status(serve, &nobody, routes[i].method, routes[i].path, JSON, body),
			401);
		assert_int_equal(
			serve_status(serve, &other, routes[i].method, routes[i].path, JSON, body),
			401);
	}
	assert_int_equal(
		serve_status(serve, &serve->a.trainee, "GET", "/api/v1/nothing", "", NULL), 404);
	assert_int_equal(
		serve_status(serve, &serve->a.trainee, "GET", "/api/v1/sessions/xyz", "", NULL),
		404);
}

static void changes_come_from_our_own_pages(void **state)
{
	struct serve *serve = *state;
	const struct visitor *who = &serve->a.trainee;
	static const char body[] = "{\"language\":\"en\"}";
	char headers[256];

	snprintf(headers, sizeof(headers), JSON "Origin: http://localhost:%u\r\n", serve->port);
	assert_int_equal(serve_status(serve, who, "PATCH", "/api/v1/me", headers, body), 200);
	assert_int_equal(serve_status(serve, who, "PATCH", "/api/v1/me", JSON, body), 200);
	assert_int_equal(serve_status(serve, who, "PATCH", "/api/v1/me",
				 JSON "Origin: http://evil.example\r\n", body),
		403);
	assert_int_equal(
		serve_status(serve, who, "PATCH", "/api/v1/me", JSON "Origin: null\r\n", body),
		403);
	assert_int_equal(serve_status(serve, who, "PATCH", "/api/v1/me", "", body), 415);
	assert_int_equal(serve_status(serve, who, "PATCH", "/api/v1/me",
				 "Content-Type: text/plain\r\n", body),
		415);
	assert_int_equal(serve_status(serve, who, "POST", "/api/v1/signout",
				 "Content-Type: application/x-www-form-urlencoded\r\n", ""),
		415);
	assert_int_equal(serve_status(serve, who, "POST", "/api/v1/signout",
				 JSON "Origin: http://evil.example\r\n", ""),
		403);
}

static void bad_bodies_change_nothing(void **state)
{
	static const char *const bodies[] = {"", "{", "[]", "null", "\"x\"", "1", "{}",
		"{\"language\":1}", "{\"language\":\"de\"}",
		"{\"language\":\"en\",\"language\":\"nl\"}",
		"{\"language\":\"en\",\"role\":\"coordinator\"}", "{\"language\":\"en\"} x",
		"{\"language\":\"e\\u0000n\"}", "{\"language\":\"\xff\"}", "{\"LANGUAGE\":\"en\"}"};
	struct serve *serve = *state;

	json_decref(ask_json(
		serve, &serve->b.trainee, "PATCH", "/api/v1/me", "{\"language\":\"nl\"}", 200));
	for (size_t i = 0; i < COUNT(bodies); i++) {
		int status = serve_status(
			serve, &serve->b.trainee, "PATCH", "/api/v1/me", JSON, bodies[i]);
		json_t *me;

		if (status != 400)
			fail_msg("%s: %d", bodies[i], status);
		me = ask_json(serve, &serve->b.trainee, "GET", "/api/v1/me", NULL, 200);
		assert_string_equal(json_string_value(json_object_get(me, "language")), "nl");
		json_decref(me);
	}
}

/* Depth and breadth at the size limit cost little. */
static void hostile_json_is_refused_at_once(void **state)
{
	struct serve *serve = *state;
	char *body = malloc(HTTP_MAX_BODY + 1);
	uint64_t start;

	memset(body, '[', HTTP_MAX_BODY);
	body[HTTP_MAX_BODY] = '\0';
	start = clock_now_us();
	assert_int_equal(
		serve_status(serve, &serve->a.trainee, "PATCH", "/api/v1/me", JSON, body), 400);
	for (int i = 0; i < HTTP_MAX_BODY - 2; i += 3)
		memcpy(body + i, "{},", 3);
	body[0] = '[';
	assert_int_equal(
		serve_status(serve, &serve->a.trainee, "PATCH", "/api/v1/me", JSON, body), 400);
	assert_true(clock_now_us() - start < 2000000);
	free(body);
}

static int create(struct serve *serve, const struct visitor *who, const char *fields)
{
	char body[1024];

	snprintf(body, sizeof(body), "{\"course\":\"%s\",%s}", serve->a.course, fields);
	return serve_status(serve, who, "POST", "/api/v1/sessions", JSON, body);
}

static void sessions_are_planned_by_those_who_may(void **state)
{
	struct serve *serve = *state;
	const char *good =
		"\"title\":\"Bewijs 2\",\"starts_at\":0,\"length_min\":45,\"policy\":\"on_demand\"";
	static const char *const bad[] = {
		"\"title\":\"\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"   \",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"a\\nb\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"a\\u202eb\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"a\\u2066b\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"a\\u0085b\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":-1,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":1,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":9223372036854775807,\"length_min\":45,\"policy\":"
		"\"never\"",
		"\"title\":\"x\",\"starts_at\":1.5,\"length_min\":45,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":0,\"length_min\":0,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":0,\"length_min\":721,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":0,\"length_min\":45,\"policy\":\"sometimes\"",
		"\"title\":\"x\",\"starts_at\":0,\"policy\":\"never\"",
		"\"title\":\"x\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\",\"site\":"
		"\"1\"",
		"\"title\":\"x\",\"starts_at\":0,\"length_min\":45,\"policy\":\"never\",\"state\":"
		"\"open\"",
	};

	assert_int_equal(create(serve, &serve->a.instructor, good), 201);
	assert_int_equal(create(serve, &serve->a.coordinator, good), 201);
	assert_int_equal(create(serve, &serve->a.trainee, good), 403);
	assert_int_equal(create(serve, &serve->a.stranger, good), 403);
	for (size_t i = 0; i < COUNT(bad); i++) {
		int status = create(serve, &serve->a.coordinator, bad[i]);

		if (status != 400)
			fail_msg("%s: %d", bad[i], status);
	}
}

static void an_instant_class_starts_now(void **state)
{
	struct serve *serve = *state;
	char body[256], path[64];
	json_t *made, *got;
	int64_t starts_at;

	snprintf(body, sizeof(body),
		"{\"course\":\"%s\",\"title\":\"\xc3\x89t\xc3\xa9\",\"starts_at\":0,\"length_min\":"
		"30,"
		"\"policy\":\"always\"}",
		serve->a.course);
	made = ask_json(serve, &serve->a.instructor, "POST", "/api/v1/sessions", body, 201);
	starts_at = json_integer_value(json_object_get(made, "starts_at"));
	assert_in_range(clock_wall_ms() - starts_at, 0, 30000);
	assert_string_equal(json_string_value(json_object_get(made, "title")), "\xc3\x89t\xc3\xa9");
	assert_string_equal(
		json_string_value(json_object_get(made, "time_zone")), "America/Curacao");
	snprintf(path, sizeof(path), "/api/v1/sessions/%s",
		json_string_value(json_object_get(made, "id")));
	got = ask_json(serve, &serve->a.trainee, "GET", path, NULL, 200);
	assert_string_equal(json_string_value(json_object_get(got, "state")), "scheduled");
	assert_true(json_is_null(json_object_get(got, "recording")));
	json_decref(made);
	json_decref(got);
}

static void make_link(struct serve *serve, const struct visitor *who, unsigned uses, char path[64])
{
	char token[SIGNIN_TOKEN], hash[SIGNIN_HASH];

	signin_secret(token, hash);
	assert_int_equal(signin_link_add(serve->store, who->person.site, who->person.id, hash,
				 clock_wall_ms() + 60000, uses),
		0);
	snprintf(path, 64, "/signin/%s", token);
}

static void a_link_signs_in_and_out_again(void **state)
{
	struct serve *serve = *state;
	struct visitor visitor = serve->b.stranger;
	char path[64], expected[64];
	struct reply reply;
	const char *cookie;

	make_link(serve, &visitor, 1, path);
	/* A HEAD, as link checkers send, does not spend it. */
	assert_int_equal(serve_status(serve, NULL, "HEAD", path, "", NULL), 405);
	reply = serve_ask(serve, NULL, "GET", path, "", NULL);
	assert_int_equal(reply.status, 303);
	snprintf(expected, sizeof(expected), "/u/%u/", visitor.person.n);
	assert_string_equal(reply_header(&reply, "location"), expected);
	cookie = reply_header(&reply, "set-cookie");
	assert_int_equal(sscanf(cookie, "lectern=%43[A-Za-z0-9_-];", visitor.cookie), 1);
	snprintf(expected, sizeof(expected), "Path=/u/%u;", visitor.person.n);
	assert_non_null(strstr(cookie, expected));
	assert_non_null(strstr(cookie, "HttpOnly"));
	assert_non_null(strstr(cookie, "SameSite=Lax"));
	assert_null(strstr(cookie, "Secure"));
	reply_free(&reply);
	assert_int_equal(serve_status(serve, &visitor, "GET", "/api/v1/me", "", NULL), 200);
	/* Spent. */
	reply = serve_ask(serve, NULL, "GET", path, "", NULL);
	assert_int_equal(reply.status, 303);
	assert_string_equal(reply_header(&reply, "location"), "/?link=expired");
	assert_string_equal(reply_header(&reply, "set-cookie"), "");
	reply_free(&reply);
	/* Out; the other sign-in of the same person stays. */
	reply = serve_ask(serve, &visitor, "POST", "/api/v1/signout", JSON, "{}");
	assert_int_equal(reply.status, 204);
	assert_non_null(strstr(reply_header(&reply, "set-cookie"), "Max-Age=0"));
	reply_free(&reply);
	assert_int_equal(serve_status(serve, &visitor, "GET", "/api/v1/me", "", NULL), 401);
	assert_int_equal(
		serve_status(serve, &serve->b.stranger, "GET", "/api/v1/me", "", NULL), 200);
}

static void links_that_are_none_sign_nobody_in(void **state)
{
	static const char *const paths[] = {"/signin/x",
		"/signin/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/signin/'%20OR%201=1--",
		"/signin/%00"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct reply reply = serve_ask(*state, NULL, "GET", paths[i], "", NULL);

		assert_true(reply.status == 404 || reply.status == 303);
		assert_string_equal(reply_header(&reply, "set-cookie"), "");
		reply_free(&reply);
	}
}

/* Another program holds the database: reading goes on, changing says when to come back. */
static void a_locked_database_says_so(void **state)
{
	struct serve *serve = *state;
	struct reply reply;
	uint64_t start;

	assert_int_equal(store_begin(serve->store), 0);
	start = clock_now_us();
	assert_int_equal(
		serve_status(serve, &serve->a.trainee, "GET", "/api/v1/me", "", NULL), 200);
	reply = serve_ask(
		serve, &serve->a.trainee, "PATCH", "/api/v1/me", JSON, "{\"language\":\"en\"}");
	assert_int_equal(reply.status, 503);
	assert_string_equal(reply_header(&reply, "retry-after"), "2");
	assert_true(clock_now_us() - start < 5000000);
	reply_free(&reply);
	store_rollback(serve->store);
	assert_int_equal(serve_status(serve, &serve->a.trainee, "PATCH", "/api/v1/me", JSON,
				 "{\"language\":\"en\"}"),
		200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(me_is_the_one_who_asks),
		cmocka_unit_test(a_session_says_what_goes_on),
		cmocka_unit_test(everybody_sees_their_own),
		cmocka_unit_test(nothing_crosses_a_site),
		cmocka_unit_test(every_route_needs_its_own_cookie),
		cmocka_unit_test(changes_come_from_our_own_pages),
		cmocka_unit_test(bad_bodies_change_nothing),
		cmocka_unit_test(hostile_json_is_refused_at_once),
		cmocka_unit_test(sessions_are_planned_by_those_who_may),
		cmocka_unit_test(an_instant_class_starts_now),
		cmocka_unit_test(a_link_signs_in_and_out_again),
		cmocka_unit_test(links_that_are_none_sign_nobody_in),
		cmocka_unit_test(a_locked_database_says_so),
	};

	return cmocka_run_group_tests(tests, serve_setup, serve_teardown);
}
