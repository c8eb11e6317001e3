/* SPDX-License-Identifier: MIT */
/* What store.c (statements) and open.c (files, migrations) share. */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/store.h"

enum { STORE_CACHE = 1024 };

struct store {
	sqlite3 *db;
	unsigned depth; /* of transactions */
	/* Prepared statements by the address of their SQL; busy ones are in use by open rows. */
	struct cached {
		const char *sql;
		sqlite3_stmt *stmt;
		bool busy;
	} cache[STORE_CACHE];
};

/* A negative errno for a result code of SQLite. */
int store_error(int code);

#endif
