/* SPDX-License-Identifier: MIT */
/*
 * The audit: who saw, changed, exported or deleted what, and when. It is only ever added to.
 *
 * Each site has a chain of lines: the hash of a line is BLAKE2b (32 bytes, hex) of the hash of the
 * line before, the site, the number of the line (from 1, without gaps) and every field, each with
 * its length before it. So a line that was changed, taken out or put in is found by audit_verify();
 * lines that are missing at the end are found by whoever kept the hash of a later one.
 *
 * audit_add() belongs into the transaction of what it tells. Threads: as the store. Errors: the
 * store's, and as told.
 */
#ifndef ACADEMY_AUDIT_H
#define ACADEMY_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "lectern/types.h"

struct store;

enum {
	AUDIT_HASH = 65, /* hex of 256 bits, with the NUL */
	AUDIT_WORD = 32,
	AUDIT_DETAIL = 4096,
	AUDIT_MAX_PAGE = 200,
};

struct audit_line {
	int64_t site;		     /* 0: what is of no site */
	int64_t person;		     /* 0: the server itself, or nobody who is known */
	const char *action, *object; /* "change", "course" */
	int64_t object_id;	     /* 0: none */
	const char *detail;	     /* JSON object; NULL: {} */
	int64_t at_ms;
};

int audit_add(struct store *store, const struct audit_line *line);

/* A line that was found. Strings are good during the call. */
struct audit_found {
	int64_t seq;
	struct audit_line line;
	const char *person_name; /* "" */
	const char *hash;
};

struct audit_query {
	int64_t before;		     /* number of a line; 0: the newest first */
	int64_t from_ms, to_ms;	     /* [from, to); to 0: no end */
	int64_t person, object_id;   /* 0: any */
	const char *action, *object; /* NULL: any */
	const char *text;	     /* in the details or the name of the person; NULL: any */
	unsigned limit;
};

/* Of one site, newest first. `found` may use the store. */
int audit_each(struct store *store, int64_t site, const struct audit_query *query,
	void (*found)(const struct audit_found *found, void *arg), void *arg);

struct audit_verdict {
	int64_t site, lines;
	char head[AUDIT_HASH]; /* hash of the last line */
	int64_t broken_at;     /* number of the first line that is not as it was written; 0: none */
};

/* Works out the chain of every site anew. `told` may use the store. */
int audit_verify(struct store *store, void (*told)(const struct audit_verdict *verdict, void *arg),
	void *arg);

#endif
