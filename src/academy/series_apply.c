/* SPDX-License-Identifier: MIT */
/* Writing what series.c worked out. */
#include <errno.h>
#include <string.h>

#include "academy/series.h"
#include "academy/series_priv.h"
#include "academy/webhook.h"
#include "store/id.h"
#include "store/store.h"

/* The highest SEQUENCE that was told of any part of the series, or of the session. */
static int last_sequence(struct store *store, const struct change *change, unsigned *ret_sequence)
{
	struct rows rows = store_select(store,
		"SELECT max(n) FROM (SELECT sequence AS n FROM session WHERE site = $1"
		" AND (id = $2 OR ($3 <> 0 AND series = $3))"
		" UNION ALL SELECT sequence FROM series WHERE site = $1 AND id = $3) m",
		V_INT(change->site), V_INT(change->before.id), V_INT(change->series));
	unsigned sequence = rows_next(&rows) ? (unsigned)row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r == 0)
		*ret_sequence = sequence;
	return r;
}

static int insert_series(struct store *store, struct change *change)
{
	const struct plan *plan = &change->plan;
	char local[LOCAL_TEXT], uid[SERIES_UID];
	int r;

	change->new_series = id_new();
	r = store_run(store,
		"INSERT INTO series (site, id, course, title, local_start, time_zone, length_min,"
		" rrule, uid, sequence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
		V_INT(change->site), V_INT(change->new_series), V_INT(plan->course),
		V_TEXT(plan->title), V_TEXT(local_text(change->first, local)),
		V_TEXT(plan->time_zone), V_INT(plan->length_min), V_TEXT(plan->rule),
		V_TEXT(series_uid(change->new_series, uid)));
	return r < 0 ? r : 0;
}

static int update_series(struct store *store, const struct change *change, unsigned sequence)
{
	const struct plan *plan = &change->plan;
	char local[LOCAL_TEXT];
	int r = store_run(store,
		"UPDATE series SET title = $3, local_start = $4, time_zone = $5, length_min = $6,"
		" rrule = $7, sequence = $8 WHERE site = $1 AND id = $2",
		V_INT(change->site), V_INT(change->series), V_TEXT(plan->title),
		V_TEXT(local_text(change->first, local)), V_TEXT(plan->time_zone),
		V_INT(plan->length_min), V_TEXT(plan->rule), V_INT(sequence));

	return r < 0 ? r : 0;
}

/*
 * The old series ends. What was held although the rule put it after the end is from now on alone;
 * what the new series takes with it leaves when it is written.
 */
static int end_series(struct store *store, const struct change *change, unsigned sequence)
{
	char rule[RULE_TEXT], local[LOCAL_TEXT];
	int r = rule_cut(change->old_rule, change->cut, rule);

	if (r == 0)
		r = store_run(store,
			"UPDATE series SET rrule = $3, sequence = $4 WHERE site = $1 AND id = $2",
			V_INT(change->site), V_INT(change->series), V_TEXT(rule), V_INT(sequence));
	if (r >= 0)
		r = store_run(store,
			"UPDATE session SET series = 0, recurrence = '' WHERE site = $1 AND series "
			"= $2"
			" AND recurrence > $3",
			V_INT(change->site), V_INT(change->series),
			V_TEXT(local_text(change->cut, local)));
	return r < 0 ? r : 0;
}

/* Those that were held keep what they were, which is now something else than the series says. */
static int mark_held(struct store *store, const struct change *change, int64_t now_ms)
{
	int r = store_run(store,
		"UPDATE session SET changed = 1 WHERE site = $1 AND series = $2"
		" AND (state <> 'scheduled' OR starts_at <= $3)",
		V_INT(change->site), V_INT(change->series), V_INT(now_ms));

	return r < 0 ? r : 0;
}

static int insert_session(struct store *store, const struct change *change, int64_t id)
{
	const struct plan *plan = &change->plan;
	int r = store_run(store,
		"INSERT INTO session (site, id, course, title, starts_at, length_min, time_zone,"
		" policy) VALUES ($1, $2, $3, $4, 0, $5, $6, $7)",
		V_INT(change->site), V_INT(id), V_INT(plan->course), V_TEXT(plan->title),
		V_INT(plan->length_min), V_TEXT(plan->time_zone),
		V_TEXT(session_policy_name(plan->policy)));

	return r < 0 ? r : 0;
}

static int write_occurrence(struct store *store, const struct change *change, struct occurrence *at,
	int64_t series, unsigned sequence, int64_t now_ms)
{
	const bool alone = change->scope == SCOPE_THIS && change->before.id != 0;
	char local[LOCAL_TEXT], recurrence[LOCAL_TEXT];
	int r = 0;

	if (at->session == 0) {
		at->session = id_new();
		r = insert_session(store, change, at->session);
	}
	if (r == 0)
		r = plan_write(store, change->site, at->session, &change->plan);
	if (r == 0)
		r = store_run(store,
			"UPDATE session SET local_start = $3, starts_at = $4, series = $5,"
			" recurrence = $6, changed = $7, sequence = $8, updated_at = $9"
			" WHERE site = $1 AND id = $2",
			V_INT(change->site), V_INT(at->session),
			V_TEXT(local_text(at->local, local)), V_INT(at->starts_at), V_INT(series),
			V_TEXT(series ? local_text(at->recurrence, recurrence) : ""),
			V_INT(series != 0 && (alone || at->local != at->recurrence)),
			V_INT(sequence), V_INT(now_ms));
	return r < 0 ? r : 0;
}

/* Sessions without a day: they go, and are no part of the series any more. */
static int drop(struct store *store, const struct change *change, int64_t now_ms)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < change->gone_count; i++)
		r = store_run(store,
			"UPDATE session SET series = 0, recurrence = '', updated_at = $3,"
			" cancelled_at = CASE cancelled_at WHEN 0 THEN $3 ELSE cancelled_at END"
			" WHERE site = $1 AND id = $2",
			V_INT(change->site), V_INT(change->gone[i]), V_INT(now_ms));
	return r < 0 ? r : 0;
}

static int write_change(struct store *store, struct change *change, int64_t now_ms)
{
	int64_t series = change->series;
	unsigned sequence = 0;
	int r = 0;

	if (change->before.id != 0) {
		r = last_sequence(store, change, &sequence);
		sequence += !change->silent;
	}
	if (r == 0 && change->scope != SCOPE_THIS && change->series && change->split)
		r = end_series(store, change, sequence);
	if (r == 0 && change->recurs && (change->before.id == 0 || change->split)) {
		r = insert_series(store, change);
		series = change->new_series;
		sequence = 0;
	} else if (r == 0 && change->scope != SCOPE_THIS && change->series) {
		r = update_series(store, change, sequence);
		if (r == 0)
			r = mark_held(store, change, now_ms);
	}
	for (size_t i = 0; r == 0 && i < change->count; i++)
		r = write_occurrence(
			store, change, &change->occurrences[i], series, sequence, now_ms);
	if (r == 0)
		r = drop(store, change, now_ms);
	change->session = change->before.id ? change->before.id : change->occurrences[0].session;
	return r;
}

int change_apply(struct store *store, struct change *change, int64_t now_ms)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = write_change(store, change, now_ms);
	if (r == 0)
		r = webhook_tell_session(store,
			change->before.id ? WEBHOOK_SESSION_CHANGED : WEBHOOK_SESSION_CREATED,
			change->site, change->session, now_ms);
	return store_finish(store, r);
}

static int cancel_rows(
	struct store *store, const struct session *session, enum scope scope, int64_t now_ms)
{
	char from[LOCAL_TEXT] = "";

	if (scope == SCOPE_FOLLOWING)
		memcpy(from, session->recurrence, sizeof(from));
	return store_run(store,
		"UPDATE session SET cancelled_at = $5, updated_at = $5, sequence = 1 +"
		" (SELECT max(m.sequence) FROM (SELECT sequence FROM series WHERE site = $1"
		" AND id = $3 UNION ALL SELECT sequence FROM session WHERE site = $1 AND id = $2) "
		"m)"
		" WHERE site = $1 AND cancelled_at = 0 AND state = 'scheduled' AND starts_at > $5"
		" AND (id = $2 OR ($6 = 1 AND series = $3 AND recurrence >= $4))",
		V_INT(session->site), V_INT(session->id), V_INT(session->series), V_TEXT(from),
		V_INT(now_ms), V_INT(scope != SCOPE_THIS && session->series != 0));
}

int series_cancel(struct store *store, const struct session *session, enum scope scope,
	int64_t now_ms, unsigned *ret_count)
{
	int r, count;

	if (session->state != SESSION_SCHEDULED || session->cancelled_at > 0 ||
		session->starts_at <= now_ms)
		return -EPERM;
	r = store_begin(store);
	if (r < 0)
		return r;
	count = cancel_rows(store, session, scope, now_ms);
	if (count > 0 && session->series != 0)
		r = store_run(store,
			"UPDATE series SET sequence = (SELECT max(m.sequence) FROM session m"
			" WHERE m.site = $1 AND m.series = $2) WHERE site = $1 AND id = $2",
			V_INT(session->site), V_INT(session->series));
	if (count == 0)
		r = -EPERM; /* cancelled meanwhile */
	if (count > 0 && r >= 0)
		r = webhook_tell_session(
			store, WEBHOOK_SESSION_CANCELLED, session->site, session->id, now_ms);
	r = store_finish(store, count < 0 ? count : r);
	if (r < 0)
		return r;
	*ret_count = (unsigned)count;
	return 0;
}

static int set_instant(struct store *store, int64_t site, int64_t id, int64_t at)
{
	int r = store_run(store, "UPDATE session SET starts_at = $3 WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(id), V_INT(at));

	return r < 0 ? r : 0;
}

/* Of one zone; a page at a time, by id, so that no reading cursor stands while rows change. */
static int recompute_zone(
	struct store *store, struct zone *zone, int64_t now_ms, unsigned *ret_count)
{
	enum { PAGE = 256 };
	int64_t after = 0, last = -1;
	int r = 0;

	while (r == 0 && after != last) {
		struct {
			int64_t site, id, at;
		} wrong[PAGE];
		size_t count = 0;
		struct rows rows = store_select(store,
			"SELECT site, id, local_start, starts_at FROM session WHERE id > $1"
			" AND starts_at > $2 AND time_zone = $3 AND local_start <> ''"
			" AND state = 'scheduled' ORDER BY id LIMIT $4",
			V_INT(after), V_INT(now_ms), V_TEXT(zone_name(zone)), V_INT(PAGE));

		last = after;
		while (rows_next(&rows)) {
			int64_t local;

			after = row_int(&rows, 1);
			if (local_parse(row_text(&rows, 2), &local) < 0 ||
				zone_instant(zone, local) == row_int(&rows, 3))
				continue;
			wrong[count].site = row_int(&rows, 0);
			wrong[count].id = after;
			wrong[count++].at = zone_instant(zone, local);
		}
		r = rows_close(&rows);
		for (size_t i = 0; r == 0 && i < count; i++)
			r = set_instant(store, wrong[i].site, wrong[i].id, wrong[i].at);
		*ret_count += (unsigned)count;
	}
	return r;
}

static int recompute(struct store *store, int64_t now_ms, unsigned *ret_count)
{
	char name[SITE_ZONE] = "", before[SITE_ZONE];
	int r = 0;

	for (;;) {
		struct rows rows;
		struct zone *zone;

		memcpy(before, name, sizeof(name));
		rows = store_select(store,
			"SELECT min(time_zone) FROM session WHERE time_zone > $1 AND starts_at > "
			"$2",
			V_TEXT(before), V_INT(now_ms));
		name[0] = '\0';
		if (rows_next(&rows))
			row_copy(&rows, 0, name, sizeof(name));
		r = rows_close(&rows);
		if (r < 0 || !name[0])
			return r;
		/* A zone that tzdata dropped: what was worked out before is the best there is. */
		if (zone_open(name, &zone) < 0)
			continue;
		r = recompute_zone(store, zone, now_ms, ret_count);
		zone_close(zone);
		if (r < 0)
			return r;
	}
}

int series_recompute(struct store *store, int64_t now_ms, unsigned *ret_count)
{
	unsigned count = 0;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = store_finish(store, recompute(store, now_ms, &count));
	if (r == 0)
		*ret_count = count;
	return r;
}
