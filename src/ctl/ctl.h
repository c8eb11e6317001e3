/* SPDX-License-Identifier: MIT */
/*
 * lecternctl: administration from a shell.
 *
 * One command is one file with one function and one row of the table in main.c. A command parses
 * its own arguments with argp, works on the database whether lecternd runs or not (SQLite's WAL
 * sees to that), prints what it made on standard output, and on failure one line on standard error
 * that says what to do. One thread.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>

#include "lectern/config.h"

struct argp_option;
struct store;

/* The exit code of the program. argv[0] is "lecternctl <command>". */
typedef int(ctl_command_fn)(int argc, char **argv);

ctl_command_fn ctl_audit, ctl_backup, ctl_person, ctl_restore, ctl_room, ctl_site;

/* What every command takes: where the data is. Strings are those of argv. */
struct ctl_place {
	const char *config, *data; /* NULL: not given */
};

enum { CTL_CONFIG = 'c', CTL_DATA = 'd' };

#define CTL_PLACE_OPTIONS                                                                          \
	{"config", CTL_CONFIG, "FILE", 0, "Read the configuration of lecternd from FILE", 1},      \
	{                                                                                          \
		"data", CTL_DATA, "DIR", 0, "The data folder of lecternd", 1                       \
	}

/* True: the option was one of them, and is in `place`. */
bool ctl_take_place(struct ctl_place *place, int key, const char *arg);
/* Reads the configuration as lecternd does. Failure was printed. */
int ctl_configure(const struct ctl_place *place, struct lectern_config *config);
/* Opens the database; makes folder and tables where there are none. Failure was printed. */
int ctl_open(const struct lectern_config *config, struct store **ret_store);
/* Prints it as this program's message; returns the exit code of a failure. */
int ctl_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
