/* SPDX-License-Identifier: MIT */
#include "academy/delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "store/id.h"
#include "store/store.h"

enum { MAX_TIDY = 1000 }; /* rows at once, so that nobody waits for long */

static const char *const kinds[] = {"mail", "webhook"};
static const char *const states[] = {"waiting", "sent", "failed"};

const char *delivery_kind_name(enum delivery_kind kind)
{
	return kinds[kind];
}

const char *delivery_state_name(enum delivery_state state)
{
	return states[state];
}

int delivery_state_parse(const char *name, enum delivery_state *ret_state)
{
	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(name, states[i]) != 0)
			continue;
		*ret_state = (enum delivery_state)i;
		return 0;
	}
	return -EINVAL;
}

int delivery_add_mail(struct store *store, const struct delivery_mail *mail, int64_t now_ms)
{
	json_t *json;
	char *body;
	int r = -ENOMEM;

	if (!text_is_line(mail->to, DELIVERY_TARGET) || !text_is_line(mail->subject, 1024))
		return -EINVAL;
	json = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*}", "to", mail->to, "subject",
		mail->subject, "text", mail->text, "language", mail->language, "calendar",
		mail->calendar, "method", mail->method);
	body = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (body && strlen(body) > DELIVERY_MAX_BODY)
		r = -EMSGSIZE;
	else if (body)
		r = store_run(store,
			"INSERT INTO delivery (id, site, kind, target, event, body, once, "
			"created_at,"
			" due_at, until_at) VALUES ($1, $2, 'mail', $3, $4, $5, $6, $7, $7, $8)"
			" ON CONFLICT (once) DO NOTHING",
			V_INT(id_new()), V_INT(mail->site), V_TEXT(mail->to), V_TEXT(mail->event),
			V_TEXT(body), V_TEXT(mail->once), V_INT(now_ms),
			V_INT(now_ms + DELIVERY_PATIENCE_MS));
	free(body);
	return r < 0 ? r : 0;
}

/* A webhook is known by its URL; what is wrong with all of it is wrong with what waits for it. */
#define COLUMNS                                                                                    \
	"d.site, d.id, d.kind, d.state, COALESCE(w.url, d.target), d.event,"                       \
	" CASE WHEN d.problem = '' AND d.state = 'waiting' THEN COALESCE(w.problem, '')"           \
	" ELSE d.problem END, d.tries, d.created_at, d.due_at, d.done_at"
#define TABLES                                                                                     \
	"delivery d LEFT JOIN webhook w ON d.kind = 'webhook' AND w.site = d.site"                 \
	" AND CAST(w.id AS TEXT) = d.target"

static void read_delivery(const struct rows *rows, struct delivery *delivery)
{
	*delivery = (struct delivery){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.kind = strcmp(row_text(rows, 2), "mail") == 0 ? DELIVERY_MAIL : DELIVERY_WEBHOOK,
		.tries = (unsigned)row_int(rows, 7),
		.created_at = row_int(rows, 8),
		.due_at = row_int(rows, 9),
		.done_at = row_int(rows, 10),
	};
	delivery_state_parse(row_text(rows, 3), &delivery->state);
	row_copy(rows, 4, delivery->target, sizeof(delivery->target));
	row_copy(rows, 5, delivery->event, sizeof(delivery->event));
	row_copy(rows, 6, delivery->problem, sizeof(delivery->problem));
}

int delivery_get(struct store *store, int64_t site, int64_t id, struct delivery *ret_delivery)
{
	struct rows rows = store_select(store,
		"SELECT " COLUMNS " FROM " TABLES " WHERE d.site = $1 AND d.id = $2", V_INT(site),
		V_INT(id));
	bool found = rows_next(&rows);
	struct delivery delivery;
	int r;

	if (found)
		read_delivery(&rows, &delivery);
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_delivery = delivery;
	return r;
}

int delivery_each(struct store *store, int64_t site, const struct delivery_query *query,
	void (*found)(const struct delivery *delivery, void *arg), void *arg)
{
	struct delivery last = {.created_at = INT64_MAX, .id = INT64_MAX};
	struct rows rows;
	int r = 0;

	if (query->after)
		r = delivery_get(store, site, query->after, &last);
	if (r < 0)
		return r;
	rows = store_select(store,
		"SELECT " COLUMNS " FROM " TABLES
		" WHERE d.site = $1 AND (d.created_at < $2 OR (d.created_at = $2 AND d.id < $3))"
		" AND ($4 IS NULL OR d.state = $4) ORDER BY d.created_at DESC, d.id DESC LIMIT $5",
		V_INT(site), V_INT(last.created_at), V_INT(last.id), V_TEXT(query->state),
		V_INT(query->limit));
	while (rows_next(&rows)) {
		struct delivery delivery;

		read_delivery(&rows, &delivery);
		found(&delivery, arg);
	}
	return rows_close(&rows);
}

int delivery_retry(struct store *store, int64_t site, int64_t id, int64_t now_ms)
{
	struct delivery delivery;
	int r = store_run(store,
		"UPDATE delivery SET state = 'waiting', tries = 0, due_at = $3, until_at = $4,"
		" done_at = 0, problem = '' WHERE site = $1 AND id = $2 AND state <> 'sent'",
		V_INT(site), V_INT(id), V_INT(now_ms), V_INT(now_ms + DELIVERY_PATIENCE_MS));

	if (r != 0)
		return r < 0 ? r : 0;
	r = delivery_get(store, site, id, &delivery);
	return r < 0 ? r : -EPERM;
}

#define DUE "d.site, d.id, d.until_at, d.target, d.event, d.body, d.tries"

static struct rows select_due(
	struct store *store, enum delivery_kind kind, int64_t now_ms, unsigned limit)
{
	if (kind == DELIVERY_MAIL)
		return store_select(store,
			"SELECT " DUE " FROM delivery d WHERE d.kind = 'mail' AND d.state = "
			"'waiting'"
			" AND d.due_at <= $1 ORDER BY d.due_at LIMIT $2",
			V_INT(now_ms), V_INT(limit));
	return store_select(store,
		"SELECT " DUE ", w.id, w.url, w.secret FROM webhook w JOIN delivery d ON d.id ="
		" (SELECT f.id FROM delivery f WHERE f.kind = 'webhook' AND f.state = 'waiting'"
		" AND f.target = CAST(w.id AS TEXT) AND f.due_at <= $1 ORDER BY f.due_at LIMIT 1)"
		" WHERE w.disabled_at = 0 AND w.held_until <= $1 ORDER BY d.due_at LIMIT $2",
		V_INT(now_ms), V_INT(limit));
}

int delivery_each_due(struct store *store, enum delivery_kind kind, int64_t now_ms, unsigned limit,
	void (*found)(const struct delivery_due *due, void *arg), void *arg)
{
	struct rows rows = select_due(store, kind, now_ms, limit);

	while (rows_next(&rows)) {
		struct delivery_due due = {
			.site = row_int(&rows, 0),
			.id = row_int(&rows, 1),
			.until_at = row_int(&rows, 2),
			.kind = kind,
			.target = row_text(&rows, 3),
			.event = row_text(&rows, 4),
			.body = row_text(&rows, 5),
			.tries = (unsigned)row_int(&rows, 6),
		};

		if (kind == DELIVERY_WEBHOOK) {
			due.webhook = row_int(&rows, 7);
			due.url = row_text(&rows, 8);
			due.secret = row_text(&rows, 9);
		}
		found(&due, arg);
	}
	return rows_close(&rows);
}

/* What is not waiting any more (its webhook was removed) stays as it is. */
int delivery_set_sent(struct store *store, int64_t id, int64_t now_ms)
{
	int r = store_run(store,
		"UPDATE delivery SET state = 'sent', tries = tries + 1, done_at = $2, body = '',"
		" problem = '' WHERE id = $1",
		V_INT(id), V_INT(now_ms));

	return r < 0 ? r : 0;
}

int delivery_put_off(struct store *store, int64_t id, int64_t due_at, const char *problem)
{
	int r = store_run(store,
		"UPDATE delivery SET tries = tries + 1, due_at = $2, problem = $3"
		" WHERE id = $1 AND state = 'waiting'",
		V_INT(id), V_INT(due_at), V_TEXT(problem));

	return r < 0 ? r : 0;
}

int delivery_set_failed(struct store *store, int64_t id, int64_t now_ms, const char *problem)
{
	int r = store_run(store,
		"UPDATE delivery SET state = 'failed', tries = tries + 1, done_at = $2, problem = "
		"$3"
		" WHERE id = $1 AND state = 'waiting'",
		V_INT(id), V_INT(now_ms), V_TEXT(problem));

	return r < 0 ? r : 0;
}

static int is_news(struct store *store, const char *problem)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM delivery"
		" WHERE kind = 'mail' AND state = 'waiting' AND problem <> $1 LIMIT 1",
		V_TEXT(problem));
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

int delivery_note_mail(struct store *store, const char *problem)
{
	/* An update locks the database even where there is nothing to be changed. */
	int r = is_news(store, problem);

	if (r > 0)
		r = store_run(store,
			"UPDATE delivery SET problem = $1"
			" WHERE kind = 'mail' AND state = 'waiting' AND problem <> $1",
			V_TEXT(problem));

	return r < 0 ? r : 0;
}

int delivery_tidy(struct store *store, int64_t now_ms)
{
	int r = store_run(store,
		"UPDATE delivery SET state = 'failed', done_at = $1, problem = CASE problem"
		" WHEN '' THEN 'was not sent in time' ELSE problem END"
		" WHERE state = 'waiting' AND until_at <= $1",
		V_INT(now_ms));

	if (r >= 0)
		r = store_run(store,
			"DELETE FROM delivery WHERE id IN (SELECT id FROM delivery"
			" WHERE state <> 'waiting' AND done_at < $1 LIMIT $2)",
			V_INT(now_ms - DELIVERY_KEEP_MS), V_INT(MAX_TIDY));
	return r < 0 ? r : 0;
}
