/* SPDX-License-Identifier: MIT */
/*
 * What every case is made of: a server and a load, people who join, and a window that is measured.
 * Of the main thread. Functions return 0, or a negative errno with the reason in result.why.
 */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "tests/bench/load.h"
#include "tests/bench/result.h"
#include "tests/bench/server.h"

struct stage_options {
	const char *name; /* of the case */
	const struct server_kind *kind;
	unsigned publishers, subscribers, workers, joins;
	bool meeting, audio, video;
	double seconds, warm_up, sample_seconds; /* of a soak */
	bool gro, count_allocations, keep;
	bool floor_gso, floor_padding;
	enum member_suite suite;
	unsigned sample;
	double max_loss;
	uint16_t port; /* and the ones behind it: HTTP, load, media */
	const char *programs;
};

struct stage {
	const struct stage_options *options;
	char folder[128], allocations_path[160];
	struct load *load;
	struct server server;
	struct result result;
	unsigned member_count;
	unsigned waited_ms; /* for those who join */
	bool overrun;	    /* the server is behind with those who join */
	struct member *members[LOAD_MEMBERS];
	uint64_t asked_ns[LOAD_MEMBERS]; /* when its first request was made */
	volatile uint64_t *allocations;
};

/* Server, load and publishers. */
int stage_open(struct stage *stage, const struct stage_options *options);
/* Ends all of it, after a failed stage_open() too; removes its folder unless it is kept. */
void stage_close(struct stage *stage);

/* `count` more receivers, one request after another without waiting for media. */
int stage_receivers(struct stage *stage, unsigned count);
/* Until all that were asked for have joined. */
int stage_await(struct stage *stage, double patience_s);
/* How long those from `first` on took to join goes into the result. */
void stage_note_joins(struct stage *stage, unsigned first);

void stage_sleep(double seconds);
void stage_read(struct stage *stage, struct result_reading *ret_reading);
/* Measures for `seconds`. */
int stage_window(struct stage *stage, double seconds);
/* Is what was measured good? */
int stage_judge(struct stage *stage);
int __attribute__((format(printf, 3, 4)))
stage_fail(struct stage *stage, int err, const char *format, ...);

#endif
