/* SPDX-License-Identifier: MIT */
#include "tests/bench/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
	MAIN_THREAD,
	OTHER_THREADS,
	COUNTS,
	POLL_MS = 10,
	JOINING = 8,
	TURN_PATIENCE_MS = 20000,
	HTTP_PORT = 0, /* behind the options' port */
	LOAD_PORT = 1,
	MEDIA_PORT = 2,
};

int stage_fail(struct stage *stage, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(stage->result.why, sizeof(stage->result.why), format, args);
	va_end(args);
	return err < 0 ? err : -EIO;
}

void stage_sleep(double seconds)
{
	struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static int make_folder(struct stage *stage)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(stage->folder, sizeof(stage->folder), "%s/lectern-bench-XXXXXX",
		tmp && *tmp ? tmp : "/tmp");
	if (mkdtemp(stage->folder))
		return 0;
	stage->folder[0] = '\0';
	return stage_fail(stage, -errno, "cannot make a folder in %s", tmp ? tmp : "/tmp");
}

static int share_counts(struct stage *stage)
{
	int fd;
	void *at;

	snprintf(stage->allocations_path, sizeof(stage->allocations_path), "%s/allocations",
		stage->folder);
	fd = open(stage->allocations_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, COUNTS * sizeof(uint64_t)) < 0)
		return stage_fail(stage, -errno, "cannot write %s", stage->allocations_path);
	at = mmap(NULL, COUNTS * sizeof(uint64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return stage_fail(stage, -errno, "cannot map %s", stage->allocations_path);
	stage->allocations = at;
	setenv("BENCH_ALLOCATIONS", stage->allocations_path, 1);
	return 0;
}

static int start_server(struct stage *stage)
{
	const struct stage_options *options = stage->options;
	char preload[512];
	struct server_config config = {
		.folder = stage->folder,
		.programs = options->programs,
		.preload = options->count_allocations ? preload : NULL,
		.workers = options->workers,
		.http_port = (uint16_t)(options->port + HTTP_PORT),
		.media_port = (uint16_t)(options->port + MEDIA_PORT),
		.audio = options->audio,
		.video = options->video,
		.publishers = options->publishers,
		.receivers = options->subscribers + options->joins,
		.meeting = options->meeting,
		.suite = options->suite,
		.floor_gso = options->floor_gso,
		.floor_padding = options->floor_padding,
	};
	int err;

	snprintf(preload, sizeof(preload), "%s/tests/bench/libcount-alloc.so", options->programs);
	err = server_start(&stage->server, options->kind, &config, stage->load);
	return err ? stage_fail(stage, err, "%s", stage->server.why) : 0;
}

static void describe(struct stage *stage)
{
	const struct stage_options *options = stage->options;

	stage->result = (struct result){
		.name = options->name,
		.server = options->kind->name,
		.srtp = options->suite == MEMBER_GCM ? "AEAD_AES_128_GCM"
						     : "AES_CM_128_HMAC_SHA1_80",
		.receiver = options->gro ? "recvmmsg, UDP_GRO" : "recvmmsg",
		.joins_by = options->kind->joins_by,
		.publishers = options->publishers,
		.subscribers = options->subscribers,
		.workers = options->workers,
		.allocations = -1,
	};
}

/* Takes the member to the load, or destroys it. */
static int join(struct stage *stage, bool publishes, unsigned number)
{
	struct server *server = &stage->server;
	struct member *member;
	int err = load_member(stage->load, &member);

	if (err)
		return stage_fail(stage, err, "cannot make member %u", stage->member_count);
	stage->asked_ns[stage->member_count] = wire_now_ns();
	err = publishes ? server->kind->publish(server, member)
			: server->kind->receive(server, member, number);
	if (err) {
		member_destroy(member);
		return stage_fail(stage, err, "%s of member %u: %s (%s)",
			publishes ? "publishing" : "receiving", stage->member_count, server->why,
			strerror(-err));
	}
	stage->members[stage->member_count++] = member;
	return load_add(stage->load, member);
}

int stage_open(struct stage *stage, const struct stage_options *options)
{
	struct load_config load = {
		.port = (uint16_t)(options->port + LOAD_PORT),
		.gro = options->gro,
		.suite = options->suite,
		.sample = options->sample,
	};
	int err;

	memset(stage, 0, sizeof(*stage));
	stage->options = options;
	describe(stage);
	err = make_folder(stage);
	if (!err && options->count_allocations)
		err = share_counts(stage);
	if (err)
		return err;
	err = load_create(&load, &stage->load);
	if (err)
		return stage_fail(
			stage, err, "cannot open UDP port %u: %s", load.port, strerror(-err));
	err = start_server(stage);
	for (unsigned i = 0; i < options->publishers && !err; i++)
		err = join(stage, true, i);
	if (!err)
		err = stage_await(stage, 20);
	stage->result.version = stage->server.version;
	stage->result.rss_before = process_rss(&stage->server.process);
	return err;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *at)
{
	(void)about;
	(void)kind;
	(void)at;
	return remove(path);
}

void stage_close(struct stage *stage)
{
	server_stop(&stage->server);
	load_destroy(stage->load);
	if (stage->allocations)
		munmap((void *)(uintptr_t)stage->allocations, COUNTS * sizeof(uint64_t));
	if (stage->folder[0] && !stage->options->keep)
		nftw(stage->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static struct load_progress look(struct stage *stage)
{
	struct load_progress progress;

	load_look(stage->load, &progress);
	return progress;
}

/* A rush of hundreds is not what is measured: few are shaking hands at any time. Once a server has
 * let them wait too long, all in all, there is no more waiting. */
static void await_turn(struct stage *stage)
{
	while (!stage->overrun && stage->member_count - look(stage).flowing >= JOINING) {
		stage_sleep(POLL_MS / 1000.0);
		stage->waited_ms += POLL_MS;
		stage->overrun = stage->waited_ms >= TURN_PATIENCE_MS;
	}
}

int stage_receivers(struct stage *stage, unsigned count)
{
	int err = 0;

	for (unsigned i = 0; i < count && !err; i++) {
		await_turn(stage);
		err = join(stage, false, stage->member_count - stage->options->publishers);
	}
	return err;
}

int stage_await(struct stage *stage, double patience_s)
{
	uint64_t end_ns = wire_now_ns() + (uint64_t)(patience_s * 1e9);
	unsigned publishers = stage->options->publishers;
	struct load_progress progress;
	char where[512] = "";

	do {
		progress = look(stage);
		stage->result.joined =
			progress.joined > publishers ? progress.joined - publishers : 0;
		if (progress.joined == stage->member_count)
			return 0;
		if (!process_runs(&stage->server.process)) {
			process_tail(&stage->server.process, where, sizeof(where));
			return stage_fail(stage, -ECONNRESET,
				"the server ended by itself; its log ends:\n%s", where);
		}
		stage_sleep(POLL_MS / 1000.0);
	} while (wire_now_ns() < end_ns);
	member_tell(progress.waiting, where, sizeof(where));
	return stage_fail(stage, -ETIMEDOUT, "%u of %u have joined after %.0f s; %s",
		progress.joined, stage->member_count, patience_s, where);
}

void stage_note_joins(struct stage *stage, unsigned first)
{
	for (unsigned i = first; i < stage->member_count; i++) {
		struct member_times times = member_times(stage->members[i]);
		uint64_t asked = stage->asked_ns[i];

		if (!stage->result.joins_by || !times.first_keyframe)
			continue;
		spread_add(&stage->result.join, (times.first_keyframe - asked) / 1000);
		spread_add(&stage->result.first_packet, (times.first_packet - asked) / 1000);
	}
}

void stage_read(struct stage *stage, struct result_reading *ret_reading)
{
	load_sum(stage->load, &ret_reading->load);
	ret_reading->server_cpu_ns = process_cpu_ns(&stage->server.process);
}

int stage_window(struct stage *stage, double seconds)
{
	struct result *result = &stage->result;
	uint64_t allocations;

	if (stage->allocations) {
		load_hold_checks(stage->load, true);
		stage_sleep(POLL_MS / 1000.0);
	}
	allocations = stage->allocations ? stage->allocations[OTHER_THREADS] : 0;
	load_reset_latency(stage->load);
	stage_read(stage, &result->from);
	stage_sleep(seconds);
	stage_read(stage, &result->to);
	load_copy_latency(stage->load, &result->latency);
	if (stage->allocations)
		result->allocations = (int64_t)(stage->allocations[OTHER_THREADS] - allocations);
	load_hold_checks(stage->load, false);
	result->rss = process_rss(&stage->server.process);
	result->server_threads = process_threads(&stage->server.process);
	if (process_runs(&stage->server.process))
		return 0;
	return stage_fail(stage, -ECONNRESET, "the server ended by itself");
}

int stage_judge(struct stage *stage)
{
	const struct result *result = &stage->result;
	double loss = result_loss(result);

	if (result->joined < result->subscribers)
		return -ETIMEDOUT; /* said by stage_await() */
	if (!result_packets(result))
		return stage_fail(stage, -ENODATA, "no packet came in the window");
	if (result->to.load.over)
		return stage_fail(stage, -ECONNRESET, "the server ended %u of the members",
			result->to.load.over);
	if (result->to.load.receivers.bad)
		return stage_fail(stage, -EBADMSG, "%llu of %llu packets were not as sent",
			(unsigned long long)result->to.load.receivers.bad,
			(unsigned long long)result->to.load.receivers.checked);
	if (loss > stage->options->max_loss)
		return stage_fail(stage, -EIO, "loss %.4f %% is above %.4f %%%s", 100 * loss,
			100 * stage->options->max_loss,
			result->to.load.dropped ? "; some of it at our own socket" : "");
	return 0;
}
