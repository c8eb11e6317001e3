/* SPDX-License-Identifier: MIT */
/* The link and its supervision, against the real lectern-recorder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "signaling/recorder_link.h"

enum { PATIENCE_US = 15 * 1000000 };

static const char folder[] = "site1/rec1";

struct world {
	char dir[64], socket[96], root[96];
	struct recorder_link *link;
	unsigned connected, lost, sealed;
	struct wire_sealed last;
};

static void on_sealed(const struct wire_sealed *sealed, void *arg)
{
	struct world *w = arg;

	w->sealed++;
	w->last = *sealed;
}

static void on_fault(const struct wire_fault *fault, void *arg)
{
	(void)fault;
	(void)arg;
}

static void on_link(bool connected, void *arg)
{
	struct world *w = arg;

	if (connected)
		w->connected++;
	else
		w->lost++;
}

static void begin(struct world *w, const char *program)
{
	struct recorder_link_config config = {
		.socket = w->socket,
		.program = program,
		.root = w->root,
		.log_level = "error",
		.on_sealed = on_sealed,
		.on_fault = on_fault,
		.on_link = on_link,
		.arg = w,
	};

	memset(w, 0, sizeof(*w));
	snprintf(w->dir, sizeof(w->dir), "/tmp/lectern-link-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->socket, sizeof(w->socket), "%s/recorder.sock", w->dir);
	snprintf(w->root, sizeof(w->root), "%s/recordings", w->dir);
	assert_int_equal(recorder_link_create(&config, &w->link), 0);
}

/* Ticks until `*counter` has come to `wanted`. */
static void wait_for(struct world *w, const unsigned *counter, unsigned wanted)
{
	uint64_t end_us = clock_now_us() + PATIENCE_US;

	while (*counter < wanted && clock_now_us() < end_us) {
		recorder_link_tick(w->link, clock_now_us());
		poll(NULL, 0, 5);
	}
	assert_true(*counter >= wanted);
}

/* The recorder's process: the one that holds the socket's other end. */
static pid_t recorder_pid(const struct world *w)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct ucred ucred = {0};
	socklen_t len = sizeof(ucred);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", w->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ucred, &len), 0);
	close(fd);
	return ucred.pid;
}

static bool log_has(const struct world *w, const char *text)
{
	char path[256], line[1024];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/events.jsonl", w->root, folder);
	file = fopen(path, "r");
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return found;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void finish(struct world *w, pid_t recorder)
{
	recorder_link_destroy(w->link);
	if (recorder > 1)
		kill(recorder, SIGTERM);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void starts_writes_and_seals(void **state)
{
	struct world w;
	pid_t pid;

	(void)state;
	begin(&w, RECORDER);
	assert_int_equal(recorder_link_open(w.link, folder, clock_now_us(), clock_wall_ms()), 0);
	recorder_link_event(w.link, folder, clock_now_us(),
		"{\"type\":\"join\",\"member\":\"m\",\"name\":\"Ana\",\"role\":\"instructor\"}");
	wait_for(&w, &w.connected, 1);
	pid = recorder_pid(&w);
	assert_int_not_equal(getsid(pid), getsid(0));
	recorder_link_close(w.link, folder);
	wait_for(&w, &w.sealed, 1);
	assert_string_equal(w.last.recording, folder);
	assert_true(log_has(&w, "\"Ana\""));
	finish(&w, pid);
}

static void what_ends_before_it_was_told_is_kept(void **state)
{
	struct world w;
	pid_t pid;

	(void)state;
	begin(&w, RECORDER);
	assert_int_equal(recorder_link_open(w.link, folder, clock_now_us(), clock_wall_ms()), 0);
	recorder_link_event(w.link, folder, clock_now_us(),
		"{\"type\":\"join\",\"member\":\"m\",\"name\":\"Eva\",\"role\":\"trainee\"}");
	recorder_link_close(w.link, folder);
	wait_for(&w, &w.sealed, 1);
	assert_true(log_has(&w, "\"Eva\""));
	pid = recorder_pid(&w);
	finish(&w, pid);
}

static void a_killed_recorder_comes_back_and_goes_on(void **state)
{
	struct world w;
	pid_t pid, second;

	(void)state;
	begin(&w, RECORDER);
	assert_int_equal(recorder_link_open(w.link, folder, clock_now_us(), clock_wall_ms()), 0);
	wait_for(&w, &w.connected, 1);
	pid = recorder_pid(&w);
	assert_int_equal(kill(pid, SIGKILL), 0);
	wait_for(&w, &w.lost, 1);
	recorder_link_event(w.link, folder, clock_now_us(),
		"{\"type\":\"hand\",\"member\":\"m\",\"name\":\"Jan\",\"raised\":true}");
	wait_for(&w, &w.connected, 2);
	second = recorder_pid(&w);
	assert_int_not_equal(pid, second);
	recorder_link_close(w.link, folder);
	wait_for(&w, &w.sealed, 1);
	assert_true(log_has(&w, "\"Jan\""));
	finish(&w, second);
}

static void a_recorder_outlives_the_link(void **state)
{
	struct world w;
	pid_t pid;

	(void)state;
	begin(&w, RECORDER);
	assert_int_equal(recorder_link_open(w.link, folder, clock_now_us(), clock_wall_ms()), 0);
	wait_for(&w, &w.connected, 1);
	pid = recorder_pid(&w);
	recorder_link_destroy(w.link);
	/* A server that starts again finds the same process, and asks for what was left. */
	{
		struct recorder_link_config config = {.socket = w.socket,
			.program = "/nowhere",
			.root = w.root,
			.log_level = "error",
			.on_sealed = on_sealed,
			.on_fault = on_fault,
			.on_link = on_link,
			.arg = &w};

		assert_int_equal(recorder_link_create(&config, &w.link), 0);
	}
	assert_int_equal(recorder_link_query(w.link, folder), 0);
	wait_for(&w, &w.connected, 2);
	assert_int_equal(recorder_pid(&w), pid);
	wait_for(&w, &w.sealed, 1);
	assert_string_equal(w.last.recording, folder);
	finish(&w, pid);
}

static void a_missing_program_is_no_disaster(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "/nowhere/lectern-recorder");
	assert_int_equal(recorder_link_open(w.link, folder, clock_now_us(), clock_wall_ms()), 0);
	for (int i = 0; i < 20; i++)
		recorder_link_tick(w.link, clock_now_us());
	assert_false(recorder_link_connected(w.link));
	for (int i = 0; i < RECORDER_LINK_MAX_EVENTS + 10; i++)
		recorder_link_event(w.link, folder, clock_now_us(), "{}");
	finish(&w, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_writes_and_seals),
		cmocka_unit_test(what_ends_before_it_was_told_is_kept),
		cmocka_unit_test(a_killed_recorder_comes_back_and_goes_on),
		cmocka_unit_test(a_recorder_outlives_the_link),
		cmocka_unit_test(a_missing_program_is_no_disaster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
