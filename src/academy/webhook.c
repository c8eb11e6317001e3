/* SPDX-License-Identifier: MIT */
#include "academy/webhook.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "academy/vault.h"
#include "store/id.h"
#include "store/store.h"

enum {
	EVENTS_TEXT = 256, /* characters of all names, separated by spaces */
	KEY_BYTES = 32,
	SEALED = VAULT_SEALED(WEBHOOK_SECRET),
	ABOUT = 32,
	ID_DECIMAL = 24,
};

static const char *const names[WEBHOOK_EVENTS] = {
	[WEBHOOK_RECORDING_FAILED] = "recording.failed",
	[WEBHOOK_RECORDING_READY] = "recording.ready",
	[WEBHOOK_SESSION_CANCELLED] = "session.cancelled",
	[WEBHOOK_SESSION_CHANGED] = "session.changed",
	[WEBHOOK_SESSION_CREATED] = "session.created",
	[WEBHOOK_SESSION_ENDED] = "session.ended",
	[WEBHOOK_SESSION_OPENED] = "session.opened",
};

const char *webhook_event_name(enum webhook_event event)
{
	return names[event];
}

int webhook_event_parse(const char *name, enum webhook_event *ret_event)
{
	for (unsigned i = 0; i < WEBHOOK_EVENTS; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*ret_event = (enum webhook_event)i;
		return 0;
	}
	return -EINVAL;
}

bool webhook_url_is_good(const char *url)
{
	const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
			   : strncmp(url, "http://", 7) == 0 ? url + 7
							     : "";
	const size_t host_len = strcspn(host, "/?#");

	if (!isalnum((unsigned char)host[0]) && host[0] != '[')
		return false;
	for (const char *c = url; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || strchr("\"<>\\#", *c))
			return false;
	return !memchr(host, '@', host_len) && strlen(url) < WEBHOOK_URL;
}

static void write_events(unsigned events, char out[EVENTS_TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < WEBHOOK_EVENTS; i++)
		if (events & 1U << i)
			len += (size_t)snprintf(
				out + len, EVENTS_TEXT - len, "%s%s", len > 0 ? " " : "", names[i]);
}

/* Of what another version wrote, the words that we know. */
static unsigned read_events(const char *text)
{
	char copy[EVENTS_TEXT], *rest = copy;
	enum webhook_event event;
	unsigned events = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word; (word = strsep(&rest, " ")) != NULL;)
		if (webhook_event_parse(word, &event) == 0)
			events |= 1U << event;
	return events;
}

static const char *about(int64_t id, char out[ABOUT])
{
	snprintf(out, ABOUT, "webhook %" PRId64, id);
	return out;
}

static void make_secret(char secret[WEBHOOK_SECRET])
{
	unsigned char key[KEY_BYTES];

	randombytes_buf(key, sizeof(key));
	memcpy(secret, "whsec_", 6);
	sodium_bin2base64(secret + 6, WEBHOOK_SECRET - 6, key, sizeof(key),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(key, sizeof(key));
}

int webhook_secret(
	const struct vault *vault, int64_t id, const char *sealed, char secret[WEBHOOK_SECRET])
{
	char name[ABOUT], text[WEBHOOK_SECRET];
	size_t len;
	int r = vault_unseal(vault, about(id, name), sealed, text, sizeof(text) - 1, &len);

	if (r < 0)
		return r;
	text[len] = '\0';
	memcpy(secret, text, len + 1);
	sodium_memzero(text, sizeof(text));
	return 0;
}

static int count_of_site(struct store *store, int64_t site, int64_t *ret_count)
{
	struct rows rows =
		store_select(store, "SELECT count(*) FROM webhook WHERE site = $1", V_INT(site));
	int64_t count = rows_next(&rows) ? row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r == 0)
		*ret_count = count;
	return r;
}

int webhook_add(struct store *store, const struct vault *vault, const struct webhook_params *params,
	int64_t now_ms, int64_t *ret_id, char secret[WEBHOOK_SECRET])
{
	const int64_t id = id_new();
	char events[EVENTS_TEXT], sealed[SEALED], name[ABOUT], made[WEBHOOK_SECRET];
	int64_t count;
	int r = count_of_site(store, params->site, &count);

	if (r < 0)
		return r;
	if (count >= WEBHOOK_MAX_PER_SITE)
		return -EDQUOT;
	make_secret(made);
	vault_seal(vault, about(id, name), made, strlen(made), sealed);
	write_events(params->events, events);
	r = store_run(store,
		"INSERT INTO webhook (site, id, url, secret, events, created_by, created_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)",
		V_INT(params->site), V_INT(id), V_TEXT(params->url), V_TEXT(sealed), V_TEXT(events),
		V_INT(params->person), V_INT(now_ms));
	if (r < 0)
		return r;
	*ret_id = id;
	memcpy(secret, made, sizeof(made));
	return 0;
}

#define COLUMNS "site, id, created_by, created_at, url, events, failing_since, disabled_at, problem"

static void read_webhook(const struct rows *rows, struct webhook *webhook)
{
	*webhook = (struct webhook){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.created_by = row_int(rows, 2),
		.created_at = row_int(rows, 3),
		.events = read_events(row_text(rows, 5)),
		.failing_since = row_int(rows, 6),
		.disabled_at = row_int(rows, 7),
	};
	row_copy(rows, 4, webhook->url, sizeof(webhook->url));
	row_copy(rows, 8, webhook->problem, sizeof(webhook->problem));
}

int webhook_get(struct store *store, int64_t site, int64_t id, struct webhook *ret_webhook)
{
	struct rows rows =
		store_select(store, "SELECT " COLUMNS " FROM webhook WHERE site = $1 AND id = $2",
			V_INT(site), V_INT(id));
	struct webhook webhook = {0};
	int r;

	if (rows_next(&rows))
		read_webhook(&rows, &webhook);
	r = rows_close(&rows);
	if (r == 0 && webhook.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_webhook = webhook;
	return r;
}

int webhook_each(struct store *store, int64_t site,
	void (*found)(const struct webhook *webhook, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT " COLUMNS " FROM webhook WHERE site = $1 ORDER BY created_at, id",
		V_INT(site));

	while (rows_next(&rows)) {
		struct webhook webhook;

		read_webhook(&rows, &webhook);
		found(&webhook, arg);
	}
	return rows_close(&rows);
}

static int give_up(struct store *store, int64_t id, int64_t now_ms, const char *problem)
{
	char target[ID_DECIMAL];
	int r;

	snprintf(target, sizeof(target), "%" PRId64, id);
	r = store_run(store,
		"UPDATE delivery SET state = 'failed', done_at = $2, problem = $3"
		" WHERE kind = 'webhook' AND target = $1 AND state = 'waiting'",
		V_TEXT(target), V_INT(now_ms), V_TEXT(problem));
	return r < 0 ? r : 0;
}

int webhook_change(struct store *store, const struct webhook *webhook, int64_t now_ms)
{
	char events[EVENTS_TEXT];
	int r;

	write_events(webhook->events, events);
	r = store_run(store,
		"UPDATE webhook SET url = $3, events = $4, disabled_at = $5, failing_since = 0,"
		" failures = 0, held_until = 0, problem = '' WHERE site = $1 AND id = $2",
		V_INT(webhook->site), V_INT(webhook->id), V_TEXT(webhook->url), V_TEXT(events),
		V_INT(webhook->disabled_at));
	if (r == 0)
		r = -ENOENT;
	if (r > 0 && webhook->disabled_at != 0)
		r = give_up(store, webhook->id, now_ms, "the webhook was disabled");
	return r < 0 ? r : 0;
}

int webhook_remove(struct store *store, int64_t site, int64_t id, int64_t now_ms)
{
	int r = store_run(
		store, "DELETE FROM webhook WHERE site = $1 AND id = $2", V_INT(site), V_INT(id));

	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return give_up(store, id, now_ms, "the webhook was removed");
}

static int is_heard(struct store *store, int64_t site, const char *event)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM webhook WHERE site = $1 AND disabled_at = 0"
		" AND (' ' || events || ' ') LIKE ('% ' || $2 || ' %') LIMIT 1",
		V_INT(site), V_TEXT(event));
	bool heard = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : heard;
}

struct listeners {
	int64_t ids[WEBHOOK_MAX_PER_SITE];
	unsigned count, event;
};

static void add_listener(const struct webhook *webhook, void *arg)
{
	struct listeners *listeners = arg;

	if (webhook->disabled_at == 0 && webhook->events & 1U << listeners->event &&
		listeners->count < WEBHOOK_MAX_PER_SITE)
		listeners->ids[listeners->count++] = webhook->id;
}

static int add_delivery(struct store *store, const char *event, int64_t site, int64_t webhook,
	json_t *object, int64_t now_ms)
{
	const int64_t id = id_new();
	char id_word[ID_TEXT], site_word[ID_TEXT], target[ID_DECIMAL];
	json_t *json = json_pack("{s:s, s:s, s:I, s:s, s:O}", "id", id_text(id, id_word), "event",
		event, "at", (json_int_t)now_ms, "site", id_text(site, site_word), "object",
		object);
	char *body = json ? json_dumps(json, JSON_COMPACT) : NULL;
	int r = -ENOMEM;

	json_decref(json);
	snprintf(target, sizeof(target), "%" PRId64, webhook);
	if (body)
		r = store_run(store,
			"INSERT INTO delivery (id, site, kind, target, event, body, created_at, "
			"due_at,"
			" until_at) VALUES ($1, $2, 'webhook', $3, $4, $5, $6, $6, $7)",
			V_INT(id), V_INT(site), V_TEXT(target), V_TEXT(event), V_TEXT(body),
			V_INT(now_ms), V_INT(now_ms + DELIVERY_PATIENCE_MS));
	free(body);
	return r < 0 ? r : 0;
}

/* Steals `object`; NULL is out of memory. */
static int tell(
	struct store *store, enum webhook_event event, int64_t site, json_t *object, int64_t now_ms)
{
	struct listeners listeners = {.event = event};
	int r = object ? webhook_each(store, site, add_listener, &listeners) : -ENOMEM;

	for (unsigned i = 0; r == 0 && i < listeners.count; i++)
		r = add_delivery(store, names[event], site, listeners.ids[i], object, now_ms);
	json_decref(object);
	return r;
}

static json_t *id_word(int64_t id)
{
	char text[ID_TEXT];

	return id ? json_string(id_text(id, text)) : json_null();
}

static json_t *read_session(const struct rows *rows)
{
	return json_pack("{s:o, s:o, s:s, s:I, s:I, s:s, s:s, s:o}", "id",
		id_word(row_int(rows, 0)), "course", id_word(row_int(rows, 1)), "title",
		row_text(rows, 2), "starts_at", (json_int_t)row_int(rows, 3), "length_min",
		(json_int_t)row_int(rows, 4), "time_zone", row_text(rows, 5), "state",
		row_text(rows, 6), "series", id_word(row_int(rows, 7)));
}

int webhook_tell_session(struct store *store, enum webhook_event event, int64_t site,
	int64_t session, int64_t now_ms)
{
	int r = is_heard(store, site, names[event]), end;
	json_t *object = NULL;
	struct rows rows;

	if (r <= 0)
		return r;
	rows = store_select(store,
		"SELECT id, course, title, starts_at, length_min, time_zone,"
		" CASE cancelled_at WHEN 0 THEN state ELSE 'cancelled' END, series FROM session"
		" WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(session));
	r = rows_next(&rows) ? 0 : -ENOENT;
	if (r == 0)
		object = read_session(&rows);
	end = rows_close(&rows);
	if (r == 0 && end == 0)
		return tell(store, event, site, object, now_ms);
	json_decref(object);
	return end < 0 ? end : r;
}

static json_t *read_recording(const struct rows *rows)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:s}", "id", id_word(row_int(rows, 0)),
		"session", id_word(row_int(rows, 1)), "course", id_word(row_int(rows, 2)),
		"started_at", (json_int_t)row_int(rows, 3), "duration_ms",
		(json_int_t)row_int(rows, 4), "bytes", (json_int_t)row_int(rows, 5), "state",
		row_text(rows, 6));
}

int webhook_tell_recording(struct store *store, enum webhook_event event, int64_t site,
	int64_t recording, int64_t now_ms)
{
	int r = is_heard(store, site, names[event]), end;
	json_t *object = NULL;
	struct rows rows;

	if (r <= 0)
		return r;
	rows = store_select(store,
		"SELECT r.id, r.session, s.course, r.started_at, r.duration_ms, r.bytes, r.state"
		" FROM recording r JOIN session s ON s.site = r.site AND s.id = r.session"
		" WHERE r.site = $1 AND r.id = $2",
		V_INT(site), V_INT(recording));
	r = rows_next(&rows) ? 0 : -ENOENT;
	if (r == 0)
		object = read_recording(&rows);
	end = rows_close(&rows);
	if (r == 0 && end == 0)
		return tell(store, event, site, object, now_ms);
	json_decref(object);
	return end < 0 ? end : r;
}

int webhook_took(struct store *store, int64_t id)
{
	int r = store_run(store,
		"UPDATE webhook SET failing_since = 0, failures = 0, held_until = 0, problem = ''"
		" WHERE id = $1 AND failing_since <> 0",
		V_INT(id));

	return r < 0 ? r : 0;
}

int webhook_failed(
	struct store *store, int64_t id, int64_t until, const char *problem, int64_t now_ms)
{
	int r = store_run(store,
		"UPDATE webhook SET failures = failures + 1, held_until = $2, problem = $3,"
		" failing_since = CASE failing_since WHEN 0 THEN $4 ELSE failing_since END"
		" WHERE id = $1",
		V_INT(id), V_INT(until), V_TEXT(problem), V_INT(now_ms));

	if (r > 0)
		r = store_run(store,
			"UPDATE webhook SET disabled_at = $2 WHERE id = $1 AND disabled_at = 0"
			" AND failing_since < $3",
			V_INT(id), V_INT(now_ms), V_INT(now_ms - WEBHOOK_PATIENCE_MS));
	if (r > 0)
		r = give_up(store, id, now_ms, "the webhook failed for days and was disabled");
	return r < 0 ? r : 0;
}

int webhook_failures(struct store *store, int64_t id, unsigned *ret_failures)
{
	struct rows rows =
		store_select(store, "SELECT failures FROM webhook WHERE id = $1", V_INT(id));
	bool found = rows_next(&rows);
	unsigned failures = found ? (unsigned)row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_failures = failures;
	return r;
}
