/* SPDX-License-Identifier: MIT */
#include "academy/venue.h"

#include <errno.h>

#include "store/id.h"
#include "store/store.h"

/* 1 row or none; or a negative errno. */
static int one(int changed)
{
	return changed < 0 ? changed : changed == 0 ? -ENOENT : 0;
}

static void read_venue(const struct rows *rows, struct venue *venue)
{
	*venue = (struct venue){.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.seats = (unsigned)row_int(rows, 3)};
	row_copy(rows, 2, venue->name, sizeof(venue->name));
}

int venue_add(struct store *store, struct venue *venue)
{
	int64_t id = id_new();
	int r = store_run(store,
		"INSERT INTO venue (site, id, name, seats) SELECT $1, $2, $3, $4"
		" WHERE (SELECT count(*) FROM venue WHERE site = $1) < $5",
		V_INT(venue->site), V_INT(id), V_TEXT(venue->name), V_INT(venue->seats),
		V_INT(VENUE_MAX));

	if (r > 0)
		venue->id = id;
	return r < 0 ? r : r == 0 ? -ENOSPC : 0;
}

int venue_get(struct store *store, int64_t site, int64_t id, struct venue *ret_venue)
{
	struct rows rows = store_select(store,
		"SELECT site, id, name, seats FROM venue WHERE site = $1 AND id = $2", V_INT(site),
		V_INT(id));
	struct venue venue = {0};
	int r;

	if (rows_next(&rows))
		read_venue(&rows, &venue);
	r = rows_close(&rows);
	if (r == 0 && venue.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_venue = venue;
	return r;
}

int venue_set(struct store *store, const struct venue *venue)
{
	return one(store_run(store,
		"UPDATE venue SET name = $3, seats = $4 WHERE site = $1 AND id = $2",
		V_INT(venue->site), V_INT(venue->id), V_TEXT(venue->name), V_INT(venue->seats)));
}

int venue_remove(struct store *store, int64_t site, int64_t id)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = store_run(store, "UPDATE session SET venue = 0 WHERE site = $1 AND venue = $2",
		V_INT(site), V_INT(id));
	if (r >= 0)
		r = one(store_run(store, "DELETE FROM venue WHERE site = $1 AND id = $2",
			V_INT(site), V_INT(id)));
	return store_finish(store, r);
}

int venue_each(struct store *store, int64_t site,
	void (*found)(const struct venue *venue, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT site, id, name, seats FROM venue WHERE site = $1 ORDER BY name, id",
		V_INT(site));

	while (rows_next(&rows)) {
		struct venue venue;

		read_venue(&rows, &venue);
		found(&venue, arg);
	}
	return rows_close(&rows);
}

static void read_blackout(const struct rows *rows, struct blackout *blackout)
{
	*blackout = (struct blackout){.site = row_int(rows, 0), .id = row_int(rows, 1)};
	row_copy(rows, 2, blackout->name, sizeof(blackout->name));
	row_copy(rows, 3, blackout->first_day, sizeof(blackout->first_day));
	row_copy(rows, 4, blackout->last_day, sizeof(blackout->last_day));
}

int blackout_add(struct store *store, struct blackout *blackout)
{
	int64_t id = id_new();
	int r = store_run(store,
		"INSERT INTO blackout (site, id, name, first_day, last_day) SELECT $1, $2, $3, $4, "
		"$5"
		" WHERE (SELECT count(*) FROM blackout WHERE site = $1) < $6",
		V_INT(blackout->site), V_INT(id), V_TEXT(blackout->name),
		V_TEXT(blackout->first_day), V_TEXT(blackout->last_day), V_INT(BLACKOUT_MAX));

	if (r > 0)
		blackout->id = id;
	return r < 0 ? r : r == 0 ? -ENOSPC : 0;
}

int blackout_get(struct store *store, int64_t site, int64_t id, struct blackout *ret_blackout)
{
	struct rows rows = store_select(store,
		"SELECT site, id, name, first_day, last_day FROM blackout"
		" WHERE site = $1 AND id = $2",
		V_INT(site), V_INT(id));
	struct blackout blackout = {0};
	int r;

	if (rows_next(&rows))
		read_blackout(&rows, &blackout);
	r = rows_close(&rows);
	if (r == 0 && blackout.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_blackout = blackout;
	return r;
}

int blackout_set(struct store *store, const struct blackout *blackout)
{
	return one(store_run(store,
		"UPDATE blackout SET name = $3, first_day = $4, last_day = $5"
		" WHERE site = $1 AND id = $2",
		V_INT(blackout->site), V_INT(blackout->id), V_TEXT(blackout->name),
		V_TEXT(blackout->first_day), V_TEXT(blackout->last_day)));
}

int blackout_remove(struct store *store, int64_t site, int64_t id)
{
	return one(store_run(
		store, "DELETE FROM blackout WHERE site = $1 AND id = $2", V_INT(site), V_INT(id)));
}

int blackout_each(struct store *store, int64_t site,
	void (*found)(const struct blackout *blackout, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"WITH RECURSIVE above (id) AS (SELECT $1 UNION SELECT t.parent FROM site t"
		" JOIN above a ON t.id = a.id WHERE t.parent IS NOT NULL)"
		" SELECT b.site, b.id, b.name, b.first_day, b.last_day FROM above a"
		" JOIN blackout b ON b.site = a.id ORDER BY b.first_day, b.id",
		V_INT(site));

	while (rows_next(&rows)) {
		struct blackout blackout;

		read_blackout(&rows, &blackout);
		found(&blackout, arg);
	}
	return rows_close(&rows);
}
