/* SPDX-License-Identifier: MIT */
/* The files of migrations/, embedded at build time. Migration i + 1 is migrations[i], for good. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include <stddef.h>

struct migration {
	const char *name, *sql;
};

extern const size_t migration_count;
extern const struct migration migrations[];

#endif
