/* SPDX-License-Identifier: MIT */
/* Plans of sessions as JSON, and what a change would come to. Private to this folder. */
#ifndef SIGNALING_API_PLANNING_H
#define SIGNALING_API_PLANNING_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "academy/series.h"

struct store;

/* What the body of a request asks beside the plan. */
struct planning {
	bool new_rule; /* it has "rrule" */
	bool despite;  /* saved whatever it clashes with */
};

/*
 * Writes the fields that the body has over `plan`; all may be left out. NULL, or a sentence that
 * says what is wrong. `starts_at` is another way to say `local_start`.
 */
const char *planning_read(const json_t *body, struct plan *plan, struct planning *ret_planning);

/*
 * {"occurrences": [...], "clashes": n}: every occurrence with what it clashes with, or, if `only`,
 * those that clash. NULL: out of memory, or *ret_error.
 */
json_t *planning_clashes(struct store *store, const struct change *change, bool only,
	unsigned *ret_clashes, int *ret_error);

/* For forms: the fields of planning_read() as the session has them now. */
int planning_add(json_t *object, struct store *store, const struct session *session);

#endif
