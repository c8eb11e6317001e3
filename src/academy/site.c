/* SPDX-License-Identifier: MIT */
#include "academy/site.h"

#include <errno.h>

#include "store/id.h"
#include "store/store.h"

int site_add(struct store *store, const struct site_params *params, int64_t *ret_id)
{
	int64_t id = id_new();
	int r;

	r = store_run(store,
		"INSERT INTO site (id, parent, slug, name, time_zone, language)"
		" VALUES ($1, nullif($2, 0), $3, $4, $5, $6)",
		V_INT(id), V_INT(params->parent), V_TEXT(params->slug), V_TEXT(params->name),
		V_TEXT(params->time_zone), V_TEXT(params->language));
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

int site_find(struct store *store, const char *slug, int64_t *ret_id)
{
	struct rows rows = store_select(store, "SELECT id FROM site WHERE slug = $1", V_TEXT(slug));
	int64_t id = 0;
	int r;

	if (rows_next(&rows))
		id = row_int(&rows, 0);
	r = rows_close(&rows);
	if (r == 0 && id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_id = id;
	return r;
}
