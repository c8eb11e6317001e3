/* SPDX-License-Identifier: MIT */
/*
 * The load: all members, one socket, one thread.
 *
 * The thread wakes once a millisecond, takes all that waits at the socket and sends what is due. It
 * does not sleep on the socket, so neither it nor the server pays for waking it for every batch;
 * ages of packets come from the kernel's time stamps and know nothing of that millisecond.
 *
 * Others ask it by load_call(), which runs a function on its thread and waits. Members are handed
 * over by load_add(), and stay the load's until load_destroy(). Errors: negative errno.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/member.h"

enum {
	LOAD_MEMBERS = 2200,
	LOAD_TICK_US = 1000,
};

struct load;

struct load_config {
	uint16_t port; /* 0: any */
	bool gro;
	enum member_suite suite;
	unsigned sample;
};

/* Of all members since the load began, and of this process. */
struct load_sums {
	struct member_counts receivers; /* of those that do not only publish */
	uint64_t sent;			/* media packets of publishers */
	uint64_t cpu_ns;		/* of the load's thread */
	uint64_t at_ns;
	uint64_t dropped; /* datagrams that found our socket full */
	unsigned over;	  /* members whose server ended them */
};

int load_create(const struct load_config *config, struct load **ret_load);
/* Accepts NULL. */
void load_destroy(struct load *load);

/* A member with the next address, not yet known to the thread. */
int load_member(struct load *load, struct member **ret_member);
/* Takes it. */
int load_add(struct load *load, struct member *member);
void load_call(struct load *load, void (*fn)(void *arg), void *arg);

void load_sum(struct load *load, struct load_sums *ret_sums);
/* See member_hold_checks(). */
void load_hold_checks(struct load *load, bool hold);
/* Forgets ages so far. */
void load_reset_latency(struct load *load);
void load_copy_latency(struct load *load, struct spread *ret_spread);
struct load_progress {
	unsigned flowing;	      /* connected, and have a packet if they are to receive any */
	unsigned joined;	      /* and have all that they expect */
	const struct member *waiting; /* the first that has not; or NULL */
};

void load_look(struct load *load, struct load_progress *ret_progress);
uint16_t load_port(const struct load *load);

#endif
