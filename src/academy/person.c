/* SPDX-License-Identifier: MIT */
#include "academy/person.h"
#include "academy/language.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "store/id.h"
#include "store/store.h"

static const struct {
	enum site_role role;
	const char *name;
} roles[] = {
	{ROLE_ADMIN, "admin"},
	{ROLE_COORDINATOR, "coordinator"},
	{ROLE_INSTRUCTOR, "instructor"},
	{ROLE_TRAINEE, "trainee"},
	{ROLE_GUEST, "guest"},
};

enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

static int add_roles(struct store *store, int64_t site, int64_t id, unsigned wanted)
{
	for (size_t i = 0; i < ROLES; i++) {
		int r;

		if (!(wanted & roles[i].role))
			continue;
		r = store_run(store, "INSERT INTO role (site, person, role) VALUES ($1, $2, $3)",
			V_INT(site), V_INT(id), V_TEXT(roles[i].name));
		if (r < 0)
			return r;
	}
	return 0;
}

int person_add(
	struct store *store, int64_t site, const struct person_params *params, int64_t *ret_id)
{
	int64_t id = id_new();
	int r;

	r = store_run(store,
		"INSERT INTO person (id, number, email, name, language)"
		" SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4 FROM person",
		V_INT(id), V_TEXT(params->email), V_TEXT(params->name), V_TEXT(params->language));
	if (r >= 0)
		r = store_run(store, "INSERT INTO site_person (site, person) VALUES ($1, $2)",
			V_INT(site), V_INT(id));
	if (r >= 0)
		r = add_roles(store, site, id, params->roles);
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

static int read_roles(struct store *store, int64_t site, int64_t id, unsigned *ret_roles)
{
	struct rows rows = store_select(store,
		"SELECT role FROM role WHERE site = $1 AND person = $2", V_INT(site), V_INT(id));
	unsigned found = 0;
	int r;

	while (rows_next(&rows))
		for (size_t i = 0; i < ROLES; i++)
			if (strcmp(row_text(&rows, 0), roles[i].name) == 0)
				found |= roles[i].role;
	r = rows_close(&rows);
	if (r == 0)
		*ret_roles = found;
	return r;
}

int person_get(struct store *store, int64_t site, int64_t id, struct person *ret_person)
{
	struct person person = {.id = id, .site = site};
	bool found;
	struct rows rows;
	int r;

	rows = store_select(store,
		"SELECT p.number, p.name, p.language, s.name, s.time_zone, p.kind, p.locked_at,"
		" p.time_zone FROM site_person m"
		" JOIN person p ON p.id = m.person JOIN site s ON s.id = m.site"
		" WHERE m.site = $1 AND m.person = $2 AND m.left_at = 0",
		V_INT(site), V_INT(id));
	found = rows_next(&rows);
	if (found) {
		person.n = (unsigned)row_int(&rows, 0);
		row_copy(&rows, 1, person.name, sizeof(person.name));
		row_copy(&rows, 2, person.language, sizeof(person.language));
		row_copy(&rows, 3, person.site_name, sizeof(person.site_name));
		row_copy(&rows, 4, person.time_zone, sizeof(person.time_zone));
		person.guest = strcmp(row_text(&rows, 5), "guest") == 0;
		person.locked = row_int(&rows, 6) != 0;
		row_copy(&rows, 7, person.own_time_zone, sizeof(person.own_time_zone));
	}
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		r = read_roles(store, site, id, &person.roles);
	if (r == 0)
		*ret_person = person;
	return r;
}

int person_find_email(struct store *store, const char *email, struct person *ret_person)
{
	struct rows rows = store_select(store,
		"SELECT m.site, p.id FROM person p JOIN site_person m ON m.person = p.id"
		" WHERE p.email = $1 AND m.left_at = 0 ORDER BY m.site LIMIT 1",
		V_TEXT(email));
	int64_t site = 0, id = 0;
	int r;

	if (rows_next(&rows)) {
		site = row_int(&rows, 0);
		id = row_int(&rows, 1);
	}
	r = rows_close(&rows);
	return r < 0 ? r : person_get(store, site, id, ret_person);
}

int person_set_language(struct store *store, int64_t site, int64_t id, const char *language)
{
	int r;

	if (!language_is_known(language))
		return -EINVAL;
	r = store_run(store,
		"UPDATE person SET language = $3 WHERE id ="
		" (SELECT person FROM site_person WHERE site = $1 AND person = $2)",
		V_INT(site), V_INT(id), V_TEXT(language));
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}
