/* SPDX-License-Identifier: MIT */
/*
 * A copy of the database as it is at one moment, while others read and write it: one file without WAL,
 * checked whole (integrity, foreign keys) before it gets its name.
 *
 * Errors: as the store's; `why` (STORE_WHY) holds one line. Nothing is left of a copy that failed.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

struct store;

/* To `path`, which must not be there yet: -EEXIST. Durable when it returns 0. */
int store_backup(struct store *store, const char *path, char *why);

#endif
