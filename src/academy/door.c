/* SPDX-License-Identifier: MIT */
#include "academy/door.h"

#include <errno.h>
#include <string.h>

#include "store/store.h"

#define MINUTE_MS 60000LL

int door_get(struct store *store, int64_t site, int64_t session, struct door *ret_door)
{
	struct rows rows = store_select(store,
		"SELECT starts_at, length_min, opens_min, lobby_min, entry, cancelled_at"
		" FROM session WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(session));
	struct door door = {0};
	bool found = rows_next(&rows);
	int r;

	if (found) {
		door.starts_at = row_int(&rows, 0);
		door.ends_at = door.starts_at + row_int(&rows, 1) * MINUTE_MS;
		door.opens_at = door.starts_at - row_int(&rows, 2) * MINUTE_MS;
		door.lobby_at = door.starts_at - row_int(&rows, 3) * MINUTE_MS;
		door.approval = strcmp(row_text(&rows, 4), "approval") == 0;
		door.cancelled = row_int(&rows, 5) != 0;
	}
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_door = door;
	return r;
}
