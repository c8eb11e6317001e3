/* SPDX-License-Identifier: MIT */
/*
 * lectern-recorder: archives classes that lecternd hands it over a local socket.
 *
 * One runs for a folder of recordings (a lock sees to that). It outlives the server by a while and
 * seals what it has; on SIGTERM it seals and ends. Exit codes are those of sysexits.h.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "recorder/intake.h"

enum {
	LOCK_TRIES = 100, /* another one may be about to end */
	LOCK_PAUSE_MS = 50,
	BACKLOG = 16,
};

struct options {
	const char *socket, *root;
	enum log_level level;
};

const char *argp_program_version = "lectern-recorder";

static const struct argp_option option_table[] = {
	{"socket", 's', "PATH", 0, "Socket to listen on (made, 0600)", 0},
	{"root", 'r', "DIR", 0, "Folder of the recordings (made if it is not there, 0700)", 0},
	{"log-level", 'l', "LEVEL", 0, "error, warn, info (default) or debug", 0},
	{0},
};

static error_t on_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->socket = arg;
		return 0;
	case 'r':
		options->root = arg;
		return 0;
	case 'l':
		if (log_level_parse(arg, &options->level) < 0)
			argp_error(state,
				"--log-level is one of error, warn, info, debug, not '%s'", arg);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not an option", arg);
		return EINVAL;
	case ARGP_KEY_END:
		if (!options->socket || !options->root)
			argp_error(state, "--socket and --root are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = on_option,
	.doc = "Records the classes that lecternd hands over, one file a track.",
};

static int open_root(const char *path)
{
	int fd;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The lock lives as long as the process, and dies with it however it dies. */
static int lock_root(int root)
{
	int fd = openat(root, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		struct timespec pause = {0, LOCK_PAUSE_MS * 1000000L};

		if (errno != EWOULDBLOCK || i == LOCK_TRIES) {
			int r = -errno;

			close(fd);
			return r;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* The lock is held: whatever lies at the path is of one that is gone. */
static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (unlink(path) < 0 && errno != ENOENT)
		goto fail;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || chmod(path, 0600) < 0 ||
		listen(fd, BACKLOG) < 0)
		goto fail;
	return fd;
fail:;
	int r = -errno;

	close(fd);
	return r;
}

static int take_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* Nothing here needs more rights than it has, or should leave what was said in a core file. */
static void harden(void)
{
	umask(0077);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int fail(int code, const char *what, const char *which, int error)
{
	fprintf(stderr, "lectern-recorder: %s %s: %s\n", what, which, strerror(-error));
	return code;
}

static int run(const struct options *options)
{
	struct intake *intake = NULL;
	int root, lock, listener, signals, r;

	root = open_root(options->root);
	if (root < 0)
		return fail(EX_OSERR, "cannot use folder", options->root, root);
	lock = lock_root(root);
	if (lock == -EWOULDBLOCK)
		return fail(EX_TEMPFAIL, "another recorder uses", options->root, lock);
	if (lock < 0)
		return fail(EX_OSERR, "cannot lock folder", options->root, lock);
	listener = listen_at(options->socket);
	if (listener < 0)
		return fail(EX_OSERR, "cannot listen on", options->socket, listener);
	signals = take_signals();
	r = signals < 0 ? signals : intake_create(listener, signals, root, &intake);
	if (r < 0)
		return fail(EX_OSERR, "cannot start for", options->root, r);
	log_info("recorder", "ready root=%s", options->root);
	intake_run(intake);
	/* First the path goes: who does not find it starts a new one, which waits for the lock. */
	unlink(options->socket);
	intake_destroy(intake);
	close(signals);
	close(listener);
	close(lock);
	close(root);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {.level = LOG_INFO};

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	log_set_level(options.level);
	av_log_set_level(AV_LOG_QUIET);
	harden();
	return run(&options);
}
