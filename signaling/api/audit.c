/* SPDX-License-Identifier: MIT */
/* GET /audit and /audit.csv: who did what in the site; looking is a line of its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/audit.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/csv.h"
#include "signaling/request.h"
#include "store/id.h"

enum { TEXT = 128, EXPORT_MOST = 100000 };

struct asked {
	struct audit_query query;
	char text[TEXT], action[AUDIT_WORD], object[AUDIT_WORD];
};

static bool read_number(struct request *request, const char *name, int64_t *ret_number)
{
	int r = url_query_number(request->query, name, ret_number);

	if (r == 0 || r == -ENOENT)
		return true;
	request_error(request, 400, "bad_request", "from, to, before and limit are numbers.");
	return false;
}

static bool read_word(
	struct request *request, const char *name, char *out, size_t room, const char **ret_word)
{
	int r = url_query_text(request->query, name, out, room);

	if (r == 0 && out[0] != '\0')
		*ret_word = out;
	if (r == 0 || r == -ENOENT)
		return true;
	request_error(request, 400, "bad_request", "That is too long to be looked for.");
	return false;
}

/* False: 400 was answered. */
static bool read_query(struct request *request, struct asked *asked)
{
	struct audit_query *query = &asked->query;
	int64_t limit = PAGE_LIMIT;

	if (!read_number(request, "before", &query->before) ||
		!read_number(request, "from", &query->from_ms) ||
		!read_number(request, "to", &query->to_ms) ||
		!read_number(request, "limit", &limit) ||
		!request_query_id(request, "person", &query->person) ||
		!request_query_id(request, "object_id", &query->object_id) ||
		!read_word(request, "q", asked->text, TEXT, &query->text) ||
		!read_word(request, "action", asked->action, AUDIT_WORD, &query->action) ||
		!read_word(request, "object", asked->object, AUDIT_WORD, &query->object))
		return false;
	if (limit < 1 || limit > PAGE_MAX) {
		request_error(request, 400, "bad_request", "limit is 1 to 200.");
		return false;
	}
	query->limit = (unsigned)limit;
	return true;
}

struct listing {
	json_t *list;
	int64_t last;
	int error;
};

static json_t *id_or_null(int64_t id)
{
	return id == 0 ? json_null() : object_id(id);
}

static void add_line(const struct audit_found *found, void *arg)
{
	struct listing *listing = arg;
	const struct audit_line *line = &found->line;
	json_t *person = line->person == 0 ? json_null()
					   : json_pack("{s:o, s:s}", "id", object_id(line->person),
						     "name", found->person_name);

	listing->last = found->seq;
	object_append(listing->list,
		json_pack("{s:I, s:I, s:o, s:s, s:s, s:o, s:o, s:s}", "seq", (json_int_t)found->seq,
			"at", (json_int_t)line->at_ms, "person", person, "action", line->action,
			"object", line->object, "object_id", id_or_null(line->object_id), "detail",
			json_loads(line->detail, 0, NULL), "hash", found->hash),
		&listing->error);
}

void api_audit(struct store *store, struct request *request)
{
	struct listing listing = {0};
	struct asked asked = {0};
	json_t *next;
	int r;

	if (!read_query(request, &asked))
		return;
	listing.list = json_array();
	r = audit_each(store, request->site, &asked.query, add_line, &listing);
	if (r == 0)
		r = listing.error;
	next = json_array_size(listing.list) < asked.query.limit || listing.last <= 1
		       ? json_null()
		       : json_integer(listing.last);
	if (r == 0)
		request_json(
			request, 200, json_pack("{s:O, s:O}", "audit", listing.list, "next", next));
	else
		request_fail(request, r);
	json_decref(next);
	json_decref(listing.list);
}

static void add_row(const struct audit_found *found, void *arg)
{
	const struct audit_line *line = &found->line;
	struct csv *csv = arg;
	char id[ID_TEXT];

	csv_number(csv, found->seq);
	csv_time(csv, line->at_ms);
	csv_text(csv, line->person == 0 ? "" : id_text(line->person, id));
	csv_text(csv, found->person_name);
	csv_text(csv, line->action);
	csv_text(csv, line->object);
	csv_text(csv, line->object_id == 0 ? "" : id_text(line->object_id, id));
	csv_text(csv, line->detail);
	csv_text(csv, found->hash);
	csv_row(csv);
}

void api_audit_csv(struct store *store, struct request *request)
{
	struct asked asked = {0};
	struct csv csv;
	int r;

	if (!read_query(request, &asked))
		return;
	asked.query.limit = EXPORT_MOST;
	csv_init(&csv, "line", "time", "person", "name", "action", "object", "object_id", "detail",
		"hash", NULL);
	r = audit_each(store, request->site, &asked.query, add_row, &csv);
	if (r == 0) {
		csv_answer(&csv, request, "audit.csv");
		return;
	}
	csv_finish(&csv);
	request_fail(request, r);
}
