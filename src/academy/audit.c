/* SPDX-License-Identifier: MIT */
#include "academy/audit.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "store/store.h"

enum { HASH_BYTES = (AUDIT_HASH - 1) / 2 };

static void add_number(crypto_generichash_state *state, int64_t number)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)((uint64_t)number >> 8 * (7 - i));
	crypto_generichash_update(state, bytes, sizeof(bytes));
}

static void add_text(crypto_generichash_state *state, const char *text)
{
	const size_t len = strlen(text);

	add_number(state, (int64_t)len);
	crypto_generichash_update(state, (const unsigned char *)text, len);
}

static void work_out(
	const char *before, int64_t seq, const struct audit_line *line, char out[AUDIT_HASH])
{
	unsigned char bytes[HASH_BYTES];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof(bytes));
	add_text(&state, before);
	add_number(&state, line->site);
	add_number(&state, seq);
	add_number(&state, line->at_ms);
	add_number(&state, line->person);
	add_text(&state, line->action);
	add_text(&state, line->object);
	add_number(&state, line->object_id);
	add_text(&state, line->detail);
	crypto_generichash_final(&state, bytes, sizeof(bytes));
	sodium_bin2hex(out, AUDIT_HASH, bytes, sizeof(bytes));
}

/* "" and 0 before the first. */
static int find_last(struct store *store, int64_t site, int64_t *ret_seq, char ret_hash[AUDIT_HASH])
{
	struct rows rows = store_select(store,
		"SELECT seq, hash FROM audit WHERE site = $1 ORDER BY seq DESC LIMIT 1",
		V_INT(site));

	*ret_seq = 0;
	ret_hash[0] = '\0';
	if (rows_next(&rows)) {
		*ret_seq = row_int(&rows, 0);
		row_copy(&rows, 1, ret_hash, AUDIT_HASH);
	}
	return rows_close(&rows);
}

static int append(struct store *store, const struct audit_line *given)
{
	struct audit_line line = *given;
	char before[AUDIT_HASH], hash[AUDIT_HASH];
	int64_t seq;
	int r = find_last(store, line.site, &seq, before);

	if (r < 0)
		return r;
	if (!line.detail)
		line.detail = "{}";
	work_out(before, ++seq, &line, hash);
	r = store_run(store,
		"INSERT INTO audit (site, seq, at, person, action, object, object_id, detail, hash)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		V_INT(line.site), V_INT(seq), V_INT(line.at_ms), V_INT(line.person),
		V_TEXT(line.action), V_TEXT(line.object), V_INT(line.object_id),
		V_TEXT(line.detail), V_TEXT(hash));
	return r < 0 ? r : 0;
}

int audit_add(struct store *store, const struct audit_line *line)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, append(store, line));
}

static struct audit_line read_line(const struct rows *rows, int64_t site)
{
	return (struct audit_line){
		.site = site,
		.at_ms = row_int(rows, 1),
		.person = row_int(rows, 2),
		.action = row_text(rows, 3),
		.object = row_text(rows, 4),
		.object_id = row_int(rows, 5),
		.detail = row_text(rows, 6),
	};
}

/* The index by site and number gives the order; conditions that are not asked are always true. */
int audit_each(struct store *store, int64_t site, const struct audit_query *query,
	void (*found)(const struct audit_found *found, void *arg), void *arg)
{
	const unsigned limit = query->limit == 0 ? AUDIT_MAX_PAGE : query->limit;
	struct rows rows = store_select(store,
		"SELECT a.seq, a.at, a.person, a.action, a.object, a.object_id, a.detail, a.hash,"
		" coalesce(p.name, '') FROM audit a LEFT JOIN person p ON p.id = a.person"
		" WHERE a.site = $1 AND ($2 = 0 OR a.seq < $2) AND a.at >= $3"
		" AND ($4 = 0 OR a.at < $4) AND ($5 = 0 OR a.person = $5)"
		" AND ($6 = 0 OR a.object_id = $6) AND ($7 IS NULL OR a.action = $7)"
		" AND ($8 IS NULL OR a.object = $8)"
		" AND ($9 IS NULL OR instr(lower(a.detail), lower($9)) > 0"
		" OR instr(lower(p.name), lower($9)) > 0)"
		" ORDER BY a.seq DESC LIMIT $10",
		V_INT(site), V_INT(query->before), V_INT(query->from_ms), V_INT(query->to_ms),
		V_INT(query->person), V_INT(query->object_id), V_TEXT(query->action),
		V_TEXT(query->object), V_TEXT(query->text), V_INT(limit));

	while (rows_next(&rows)) {
		struct audit_found line = {
			.seq = row_int(&rows, 0),
			.line = read_line(&rows, site),
			.hash = row_text(&rows, 7),
			.person_name = row_text(&rows, 8),
		};

		found(&line, arg);
	}
	return rows_close(&rows);
}

static int verify_site(struct store *store, int64_t site, struct audit_verdict *verdict)
{
	struct rows rows = store_select(store,
		"SELECT seq, at, person, action, object, object_id, detail, hash FROM audit"
		" WHERE site = $1 ORDER BY seq",
		V_INT(site));

	*verdict = (struct audit_verdict){.site = site};
	while (rows_next(&rows)) {
		const struct audit_line line = read_line(&rows, site);
		const int64_t seq = ++verdict->lines;
		char hash[AUDIT_HASH];

		work_out(verdict->head, seq, &line, hash);
		if (verdict->broken_at == 0 &&
			(row_int(&rows, 0) != seq || strcmp(row_text(&rows, 7), hash) != 0))
			verdict->broken_at = seq;
		row_copy(&rows, 7, verdict->head, sizeof(verdict->head));
	}
	return rows_close(&rows);
}

int audit_verify(struct store *store, void (*told)(const struct audit_verdict *verdict, void *arg),
	void *arg)
{
	struct rows rows = store_select(store, "SELECT DISTINCT site FROM audit ORDER BY site");
	int r = 0, end;

	while (r == 0 && rows_next(&rows)) {
		struct audit_verdict verdict;

		r = verify_site(store, row_int(&rows, 0), &verdict);
		if (r == 0)
			told(&verdict, arg);
	}
	end = rows_close(&rows);
	return r < 0 ? r : end;
}
