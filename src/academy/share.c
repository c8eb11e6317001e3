/* SPDX-License-Identifier: MIT */
#include "academy/share.h"

#include <errno.h>
#include <stdbool.h>

#include "store/store.h"

static int exists(struct rows rows)
{
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

/* Every site of the network that $1 is in: up to the topmost one, and all below that. */
#define NETWORK                                                                                    \
	"WITH RECURSIVE up (id, parent) AS (SELECT id, parent FROM site WHERE id = $1"             \
	" UNION ALL SELECT s.id, s.parent FROM site s JOIN up ON s.id = up.parent),"               \
	" network (id) AS (SELECT id FROM up WHERE parent IS NULL"                                 \
	" UNION ALL SELECT s.id FROM site s JOIN network n ON s.parent = n.id) "

int course_share(struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t now_ms)
{
	int r;

	if (with_site == site)
		return -EINVAL;
	r = exists(store_select(store, NETWORK "SELECT 1 FROM network WHERE id = $2", V_INT(site),
		V_INT(with_site)));
	if (r == 0)
		r = -ENOENT;
	if (r > 0)
		r = store_run(store,
			"INSERT INTO course_share (site, course, with_site, at)"
			" VALUES ($1, $2, $3, $4)"
			" ON CONFLICT (site, course, with_site) DO NOTHING",
			V_INT(site), V_INT(id), V_INT(with_site), V_INT(now_ms));
	if (r == -EEXIST)
		return -ENOENT;
	return r < 0 ? r : 0;
}

static int unshare(struct store *store, int64_t site, int64_t id, int64_t with_site)
{
	int r = store_run(store,
		"DELETE FROM shared_enrolment WHERE site = $1 AND course = $2 AND with_site = $3",
		V_INT(site), V_INT(id), V_INT(with_site));

	if (r >= 0)
		r = store_run(store,
			"DELETE FROM course_share WHERE site = $1 AND course = $2"
			" AND with_site = $3",
			V_INT(site), V_INT(id), V_INT(with_site));
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int course_unshare(struct store *store, int64_t site, int64_t id, int64_t with_site)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, unshare(store, site, id, with_site));
}

int course_is_shared(struct store *store, int64_t site, int64_t id, int64_t with_site)
{
	return exists(store_select(store,
		"SELECT 1 FROM course_share WHERE site = $1 AND course = $2 AND with_site = $3",
		V_INT(site), V_INT(id), V_INT(with_site)));
}

/* 1: this partner has enrolled the person; 0: nobody has; -EEXIST: another has. */
static int enrolled_by(
	struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT with_site FROM shared_enrolment"
		" WHERE site = $1 AND course = $2 AND person = $3",
		V_INT(site), V_INT(id), V_INT(person));
	int64_t by = rows_next(&rows) ? row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r < 0 || by == 0)
		return r;
	return by == with_site ? 1 : -EEXIST;
}

int course_enrol_partner(
	struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t person)
{
	int r = enrolled_by(store, site, id, with_site, person);

	if (r != 0)
		return r < 0 ? r : 0;
	r = store_run(store,
		"INSERT INTO shared_enrolment (site, course, with_site, person)"
		" SELECT h.site, h.course, h.with_site, m.person FROM course_share h"
		" JOIN site_person m ON m.site = h.with_site JOIN person p ON p.id = m.person"
		" WHERE h.site = $1 AND h.course = $2 AND h.with_site = $3 AND m.person = $4"
		" AND m.left_at = 0 AND p.kind = 'person'",
		V_INT(site), V_INT(id), V_INT(with_site), V_INT(person));
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int course_unenrol_partner(
	struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t person)
{
	int r = exists(
		store_select(store, "SELECT 1 FROM site_person WHERE site = $1 AND person = $2",
			V_INT(with_site), V_INT(person)));

	if (r == 0)
		r = -ENOENT;
	if (r > 0)
		r = store_run(store,
			"DELETE FROM shared_enrolment WHERE site = $1 AND course = $2"
			" AND person = $4 AND with_site = $3",
			V_INT(site), V_INT(id), V_INT(with_site), V_INT(person));
	return r < 0 ? r : 0;
}

int course_each_share(struct store *store, int64_t site, int64_t id,
	void (*found)(const struct course_share *share, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT h.with_site, h.at, t.name, (SELECT count(*) FROM shared_enrolment e"
		" WHERE e.site = h.site AND e.course = h.course AND e.with_site = h.with_site)"
		" FROM course_share h JOIN site t ON t.id = h.with_site"
		" WHERE h.site = $1 AND h.course = $2 ORDER BY t.name, t.id",
		V_INT(site), V_INT(id));

	while (rows_next(&rows)) {
		struct course_share share = {
			.with_site = row_int(&rows, 0),
			.at = row_int(&rows, 1),
			.people = (unsigned)row_int(&rows, 3),
		};

		row_copy(&rows, 2, share.name, sizeof(share.name));
		found(&share, arg);
	}
	return rows_close(&rows);
}

int course_each_partner(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t with_site, const char *name, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		NETWORK "SELECT t.id, t.name FROM network n JOIN site t ON t.id = n.id"
			" WHERE t.id <> $1 AND NOT EXISTS (SELECT 1 FROM course_share h"
			" WHERE h.site = $1 AND h.course = $2 AND h.with_site = t.id)"
			" ORDER BY t.name, t.id",
		V_INT(site), V_INT(id));

	while (rows_next(&rows))
		found(row_int(&rows, 0), row_text(&rows, 1), arg);
	return rows_close(&rows);
}
