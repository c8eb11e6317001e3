/* SPDX-License-Identifier: MIT */
/*
 * What a case found, and its one JSON object. Numbers that could not be measured are null, never 0.
 *
 * Loss counts packets that did not come at first, mended or not. CPU per packet is the server
 * process' user and system time over the window, divided by the media packets that reached
 * receivers in it.
 */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "tests/bench/load.h"
#include "tests/bench/spread.h"

/* Server and load at one moment. */
struct result_reading {
	uint64_t server_cpu_ns;
	struct load_sums load;
};

struct result {
	const char *name, *server, *version, *srtp, *receiver, *joins_by;
	unsigned publishers, subscribers, workers, joined;
	unsigned server_threads;
	struct result_reading from, to; /* ends of the window */
	uint64_t rss, rss_before;	/* of the server: at the end, and before anybody received */
	struct spread latency;
	struct spread join, first_packet; /* us from the first HTTP request */
	int64_t allocations;		  /* of the server in the window; -1: not counted */
	json_t *series;			  /* of a soak; or NULL, borrowed */
	char why[2048];			  /* empty: it went well */
};

double result_us_per_packet(const struct result *result);
double result_loss(const struct result *result);
uint64_t result_packets(const struct result *result);
/* A new object. */
json_t *result_json(const struct result *result);

#endif
