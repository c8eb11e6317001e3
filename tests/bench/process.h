/* SPDX-License-Identifier: MIT */
/*
 * A server process that is measured: started with its output in a file, asked for its CPU time and
 * memory, and ended, by its id alone. It ends with us whatever happens. Errors: negative errno.
 */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid; /* 0: none */
	char log[512];
};

/* Has a session of its own, so the scheduler gives it a fair share beside ours. Started by the main
 * thread. `preload`: a library for LD_PRELOAD, or NULL. */
int process_start(
	struct process *process, char *const argv[], const char *log, const char *preload);
/* SIGTERM, SIGKILL after 5 s. Its exit status as waitpid tells it; harmless when none runs. */
int process_stop(struct process *process);
/* False: it ended by itself. */
bool process_runs(struct process *process);
/* User and system time of all its threads, those that ended included. 0: it is gone. */
uint64_t process_cpu_ns(const struct process *process);
uint64_t process_rss(const struct process *process);
unsigned process_threads(const struct process *process);
/* The end of its log, for an error message. */
void process_tail(const struct process *process, char *out, size_t room);

#endif
