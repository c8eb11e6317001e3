/* SPDX-License-Identifier: MIT */
/*
 * Planning: sessions alone and in series, and their changes.
 *
 * A series is a rule of recurrence and a session for each of its occurrences. A session keeps, as
 * `recurrence`, the local start that the rule gives it (the RECURRENCE-ID of calendars), wherever it
 * is moved to. Sessions that were held (opened, or begun) are never touched.
 *
 * A change reaches
 * - SCOPE_THIS: one session; in a series it is then marked as changed.
 * - SCOPE_FOLLOWING: it and those after it. They become a series of their own, with a new UID; the
 *   old one ends before them. From the first one on it is SCOPE_ALL.
 * - SCOPE_ALL: every session that was not held. UID is kept. Where times change and some were
 *   held, it is SCOPE_FOLLOWING from the first that was not, since one rule cannot give both.
 * When times or the rule change, sessions keep their identity by day, the rest in order; what was
 * cancelled stays cancelled; what was moved alone comes back to the rule; sessions that the new
 * rule has no day for are taken off the timetable.
 *
 * In two steps, so that what would clash can be shown first: change_prepare...() works out what
 * would be, and writes nothing; change_apply() writes it, in one transaction with what people are
 * told (invitation.h). SEQUENCE (RFC 5545 3.8.7.4) grows with every change that people must hear
 * of.
 *
 * Threads: as the store. Errors: the store's; -EPERM: it was held, or is cancelled; -EINVAL: *ret_why
 * tells what is wrong.
 */
#ifndef ACADEMY_SERIES_H
#define ACADEMY_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "academy/plan.h"

struct store;

enum scope { SCOPE_THIS, SCOPE_FOLLOWING, SCOPE_ALL };

/* "this", "following", "all". -EINVAL. */
int scope_parse(const char *name, enum scope *ret_scope);

struct occurrence {
	int64_t session; /* 0: a new one */
	int64_t local, recurrence;
	int64_t starts_at;
	bool cancelled; /* and stays so */
};

struct change {
	int64_t site;
	struct plan plan;
	struct session before; /* the one that was named; id 0: it is new */
	int64_t series;	       /* that it is in before; 0: none */
	bool recurs;	       /* it is one of a series afterwards */
	bool split;	       /* as a new series; the old one ends with `cut` */
	bool timed;	       /* times change */
	bool silent;	       /* nothing that people must hear of */
	enum scope scope;
	int64_t first,
		cut; /* local times: DTSTART of the series; the last that the old one may have */
	char old_rule[RULE_TEXT];
	size_t count, gone_count;
	struct occurrence occurrences[RULE_MAX_OCCURRENCES];
	int64_t gone[RULE_MAX_OCCURRENCES]; /* sessions that lose their day */
	/* after change_apply() */
	int64_t session, new_series;
};

/* A new session, or a series if plan->rule is there, which then gets its own spelling. */
int change_prepare_new(struct store *store, int64_t site, const struct plan *plan, int64_t now_ms,
	struct change *ret_change, const char **ret_why);
/*
 * `plan` is what the session is to be; its rule counts if `new_rule`. A local start that differs
 * moves the others by as much.
 */
int change_prepare(struct store *store, const struct session *session, enum scope scope,
	const struct plan *plan, bool new_rule, int64_t now_ms, struct change *ret_change,
	const char **ret_why);
int change_apply(struct store *store, struct change *change, int64_t now_ms);

/* How a series or session is known in calendars; `out` holds SERIES_UID. */
enum { SERIES_UID = 64 };
const char *series_uid(int64_t id, char out[SERIES_UID]);

/*
 * Takes sessions off the timetable: one, it and the following, or all that were not held.
 * *ret_count: how many.
 */
int series_cancel(struct store *store, const struct session *session, enum scope scope,
	int64_t now_ms, unsigned *ret_count);

/*
 * At start-up: the instants of future sessions by the rules of zones that are installed now.
 * *ret_count: how many are at another time than before.
 */
int series_recompute(struct store *store, int64_t now_ms, unsigned *ret_count);

#endif
