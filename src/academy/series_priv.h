/* SPDX-License-Identifier: MIT */
/* Shared by series.c, which works out a change, series_apply.c, which writes it, and those who
 * plan and tell sessions: plan.c, agenda.c. */
#ifndef ACADEMY_SERIES_PRIV_H
#define ACADEMY_SERIES_PRIV_H

#include "academy/series.h"

struct series {
	int64_t id;
	char rule[RULE_TEXT];
	int64_t first; /* DTSTART, local */
	unsigned sequence;
};

/* The local start; of a session that was made at once it is worked out. */
int session_local(const struct session *session, int64_t *ret_local);
/* -ENOENT. */
int series_get(struct store *store, int64_t site, int64_t id, struct series *ret_series);

struct member {
	int64_t id, recurrence, local;
	bool cancelled;
	bool held; /* opened, or begun: not to be touched */
};

/* The sessions of a series by recurrence; `members` holds RULE_MAX_OCCURRENCES. */
int series_members(struct store *store, int64_t site, int64_t id, int64_t now_ms,
	struct member *members, size_t *ret_count);

#endif
