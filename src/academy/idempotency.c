/* SPDX-License-Identifier: MIT */
#include "academy/idempotency.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

int idempotency_find(struct store *store, const struct idempotency *what, int64_t now_ms,
	unsigned *ret_status, char **ret_answer)
{
	struct rows rows = store_select(store,
		"SELECT asked, status, answer FROM request_key"
		" WHERE person = $1 AND name = $2 AND at > $3",
		V_INT(what->person), V_TEXT(what->key), V_INT(now_ms - IDEMPOTENCY_KEPT_MS));
	bool found = rows_next(&rows), same = false;
	char *answer = NULL;
	unsigned status = 0;
	int r;

	if (found) {
		same = strcmp(row_text(&rows, 0), what->asked) == 0;
		status = (unsigned)row_int(&rows, 1);
		answer = strdup(row_text(&rows, 2));
	}
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0 && !same)
		r = -EEXIST;
	if (r == 0 && !answer)
		r = -ENOMEM;
	if (r < 0) {
		free(answer);
		return r;
	}
	*ret_status = status;
	*ret_answer = answer;
	return 0;
}

int idempotency_keep(struct store *store, const struct idempotency *what, int64_t now_ms,
	unsigned status, const char *answer)
{
	int r = store_run(store, "DELETE FROM request_key WHERE at <= $1",
		V_INT(now_ms - IDEMPOTENCY_KEPT_MS));

	if (r >= 0)
		r = store_run(store,
			"INSERT INTO request_key (person, name, asked, status, answer, at)"
			" VALUES ($1, $2, $3, $4, $5, $6)",
			V_INT(what->person), V_TEXT(what->key), V_TEXT(what->asked), V_INT(status),
			V_TEXT(answer), V_INT(now_ms));
	return r < 0 ? r : 0;
}
