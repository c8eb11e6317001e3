/* SPDX-License-Identifier: MIT */
#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "srtp/session.h"

enum {
	FIRST_ADDRESS = 0x7f010001, /* 127.1.0.1 */
	READS = 64,		    /* system calls of a turn, so that sending keeps its time */
	HURRY_TICKS = 10,
	FEEDBACK_TICKS = MEMBER_FEEDBACK_US / LOAD_TICK_US,
};

struct load {
	struct load_config config;
	struct wire *wire;
	pthread_t thread;
	bool started;
	unsigned created;

	/* under `lock`: what another thread asks */
	pthread_mutex_t lock;
	pthread_cond_t answered;
	void (*call)(void *arg);
	void *call_arg;

	/* of the thread */
	bool stop;
	unsigned count;
	struct member *members[LOAD_MEMBERS];
	struct member *by_address[LOAD_MEMBERS];
	uint64_t tick, now_us; /* of this turn */
	struct spread latency;
};

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void take_datagram(void *arg, const struct wire_datagram *datagram)
{
	struct load *load = arg;
	uint32_t at = ntohl(datagram->to) - FIRST_ADDRESS;

	if (at < LOAD_MEMBERS && load->by_address[at])
		member_recv(load->by_address[at], datagram, load->now_us);
}

static void serve_call(struct load *load)
{
	pthread_mutex_lock(&load->lock);
	if (load->call) {
		load->call(load->call_arg);
		load->call = NULL;
		pthread_cond_broadcast(&load->answered);
	}
	pthread_mutex_unlock(&load->lock);
}

static void tick(struct load *load, uint64_t now_us)
{
	for (unsigned i = 0; i < load->count; i++) {
		struct member *member = load->members[i];

		if (member_publishes(member))
			member_send(member, now_us);
		if (load->tick % HURRY_TICKS == i % HURRY_TICKS)
			member_hurry(member, now_us);
		if (load->tick % FEEDBACK_TICKS == i % FEEDBACK_TICKS)
			member_feedback(member, now_us);
	}
	load->tick++;
	wire_flush(load->wire);
}

/* The next millisecond; ticks that were missed while we were busy are not made up for. */
static void wait_for_tick(uint64_t *due_us)
{
	uint64_t now_us = monotonic_us();
	struct timespec at;

	*due_us += LOAD_TICK_US;
	if (*due_us <= now_us) {
		*due_us = now_us;
		return;
	}
	at.tv_sec = (time_t)(*due_us / 1000000);
	at.tv_nsec = (long)(*due_us % 1000000 * 1000);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static void *run(void *arg)
{
	struct load *load = arg;
	uint64_t due_us = monotonic_us();

	while (!load->stop) {
		load->now_us = monotonic_us();
		wire_recv(load->wire, READS, take_datagram, load);
		tick(load, load->now_us);
		serve_call(load);
		wait_for_tick(&due_us);
	}
	return NULL;
}

int load_create(const struct load_config *config, struct load **ret_load)
{
	struct load *load = calloc(1, sizeof(*load));
	int err;

	if (!load)
		return -ENOMEM;
	load->config = *config;
	srtp_library_start();
	spread_init(&load->latency);
	pthread_mutex_init(&load->lock, NULL);
	pthread_cond_init(&load->answered, NULL);
	err = wire_open(config->port, config->gro, &load->wire);
	if (!err)
		err = -pthread_create(&load->thread, NULL, run, load);
	if (err) {
		load_destroy(load);
		return err;
	}
	load->started = true;
	*ret_load = load;
	return 0;
}

static void call_stop(void *arg)
{
	struct load *load = arg;

	load->stop = true;
}

void load_destroy(struct load *load)
{
	if (!load)
		return;
	if (load->started) {
		load_call(load, call_stop, load);
		pthread_join(load->thread, NULL);
	}
	for (unsigned i = 0; i < load->count; i++)
		member_destroy(load->members[i]);
	wire_close(load->wire);
	srtp_library_stop();
	pthread_mutex_destroy(&load->lock);
	pthread_cond_destroy(&load->answered);
	free(load);
}

void load_call(struct load *load, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&load->lock);
	load->call_arg = arg;
	load->call = fn;
	while (load->call)
		pthread_cond_wait(&load->answered, &load->lock);
	pthread_mutex_unlock(&load->lock);
}

int load_member(struct load *load, struct member **ret_member)
{
	struct member_config config = {
		.wire = load->wire,
		.ip = htonl(FIRST_ADDRESS + load->created),
		.number = load->created,
		.suite = load->config.suite,
		.sample = load->config.sample,
		.latency = &load->latency,
	};
	int err;

	if (load->created == LOAD_MEMBERS)
		return -ENOSPC;
	err = member_create(&config, ret_member);
	if (!err)
		load->created++;
	return err;
}

struct addition {
	struct load *load;
	struct member *member;
};

static void call_add(void *arg)
{
	struct addition *addition = arg;
	struct load *load = addition->load;

	load->by_address[ntohl(member_ip(addition->member)) - FIRST_ADDRESS] = addition->member;
	load->members[load->count++] = addition->member;
}

int load_add(struct load *load, struct member *member)
{
	struct addition addition = {load, member};

	if (load->count == LOAD_MEMBERS)
		return -ENOSPC;
	load_call(load, call_add, &addition);
	return 0;
}

struct summing {
	struct load *load;
	struct load_sums sums;
};

static void add_counts(struct member_counts *to, const struct member_counts *from)
{
	to->received += from->received;
	to->bytes += from->bytes;
	to->expected += from->expected;
	to->repaired += from->repaired;
	to->repeated += from->repeated;
	to->rtx += from->rtx;
	to->checked += from->checked;
	to->bad += from->bad;
}

static void call_sum(void *arg)
{
	struct summing *summing = arg;
	struct load *load = summing->load;
	struct load_sums *sums = &summing->sums;
	struct timespec cpu;

	for (unsigned i = 0; i < load->count; i++) {
		struct member_counts counts;

		member_counts(load->members[i], &counts);
		add_counts(&sums->receivers, &counts);
		sums->sent += member_sent(load->members[i]);
		sums->over += member_over(load->members[i]);
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	sums->cpu_ns = (uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_nsec;
	sums->at_ns = wire_now_ns();
	sums->dropped = wire_counters(load->wire)->dropped;
}

void load_sum(struct load *load, struct load_sums *ret_sums)
{
	struct summing summing = {.load = load};

	load_call(load, call_sum, &summing);
	*ret_sums = summing.sums;
}

struct holding {
	struct load *load;
	bool hold;
};

static void call_hold(void *arg)
{
	struct holding *holding = arg;

	for (unsigned i = 0; i < holding->load->count; i++)
		member_hold_checks(holding->load->members[i], holding->hold);
}

void load_hold_checks(struct load *load, bool hold)
{
	struct holding holding = {load, hold};

	load_call(load, call_hold, &holding);
}

static void call_reset(void *arg)
{
	struct load *load = arg;

	spread_init(&load->latency);
}

void load_reset_latency(struct load *load)
{
	load_call(load, call_reset, load);
}

struct copying {
	const struct load *load;
	struct spread *spread;
};

static void call_copy(void *arg)
{
	struct copying *copying = arg;

	*copying->spread = copying->load->latency;
}

void load_copy_latency(struct load *load, struct spread *ret_spread)
{
	struct copying copying = {load, ret_spread};

	load_call(load, call_copy, &copying);
}

struct looking {
	struct load *load;
	struct load_progress progress;
};

static void call_look(void *arg)
{
	struct looking *looking = arg;
	struct load_progress *progress = &looking->progress;

	for (unsigned i = 0; i < looking->load->count; i++) {
		const struct member *member = looking->load->members[i];
		bool joined = member_connected(member) && member_joined(member);

		progress->joined += joined;
		progress->flowing += joined || member_times(member).first_packet;
		if (!joined && !progress->waiting)
			progress->waiting = member;
	}
}

void load_look(struct load *load, struct load_progress *ret_progress)
{
	struct looking looking = {.load = load};

	load_call(load, call_look, &looking);
	*ret_progress = looking.progress;
}

uint16_t load_port(const struct load *load)
{
	return wire_port(load->wire);
}
