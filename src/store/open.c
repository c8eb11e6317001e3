/* SPDX-License-Identifier: MIT */
/* Opening the database file: settings, integrity, migrations. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/migrations.h"
#include "store/store_priv.h"

/* "LCTN": marks the file as ours (PRAGMA application_id). */
#define APPLICATION_ID 0x4c43544e

static int fail(int error, char *why, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int fail(int error, char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, STORE_WHY, format, args);
	va_end(args);
	return error;
}

/* What an operator can do about an error of the database. */
static int explain(int error, const char *path, char *why)
{
	switch (error) {
	case -EBUSY:
		return fail(error, why,
			"%s: the database is locked by another program; end that program and start "
			"again",
			path);
	case -EBADMSG:
		return fail(error, why,
			"%s: the database is damaged or not a database; restore it from a backup",
			path);
	case -ENOSPC:
		return fail(error, why, "%s: the disk is full; make room and start again", path);
	case -EACCES:
		return fail(error, why,
			"%s: no right to write the database; give the user of this program the "
			"file and its folder",
			path);
	default:
		return fail(error, why, "%s: cannot use the database: %s", path, strerror(-error));
	}
}

static int exec(struct store *store, const char *sql)
{
	return store_error(sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

static int ask(struct store *store, const char *sql, int64_t *ret_number)
{
	struct rows rows = store_select(store, sql);
	int64_t number = 0;
	int r;

	if (rows_next(&rows))
		number = row_int(&rows, 0);
	r = rows_close(&rows);
	if (r == 0)
		*ret_number = number;
	return r;
}

/* Private to its owner from the first byte on; SQLite gives its WAL files the same mode. */
static int create_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

void store_wait(struct store *store, int ms)
{
	sqlite3_busy_timeout(store->db, ms);
}

static int open_file(const char *path, enum store_mode mode, struct store *store, char *why)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int r;

	if (mode == STORE_SETUP) {
		r = create_file(path);
		if (r < 0)
			return fail(r, why, "%s: cannot open: %s; check the folder and its rights",
				path, strerror(-r));
	}
	r = store_error(sqlite3_open_v2(path, &store->db, flags, NULL));
	if (r < 0)
		return explain(r, path, why);
	store_wait(store, STORE_BUSY_MS);
	r = exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			"PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
	if (r == 0 && mode == STORE_READ)
		r = exec(store, "PRAGMA query_only = ON");
	return r < 0 ? explain(r, path, why) : 0;
}

/* Refuses a database of another program before anything is written to it. */
static int check_owner(struct store *store, const char *path, char *why)
{
	int64_t id, tables;
	int r;

	r = ask(store, "PRAGMA application_id", &id);
	if (r == 0)
		r = ask(store, "SELECT count(*) FROM sqlite_master", &tables);
	if (r < 0)
		return explain(r, path, why);
	if (id != APPLICATION_ID && (id != 0 || tables != 0))
		return fail(-EBADMSG, why,
			"%s: this is the database of another program; name another data folder",
			path);
	return 0;
}

static int check_integrity(struct store *store, const char *path, char *why)
{
	struct rows rows = store_select(store, "PRAGMA quick_check(1)");
	bool good = rows_next(&rows) && strcmp(row_text(&rows, 0), "ok") == 0;
	int r = rows_close(&rows);

	if (r == 0 && !good)
		r = -EBADMSG;
	return r < 0 ? explain(r, path, why) : 0;
}

/* All in one transaction; another process that starts at the same time waits for it. */
static int migrate(struct store *store, int64_t *ret_version)
{
	int64_t version = 0;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = exec(store, "CREATE TABLE IF NOT EXISTS migration (version BIGINT NOT NULL PRIMARY KEY,"
			"name TEXT NOT NULL)");
	if (r == 0)
		r = ask(store, "SELECT coalesce(max(version), 0) FROM migration", &version);
	for (size_t i = (size_t)version; r >= 0 && i < migration_count; i++) {
		r = exec(store, migrations[i].sql);
		if (r == 0)
			r = store_run(store,
				"INSERT INTO migration (version, name) VALUES ($1, $2)",
				V_INT((int64_t)i + 1), V_TEXT(migrations[i].name));
	}
	if (r >= 0)
		r = exec(store, "PRAGMA application_id = 0x4c43544e");
	*ret_version = version;
	return store_finish(store, r < 0 ? r : 0);
}

static int check_version(struct store *store, enum store_mode mode, const char *path, char *why)
{
	int64_t version = 0;
	int r;

	if (mode == STORE_SETUP)
		r = migrate(store, &version);
	else
		r = ask(store, "SELECT max(version) FROM migration", &version);
	if (r == -EINVAL && mode != STORE_SETUP)
		return fail(r, why,
			"%s: this database has not been set up yet; start lecternd once", path);
	if (r < 0)
		return explain(r, path, why);
	if (version > (int64_t)migration_count)
		return fail(-EPROTONOSUPPORT, why,
			"%s: the database is from a newer version of Lectern (schema %lld, this "
			"one knows %zu); "
			"install that version",
			path, (long long)version, migration_count);
	return 0;
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store, char *why)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return fail(-ENOMEM, why, "%s: out of memory", path);
	r = open_file(path, mode, store, why);
	if (r == 0)
		r = check_owner(store, path, why);
	if (r == 0 && mode == STORE_SETUP)
		r = check_integrity(store, path, why);
	if (r == 0)
		r = check_version(store, mode, path, why);
	if (r < 0) {
		store_close(store);
		return r;
	}
	*ret_store = store;
	return 0;
}
