/* SPDX-License-Identifier: MIT */
#include "academy/series.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/series_priv.h"
#include "store/id.h"
#include "store/store.h"

#define DAY_MS (24LL * 3600 * 1000)

static const char *const no_time = "A class starts between yesterday and five years from now.";

int scope_parse(const char *name, enum scope *ret_scope)
{
	static const char *const names[] = {"this", "following", "all"};

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret_scope = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *series_uid(int64_t id, char out[SERIES_UID])
{
	char text[ID_TEXT];

	snprintf(out, SERIES_UID, "%s@lectern", id_text(id, text));
	return out;
}

int series_get(struct store *store, int64_t site, int64_t id, struct series *ret_series)
{
	struct rows rows = store_select(store,
		"SELECT id, rrule, local_start, sequence FROM series WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(id));
	struct series series = {0};
	int r = 0, end;

	if (rows_next(&rows)) {
		series.id = row_int(&rows, 0);
		row_copy(&rows, 1, series.rule, sizeof(series.rule));
		r = local_parse(row_text(&rows, 2), &series.first);
		series.sequence = (unsigned)row_int(&rows, 3);
	}
	end = rows_close(&rows);
	if (end < 0 || r < 0)
		return end < 0 ? end : r;
	if (series.id == 0)
		return -ENOENT;
	*ret_series = series;
	return 0;
}

int series_members(struct store *store, int64_t site, int64_t id, int64_t now_ms,
	struct member *members, size_t *ret_count)
{
	struct rows rows = store_select(store,
		"SELECT id, recurrence, local_start, cancelled_at, state, starts_at FROM session"
		" WHERE site = $1 AND series = $2 ORDER BY recurrence LIMIT $3",
		V_INT(site), V_INT(id), V_INT(RULE_MAX_OCCURRENCES));
	size_t count = 0;
	int r = 0, end;

	while (r == 0 && rows_next(&rows)) {
		struct member *member = &members[count++];

		*member = (struct member){
			.id = row_int(&rows, 0),
			.cancelled = row_int(&rows, 3) > 0,
			.held = strcmp(row_text(&rows, 4), "scheduled") != 0 ||
				row_int(&rows, 5) <= now_ms,
		};
		r = local_parse(row_text(&rows, 1), &member->recurrence);
		if (r == 0)
			r = local_parse(row_text(&rows, 2), &member->local);
	}
	end = rows_close(&rows);
	if (r == 0 && end == 0)
		*ret_count = count;
	return r < 0 ? r : end;
}

/* Instants of the occurrences; those that take place must lie where people can plan. */
static int find_instants(struct change *change, int64_t now_ms, const char **ret_why)
{
	struct zone *zone;
	int r = zone_open(change->plan.time_zone, &zone);

	if (r == -EINVAL)
		*ret_why = "There is no such time zone.";
	if (r < 0)
		return r;
	for (size_t i = 0; i < change->count; i++) {
		struct occurrence *at = &change->occurrences[i];

		at->starts_at = zone_instant(zone, at->local);
		if (!at->cancelled &&
			(at->starts_at < now_ms - DAY_MS ||
				at->starts_at > now_ms + (i ? 11 : 5) * 366 * DAY_MS)) {
			*ret_why = no_time;
			r = -EINVAL;
		}
	}
	zone_close(zone);
	return r;
}

/* change->plan.rule from `start` on, in its own spelling; the start may move. */
static int parse_rule(struct change *change, int64_t *start, const char **ret_why)
{
	char rule[RULE_TEXT];
	struct zone *zone;
	int r = zone_open(change->plan.time_zone, &zone);

	*ret_why = "There is no such time zone.";
	if (r < 0)
		return r;
	r = rule_parse(change->plan.rule, start, zone, rule, ret_why);
	if (r == 0) {
		memcpy(change->plan.rule, rule, sizeof(rule));
		*ret_why = NULL;
	}
	zone_close(zone);
	return r;
}

static int add_occurrences(struct change *change, int64_t start)
{
	int64_t locals[RULE_MAX_OCCURRENCES];
	int r = rule_expand(change->plan.rule, start, locals, &change->count);

	for (size_t i = 0; r == 0 && i < change->count; i++)
		change->occurrences[i] =
			(struct occurrence){.local = locals[i], .recurrence = locals[i]};
	change->first = start;
	return r;
}

int change_prepare_new(struct store *store, int64_t site, const struct plan *plan, int64_t now_ms,
	struct change *ret_change, const char **ret_why)
{
	struct change *change = ret_change;
	int r = 0;

	*change = (struct change){
		.site = site, .plan = *plan, .timed = true, .recurs = plan->rule[0] != '\0'};
	*ret_why = NULL;
	*ret_why = plan_check(store, site, plan, &r);
	if (r < 0 || *ret_why)
		return r < 0 ? r : -EINVAL;
	if (change->recurs) {
		r = parse_rule(change, &change->plan.local, ret_why);
		if (r == 0)
			r = add_occurrences(change, change->plan.local);
	} else {
		change->count = 1;
		change->occurrences[0] = (struct occurrence){.local = plan->local};
	}
	return r < 0 ? r : find_instants(change, now_ms, ret_why);
}

static int prepare_one(struct change *change, int64_t now_ms, const char **ret_why)
{
	struct occurrence *at = &change->occurrences[0];

	change->count = 1;
	*at = (struct occurrence){.session = change->before.id, .local = change->plan.local};
	if (change->recurs && local_parse(change->before.recurrence, &at->recurrence) < 0)
		return -EBADMSG;
	return find_instants(change, now_ms, ret_why);
}

/* Which sessions of the series the change reaches, and whether it parts them from others. */
static size_t reach(struct change *change, const struct member *members, size_t count, int64_t from,
	struct member *reached)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (members[i].held || members[i].recurrence < from)
			change->split = true;
		else
			reached[n++] = members[i];
	}
	return n;
}

/* By day first: Monday's session stays Monday's. The rest in order. */
static void match(struct change *change, const struct member *members, size_t count)
{
	bool taken[RULE_MAX_OCCURRENCES] = {false};
	size_t next = 0;

	for (size_t i = 0; i < change->count; i++) {
		struct occurrence *at = &change->occurrences[i];

		for (size_t j = 0; j < count && at->session == 0; j++) {
			if (taken[j] || members[j].recurrence / DAY_MIN != at->local / DAY_MIN)
				continue;
			taken[j] = true;
			at->session = members[j].id;
			at->cancelled = members[j].cancelled;
		}
	}
	for (size_t i = 0; i < change->count; i++) {
		struct occurrence *at = &change->occurrences[i];

		while (next < count && taken[next])
			next++;
		if (at->session != 0 || next == count)
			continue;
		taken[next] = true;
		at->session = members[next].id;
		at->cancelled = members[next].cancelled;
	}
	for (size_t j = 0; j < count; j++)
		if (!taken[j])
			change->gone[change->gone_count++] = members[j].id;
}

/* The rule that the series goes on with from `from`, if it stays what it was. */
static int rest_of(const struct series *series, int64_t from, char ret_rule[RULE_TEXT])
{
	int64_t locals[RULE_MAX_OCCURRENCES];
	size_t count = 0, left = 0;
	int r = rule_expand(series->rule, series->first, locals, &count);

	for (size_t i = 0; i < count; i++)
		left += locals[i] >= from;
	if (r == 0 && left == 0)
		r = -EBADMSG;
	return r < 0 ? r : rule_count(series->rule, left, ret_rule);
}

/* Times stay: each session keeps its own, also one that was moved alone. */
static void keep_times(struct change *change, const struct member *members, size_t count)
{
	change->count = count;
	for (size_t i = 0; i < count; i++)
		change->occurrences[i] = (struct occurrence){
			.session = members[i].id,
			.local = members[i].local,
			.recurrence = members[i].recurrence,
			.cancelled = members[i].cancelled,
		};
}

static int move_times(struct change *change, const struct member *members, size_t count,
	bool new_rule, int64_t named, const char **ret_why)
{
	int64_t first = members[0].recurrence;
	int64_t start = first + change->plan.local - named;
	char rule[RULE_TEXT];
	int r = 0;

	if (!new_rule) {
		*ret_why = "The rule names days of the month: send the new rule along.";
		r = rule_move(change->plan.rule, first, start, rule);
		if (r == 0)
			memcpy(change->plan.rule, rule, sizeof(rule));
	}
	if (r == 0)
		r = parse_rule(change, &start, ret_why);
	if (r == 0)
		r = add_occurrences(change, start);
	if (r == 0)
		match(change, members, count);
	return r;
}

static int prepare_series(struct store *store, struct change *change, bool new_rule, int64_t now_ms,
	const char **ret_why)
{
	struct member members[RULE_MAX_OCCURRENCES], reached[RULE_MAX_OCCURRENCES];
	struct series series;
	size_t count = 0;
	int64_t named;
	int r = series_get(store, change->site, change->series, &series);

	if (r == 0)
		r = series_members(store, change->site, change->series, now_ms, members, &count);
	if (r == 0 && local_parse(change->before.recurrence, &named) < 0)
		r = -EBADMSG;
	if (r < 0)
		return r;
	count = reach(change, members, count, change->scope == SCOPE_ALL ? 0 : named, reached);
	/* Without new times one series holds those that were held as well, marked as changed. */
	if (change->scope == SCOPE_ALL && !change->timed)
		change->split = false;
	change->first = change->split ? reached[0].recurrence : series.first;
	memcpy(change->old_rule, series.rule, sizeof(series.rule));
	change->cut = reached[0].recurrence - 1;
	if (!new_rule)
		r = rest_of(&series, change->first, change->plan.rule);
	if (r == 0 && change->timed)
		r = move_times(change, reached, count, new_rule, named, ret_why);
	else if (r == 0)
		keep_times(change, reached, count);
	return r < 0 ? r : find_instants(change, now_ms, ret_why);
}

int change_prepare(struct store *store, const struct session *session, enum scope scope,
	const struct plan *plan, bool new_rule, int64_t now_ms, struct change *ret_change,
	const char **ret_why)
{
	struct change *change = ret_change;
	struct plan was;
	int r;

	*ret_why = NULL;
	if (session->state != SESSION_SCHEDULED || session->cancelled_at > 0 ||
		session->starts_at <= now_ms)
		return -EPERM;
	r = plan_of(store, session, &was);
	if (r < 0)
		return r;
	*change = (struct change){
		.site = session->site,
		.plan = *plan,
		.before = *session,
		.series = session->series,
		.recurs = session->series != 0,
		.scope = session->series ? scope : SCOPE_THIS,
		.timed = new_rule || plan->local != was.local ||
			 strcmp(plan->time_zone, was.time_zone) != 0,
	};
	change->silent = !change->timed && !plan_differs(plan, &was);
	*ret_why = plan_check(store, session->site, plan, &r);
	if (r < 0 || *ret_why)
		return r < 0 ? r : -EINVAL;
	if (change->scope == SCOPE_THIS)
		return prepare_one(change, now_ms, ret_why);
	return prepare_series(store, change, new_rule, now_ms, ret_why);
}
