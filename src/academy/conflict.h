/* SPDX-License-Identifier: MIT */
/*
 * What a planned change would clash with, before it is saved: an instructor who teaches elsewhere,
 * a group or people who have another class, a venue that is taken, days on which the site is closed.
 *
 * Instructors are looked for in every site; of a session of another site only that it is there is
 * told. Groups, people and venues are of the site. What asks about the occurrences is a few queries
 * by key for the whole time that they span, not one for each.
 * Threads: as the store. Errors: the store's.
 */
#ifndef ACADEMY_CONFLICT_H
#define ACADEMY_CONFLICT_H

#include <stdint.h>

#include "academy/series.h"

struct store;

enum conflict_kind {
	CONFLICT_INSTRUCTOR,
	CONFLICT_GROUP,
	CONFLICT_PEOPLE, /* who are in both by name or different groups */
	CONFLICT_VENUE,
	CONFLICT_BLACKOUT,
	CONFLICT_KINDS
};

enum { CONFLICT_MAX = 2000 /* in one answer */ };

struct conflict {
	enum conflict_kind kind;
	const struct occurrence *occurrence;
	int64_t who;	   /* the instructor, group, venue or blackout; 0: PEOPLE */
	const char *name;  /* of it; good during the call */
	unsigned people;   /* of PEOPLE: how many */
	int64_t session;   /* with which; 0: of another site, or a blackout */
	const char *title; /* of that session; "" */
	int64_t starts_at; /* of that session */
	unsigned length_min;
};

const char *conflict_kind_name(enum conflict_kind kind);

/*
 * Those of `change`, kind by kind. Sessions that the change itself moves do not count. `found` may
 * use the store. *ret_count: how many were found, at most CONFLICT_MAX.
 */
int conflict_each(struct store *store, const struct change *change,
	void (*found)(const struct conflict *conflict, void *arg), void *arg, unsigned *ret_count);

#endif
