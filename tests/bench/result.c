/* SPDX-License-Identifier: MIT */
#include "tests/bench/result.h"

#include <math.h>
#include <string.h>

static const struct member_counts *first(const struct result *result)
{
	return &result->from.load.receivers;
}

static const struct member_counts *last(const struct result *result)
{
	return &result->to.load.receivers;
}

uint64_t result_packets(const struct result *result)
{
	return last(result)->received + last(result)->repaired - first(result)->received -
	       first(result)->repaired;
}

static double seconds(const struct result *result)
{
	return (double)(result->to.load.at_ns - result->from.load.at_ns) / 1e9;
}

static double cpu_ns(const struct result *result)
{
	return (double)(result->to.server_cpu_ns - result->from.server_cpu_ns);
}

double result_us_per_packet(const struct result *result)
{
	uint64_t packets = result_packets(result);

	if (!packets || !result->to.server_cpu_ns)
		return -1;
	return cpu_ns(result) / 1000 / (double)packets;
}

/* A packet on its way at either end of the window makes a difference of one, which is no loss. */
double result_loss(const struct result *result)
{
	double expected = (double)(last(result)->expected - first(result)->expected);
	double received = (double)(last(result)->received - first(result)->received);

	if (expected <= 0)
		return -1;
	return received < expected ? (expected - received) / expected : 0;
}

static double loss_after_repair(const struct result *result)
{
	double expected = (double)(last(result)->expected - first(result)->expected);
	double packets = (double)result_packets(result);

	if (expected <= 0)
		return -1;
	return packets < expected ? (expected - packets) / expected : 0;
}

static double ratio(double of, double to)
{
	return to > 0 ? of / to : -1;
}

/* Negative is what could not be measured. */
static void put_number(json_t *out, const char *name, double value, int digits)
{
	double scale = pow(10, digits);

	if (value < 0 || !isfinite(value))
		json_object_set_new(out, name, json_null());
	else
		json_object_set_new(out, name, json_real(round(value * scale) / scale));
}

static void put_count(json_t *out, const char *name, uint64_t value)
{
	json_object_set_new(out, name, json_integer((json_int_t)value));
}

static void put_text(json_t *out, const char *name, const char *text)
{
	json_object_set_new(out, name, text && *text ? json_string(text) : json_null());
}

static void put_setting(json_t *out, const struct result *result)
{
	put_text(out, "case", result->name);
	put_text(out, "server", result->server);
	put_text(out, "server_version", result->version);
	put_count(out, "publishers", result->publishers);
	put_count(out, "subscribers", result->subscribers);
	put_count(out, "joined", result->joined);
	put_count(out, "workers", result->workers);
	put_text(out, "srtp", result->srtp);
	put_text(out, "receiver", result->receiver);
	put_number(out, "seconds", seconds(result), 2);
}

static void put_traffic(json_t *out, const struct result *result)
{
	uint64_t packets = result_packets(result);
	double bits = 8.0 * (double)(last(result)->bytes - first(result)->bytes);

	put_count(out, "packets_in", result->to.load.sent - result->from.load.sent);
	put_count(out, "packets_out", packets);
	put_number(out, "packets_per_s", ratio((double)packets, seconds(result)), 0);
	put_number(out, "mbit_per_s", ratio(bits / 1e6, seconds(result)), 1);
	put_number(out, "cpu_us_per_packet", result_us_per_packet(result), 3);
	put_number(out, "mbit_per_cpu_s", ratio(bits / 1e6, cpu_ns(result) / 1e9), 1);
	put_number(out, "server_cores", ratio(cpu_ns(result) / 1e9, seconds(result)), 3);
	put_count(out, "server_threads", result->server_threads);
	put_number(out, "loss", result_loss(result), 6);
	put_number(out, "loss_after_repair", loss_after_repair(result), 6);
	put_count(out, "packets_rtx", last(result)->rtx - first(result)->rtx);
	put_count(out, "packets_repeated", last(result)->repeated - first(result)->repeated);
	put_count(out, "packets_checked", last(result)->checked - first(result)->checked);
	put_count(out, "packets_bad", last(result)->bad);
}

static void put_times(json_t *out, const struct result *result)
{
	put_number(out, "latency_us_p50", spread_at(&result->latency, 0.5), 0);
	put_number(out, "latency_us_p99", spread_at(&result->latency, 0.99), 0);
	put_count(out, "latency_samples", result->latency.count);
	put_text(out, "joins_by", result->joins_by);
	put_count(out, "joins", result->join.count);
	put_number(out, "join_ms_p50", spread_at(&result->join, 0.5) / 1000, 1);
	put_number(out, "join_ms_p95", spread_at(&result->join, 0.95) / 1000, 1);
	put_number(
		out, "join_first_packet_ms_p50", spread_at(&result->first_packet, 0.5) / 1000, 1);
	put_number(
		out, "join_first_packet_ms_p95", spread_at(&result->first_packet, 0.95) / 1000, 1);
}

static void put_memory(json_t *out, const struct result *result)
{
	double grown = (double)result->rss - (double)result->rss_before;

	put_count(out, "rss_bytes", result->rss);
	put_number(out, "rss_per_subscriber_bytes",
		result->subscribers && result->rss_before ? grown / result->subscribers : -1, 0);
	if (result->allocations < 0)
		json_object_set_new(out, "allocations", json_null());
	else
		put_count(out, "allocations", (uint64_t)result->allocations);
}

json_t *result_json(const struct result *result)
{
	double client_ns = (double)(result->to.load.cpu_ns - result->from.load.cpu_ns);
	json_t *out = json_object();

	put_setting(out, result);
	put_traffic(out, result);
	put_times(out, result);
	put_memory(out, result);
	put_number(out, "client_us_per_packet",
		ratio(client_ns / 1000, (double)result_packets(result)), 3);
	put_number(out, "client_cores", ratio(client_ns / 1e9, seconds(result)), 3);
	put_count(out, "client_dropped", result->to.load.dropped - result->from.load.dropped);
	if (result->series)
		json_object_set(out, "series", result->series);
	json_object_set_new(out, "ok", json_boolean(!result->why[0]));
	put_text(out, "why", result->why);
	return out;
}
