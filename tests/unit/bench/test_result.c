/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bench/result.h"

static double of(json_t *json, const char *name)
{
	return json_number_value(json_object_get(json, name));
}

/* 2 s, 10 publishers' packets to 100 people, 1 ms of CPU: round numbers. */
static struct result example(void)
{
	struct result result = {.name = "fanout",
		.server = "lectern",
		.srtp = "AEAD_AES_128_GCM",
		.receiver = "recvmmsg",
		.publishers = 1,
		.subscribers = 100,
		.joined = 100,
		.allocations = -1,
		.rss = 3000000,
		.rss_before = 1000000};

	result.from.server_cpu_ns = 500;
	result.from.load = (struct load_sums){
		.receivers = {.received = 50, .expected = 50, .bytes = 1000, .bad = 0},
		.sent = 5,
		.at_ns = 1000000000,
		.cpu_ns = 100};
	result.to.server_cpu_ns = 2000500;
	result.to.load = (struct load_sums){
		.receivers = {.received = 1040, .repaired = 6, .expected = 1050, .bytes = 251000},
		.sent = 15,
		.at_ns = 3000000000,
		.cpu_ns = 498100};
	return result;
}

static void divides_by_what_reached_receivers(void **state)
{
	struct result result = example();
	json_t *json = result_json(&result);

	(void)state;
	assert_int_equal(of(json, "packets_out"), 996);
	assert_int_equal(of(json, "packets_in"), 10);
	assert_true(of(json, "cpu_us_per_packet") == 2.008);
	assert_true(of(json, "mbit_per_cpu_s") == 1000);
	assert_true(of(json, "loss") == 0.01);
	assert_true(of(json, "loss_after_repair") == 0.004);
	assert_true(of(json, "client_us_per_packet") == 0.5);
	assert_true(of(json, "rss_per_subscriber_bytes") == 20000);
	assert_true(json_is_true(json_object_get(json, "ok")));
	json_decref(json);
}

static void what_was_not_measured_is_null(void **state)
{
	struct result result = {
		.name = "join", .server = "janus", .allocations = -1, .why = "nobody joined"};
	json_t *json = result_json(&result);

	(void)state;
	assert_true(json_is_null(json_object_get(json, "cpu_us_per_packet")));
	assert_true(json_is_null(json_object_get(json, "loss")));
	assert_true(json_is_null(json_object_get(json, "latency_us_p99")));
	assert_true(json_is_null(json_object_get(json, "join_ms_p50")));
	assert_true(json_is_null(json_object_get(json, "allocations")));
	assert_true(json_is_false(json_object_get(json, "ok")));
	assert_string_equal(json_string_value(json_object_get(json, "why")), "nobody joined");
	json_decref(json);
}

static void has_every_field_that_was_promised(void **state)
{
	static const char *const names[] = {"case", "server", "subscribers", "srtp", "packets_out",
		"cpu_us_per_packet", "mbit_per_cpu_s", "loss", "latency_us_p50", "latency_us_p99",
		"join_ms_p50", "join_ms_p95", "rss_bytes"};
	struct result result = example();
	json_t *json = result_json(&result);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(json_object_get(json, names[i]));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(divides_by_what_reached_receivers),
		cmocka_unit_test(what_was_not_measured_is_null),
		cmocka_unit_test(has_every_field_that_was_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
