/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

int store_error(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return -EIO;
	default:
		return -EINVAL;
	}
}

static struct cached *cache_slot(struct store *store, const char *sql)
{
	size_t start = ((uintptr_t)sql >> 3) % STORE_CACHE;

	for (size_t i = 0; i < STORE_CACHE; i++) {
		struct cached *slot = &store->cache[(start + i) % STORE_CACHE];

		if (!slot->sql || slot->sql == sql)
			return slot;
	}
	return NULL;
}

/* A statement of the cache, or one of its own when the cache is full or the statement is in use. */
static int prepare(struct store *store, const char *sql, sqlite3_stmt **ret_stmt)
{
	struct cached *slot = cache_slot(store, sql);
	bool keep = slot && !slot->busy;
	sqlite3_stmt *stmt;
	int code;

	if (keep && slot->stmt) {
		slot->busy = true;
		*ret_stmt = slot->stmt;
		return 0;
	}
	code = sqlite3_prepare_v3(
		store->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL);
	if (code != SQLITE_OK)
		return store_error(code);
	if (keep)
		*slot = (struct cached){.sql = sql, .stmt = stmt, .busy = true};
	*ret_stmt = stmt;
	return 0;
}

static void give_back(struct store *store, sqlite3_stmt *stmt)
{
	for (size_t i = 0; i < STORE_CACHE; i++) {
		if (store->cache[i].stmt != stmt)
			continue;
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
		store->cache[i].busy = false;
		return;
	}
	sqlite3_finalize(stmt);
}

/*
 * SQLite takes $1 for a name, and numbers names by their first appearance in the text, which need
 * not be 1: they are looked up.
 */
static int bind(sqlite3_stmt *stmt, const struct value *values)
{
	char name[8];
	int count = 0;

	for (; values[count].type != VALUE_END; count++) {
		const struct value *value = &values[count];
		int index, code;

		assert(count < 99);
		sqlite3_snprintf(sizeof(name), name, "$%d", count + 1);
		index = sqlite3_bind_parameter_index(stmt, name);
		if (index == 0)
			return -EINVAL;
		if (value->type == VALUE_INT)
			code = sqlite3_bind_int64(stmt, index, value->number);
		else
			code = sqlite3_bind_text(stmt, index, value->text, -1, SQLITE_STATIC);
		if (code != SQLITE_OK)
			return store_error(code);
	}
	return sqlite3_bind_parameter_count(stmt) == count ? 0 : -EINVAL;
}

/* SQLite rolled back by itself: what follows would be kept without what went before. */
static bool is_lost(const struct store *store)
{
	return store->depth > 0 && sqlite3_get_autocommit(store->db);
}

struct rows store_select_values(struct store *store, const char *sql, const struct value *values)
{
	struct rows rows = {.store = store};

	rows.error = is_lost(store) ? -ECANCELED : prepare(store, sql, &rows.stmt);
	if (rows.error == 0)
		rows.error = bind(rows.stmt, values);
	return rows;
}

bool rows_next(struct rows *rows)
{
	int code;

	if (rows->error)
		return false;
	code = sqlite3_step(rows->stmt);
	rows->error = store_error(code);
	return code == SQLITE_ROW;
}

int rows_close(struct rows *rows)
{
	if (rows->stmt)
		give_back(rows->store, rows->stmt);
	rows->stmt = NULL;
	return rows->error;
}

int64_t row_int(const struct rows *rows, int column)
{
	return sqlite3_column_int64(rows->stmt, column);
}

const char *row_text(const struct rows *rows, int column)
{
	const char *text = (const char *)sqlite3_column_text(rows->stmt, column);

	return text ? text : "";
}

void row_copy(const struct rows *rows, int column, char *out, size_t room)
{
	const char *text = row_text(rows, column);
	size_t len = strnlen(text, room);

	if (len == room) {
		len--;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, text, len);
	out[len] = '\0';
}

int store_run_values(struct store *store, const char *sql, const struct value *values)
{
	struct rows rows = store_select_values(store, sql, values);
	int r;

	while (rows_next(&rows))
		;
	r = rows_close(&rows);
	return r < 0 ? r : sqlite3_changes(store->db);
}

int64_t store_changes(const struct store *store)
{
	return sqlite3_total_changes(store->db);
}

/* A savepoint hides those of the same name around it. */
int store_begin(struct store *store)
{
	int r = store->depth == 0 ? store_run(store, "BEGIN IMMEDIATE")
				  : store_run(store, "SAVEPOINT inner_one");

	if (r < 0)
		return r;
	store->depth++;
	return 0;
}

int store_commit(struct store *store)
{
	int r;

	assert(store->depth > 0);
	r = store->depth == 1 ? store_run(store, "COMMIT") : store_run(store, "RELEASE inner_one");
	if (r < 0) {
		store_rollback(store);
		return r;
	}
	store->depth--;
	return 0;
}

void store_rollback(struct store *store)
{
	if (store->depth == 0)
		return;
	if (!is_lost(store)) {
		if (store->depth == 1) {
			store_run(store, "ROLLBACK");
		} else {
			store_run(store, "ROLLBACK TO inner_one");
			store_run(store, "RELEASE inner_one");
		}
	}
	store->depth--;
}

int store_finish(struct store *store, int result)
{
	int r;

	if (result < 0) {
		store_rollback(store);
		return result;
	}
	r = store_commit(store);
	return r < 0 ? r : result;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	while (store->depth > 0)
		store_rollback(store);
	for (size_t i = 0; i < STORE_CACHE; i++) {
		assert(!store->cache[i].busy);
		sqlite3_finalize(store->cache[i].stmt);
	}
	sqlite3_close(store->db);
	free(store);
}
