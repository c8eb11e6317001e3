/* SPDX-License-Identifier: MIT */
#include "academy/attendance.h"

#include <errno.h>
#include <stdlib.h>

#include "academy/session.h"
#include "store/id.h"
#include "store/store.h"

bool attendance_span(const struct session *session, int64_t *ret_from_ms, int64_t *ret_to_ms)
{
	const int64_t planned_end = session->starts_at + session->length_min * 60000LL;
	int64_t from = session->opened_at, to = session->ended_at;

	if (session->state != SESSION_ENDED || from == 0 || to <= from)
		return false;
	if (from < planned_end && to > session->starts_at) {
		from = from > session->starts_at ? from : session->starts_at;
		to = to < planned_end ? to : planned_end;
	}
	*ret_from_ms = from;
	*ret_to_ms = to;
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct attendance_stretch *x = a, *y = b;

	return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* Drops those that are over at `at` from the `count` first, which are those that had begun. */
static size_t drop_over(struct attendance_stretch *begun, size_t count, int64_t at)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (begun[i].to_ms > at)
			begun[kept++] = begun[i];
	return kept;
}

/* From `at`, until the first of them ends, or `end`. */
static int64_t next_end(const struct attendance_stretch *begun, size_t count, int64_t end)
{
	for (size_t i = 0; i < count; i++)
		if (begun[i].to_ms < end)
			end = begun[i].to_ms;
	return end;
}

/* Adds `ms` during which all of `begun` held. */
static void add_moment(struct attendance_sum *sum, const struct attendance_stretch *begun,
	size_t count, int64_t ms)
{
	int64_t live = 0;
	bool replay = false;

	for (size_t i = 0; i < count; i++) {
		const struct attendance_stretch *it = &begun[i];
		int64_t got = ms * it->got_ms / (it->to_ms - it->from_ms);

		replay |= it->replay;
		if (!it->replay && got > live)
			live = got < ms ? got : ms;
	}
	sum->live_ms += live;
	sum->replay_ms += replay ? ms : 0;
	sum->either_ms += replay ? ms : live;
}

/*
 * One pass by time. Those that have begun are moved together at the front, where what was already
 * passed leaves room for them.
 */
struct attendance_sum attendance_union(
	struct attendance_stretch *stretches, size_t count, int64_t from_ms, int64_t to_ms)
{
	struct attendance_sum sum = {0};
	size_t begun = 0, next = 0;
	int64_t at = from_ms;

	if (count > 0)
		qsort(stretches, count, sizeof(*stretches), by_start);
	while (at < to_ms) {
		int64_t end = to_ms;

		begun = drop_over(stretches, begun, at);
		for (; next < count && stretches[next].from_ms <= at; next++)
			if (stretches[next].to_ms > at)
				stretches[begun++] = stretches[next];
		if (next < count && stretches[next].from_ms < end)
			end = stretches[next].from_ms;
		else if (next == count && begun == 0)
			break;
		end = next_end(stretches, begun, end);
		add_moment(&sum, stretches, begun, end - at);
		at = end;
	}
	return sum;
}

struct ledger {
	struct attendance_stretch *stretches;
	size_t count, room;
	int64_t person, from_ms, to_ms;
	void (*found)(int64_t person, const struct attendance_sum *sum, void *arg);
	void *arg;
};

static void hand_over(struct ledger *ledger)
{
	struct attendance_sum sum;

	if (ledger->person == 0)
		return;
	sum = attendance_union(ledger->stretches, ledger->count, ledger->from_ms, ledger->to_ms);
	ledger->found(ledger->person, &sum, ledger->arg);
	ledger->count = 0;
}

static int add_row(struct ledger *ledger, const struct rows *rows)
{
	struct attendance_stretch stretch = {
		.from_ms = row_int(rows, 1),
		.to_ms = row_int(rows, 2),
		.got_ms = row_int(rows, 3),
		.replay = row_int(rows, 4) != 0,
	};

	if (row_int(rows, 0) != ledger->person) {
		hand_over(ledger);
		ledger->person = row_int(rows, 0);
	}
	if (stretch.from_ms >= stretch.to_ms)
		return 0;
	if (ledger->count == ledger->room) {
		size_t room = ledger->room > 0 ? 2 * ledger->room : 64;
		void *more = realloc(ledger->stretches, room * sizeof(*ledger->stretches));

		if (!more)
			return -ENOMEM;
		ledger->stretches = more;
		ledger->room = room;
	}
	ledger->stretches[ledger->count++] = stretch;
	return 0;
}

const char *attendance_link_name(enum attendance_link link)
{
	static const char *const names[] = {"", "good", "weak", "poor"};

	return names[link];
}

static int add(struct store *store, const struct attendance_row *row)
{
	static const char *const kinds[] = {"join", "leave", "present", "replay"};

	return store_run(store,
		"INSERT INTO attendance (id, site, session, person, kind, at, from_ms, to_ms, "
		"sent_ms,"
		" heard_ms, link, rtt_ms, loss_permille)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		V_INT(id_new()), V_INT(row->site), V_INT(row->session), V_INT(row->person),
		V_TEXT(kinds[row->kind]), V_INT(row->at), V_INT(row->from_ms), V_INT(row->to_ms),
		V_INT(row->sent_ms), V_INT(row->heard_ms), V_TEXT(attendance_link_name(row->link)),
		V_INT(row->rtt_ms), V_INT(row->loss_permille));
}

int attendance_add(struct store *store, const struct attendance_row *rows, size_t count)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < count; i++)
		r = add(store, &rows[i]);
	return store_finish(store, r < 0 ? r : 0);
}

int attendance_each(struct store *store, int64_t site, int64_t session, int64_t person,
	int64_t from_ms, int64_t to_ms,
	void (*found)(int64_t person, const struct attendance_sum *sum, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT a.person,"
		" a.from_ms + CASE a.kind WHEN 'replay' THEN coalesce(r.started_at, 0) ELSE 0 END,"
		" a.to_ms + CASE a.kind WHEN 'replay' THEN coalesce(r.started_at, 0) ELSE 0 END,"
		" CASE a.kind WHEN 'replay' THEN a.to_ms - a.from_ms"
		" ELSE a.heard_ms + a.to_ms - a.from_ms - a.sent_ms END,"
		" CASE a.kind WHEN 'replay' THEN 1 ELSE 0 END"
		" FROM attendance a"
		" LEFT JOIN recording r ON r.site = a.site AND r.session = a.session"
		" WHERE a.site = $1 AND a.session = $2 AND a.person BETWEEN $3 AND $4"
		" AND a.kind IN ('present', 'replay') ORDER BY a.person, a.at",
		V_INT(site), V_INT(session), V_INT(person), V_INT(person ? person : INT64_MAX));
	struct ledger ledger = {.from_ms = from_ms, .to_ms = to_ms, .found = found, .arg = arg};
	int r = 0, end;

	while (r == 0 && rows_next(&rows))
		r = add_row(&ledger, &rows);
	end = rows_close(&rows);
	if (r == 0)
		r = end;
	if (r == 0)
		hand_over(&ledger);
	free(ledger.stretches);
	return r;
}
