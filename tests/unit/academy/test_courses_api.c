/* SPDX-License-Identifier: MIT */
/* A course over HTTP: its people, its files, its certificates, and a partner's part in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "academy/course.h"
#include "academy/session.h"
#include "base/clock.h"
#include "tests/unit/academy/serve.h"

#define JSON "Content-Type: application/json\r\n"
#define MIN 60000LL

static char path[512];

static const char *at(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *at(const char *format, ...)
{
	int n = snprintf(path, sizeof(path), "/api/v1");
	va_list args;

	va_start(args, format);
	vsnprintf(path + n, sizeof(path) - (size_t)n, format, args);
	va_end(args);
	return path;
}

static json_t *ask(struct serve *serve, const struct visitor *who, const char *method,
	const char *where, const char *body, int status)
{
	struct reply reply = serve_ask(serve, who, method, where, JSON, body);
	json_t *json;

	if (reply.status != status)
		fail_msg("%s %s: %d %s", method, where, reply.status, reply.body);
	json = json_loads(reply.body, 0, NULL);
	reply_free(&reply);
	return json;
}

static void must(struct serve *serve, const struct visitor *who, const char *method,
	const char *where, const char *body, int status)
{
	json_decref(ask(serve, who, method, where, body, status));
}

/* A copy in a buffer of its own for each of `keep`. */
static const char *text(json_t *json, const char *name, unsigned keep)
{
	static char kept[4][128];

	snprintf(kept[keep], sizeof(kept[keep]), "%s",
		json_string_value(json_object_get(json, name)));
	return kept[keep];
}

static const char *id_of(const struct visitor *who, char id[ID_TEXT])
{
	return id_text(who->person.id, id);
}

static void a_coordinator_makes_a_course(void **state)
{
	struct serve *serve = *state;
	const struct visitor *carla = &serve->a.coordinator;
	char person[ID_TEXT];
	const char *course, *group;
	json_t *json;

	json = ask(serve, carla, "POST", at("/courses"),
		"{\"title\":\"Tráfico\",\"code\":\"T-1\",\"colour\":\"#112233\",\"language\":"
		"\"es\","
		"\"attendance_percent\":80,\"counts_replay\":true,\"description\":\"a\\nb\"}",
		201);
	course = text(json, "id", 0);
	assert_string_equal(text(json, "title", 1), "Tráfico");
	assert_int_equal(json_integer_value(json_object_get(json, "attendance_percent")), 80);
	json_decref(json);
	must(serve, carla, "POST", at("/courses"), "{\"title\":\"\"}", 400);
	must(serve, carla, "POST", at("/courses"), "{\"title\":\"a\",\"odd\":1}", 400);
	must(serve, &serve->a.trainee, "POST", at("/courses"), "{\"title\":\"a\"}", 403);

	json = ask(serve, carla, "POST", at("/groups"), "{\"name\":\"2026 A\"}", 201);
	group = text(json, "id", 1);
	json_decref(json);
	must(serve, carla, "POST", at("/groups"), "{\"name\":\"2026 A\"}", 409);
	must(serve, carla, "PUT",
		at("/groups/%s/people/%s", group, id_of(&serve->a.stranger, person)), "{}", 204);
	must(serve, carla, "PUT", at("/courses/%s/groups/%s", course, group), "{}", 204);
	must(serve, carla, "PUT",
		at("/courses/%s/people/%s", course, id_of(&serve->a.instructor, person)),
		"{\"as\":\"instructor\"}", 204);
	must(serve, carla, "PUT",
		at("/courses/%s/people/%s", course, id_of(&serve->b.trainee, person)),
		"{\"as\":\"trainee\"}", 404);
	json = ask(serve, carla, "GET", at("/courses/%s/people", course), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "people")), 2);
	json_decref(json);
	json = ask(serve, &serve->a.stranger, "GET", at("/courses?mine=1"), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "courses")), 1);
	json_decref(json);
	json = ask(serve, carla, "PATCH", at("/courses/%s", course), "{\"archived\":true}", 200);
	assert_true(json_is_true(json_object_get(json, "archived")));
	assert_string_equal(text(json, "description", 2), "a\nb");
	json_decref(json);
	json = ask(serve, &serve->a.stranger, "GET", at("/courses"), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "courses")), 0);
	json_decref(json);
	must(serve, carla, "DELETE", at("/courses/%s", course), NULL, 204);
	must(serve, carla, "GET", at("/courses/%s", course), NULL, 404);
}

/* Sends the file whole, as a browser does. */
static json_t *send_file(struct serve *serve, const struct visitor *who, const char *where,
	const char *bytes, int status)
{
	struct reply reply =
		serve_ask(serve, who, "POST", where, "Content-Type: text/html\r\n", bytes);
	json_t *json;

	if (reply.status != status)
		fail_msg("POST %s: %d %s", where, reply.status, reply.body);
	json = json_loads(reply.body, 0, NULL);
	reply_free(&reply);
	return json;
}

static void a_file_comes_back_as_it_was(void **state)
{
	struct serve *serve = *state;
	const struct visitor *teacher = &serve->a.instructor, *trainee = &serve->a.trainee;
	const size_t size = 3 << 20;
	char *big = malloc(size + 1), file[256], site[ID_TEXT];
	const char *course = serve->a.course, *id;
	struct reply reply;
	json_t *json;

	for (size_t i = 0; i < size; i++)
		big[i] = (char)('a' + i % 23);
	memcpy(big, "%PDF-1.7", 8);
	big[size] = '\0';
	json = send_file(serve, teacher,
		at("/courses/%s/materials?name=..%%2FLecci%%C3%%B3n%%201.pdf", course), big, 201);
	id = text(json, "id", 0);
	assert_string_equal(text(json, "name", 1), "Lección 1.pdf");
	assert_string_equal(text(json, "type", 1), "application/pdf");
	assert_int_equal(json_integer_value(json_object_get(json, "bytes")), size);
	assert_int_equal(strlen(text(json, "hash", 1)), 64);
	json_decref(json);

	reply = serve_ask(
		serve, trainee, "GET", at("/courses/%s/materials/%s", course, id), "", NULL);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.len, size);
	assert_memory_equal(reply.body, big, size);
	assert_string_equal(reply_header(&reply, "content-disposition"),
		"attachment; filename=\"Lecci_n 1.pdf\"; filename*=UTF-8''Lecci%C3%B3n%201.pdf");
	assert_string_equal(reply_header(&reply, "x-content-type-options"), "nosniff");
	assert_string_equal(reply_header(&reply, "content-type"), "application/pdf");
	reply_free(&reply);
	reply = serve_ask(serve, trainee, "GET", at("/courses/%s/materials/%s?show=1", course, id),
		"Range: bytes=100-199\r\n", NULL);
	assert_int_equal(reply.status, 206);
	assert_int_equal(reply.len, 100);
	assert_memory_equal(reply.body, big + 100, 100);
	assert_memory_equal(reply_header(&reply, "content-disposition"), "inline", 6);
	reply_free(&reply);

	must(serve, teacher, "PATCH", at("/courses/%s/materials/%s", course, id),
		"{\"name\":\"Diapositivas.pdf\",\"position\":0}", 200);
	json = ask(serve, trainee, "GET", at("/courses/%s/materials", course), NULL, 200);
	assert_string_equal(text(json_array_get(json_object_get(json, "materials"), 0), "name", 2),
		"Diapositivas.pdf");
	json_decref(json);
	snprintf(file, sizeof(file), "sites/%s/materials/%s", id_text(serve->a.site, site), id);
	assert_int_equal(access(folder_file(&serve->folder, file), F_OK), 0);
	must(serve, &serve->a.stranger, "GET", at("/courses/%s/materials/%s", course, id), NULL,
		403);
	must(serve, teacher, "DELETE", at("/courses/%s/materials/%s", course, id), NULL, 204);
	must(serve, trainee, "GET", at("/courses/%s/materials/%s", course, id), NULL, 404);
	/* The file goes on the thread for files, in the order of its jobs: a page asks for the next. */
	must(serve, NULL, "GET", "/healthz", NULL, 200);
	assert_int_not_equal(access(folder_file(&serve->folder, file), F_OK), 0);
	free(big);
}

static void what_could_run_is_only_downloaded(void **state)
{
	struct serve *serve = *state;
	const struct visitor *teacher = &serve->a.instructor, *trainee = &serve->a.trainee;
	const char *course = serve->a.course;
	struct reply reply;
	json_t *json;

	/* What could run in a page is not what it says it is. */
	json = send_file(serve, teacher, at("/courses/%s/materials?name=a.html", course),
		"<script>alert(1)</script>", 201);
	reply = serve_ask(serve, trainee, "GET",
		at("/courses/%s/materials/%s?show=1", course, text(json, "id", 1)), "", NULL);
	assert_string_equal(reply_header(&reply, "content-type"), "application/octet-stream");
	assert_memory_equal(reply_header(&reply, "content-disposition"), "attachment", 10);
	reply_free(&reply);
	json_decref(send_file(serve, teacher, at("/courses/%s/materials", course), "x", 400));
	json_decref(send_file(
		serve, trainee, at("/courses/%s/materials?name=a.txt", course), "x", 403));
	json_decref(send_file(serve, &serve->b.instructor,
		at("/courses/%s/materials?name=a.txt", course), "x", 404));
	must(serve, teacher, "DELETE", at("/courses/%s/materials/%s", course, text(json, "id", 1)),
		NULL, 204);
	json_decref(json);
}

static void what_is_over_the_quota_is_refused(void **state)
{
	struct serve *serve = *state;
	const struct visitor *teacher = &serve->b.instructor;

	store_run(serve->store, "UPDATE site SET quota_bytes = 120 WHERE id = $1",
		V_INT(serve->b.site));
	/* The recording has 99 bytes. */
	json_decref(
		send_file(serve, teacher, at("/courses/%s/materials?name=a.txt", serve->b.course),
			"12345678901234567890", 201));
	json_decref(
		send_file(serve, teacher, at("/courses/%s/materials?name=b.txt", serve->b.course),
			"12345678901234567890", 507));
	store_run(serve->store, "UPDATE site SET quota_bytes = 0 WHERE id = $1",
		V_INT(serve->b.site));
}

/* The trainee heard all of an hour. */
static void hold_and_attend(struct serve *serve)
{
	const int64_t now = clock_wall_ms() - 100 * MIN, site = serve->a.site;
	struct session_params params = {.title = "S", .starts_at = now, .length_min = 60};
	int64_t id;

	assert_int_equal(id_parse(serve->a.course, &params.course), 0);
	assert_int_equal(session_add(serve->store, site, &params, &id), 0);
	assert_int_equal(session_set_state(serve->store, site, id, SESSION_OPEN, now), 0);
	assert_int_equal(
		session_set_state(serve->store, site, id, SESSION_ENDED, now + 60 * MIN), 0);
	assert_int_equal(
		store_run(serve->store,
			"INSERT INTO attendance (id, site, session, person, kind, at,"
			" from_ms, to_ms, heard_ms)"
			" VALUES ($1, $2, $3, $4, 'present', $5, $5, $6, $6 - $5)",
			V_INT(id_new()), V_INT(site), V_INT(id), V_INT(serve->a.trainee.person.id),
			V_INT(now), V_INT(now + 60 * MIN)),
		1);
}

static void verify(struct serve *serve, const char *number, const char *status)
{
	json_t *json = ask(serve, NULL, "GET", at("/verify/%s", number), NULL, 200);

	assert_string_equal(text(json, "status", 3), status);
	json_decref(json);
}

static void who_completed_is_certified(void **state)
{
	struct serve *serve = *state;
	const struct visitor *carla = &serve->a.coordinator;
	const char *course = serve->a.course, *number, *id;
	char body[128], trainee[ID_TEXT], stranger[ID_TEXT], wrong[128];
	struct reply reply;
	json_t *json, *first;

	id_of(&serve->a.trainee, trainee);
	id_of(&serve->a.stranger, stranger);
	hold_and_attend(serve);
	must(serve, carla, "PATCH", at("/courses/%s", course), "{\"attendance_percent\":80}", 200);
	must(serve, carla, "PUT", at("/courses/%s/people/%s", course, stranger),
		"{\"as\":\"trainee\"}", 204);
	json = ask(serve, &serve->a.instructor, "GET", at("/courses/%s/completion", course), NULL,
		200);
	assert_int_equal(json_array_size(json_object_get(json, "people")), 2);
	json_decref(json);

	/* One of two did not complete: nobody gets one, and it is said who. */
	snprintf(body, sizeof(body), "{\"people\":[\"%s\",\"%s\"]}", trainee, stranger);
	json = ask(serve, carla, "POST", at("/courses/%s/certificates", course), body, 409);
	first = json_array_get(json_object_get(json, "people"), 0);
	assert_int_equal(json_array_size(json_object_get(json, "people")), 1);
	assert_string_equal(text(first, "id", 0), stranger);
	assert_string_equal(text(first, "why", 0), "not_completed");
	json_decref(json);
	json = ask(serve, carla, "GET", at("/courses/%s/certificates", course), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "certificates")), 0);
	json_decref(json);

	json = ask(serve, carla, "POST", at("/courses/%s/certificates", course),
		"{\"people\":\"completed\"}", 201);
	assert_int_equal(json_array_size(json_object_get(json, "issued")), 1);
	first = json_array_get(json_object_get(json, "issued"), 0);
	number = text(first, "number", 1);
	id = text(first, "id", 2);
	json_decref(json);

	reply = serve_ask(
		serve, &serve->a.trainee, "GET", at("/certificates/%s.pdf", id), "", NULL);
	assert_int_equal(reply.status, 200);
	assert_memory_equal(reply.body, "%PDF-", 5);
	reply_free(&reply);
	must(serve, &serve->a.stranger, "GET", at("/certificates/%s.pdf", id), NULL, 404);
	json = ask(serve, &serve->a.trainee, "GET", at("/me/certificates"), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "certificates")), 1);
	json_decref(json);
	verify(serve, number, "valid");
	snprintf(wrong, sizeof(wrong), "%s", number);
	wrong[0] = wrong[0] == 'A' ? 'B' : 'A';
	verify(serve, wrong, "unknown");

	must(serve, carla, "POST", at("/certificates/%s/revoke", id), "{\"why\":\"\"}", 400);
	must(serve, carla, "POST", at("/certificates/%s/revoke", id), "{\"why\":\"Mistake\"}", 200);
	must(serve, carla, "POST", at("/certificates/%s/revoke", id), "{\"why\":\"Mistake\"}", 409);
	verify(serve, number, "revoked");
	must(serve, &serve->a.trainee, "GET", at("/certificates/%s.pdf", id), NULL, 410);
}

static void numbers_cannot_be_tried_out(void **state)
{
	struct serve *serve = *state;
	int status = 0;

	for (int i = 0; i < 40 && status != 429; i++)
		status = serve_status(serve, NULL, "GET", at("/verify/AAAA-%04d", i), "", NULL);
	assert_int_equal(status, 429);
}

static void a_partner_sends_their_own(void **state)
{
	struct serve *serve = *state;
	const struct visitor *partner = &serve->b.coordinator;
	const char *course = serve->a.course;
	char site[ID_TEXT], trainee[ID_TEXT], other[ID_TEXT];
	json_t *json;

	/* Both below one network. */
	store_run(serve->store, "UPDATE site SET parent = $1 WHERE id = $2", V_INT(serve->a.site),
		V_INT(serve->b.site));
	id_text(serve->b.site, site);
	id_of(&serve->b.trainee, trainee);
	id_of(&serve->a.stranger, other);
	must(serve, partner, "GET", at("/courses/%s", course), NULL, 404);
	must(serve, &serve->a.coordinator, "PUT", at("/courses/%s/shares/%s", course, site), "{}",
		204);
	json = ask(serve, partner, "GET", at("/courses/%s", course), NULL, 200);
	assert_true(json_is_object(json_object_get(json, "shared_by")));
	json_decref(json);
	must(serve, partner, "PATCH", at("/courses/%s", course), "{\"title\":\"Mine\"}", 403);
	must(serve, partner, "PUT", at("/courses/%s/people/%s", course, other),
		"{\"as\":\"trainee\"}", 404);
	must(serve, partner, "PUT", at("/courses/%s/people/%s", course, trainee),
		"{\"as\":\"instructor\"}", 403);
	must(serve, partner, "PUT", at("/courses/%s/people/%s", course, trainee),
		"{\"as\":\"trainee\"}", 204);
	/* They see theirs, and nobody else. */
	json = ask(serve, partner, "GET", at("/courses/%s/people", course), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "people")), 1);
	json_decref(json);
	json = ask(serve, partner, "GET", at("/courses/%s/completion", course), NULL, 200);
	assert_int_equal(json_array_size(json_object_get(json, "people")), 1);
	json_decref(json);
	must(serve, &serve->b.trainee, "GET", at("/courses/%s/materials", course), NULL, 200);
	must(serve, &serve->b.trainee, "GET", at("/sessions/%s", serve->a.session), NULL, 200);
	must(serve, &serve->a.coordinator, "DELETE", at("/courses/%s/shares/%s", course, site),
		NULL, 204);
	must(serve, &serve->b.trainee, "GET", at("/courses/%s/materials", course), NULL, 404);
	must(serve, &serve->b.trainee, "GET", at("/sessions/%s", serve->a.session), NULL, 404);
	must(serve, partner, "GET", at("/courses/%s", course), NULL, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_coordinator_makes_a_course),
		cmocka_unit_test(a_file_comes_back_as_it_was),
		cmocka_unit_test(what_could_run_is_only_downloaded),
		cmocka_unit_test(what_is_over_the_quota_is_refused),
		cmocka_unit_test(who_completed_is_certified),
		cmocka_unit_test(numbers_cannot_be_tried_out),
		cmocka_unit_test(a_partner_sends_their_own),
	};

	return cmocka_run_group_tests(tests, serve_setup, serve_teardown);
}
