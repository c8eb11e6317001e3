/* SPDX-License-Identifier: MIT */
#include "tests/bench/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, STEP_MS = 10 };

static void become(char *const argv[], const char *log, const char *preload)
{
	struct rlimit files;
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	/* A server with sockets for each peer wants more than the 1024 of a shell. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (fd < 0 || null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(126);
	if (preload)
		setenv("LD_PRELOAD", preload, 1);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int process_start(struct process *process, char *const argv[], const char *log, const char *preload)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		become(argv, log, preload);
	process->pid = pid;
	snprintf(process->log, sizeof(process->log), "%s", log);
	return 0;
}

bool process_runs(struct process *process)
{
	siginfo_t info = {0};

	if (!process->pid)
		return false;
	return waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

int process_stop(struct process *process)
{
	struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
	int status = 0;

	if (!process->pid)
		return 0;
	kill(process->pid, SIGTERM);
	for (int waited = 0; process_runs(process) && waited < PATIENCE_MS; waited += STEP_MS)
		nanosleep(&step, NULL);
	if (process_runs(process))
		kill(process->pid, SIGKILL);
	waitpid(process->pid, &status, 0);
	process->pid = 0;
	return status;
}

uint64_t process_cpu_ns(const struct process *process)
{
	struct timespec time;
	clockid_t clock;

	if (!process->pid || clock_getcpuclockid(process->pid, &clock) != 0 ||
		clock_gettime(clock, &time) != 0)
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* A number behind a word of /proc/<pid>/status. */
static uint64_t status_number(const struct process *process, const char *word)
{
	char path[64], line[256];
	uint64_t value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process->pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, word, strlen(word)) == 0)
			value = strtoull(line + strlen(word), NULL, 10);
	}
	fclose(file);
	return value;
}

uint64_t process_rss(const struct process *process)
{
	return status_number(process, "VmRSS:") * 1024;
}

unsigned process_threads(const struct process *process)
{
	return (unsigned)status_number(process, "Threads:");
}

void process_tail(const struct process *process, char *out, size_t room)
{
	FILE *file = fopen(process->log, "re");
	size_t len = 0;

	out[0] = '\0';
	if (!file)
		return;
	if (fseek(file, -(long)(room - 1), SEEK_END) != 0)
		rewind(file);
	len = fread(out, 1, room - 1, file);
	out[len] = '\0';
	fclose(file);
}
