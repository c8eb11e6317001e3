/* SPDX-License-Identifier: MIT */
/*
 * A connection to the database, and the only place where SQL meets a library.
 *
 * SQLite stands behind it (WAL, synchronous=FULL, foreign keys on): what store_commit() or a lone
 * store_run() acknowledged survives kill -9 and a power cut. The SQL is one text that PostgreSQL
 * will take as well: $1, $2... parameters, BIGINT ids and times (milliseconds since 1970 UTC), JSON
 * as TEXT.
 *
 * Thread: a connection belongs to the thread that uses it (signaling/work.h owns one a thread).
 * One thread writes; writers of other processes are waited for STORE_BUSY_MS, or as store_wait()
 * says.
 * Errors: -EEXIST a unique key or a foreign key refused the row; -EBUSY locked for too long;
 * -ENOSPC, -EIO, -EBADMSG the file is damaged; -EINVAL wrong SQL, which is our bug; -ECANCELED
 * see store_begin().
 *
 *	struct rows rows = store_select(store, "SELECT id FROM site WHERE parent = $1", V_INT(5));
 *
 *	while (rows_next(&rows))
 *		use(row_int(&rows, 0));
 *	r = rows_close(&rows);
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STORE_BUSY_MS = 2000,
	STORE_PATIENT_MS = 60000,
	STORE_WHY = 512, /* bytes of a message from store_open() */
};

enum store_mode {
	STORE_READ,  /* refuses to write */
	STORE_WRITE, /* the schema must be there and be ours */
	STORE_SETUP, /* creates the file, checks its integrity, migrates */
};

struct store;
struct sqlite3_stmt;

/* On failure `why` (STORE_WHY) holds one line: what is wrong with which file, and what to do. */
int store_open(const char *path, enum store_mode mode, struct store **ret_store, char *why);
/* Rolls back what was not committed. Accepts NULL. */
void store_close(struct store *store);
/* How long a lock of another process is waited for from now on. */
void store_wait(struct store *store, int ms);

struct value {
	enum { VALUE_END = 0, VALUE_INT, VALUE_TEXT } type;
	int64_t number;
	const char *text; /* borrowed until the rows are closed; NULL: SQL NULL */
};

#define V_INT(n) ((struct value){.type = VALUE_INT, .number = (n)})
#define V_TEXT(s) ((struct value){.type = VALUE_TEXT, .text = (s)})
#define STORE_VALUES(...) ((const struct value[]){__VA_ARGS__ __VA_OPT__(, ){.type = VALUE_END}})

struct rows {
	struct store *store;
	struct sqlite3_stmt *stmt;
	int error;
};

/* `sql` is a string literal: its address is the key of the cache of prepared statements. */
#define store_select(store, sql, ...) store_select_values(store, sql, STORE_VALUES(__VA_ARGS__))
struct rows store_select_values(struct store *store, const char *sql, const struct value *values);
bool rows_next(struct rows *rows);
/* Must be called; 0, or what went wrong since store_select(). */
int rows_close(struct rows *rows);
int64_t row_int(const struct rows *rows, int column);	   /* NULL is 0 */
const char *row_text(const struct rows *rows, int column); /* NULL is ""; valid until rows_next() */
/* Copies text that fits, cuts what does not at a character of UTF-8. */
void row_copy(const struct rows *rows, int column, char *out, size_t room);

/* Number of rows that were changed, or a negative errno. */
#define store_run(store, sql, ...) store_run_values(store, sql, STORE_VALUES(__VA_ARGS__))
int store_run_values(struct store *store, const char *sql, const struct value *values);
/* How many rows were changed through this connection since it was opened. */
int64_t store_changes(const struct store *store);

/*
 * A transaction that means to write. It nests: an inner one is a savepoint, whose commit is as good
 * as the outermost one's and whose roll-back takes back only what was done since its begin. Where
 * SQLite gave up the whole transaction (the disk is full), every call until the outermost end is
 * -ECANCELED, so that nothing of it can be kept in part.
 */
int store_begin(struct store *store);
int store_commit(struct store *store);
/* Outside of a transaction: nothing. */
void store_rollback(struct store *store);
/* Commits if `result` is 0 or more, else rolls back; returns `result` or the error of the commit.
 */
int store_finish(struct store *store, int result);

#endif
