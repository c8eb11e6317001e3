/* SPDX-License-Identifier: MIT */
/*
 * lecternctl backup and restore: the database as one file.
 *
 * What lies beside it in the data folder (recordings/, sites/, secret.key) is copied by whatever copies
 * files: those are only added to, so a copy that is made after the backup has all that the backup
 * speaks of.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "data_folder.h"
#include "store/backup.h"
#include "store/store.h"

enum { WHY = 2048, PATH = LECTERN_MAX_PATH + 96 };

struct file_options {
	struct ctl_place place;
	const char *file;
};

static const struct argp_option table[] = {CTL_PLACE_OPTIONS, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct file_options *options = state->input;

	if (ctl_take_place(&options->place, key, arg))
		return 0;
	switch (key) {
	case ARGP_KEY_ARG:
		if (options->file)
			argp_error(state, "name one file");
		options->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->file)
			argp_error(state, "name a file");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int open_folder(const struct file_options *options, struct lectern_config *config,
	struct data_folder *folder)
{
	char why[WHY];

	if (ctl_configure(&options->place, config) < 0)
		return -1;
	return data_folder_init(folder, config, why) < 0 ? -ctl_fail("%s", why) : 0;
}

int ctl_backup(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "FILE",
		.doc = "Copy the database to FILE, as it is at one moment, while lecternd runs or "
		       "not; "
		       "the copy is checked. Copy recordings/, sites/ and secret.key of the data "
		       "folder after it.",
	};
	struct file_options options = {0};
	struct lectern_config config;
	struct data_folder folder;
	struct store *store;
	char why[WHY];
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (open_folder(&options, &config, &folder) < 0)
		return 1;
	r = store_open(folder.database, STORE_READ, &store, why);
	if (r < 0)
		return ctl_fail("%s", why);
	store_wait(store, STORE_PATIENT_MS);
	r = store_backup(store, options.file, why);
	store_close(store);
	return r < 0 ? ctl_fail("%s", why) : 0;
}

/* The database with its WAL; a crash between them leaves what SQLite takes for a name of its own. */
static int set_aside(const char *database, char aside[PATH])
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	const time_t now = time(NULL);
	char stamp[32], from[PATH], to[PATH + 8];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	snprintf(aside, PATH, "%s.before-%s", database, stamp);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", database, ends[i]);
		snprintf(to, sizeof(to), "%s%s", aside, ends[i]);
		if (rename(from, to) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static int replace(const struct data_folder *folder, const char *file)
{
	char fresh[PATH], aside[PATH], why[WHY];
	struct store *from;
	int r;

	snprintf(fresh, sizeof(fresh), "%s.restoring", folder->database);
	unlink(fresh); /* of a restore that was cut short */
	r = store_open(file, STORE_READ, &from, why);
	if (r < 0)
		return -ctl_fail("%s", why);
	r = store_backup(from, fresh, why);
	store_close(from);
	if (r < 0)
		return -ctl_fail("%s", why);
	r = set_aside(folder->database, aside);
	if (r == 0 && rename(fresh, folder->database) < 0)
		r = -errno;
	if (r < 0)
		return -ctl_fail("cannot put the database in its place: %s", strerror(-r));
	printf("restored; what was there before is %s\n", aside);
	return 0;
}

int ctl_restore(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "FILE",
		.doc = "Put the database that `lecternctl backup' copied to FILE into the data "
		       "folder; "
		       "lecternd must not run. What was there is kept beside it.",
	};
	struct file_options options = {0};
	struct lectern_config config;
	struct data_folder folder;
	char why[WHY];
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (open_folder(&options, &config, &folder) < 0)
		return 1;
	if (data_folder_open(&folder, why) < 0)
		return ctl_fail("%s", why);
	r = replace(&folder, options.file);
	data_folder_close(&folder);
	return r < 0;
}
