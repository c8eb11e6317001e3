/* SPDX-License-Identifier: MIT */
/* Clips and what was written about a recording, over HTTP. */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/unit/academy/serve.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct reply get_clip(struct serve *serve, const char *name, const char *range)
{
	char path[128], headers[256] = "";

	snprintf(path, sizeof(path), "/media/%s/%s", serve->a.recording, name);
	if (range)
		snprintf(headers, sizeof(headers), "Range: %s\r\n", range);
	return serve_ask(serve, &serve->a.trainee, "GET", path, headers, NULL);
}

static void check_bytes(const struct reply *reply, int64_t start, size_t len)
{
	assert_int_equal(reply->len, len);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)reply->body[i] != serve_clip_byte(start + (int64_t)i))
			fail_msg("byte %zu of %zu from %" PRId64, i, len, start);
}

static void ranges_of_a_clip(void **state)
{
	enum { SIZE = 300000 };
	static const struct {
		const char *range; /* NULL: none */
		int status;
		int64_t start;
		size_t len;
		const char *content_range;
	} rows[] = {
		{NULL, 200, 0, SIZE, ""},
		{"bytes=0-", 206, 0, SIZE, "bytes 0-299999/300000"},
		{"bytes=0-0", 206, 0, 1, "bytes 0-0/300000"},
		{"bytes=65535-65536", 206, 65535, 2, "bytes 65535-65536/300000"},
		{"bytes=100000-250000", 206, 100000, 150001, "bytes 100000-250000/300000"},
		{"bytes=299999-", 206, 299999, 1, "bytes 299999-299999/300000"},
		{"bytes=-10", 206, 299990, 10, "bytes 299990-299999/300000"},
		{"bytes=-999999", 206, 0, SIZE, "bytes 0-299999/300000"},
		{"bytes=5-9223372036854775807", 206, 5, SIZE - 5, "bytes 5-299999/300000"},
		{"bytes=300000-", 416, 0, 0, "bytes */300000"},
		{"bytes=9-8", 416, 0, 0, "bytes */300000"},
		{"bytes=0-1,3-4", 416, 0, 0, "bytes */300000"},
		{"bytes=-0", 416, 0, 0, "bytes */300000"},
		{"lines=1-2", 200, 0, SIZE, ""},
	};
	struct serve *serve = *state;

	serve_write_clip(serve, "c0001.webm", SIZE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reply reply = get_clip(serve, "c0001.webm", rows[i].range);

		if (reply.status != rows[i].status)
			fail_msg("%s: %d", rows[i].range, reply.status);
		assert_string_equal(reply_header(&reply, "content-range"), rows[i].content_range);
		if (reply.status < 300) {
			check_bytes(&reply, rows[i].start, rows[i].len);
			assert_string_equal(reply_header(&reply, "content-type"), "video/webm");
			assert_string_equal(reply_header(&reply, "accept-ranges"), "bytes");
		}
		assert_string_equal(reply_header(&reply, "cache-control"), "no-store");
		assert_string_equal(reply_header(&reply, "x-content-type-options"), "nosniff");
		reply_free(&reply);
	}
}

static void a_clip_of_h264_is_mp4(void **state)
{
	struct serve *serve = *state;
	struct reply reply;

	serve_write_clip(serve, "c0005.mp4", 100);
	reply = get_clip(serve, "c0005.mp4", "bytes=10-19");
	assert_int_equal(reply.status, 206);
	assert_string_equal(reply_header(&reply, "content-type"), "video/mp4");
	check_bytes(&reply, 10, 10);
	reply_free(&reply);
	reply = get_clip(serve, "c0005.mp4.new", NULL);
	assert_int_equal(reply.status, 404);
	reply_free(&reply);
}

/* 300 ranges fill the header; libwebsockets or we refuse it, and it costs nothing. */
static void many_ranges_are_refused(void **state)
{
	struct serve *serve = *state;
	char range[2048] = "bytes=0-0";
	struct reply reply;
	char path[128], headers[2100];

	for (size_t i = 9; i + 5 < sizeof(range); i += 4)
		memcpy(range + i, ",0-0", 5);
	snprintf(path, sizeof(path), "/media/%s/c0001.webm", serve->a.recording);
	snprintf(headers, sizeof(headers), "Range: %s\r\n", range);
	serve_write_clip(serve, "c0001.webm", 100);
	reply = serve_ask(serve, &serve->a.trainee, "GET", path, headers, NULL);
	assert_int_equal(reply.status, 416);
	reply_free(&reply);
}

static void a_clip_may_grow(void **state)
{
	struct serve *serve = *state;
	struct reply reply;

	serve_write_clip(serve, "c0002.webm", 0);
	reply = get_clip(serve, "c0002.webm", NULL);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.len, 0);
	reply_free(&reply);
	reply = get_clip(serve, "c0002.webm", "bytes=0-");
	assert_int_equal(reply.status, 416);
	reply_free(&reply);
	serve_write_clip(serve, "c0002.webm", 1000);
	reply = get_clip(serve, "c0002.webm", "bytes=500-1999");
	assert_string_equal(reply_header(&reply, "content-range"), "bytes 500-999/1000");
	check_bytes(&reply, 500, 500);
	reply_free(&reply);
	serve_write_clip(serve, "c0002.webm", 2000);
	reply = get_clip(serve, "c0002.webm", "bytes=500-1999");
	assert_string_equal(reply_header(&reply, "content-range"), "bytes 500-1999/2000");
	check_bytes(&reply, 500, 1500);
	reply_free(&reply);
}

static void a_clip_may_be_larger_than_4_gib(void **state)
{
	struct serve *serve = *state;
	char path[256];
	struct reply reply;

	serve_write_clip(serve, "c0003.webm", 1);
	snprintf(path, sizeof(path), "%s/%s/c0003.webm", serve->folder.path, serve->a.folder);
	assert_int_equal(truncate(path, 6LL << 30), 0);
	reply = get_clip(serve, "c0003.webm", "bytes=5368709120-5368709129");
	assert_int_equal(reply.status, 206);
	assert_string_equal(
		reply_header(&reply, "content-range"), "bytes 5368709120-5368709129/6442450944");
	assert_int_equal(reply.len, 10);
	assert_memory_equal(reply.body, "\0\0\0\0\0\0\0\0\0\0", 10);
	reply_free(&reply);
	assert_int_equal(truncate(path, 1), 0);
}

static void only_clips_are_served(void **state)
{
	static const char *const names[] = {"manifest.json", "events.jsonl", "c0001.jsonl",
		"c1.webm", "xc0001.webm", "c0001.webm.br", "C0001.webm", "c0001.WEBM", "..",
		"../c0001.webm", "..%2fc0001.webm", "%2e%2e/c0001.webm", "c0001.webm%00",
		"c0001.webm/", "c0001.webm/x", "link.webm", "c9999.webm", "c0004.webm"};
	struct serve *serve = *state;
	char path[256];

	serve_write_clip(serve, "c0001.webm", 10);
	serve_write_clip(serve, "manifest.json", 10);
	serve_write_clip(serve, "events.jsonl", 10);
	snprintf(path, sizeof(path), "%s/%s/c0004.webm", serve->folder.path, serve->a.folder);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct reply reply = get_clip(serve, names[i], NULL);

		/* libwebsockets resolves ".." before we see the path: then it is a page. */
		if (reply.status == 200 && !strstr(reply.body, "<title>Lectern") &&
			strncmp(names[i], "c0001.webm", 10) != 0)
			fail_msg("%s: %d", names[i], reply.status);
		reply_free(&reply);
	}
	unlink(path);
}

static void write_text(struct serve *serve, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/%s", serve->folder.path, serve->a.folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static json_t *get_json(struct serve *serve, const char *more)
{
	char path[128];
	struct reply reply;
	json_t *json;

	snprintf(path, sizeof(path), "/api/v1/recordings/%s%s", serve->a.recording, more);
	reply = serve_ask(serve, &serve->a.trainee, "GET", path, "", NULL);
	assert_int_equal(reply.status, 200);
	json = json_loads(reply.body, 0, NULL);
	assert_non_null(json);
	reply_free(&reply);
	return json;
}

static void a_recording_with_its_manifest(void **state)
{
	struct serve *serve = *state;
	char base[64];
	json_t *json;

	write_text(serve, "manifest.json", "{\"version\":1,\"clips\":[]}\n");
	json = get_json(serve, "");
	assert_string_equal(json_string_value(json_object_get(json, "state")), "ready");
	assert_int_equal(json_integer_value(json_object_get(json, "duration_ms")), 1000);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json, "manifest"), "version")),
		1);
	snprintf(base, sizeof(base), "/u/%u/media/%s/", serve->a.trainee.person.n,
		serve->a.recording);
	assert_string_equal(json_string_value(json_object_get(json, "base")), base);
	json_decref(json);
	write_text(serve, "manifest.json", "{\"version\":");
	json = get_json(serve, "");
	assert_true(json_is_null(json_object_get(json, "manifest")));
	json_decref(json);
}

static void events_without_the_line_that_was_cut(void **state)
{
	struct serve *serve = *state;
	json_t *json, *events;

	write_text(serve, "events.jsonl",
		"{\"at_ms\":0,\"type\":\"start\"}\nnonsense\n\n{\"at_ms\":5,\"type\":\"stop\"}\n{"
		"\"at_ms\":9,\"ty");
	json = get_json(serve, "/events");
	events = json_object_get(json, "events");
	assert_int_equal(json_array_size(events), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(events, 1), "at_ms")), 5);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_of_a_clip),
		cmocka_unit_test(many_ranges_are_refused),
		cmocka_unit_test(a_clip_of_h264_is_mp4),
		cmocka_unit_test(a_clip_may_grow),
		cmocka_unit_test(a_clip_may_be_larger_than_4_gib),
		cmocka_unit_test(only_clips_are_served),
		cmocka_unit_test(a_recording_with_its_manifest),
		cmocka_unit_test(events_without_the_line_that_was_cut),
	};

	return cmocka_run_group_tests(tests, serve_setup, serve_teardown);
}
