/* SPDX-License-Identifier: MIT */
/*
 * People of a site from a CSV file: all of it, or nothing.
 *
 * Columns are found by the names in the first row, in any of the four languages ("email", "nombre",
 * "rôle", "groepen"); without such a row they are email, name, roles, language, groups. Several
 * roles or groups of one person are separated by "|" or "/", or by whichever of comma and semicolon
 * does not separate the columns. No role is trainee; no language is that of the site. Groups are
 * there already. An address that has an account makes it a member; nothing tells so.
 *
 * Every bad row is told, with its row, column and a code. Threads: as the store. Errors: the store's.
 */
#ifndef ACADEMY_IMPORT_H
#define ACADEMY_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { IMPORT_MAX_ROWS = 5000, IMPORT_MAX_BYTES = 2 << 20, IMPORT_MAX_BAD = 500 };

struct import_bad {
	unsigned row;	    /* as a spreadsheet counts, from 1; 0: the file as a whole */
	const char *column; /* "email"; "" the row */
	const char *code, *text;
};

struct import_params {
	int64_t site;
	unsigned by; /* roles of who imports: see role_may_give() */
	const char *text;
	size_t len;
	bool dry; /* only the report */
	int64_t now_ms;
	const char *base; /* of the links in the mails */
};

struct import_report {
	unsigned rows, bad;
	bool imported;
};

/* `bad` is called for the first IMPORT_MAX_BAD. Within a transaction of the caller's, who commits
 * what was imported. */
int import_people(struct store *store, const struct import_params *params,
	void (*bad)(const struct import_bad *bad, void *arg), void *arg,
	struct import_report *ret_report);

#endif
