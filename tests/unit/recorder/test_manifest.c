/* SPDX-License-Identifier: MIT */
/* The manifest out of files that were written by hand: placing, parting, gaps, chapters. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "recorder/manifest.h"
#include "tests/unit/recorder/support.h"

#define EVENTS_START                                                                               \
	"{\"at_ms\":0,\"type\":\"start\",\"wall_ms\":1790000000000,\"now_us\":5,\"boot\":\"b\"}\n"

static char path[] = "/tmp/lectern-manifest-XXXXXX";
static int dir;

static void put(const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void put_clip(unsigned number, const char *member, long long at_us, const char *rest)
{
	char name[32], text[70000];

	snprintf(name, sizeof(name), "c%04u.webm", number);
	put(name, "media");
	snprintf(name, sizeof(name), "c%04u.jsonl", number);
	snprintf(text, sizeof(text),
		"{\"clip\":\"x\",\"kind\":\"mic\",\"codec\":\"opus\",\"member\":\"%s\",\"name\":"
		"\"N\","
		"\"role\":\"trainee\",\"at_us\":%lld,\"arrival_us\":%lld,\"rtp\":1000,"
		"\"clock_rate\":48000,\"why\":\"start\"}\n%s",
		member, at_us, at_us + 9000000, rest);
	put(name, text);
}

static json_t *build(int expected)
{
	struct manifest_sum sum;
	json_t *manifest;
	int fd;

	assert_int_equal(manifest_write(dir, "a/b", &sum), expected);
	fd = openat(dir, "manifest.json", O_RDONLY);
	assert_true(fd >= 0);
	manifest = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	close(fd);
	assert_non_null(manifest);
	return manifest;
}

static int64_t get(const json_t *manifest, const char *list, unsigned nth, const char *key)
{
	const json_t *item = json_array_get(json_object_get(manifest, list), nth);

	assert_non_null(item);
	return json_integer_value(json_object_get(item, key));
}

static size_t count(const json_t *manifest, const char *list)
{
	return json_array_size(json_object_get(manifest, list));
}

static int begin(void **state)
{
	(void)state;
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	if (!mkdtemp(path))
		return -1;
	dir = open(path, O_RDONLY | O_DIRECTORY);
	return dir < 0;
}

static void remove_file(const char *file, mode_t mode)
{
	(void)mode;
	remove(file);
}

static int finish(void **state)
{
	(void)state;
	close(dir);
	each_file(path, remove_file);
	return 0;
}

static void places_by_the_median_and_passes_over_lies(void **state)
{
	json_t *manifest;

	(void)state;
	put("events.jsonl", EVENTS_START "{\"at_ms\":9000,\"type\":\"stop\"}\n");
	/* 100 ms, 101 and 900 before it came; one report of another age, and a line cut short */
	put_clip(1, "m1", 2000000,
		"{\"rtp\":49000,\"capture_us\":11900000}\n"
		"{\"rtp\":97000,\"capture_us\":12899000}\n"
		"{\"rtp\":145000,\"capture_us\":13100000}\n"
		"{\"rtp\":49000,\"capture_us\":999}\n"
		"{\"rtp\":4611686018427387904,\"capture_us\":4611686018427387904}\n"
		"{\"end_ms\":5000,\"bytes\":5,\"width\":0,\"height\":0,\"recovered\":false}\n"
		"{\"rtp\":49");
	manifest = build(0);
	assert_int_equal(get(manifest, "clips", 0, "start_ms"), 1899);
	assert_int_equal(get(manifest, "clips", 0, "duration_ms"), 5000);
	assert_int_equal(json_integer_value(json_object_get(manifest, "duration_ms")), 9000);
	assert_int_equal(
		json_integer_value(json_object_get(manifest, "started_ms")), 1790000000000);
	json_decref(manifest);
}

/* An hour of a clock that drifts; every sixth report is wild. */
static void put_drifting_clip(unsigned ppm, unsigned reports, unsigned step_us)
{
	char text[65536] = "{\"end_ms\":3600000}\n";
	size_t len = strlen(text);

	for (unsigned i = 0; i < reports; i++) {
		long long file_us = (long long)i * step_us;
		long long late_us =
			file_us / 1000000 * ppm + i * 7919 % 3000 + (i % 6 == 1 ? 700000 : 0);

		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"{\"rtp\":%lld,\"capture_us\":%lld}\n", 1000 + file_us * 48 / 1000,
			10000000 + file_us + late_us);
	}
	put_clip(1, "m1", 1000000, text);
}

static double rate_of(const json_t *manifest)
{
	const json_t *clip = json_array_get(json_object_get(manifest, "clips"), 0);

	return json_real_value(json_object_get(clip, "rate"));
}

static void fits_the_drift_of_a_long_clip(void **state)
{
	json_t *manifest;

	(void)state;
	put("events.jsonl", EVENTS_START);
	put_drifting_clip(50, 720, 5000000);
	manifest = build(0);
	assert_true(rate_of(manifest) > 1.000049 && rate_of(manifest) < 1.000051);
	assert_in_range(get(manifest, "clips", 0, "start_ms"), 998, 1004);
	/* An hour at 50 ppm is 180 ms; the reports come up to 3 ms late. */
	assert_in_range(json_integer_value(json_object_get(manifest, "duration_ms")) -
				get(manifest, "clips", 0, "start_ms"),
		3600175, 3600185);
	json_decref(manifest);
}

static void trusts_no_short_or_wild_drift(void **state)
{
	json_t *manifest;

	(void)state;
	put("events.jsonl", EVENTS_START);
	put_drifting_clip(50, 30, 5000000); /* two and a half minutes */
	manifest = build(0);
	assert_true(rate_of(manifest) == 1);
	json_decref(manifest);
	put_drifting_clip(900, 200, 5000000);
	manifest = build(0);
	assert_true(rate_of(manifest) == 1);
	json_decref(manifest);
}

static void parts_clips_that_would_overlap(void **state)
{
	json_t *manifest;

	(void)state;
	put("events.jsonl", EVENTS_START);
	put_clip(1, "m1", 1000000, "{\"end_ms\":5000}\n");
	put_clip(2, "m2", 2000000, "{\"end_ms\":5000}\n");
	put_clip(3, "m1", 4000000, "{\"end_ms\":5000}\n");
	put_clip(4, "m1", 20000000, "{\"end_ms\":0}\n"); /* holds nothing */
	put_clip(5, "", 20000000, "{\"end_ms\":50}\n");	 /* of nobody */
	manifest = build(0);
	assert_int_equal(count(manifest, "clips"), 3);
	assert_int_equal(get(manifest, "clips", 0, "duration_ms"), 3000);
	assert_int_equal(get(manifest, "clips", 1, "duration_ms"), 5000);
	assert_int_equal(get(manifest, "clips", 2, "duration_ms"), 5000);
	json_decref(manifest);
}

static void tells_gaps_from_the_log(void **state)
{
	json_t *manifest;

	(void)state;
	put("events.jsonl", EVENTS_START
		"{\"at_ms\":4000,\"type\":\"interrupted\"}\n"
		"{\"at_ms\":9000,\"type\":\"resumed\",\"wall_ms\":1,\"now_us\":9}\n"
		"{\"at_ms\":12000,\"type\":\"fault\",\"on\":true,\"error\":\"ENOSPC\"}\n"
		"{\"at_ms\":15000,\"type\":\"fault\",\"on\":false,\"error\":\"\"}\n"
		"{\"at_ms\":20000,\"type\":\"stop\"}\n");
	put_clip(1, "m1", 0, "{\"end_ms\":4500}\n");
	put_clip(2, "m1", 9100000, "{\"end_ms\":2500}\n");
	manifest = build(0);
	assert_int_equal(count(manifest, "gaps"), 2);
	assert_int_equal(get(manifest, "gaps", 0, "at_ms"), 4500);
	assert_int_equal(get(manifest, "gaps", 0, "length_ms"), 4500);
	assert_int_equal(get(manifest, "gaps", 1, "at_ms"), 12000);
	assert_int_equal(get(manifest, "gaps", 1, "length_ms"), 3000);
	assert_true(json_is_true(json_object_get(manifest, "recovered")));
	json_decref(manifest);
}

static void makes_chapters_of_those_who_speak_for_a_while(void **state)
{
	json_t *manifest;

	(void)state;
	put("events.jsonl", EVENTS_START
		"{\"at_ms\":2000,\"type\":\"speaker\",\"member\":\"m1\",\"name\":\"A\"}\n"
		"{\"at_ms\":30000,\"type\":\"speaker\",\"member\":\"m2\",\"name\":\"B\"}\n"
		"{\"at_ms\":33000,\"type\":\"speaker\",\"member\":\"m1\",\"name\":\"A\"}\n"
		"{\"at_ms\":60000,\"type\":\"speaker\",\"member\":\"m2\",\"name\":\"B\"}\n"
		"{\"at_ms\":66000,\"type\":\"screen\",\"member\":\"m2\",\"on\":true}\n"
		"{\"at_ms\":67000,\"type\":\"screen\",\"member\":\"m2\",\"on\":false}\n"
		"{\"at_ms\":69000,\"type\":\"stop\"}\n");
	put_clip(1, "m1", 0, "{\"end_ms\":4500}\n");
	manifest = build(0);
	assert_int_equal(count(manifest, "chapters"), 3);
	assert_int_equal(get(manifest, "chapters", 0, "at_ms"), 0);
	assert_int_equal(get(manifest, "chapters", 1, "at_ms"), 60000);
	assert_int_equal(get(manifest, "chapters", 2, "at_ms"), 66000);
	json_decref(manifest);
}

static void says_when_there_is_nothing_to_play(void **state)
{
	struct manifest_sum sum;

	(void)state;
	put("events.jsonl", EVENTS_START "{\"at_ms\":7000,\"type\":\"stop\"}\n");
	json_decref(build(-ENODATA));
	assert_int_equal(manifest_read(dir, &sum), -ENODATA);
	assert_int_equal(sum.duration_ms, 7000);
}

static void is_not_current_when_a_clip_is_newer(void **state)
{
	struct timespec past[2] = {{1000, 0}, {1000, 0}};

	(void)state;
	put("events.jsonl", EVENTS_START);
	put_clip(1, "m1", 0, "{\"end_ms\":4500}\n");
	assert_false(manifest_is_current(dir));
	json_decref(build(0));
	assert_true(manifest_is_current(dir));
	assert_int_equal(utimensat(dir, "manifest.json", past, 0), 0);
	assert_false(manifest_is_current(dir));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			places_by_the_median_and_passes_over_lies, begin, finish),
		cmocka_unit_test_setup_teardown(fits_the_drift_of_a_long_clip, begin, finish),
		cmocka_unit_test_setup_teardown(trusts_no_short_or_wild_drift, begin, finish),
		cmocka_unit_test_setup_teardown(parts_clips_that_would_overlap, begin, finish),
		cmocka_unit_test_setup_teardown(tells_gaps_from_the_log, begin, finish),
		cmocka_unit_test_setup_teardown(
			makes_chapters_of_those_who_speak_for_a_while, begin, finish),
		cmocka_unit_test_setup_teardown(says_when_there_is_nothing_to_play, begin, finish),
		cmocka_unit_test_setup_teardown(is_not_current_when_a_clip_is_newer, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
