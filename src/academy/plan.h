/* SPDX-License-Identifier: MIT */
/*
 * What is planned of a session, or of each session of a series: what a coordinator fills in.
 * Written to sessions by series.h only. Threads: as the store.
 */
#ifndef ACADEMY_PLAN_H
#define ACADEMY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "academy/calendar.h"
#include "academy/session.h"

struct store;

enum {
	PLAN_MAX_INSTRUCTORS = 16,
	PLAN_MAX_GROUPS = 32,
	PLAN_MAX_EARLY_MIN = 24 * 60,
};

struct plan {
	int64_t course;
	char title[SESSION_TITLE];
	int64_t local; /* start */
	char time_zone[SITE_ZONE];
	unsigned length_min;
	int64_t venue; /* 0: none */
	enum session_policy policy;
	unsigned opens_min, lobby_min;
	enum session_entry entry;
	size_t instructor_count, group_count; /* 0: those of the course */
	int64_t instructors[PLAN_MAX_INSTRUCTORS], groups[PLAN_MAX_GROUPS]; /* ascending */
	char rule[RULE_TEXT]; /* "": not in a series */
};

/* What nobody decided yet. `course` is of `site`, whose zone it is. -ENOENT. */
int plan_init(struct plan *plan, struct store *store, int64_t site, int64_t course);
/* That of a session as it stands, with the rule of its series. */
int plan_of(struct store *store, const struct session *session, struct plan *ret_plan);
/*
 * NULL: it may be stored; else a sentence that says what is wrong. Venue, instructors and groups
 * must be of the site, the course in use. *ret_error: the store failed.
 */
const char *plan_check(struct store *store, int64_t site, const struct plan *plan, int *ret_error);
/* What people must hear of differs, the start aside. */
bool plan_differs(const struct plan *a, const struct plan *b);

/* Within a transaction. The row of `session` gets everything but times and state. */
int plan_write(struct store *store, int64_t site, int64_t session, const struct plan *plan);

/* For qsort(). */
int plan_compare_ids(const void *a, const void *b);

#endif
