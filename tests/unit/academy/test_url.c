/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "signaling/url.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void paths_match_patterns(void **state)
{
	static const struct {
		const char *pattern, *path;
		int count; /* -1: no match */
		const char *last;
	} rows[] = {
		{"/", "/", 0, NULL},
		{"/", "", -1, NULL},
		{"/", "/x", -1, NULL},
		{"/healthz", "/healthz", 0, NULL},
		{"/healthz", "/healthz/", -1, NULL},
		{"/healthz", "/health", -1, NULL},
		{"/healthz", "/healthzz", -1, NULL},
		{"/u/<n>", "/u/7", 1, "7"},
		{"/u/<n>", "/u/", -1, NULL},
		{"/u/<n>", "/u/7/", -1, NULL},
		{"/u/<n>/*", "/u/7/", 1, "7"},
		{"/u/<n>/*", "/u/7/a/b/c", 1, "7"},
		{"/u/<n>/*", "/u/7", -1, NULL},
		{"/u/<n>/a/<id>", "/u/7/a/xyz", 2, "xyz"},
		{"/u/<n>/a/<id>", "/u/7/b/xyz", -1, NULL},
		{"/u/<n>/a/<id>", "/u//a/xyz", -1, NULL},
		{"/u/<n>/m/<id>/<f>", "/u/7/m/1/c0001.webm", 3, "c0001.webm"},
		{"/u/<n>/m/<id>/<f>", "/u/7/m/1/c/d", -1, NULL},
	};
	char longer[2 * URL_PARAM];
	struct url_params params;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool matched = url_match(rows[i].pattern, rows[i].path, &params);

		if (matched != (rows[i].count >= 0))
			fail_msg("%s on %s", rows[i].pattern, rows[i].path);
		if (!matched)
			continue;
		assert_int_equal(params.count, rows[i].count);
		if (rows[i].last)
			assert_string_equal(params.values[params.count - 1], rows[i].last);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[0] = '/';
	assert_false(url_match("/<x>", longer, &params));
	longer[URL_PARAM] = '\0';
	assert_true(url_match("/<x>", longer, &params));
}

static void numbers_have_one_spelling(void **state)
{
	static const char *const bad[] = {
		"", "0", "01", "-1", "+1", " 1", "1 ", "1a", "1234567890"};
	unsigned n;

	(void)state;
	assert_int_equal(url_number("1", &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(url_number("999999999", &n), 0);
	assert_int_equal(n, 999999999);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(url_number(bad[i], &n), -EINVAL);
}

static void cookies_are_found_by_their_whole_name(void **state)
{
	static const struct {
		const char *header, *value; /* NULL: not there */
	} rows[] = {
		{"", NULL}, {"lectern=abc", "abc"}, {"lectern=", ""}, {"lectern", NULL},
		{"lectern_last=1; lectern=abc", "abc"}, {"xlectern=1", NULL}, {"a=lectern=1", NULL},
		{"a=1;lectern=abc;b=2", "abc"}, {"  lectern=abc", "abc"},
		{"lectern=one; lectern=two", "one"}, {"Lectern=abc", NULL},
		{";;;lectern=a=b", "a=b"},
		{"lectern=0123456789abcdef", NULL}, /* longer than there is room */
	};
	char value[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool found = url_cookie(rows[i].header, "lectern", value, sizeof(value));

		if (found != (rows[i].value != NULL))
			fail_msg("%s", rows[i].header);
		if (found)
			assert_string_equal(value, rows[i].value);
	}
}

static void query_numbers(void **state)
{
	int64_t number = 7;

	(void)state;
	assert_int_equal(url_query_number("from=12\nto=34\n", "to", &number), 0);
	assert_int_equal(number, 34);
	assert_int_equal(url_query_number("from=12", "to", &number), -ENOENT);
	assert_int_equal(url_query_number("", "to", &number), -ENOENT);
	assert_int_equal(url_query_number("xto=1", "to", &number), -ENOENT);
	assert_int_equal(url_query_number("to=", "to", &number), -EINVAL);
	assert_int_equal(url_query_number("to=-1", "to", &number), -EINVAL);
	assert_int_equal(url_query_number("to=1e3", "to", &number), -EINVAL);
	assert_int_equal(url_query_number("to=999999999999999999", "to", &number), 0);
	assert_int_equal(url_query_number("to=1000000000000000000", "to", &number), -EINVAL);
	assert_true(number == 999999999999999999);
}

static void only_our_origin_is_ours(void **state)
{
	static const struct {
		const char *origin, *host;
		bool tls, ours;
	} rows[] = {
		{"http://localhost:8080", "localhost:8080", false, true},
		{"https://localhost:8080", "localhost:8080", false, true},
		{"http://LOCALHOST:8080", "localhost:8080", false, true},
		{"http://localhost:8081", "localhost:8080", false, false},
		{"http://localhost", "localhost:8080", false, false},
		{"http://sub.localhost:8080", "localhost:8080", false, false},
		{"http://localhost:8080.evil.example", "localhost:8080", false, false},
		{"http://evil.example", "localhost:8080", false, false},
		{"null", "localhost:8080", false, false},
		{"", "localhost:8080", false, false},
		{"http://", "", false, false},
		{"ftp://localhost:8080", "localhost:8080", false, false},
		{"https://a.example", "a.example", true, true},
		{"http://a.example", "a.example", true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (url_origin_is_ours(rows[i].origin, rows[i].host, rows[i].tls) != rows[i].ours)
			fail_msg("%s for %s", rows[i].origin, rows[i].host);
}

static void encodings_are_taken_or_refused(void **state)
{
	static const struct {
		const char *header;
		bool br;
	} rows[] = {
		{"", false},
		{"br", true},
		{"gzip, deflate, br, zstd", true},
		{"gzip,BR", true},
		{"brotli", false},
		{"xbr", false},
		{"br;q=0.5", true},
		{"br;q=1", true},
		{"br;q=0", false},
		{"br; q=0.000, gzip", false},
		{"br;q=0.001", true},
		{"gzip;q=0, br", true},
		{",,, ,", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (url_accepts(rows[i].header, "br") != rows[i].br)
			fail_msg("%s", rows[i].header);
}

static void json_by_its_type(void **state)
{
	(void)state;
	assert_true(url_has_type("application/json", "application/json"));
	assert_true(url_has_type("Application/JSON; charset=utf-8", "application/json"));
	assert_true(url_has_type("application/json;x", "application/json"));
	assert_false(url_has_type("application/jsonp", "application/json"));
	assert_false(url_has_type("text/plain; application/json", "application/json"));
	assert_false(url_has_type("", "application/json"));
}

static void bearers(void **state)
{
	static const struct {
		const char *header, *token; /* NULL: none */
	} rows[] = {
		{"Bearer abc", "abc"},
		{"bearer  abc ", "abc"},
		{"Bearer 1234567", "1234567"},
		{"Bearer 12345678", NULL}, /* no room for it */
		{"Bearer", NULL},
		{"Bearer ", NULL},
		{"Bearer a b", NULL},
		{"Basic abc", NULL},
		{"Bearerabc", NULL},
		{"", NULL},
	};
	char token[8];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool found = url_bearer(rows[i].header, token, sizeof(token));

		if (found != (rows[i].token != NULL) ||
			(found && strcmp(token, rows[i].token) != 0))
			fail_msg("%s", rows[i].header);
	}
}

static void entity_tags_match_whole(void **state)
{
	static const struct {
		const char *header;
		bool matches;
	} rows[] = {
		{"*", true},
		{" * ", true},
		{"*x", false},
		{"\"a\"", true},
		{"\"b\", \"a\"", true},
		{"\"b\",\"a\",\"c\"", true},
		{"\"ab\"", false},
		{"\"a\"b", false},
		{"W/\"a\"", false},
		{"a", false},
		{"", false},
		{",,,", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (url_matches(rows[i].header, "\"a\"") != rows[i].matches)
			fail_msg("%s", rows[i].header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_match_patterns),
		cmocka_unit_test(numbers_have_one_spelling),
		cmocka_unit_test(cookies_are_found_by_their_whole_name),
		cmocka_unit_test(query_numbers),
		cmocka_unit_test(only_our_origin_is_ours),
		cmocka_unit_test(encodings_are_taken_or_refused),
		cmocka_unit_test(json_by_its_type),
		cmocka_unit_test(bearers),
		cmocka_unit_test(entity_tags_match_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
