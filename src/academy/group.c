/* SPDX-License-Identifier: MIT */
#include "academy/group.h"

#include <errno.h>
#include <stdbool.h>

#include "store/id.h"
#include "store/store.h"

static int changed(int r)
{
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int group_add(struct store *store, int64_t site, const char *name, int64_t *ret_id)
{
	int64_t id = id_new();
	int r = store_run(store, "INSERT INTO people_group (site, id, name) VALUES ($1, $2, $3)",
		V_INT(site), V_INT(id), V_TEXT(name));

	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

#define GROUPS                                                                                     \
	"SELECT g.id, g.name,"                                                                     \
	" (SELECT count(*) FROM group_member m WHERE m.site = g.site AND m.grp = g.id)"            \
	" FROM people_group g WHERE g.site = $1 AND "

static void read_group(const struct rows *rows, struct group *group)
{
	group->id = row_int(rows, 0);
	row_copy(rows, 1, group->name, sizeof(group->name));
	group->people = (unsigned)row_int(rows, 2);
}

int group_get(struct store *store, int64_t site, int64_t id, struct group *ret_group)
{
	struct rows rows = store_select(store, GROUPS "g.id = $2", V_INT(site), V_INT(id));
	bool found = rows_next(&rows);
	struct group group;
	int r;

	if (found)
		read_group(&rows, &group);
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_group = group;
	return r;
}

int group_rename(struct store *store, int64_t site, int64_t id, const char *name)
{
	return changed(
		store_run(store, "UPDATE people_group SET name = $3 WHERE site = $1 AND id = $2",
			V_INT(site), V_INT(id), V_TEXT(name)));
}

static int remove_rows(struct store *store, int64_t site, int64_t id)
{
	int r = store_run(store, "DELETE FROM course_group WHERE site = $1 AND grp = $2",
		V_INT(site), V_INT(id));

	if (r >= 0)
		r = store_run(store, "DELETE FROM group_member WHERE site = $1 AND grp = $2",
			V_INT(site), V_INT(id));
	if (r < 0)
		return r;
	/* What still refers to it is a session. */
	r = store_run(store, "DELETE FROM people_group WHERE site = $1 AND id = $2", V_INT(site),
		V_INT(id));
	return r == -EEXIST ? -ENOTEMPTY : changed(r);
}

int group_remove(struct store *store, int64_t site, int64_t id)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, remove_rows(store, site, id));
}

static int check_member(struct store *store, int64_t site, int64_t id, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM people_group g"
		" JOIN site_person m ON m.site = g.site JOIN person p ON p.id = m.person"
		" WHERE g.site = $1 AND g.id = $2 AND m.person = $3 AND m.left_at = 0"
		" AND p.kind = 'person'",
		V_INT(site), V_INT(id), V_INT(person));
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r == 0 && !found ? -ENOENT : r;
}

int group_add_person(struct store *store, int64_t site, int64_t id, int64_t person)
{
	int r = check_member(store, site, id, person);

	if (r == 0)
		r = store_run(store,
			"INSERT INTO group_member (site, grp, person) VALUES ($1, $2, $3)"
			" ON CONFLICT (site, grp, person) DO NOTHING",
			V_INT(site), V_INT(id), V_INT(person));
	return r < 0 ? r : 0;
}

int group_remove_person(struct store *store, int64_t site, int64_t id, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM people_group g JOIN site_person m ON m.site = g.site"
		" WHERE g.site = $1 AND g.id = $2 AND m.person = $3",
		V_INT(site), V_INT(id), V_INT(person));
	bool known = rows_next(&rows);
	int r = rows_close(&rows);

	if (r == 0 && !known)
		r = -ENOENT;
	if (r == 0)
		r = store_run(store,
			"DELETE FROM group_member WHERE site = $1 AND grp = $2 AND person = $3",
			V_INT(site), V_INT(id), V_INT(person));
	return r < 0 ? r : 0;
}

int group_page(struct store *store, int64_t site, const struct search *search,
	void (*found)(const struct group *group, void *arg), void *arg)
{
	char pattern[SEARCH_PATTERN];
	struct rows rows = store_select(store,
		GROUPS "g.name LIKE $2 ESCAPE '\\'"
		       " AND ($3 = 0 OR g.name > (SELECT name FROM people_group"
		       " WHERE site = $1 AND id = $3)) ORDER BY g.name LIMIT $4",
		V_INT(site), V_TEXT(search_pattern(search->q, pattern)), V_INT(search->after),
		V_INT(search_limit(search)));

	while (rows_next(&rows)) {
		struct group group;

		read_group(&rows, &group);
		found(&group, arg);
	}
	return rows_close(&rows);
}

int group_people(struct store *store, int64_t site, int64_t id, const struct search *search,
	void (*found)(int64_t person, const char *name, void *arg), void *arg)
{
	char pattern[SEARCH_PATTERN];
	struct rows rows = store_select(store,
		"SELECT p.id, p.name FROM group_member m JOIN person p ON p.id = m.person"
		" WHERE m.site = $1 AND m.grp = $2 AND p.name LIKE $3 ESCAPE '\\'"
		" AND ($4 = 0 OR (p.name, p.id) > (SELECT name, id FROM person WHERE id = $4))"
		" ORDER BY p.name, p.id LIMIT $5",
		V_INT(site), V_INT(id), V_TEXT(search_pattern(search->q, pattern)),
		V_INT(search->after), V_INT(search_limit(search)));

	while (rows_next(&rows))
		found(row_int(&rows, 0), row_text(&rows, 1), arg);
	return rows_close(&rows);
}
