/* SPDX-License-Identifier: MIT */
#include "academy/member.h"

#include <errno.h>
#include <string.h>

#include "academy/enrolment.h"
#include "academy/signin.h"
#include "base/text.h"
#include "store/store.h"

static const struct {
	unsigned role;
	const char *name;
} roles[] = {
	{ROLE_ADMIN, "admin"},
	{ROLE_COORDINATOR, "coordinator"},
	{ROLE_INSTRUCTOR, "instructor"},
	{ROLE_TRAINEE, "trainee"},
};

enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

unsigned role_parse(const char *name)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return 0;
}

const char *role_name(unsigned role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (roles[i].role == role)
			return roles[i].name;
	return NULL;
}

bool role_may_give(unsigned by, unsigned before, unsigned after)
{
	const unsigned changed = before ^ after;

	if (after & ROLE_GUEST)
		return false;
	if (by & ROLE_ADMIN)
		return true;
	return (by & ROLE_COORDINATOR) &&
	       (changed & ~(unsigned)(ROLE_INSTRUCTOR | ROLE_TRAINEE)) == 0;
}

/* enum site_role as SQL, of the membership m. */
#define ROLE_BITS                                                                                  \
	"(SELECT coalesce(sum(CASE o.role WHEN 'coordinator' THEN 1 WHEN 'instructor' THEN 2"      \
	" WHEN 'trainee' THEN 4 WHEN 'admin' THEN 8 ELSE 16 END), 0) FROM role o"                  \
	" WHERE o.site = m.site AND o.person = m.person)"
#define MEMBER                                                                                     \
	"SELECT p.id, p.name, p.email, p.language, p.locked_at, m.since, " ROLE_BITS ","           \
	" EXISTS (SELECT 1 FROM credential c WHERE c.person = p.id AND c.kind = 'password')"       \
	" OR EXISTS (SELECT 1 FROM signin i WHERE i.person = p.id),"                               \
	" EXISTS (SELECT 1 FROM credential c WHERE c.person = p.id AND c.kind = 'totp'),"          \
	" (SELECT max(i.seen_at) FROM signin i WHERE i.person = p.id AND i.site = m.site)"         \
	" FROM site_person m JOIN person p ON p.id = m.person AND p.kind = 'person'"               \
	" WHERE m.site = $1 AND m.left_at = 0"

static void read_member(const struct rows *rows, struct member *member)
{
	*member = (struct member){
		.id = row_int(rows, 0),
		.locked = row_int(rows, 4) != 0,
		.since = row_int(rows, 5),
		.roles = (unsigned)row_int(rows, 6),
		.active = row_int(rows, 7) != 0,
		.second_factor = row_int(rows, 8) != 0,
		.seen_at = row_int(rows, 9),
	};
	row_copy(rows, 1, member->name, sizeof(member->name));
	row_copy(rows, 2, member->email, sizeof(member->email));
	row_copy(rows, 3, member->language, sizeof(member->language));
}

int member_page(struct store *store, int64_t site, const struct member_query *query,
	void (*found)(const struct member *member, void *arg), void *arg)
{
	const char *role = query->role ? role_name(query->role) : "";
	char pattern[SEARCH_PATTERN];
	struct rows rows = store_select(store,
		MEMBER
		" AND (p.name LIKE $2 ESCAPE '\\' OR p.email LIKE $2 ESCAPE '\\')"
		" AND ($3 = '' OR EXISTS (SELECT 1 FROM role o WHERE o.site = m.site"
		" AND o.person = m.person AND o.role = $3))"
		" AND ($4 = 0 OR (p.name, p.id) > (SELECT a.name, a.id FROM person a WHERE a.id = "
		"$4))"
		" ORDER BY p.name, p.id LIMIT $5",
		V_INT(site), V_TEXT(search_pattern(query->search.q, pattern)), V_TEXT(role),
		V_INT(query->search.after), V_INT(search_limit(&query->search)));

	while (rows_next(&rows)) {
		struct member member;

		read_member(&rows, &member);
		found(&member, arg);
	}
	return rows_close(&rows);
}

int member_get(struct store *store, int64_t site, int64_t id, struct member *ret_member)
{
	struct rows rows = store_select(store, MEMBER " AND m.person = $2", V_INT(site), V_INT(id));
	struct member member = {0};
	int r;

	if (rows_next(&rows))
		read_member(&rows, &member);
	r = rows_close(&rows);
	if (r == 0 && member.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_member = member;
	return r;
}

static int add_roles(struct store *store, int64_t site, int64_t person, unsigned wanted)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ROLES; i++)
		if (wanted & roles[i].role)
			r = store_run(store,
				"INSERT INTO role (site, person, role) VALUES ($1, $2, $3)"
				" ON CONFLICT (site, person, role) DO NOTHING",
				V_INT(site), V_INT(person), V_TEXT(roles[i].name));
	return r < 0 ? r : 0;
}

int member_join(struct store *store, int64_t site, int64_t person, unsigned wanted, int64_t now_ms)
{
	int r = store_run(store,
		"INSERT INTO site_person (site, person, since) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, person) DO UPDATE SET left_at = 0, since = CASE"
		" WHEN site_person.left_at = 0 THEN site_person.since ELSE $3 END",
		V_INT(site), V_INT(person), V_INT(now_ms));

	return r < 0 ? r : add_roles(store, site, person, wanted);
}

/* -EPERM: a topmost site has no administrator who may sign in. */
static int check_administered(struct store *store)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM site s WHERE s.parent IS NULL AND EXISTS"
		" (SELECT 1 FROM role o WHERE o.site = s.id AND o.role = 'admin')"
		" AND NOT EXISTS (SELECT 1 FROM role o"
		" JOIN site_person m ON m.site = o.site AND m.person = o.person AND m.left_at = 0"
		" JOIN person p ON p.id = o.person AND p.locked_at = 0"
		" WHERE o.site = s.id AND o.role = 'admin') LIMIT 1");
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found ? -EPERM : 0;
}

/* 1: the person is the only administrator of a topmost site. */
static int is_last(struct store *store, int64_t site, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM role o JOIN site s ON s.id = o.site AND s.parent IS NULL"
		" WHERE ($1 = 0 OR o.site = $1) AND o.person = $2 AND o.role = 'admin'"
		" AND NOT EXISTS (SELECT 1 FROM role a"
		" JOIN site_person m ON m.site = a.site AND m.person = a.person AND m.left_at = 0"
		" JOIN person p ON p.id = a.person AND p.locked_at = 0"
		" WHERE a.site = o.site AND a.role = 'admin' AND a.person <> $2) LIMIT 1",
		V_INT(site), V_INT(person));
	int found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

int member_set_roles(struct store *store, int64_t site, int64_t person, unsigned wanted)
{
	int r = 0;

	if (!(wanted & ROLE_ADMIN))
		r = is_last(store, site, person);
	if (r != 0)
		return r < 0 ? r : -EPERM;
	r = store_run(store, "DELETE FROM role WHERE site = $1 AND person = $2", V_INT(site),
		V_INT(person));
	return r < 0 ? r : add_roles(store, site, person, wanted);
}

int member_leave(struct store *store, int64_t site, int64_t person, int64_t now_ms)
{
	int r = is_last(store, site, person);

	if (r != 0)
		return r < 0 ? r : -EPERM;
	r = store_run(store,
		"UPDATE site_person SET left_at = $3 WHERE site = $1 AND person = $2"
		" AND left_at = 0",
		V_INT(site), V_INT(person), V_INT(now_ms));
	if (r == 0)
		return -ENOENT;
	if (r > 0)
		r = store_run(store, "DELETE FROM role WHERE site = $1 AND person = $2",
			V_INT(site), V_INT(person));
	if (r >= 0)
		r = store_run(store, "DELETE FROM api_token WHERE site = $1 AND person = $2",
			V_INT(site), V_INT(person));
	if (r >= 0)
		r = course_leave(store, site, person);
	if (r >= 0)
		r = signin_link_clear(store, site, person);
	return r < 0 ? r : signin_leave(store, site, person);
}

int member_lock(struct store *store, int64_t person, bool lock, int64_t now_ms)
{
	int r = lock ? is_last(store, 0, person) : 0;

	if (r != 0)
		return r < 0 ? r : -EPERM;
	r = store_run(store, "UPDATE person SET locked_at = $2 WHERE id = $1", V_INT(person),
		V_INT(lock ? now_ms : 0));
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = check_administered(store);
	return r == 0 && lock ? signin_remove_all(store, person, NULL) : r;
}

int member_governs(struct store *store, int64_t actor, int64_t person)
{
	struct rows rows = store_select(store,
		"WITH RECURSIVE mine (id) AS (SELECT o.site FROM role o"
		" JOIN site_person m ON m.site = o.site AND m.person = o.person AND m.left_at = 0"
		" WHERE o.person = $1 AND o.role = 'admin'"
		" UNION SELECT s.id FROM mine JOIN site s ON s.parent = mine.id)"
		" SELECT 1 FROM site_person m WHERE m.person = $2 AND m.left_at = 0"
		" AND m.site NOT IN (SELECT id FROM mine) LIMIT 1",
		V_INT(actor), V_INT(person));
	bool beyond = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : !beyond;
}

/* 1 or 0. */
static int administers_above(struct store *store, int64_t site, int64_t person)
{
	struct rows rows = store_select(store,
		"WITH RECURSIVE above (id, parent) AS"
		" (SELECT s.id, s.parent FROM site s WHERE s.id = $1"
		" UNION SELECT s.id, s.parent FROM above a JOIN site s ON s.id = a.parent)"
		" SELECT 1 FROM above a"
		" JOIN role o ON o.site = a.id AND o.person = $2 AND o.role = 'admin'"
		" JOIN site_person m ON m.site = o.site AND m.person = o.person AND m.left_at = 0"
		" LIMIT 1",
		V_INT(site), V_INT(person));
	int found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

int member_enter(struct store *store, int64_t site, int64_t person, int64_t now_ms)
{
	struct person found;
	int r = person_get(store, site, person, &found);

	if (r != -ENOENT)
		return r;
	r = administers_above(store, site, person);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = member_join(store, site, person, ROLE_ADMIN, now_ms);
	return r < 0 ? r : 1;
}

int member_each_site(struct store *store, int64_t person,
	void (*found)(int64_t site, const char *name, unsigned roles, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"SELECT s.id, s.name, " ROLE_BITS " FROM site_person m JOIN site s ON s.id = m.site"
		" WHERE m.person = $1 AND m.left_at = 0 ORDER BY s.name, s.id",
		V_INT(person));

	while (rows_next(&rows))
		found(row_int(&rows, 0), row_text(&rows, 1), (unsigned)row_int(&rows, 2), arg);
	return rows_close(&rows);
}

int person_set_name(struct store *store, int64_t id, const char *name)
{
	int r;

	if (!text_is_line(name, LECTERN_MAX_NAME))
		return -EINVAL;
	r = store_run(store, "UPDATE person SET name = $2 WHERE id = $1", V_INT(id), V_TEXT(name));
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int person_set_time_zone(struct store *store, int64_t id, const char *time_zone)
{
	int r = store_run(store, "UPDATE person SET time_zone = nullif($2, '') WHERE id = $1",
		V_INT(id), V_TEXT(time_zone));

	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}
