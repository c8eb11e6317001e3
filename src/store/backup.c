/* SPDX-License-Identifier: MIT */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/store_priv.h"

static int sync_at(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int sync_folder_of(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	return sync_at(dirname(copy), O_RDONLY | O_DIRECTORY);
}

/* In WAL mode one step over all pages is one snapshot, and keeps nobody from writing. */
static int copy_pages(struct store *store, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
	int code;

	if (!backup)
		return store_error(sqlite3_errcode(to));
	code = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	return code == SQLITE_DONE ? 0 : store_error(code);
}

/* No row: nothing is wrong; "ok": the same. */
static int ask_whether_whole(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	bool good = true;

	if (code != SQLITE_OK)
		return store_error(code);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
		good = good && strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
	sqlite3_finalize(stmt);
	if (code != SQLITE_DONE)
		return store_error(code);
	return good ? 0 : -EBADMSG;
}

/* What was read back is what counts: from the file, by a connection of its own. */
static int check(const char *path)
{
	sqlite3 *db = NULL;
	int r = store_error(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL));

	if (r == 0)
		r = ask_whether_whole(db, "PRAGMA integrity_check");
	if (r == 0)
		r = ask_whether_whole(db, "PRAGMA foreign_key_check");
	sqlite3_close(db);
	return r;
}

static int write_copy(struct store *store, const char *path)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	sqlite3 *to = NULL;
	int r = store_error(sqlite3_open_v2(path, &to, flags, NULL));

	if (r == 0)
		r = copy_pages(store, to);
	/* The copy says that it is in WAL mode, as the original is; one file is easier to keep. */
	if (r == 0)
		r = store_error(sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL));
	sqlite3_close(to);
	return r == 0 ? sync_at(path, O_RDONLY) : r;
}

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int store_backup(struct store *store, const char *path, char *why)
{
	char part[PATH_MAX];
	int r;

	if ((size_t)snprintf(part, sizeof(part), "%s.part", path) >= sizeof(part))
		r = -ENAMETOOLONG;
	else
		r = access(path, F_OK) == 0 ? -EEXIST : create(part);
	if (r < 0) {
		snprintf(why, STORE_WHY, "%s: %s; name a file that is not there yet", path,
			strerror(-r));
		return r;
	}
	r = write_copy(store, part);
	if (r == 0)
		r = check(part);
	/* link() and not rename(): what came to that name meanwhile is not replaced. */
	if (r == 0 && link(part, path) < 0)
		r = -errno;
	unlink(part);
	if (r == 0)
		r = sync_folder_of(path);
	if (r < 0)
		snprintf(why, STORE_WHY, "%s: the copy could not be made: %s", path, strerror(-r));
	return r;
}
