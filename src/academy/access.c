/* SPDX-License-Identifier: MIT */
#include "academy/access.h"

#include <assert.h>
#include <errno.h>

#include "academy/part.h"
#include "store/store.h"

const struct access_row access_rows[ACCESS_RIGHTS] = {
	[ACCESS_UNSET] = {"nothing", "unset", KIND_NOTHING, 0},
#define ACCESS_RIGHT(object, action, found_by, roles)                                              \
	[ACCESS_##object##_##action] = {#object, #action, KIND_##found_by, roles},
#include "academy/access.def"
};

static const char *const kinds[ACCESS_KINDS] = {
#define ACCESS_KIND(kind, name) [KIND_##kind] = (name),
#include "academy/access.def"
};

const char *access_kind_name(enum access_kind kind)
{
	return kinds[kind];
}

#define IS_IN                                                                                      \
	"EXISTS (SELECT 1 FROM site_person i"                                                      \
	" WHERE i.site = s.site AND i.person = $2 AND i.left_at = 0)"
#define HOLDS(role)                                                                                \
	"(" IS_IN " AND EXISTS (SELECT 1 FROM role i"                                              \
	" WHERE i.site = s.site AND i.person = $2 AND i.role = '" role "'))"
#define ADMINISTERS(which)                                                                         \
	"EXISTS (SELECT 1 FROM above a"                                                            \
	" JOIN role i ON i.site = a.id AND i.person = $2 AND i.role = 'admin'"                     \
	" JOIN site_person m ON m.site = i.site AND m.person = i.person AND m.left_at = 0" which   \
	")"

/*
 * `object` selects site, course, session and person of the object $1, 0 where there is none, as the
 * person $2 asks for it. The columns after the site are the roles, in the order of their bits.
 */
#define ROLES_IN(object)                                                                           \
	"WITH RECURSIVE s (site, course, id, person) AS (" object "),"                             \
	" above (id, parent) AS (SELECT t.id, t.parent FROM site t JOIN s ON t.id = s.site"        \
	" UNION SELECT t.id, t.parent FROM above a JOIN site t ON t.id = a.parent)"                \
	" SELECT s.site, 1, " IS_IN " AND me.kind = 'person'," IS_IN " AND me.kind = 'guest',"     \
	" " IS_IN " AND " IS_GUEST ", " COURSE_OR_SESSION_TRAINEE ", " IS_IN " AND " IS_INSTRUCTOR \
	", " HOLDS("instructor") ", " HOLDS("coordinator") ", " ADMINISTERS("") ", " ADMINISTERS(  \
		" WHERE a.parent IS NULL") ", s.person = $2, " IS_PARTNER                          \
					   " FROM s JOIN person me ON me.id = $2 AND "             \
					   "me.locked_at = 0"

/* Nobody is a trainee of a course that is none. */
#define COURSE_OR_SESSION_TRAINEE "(s.course <> 0 AND " IS_TRAINEE ")"

static const char *const find[ACCESS_KINDS] = {
	[KIND_HERE] = ROLES_IN("SELECT id, 0, 0, 0 FROM site WHERE id = $1"),
	[KIND_ME] = ROLES_IN("SELECT id, 0, 0, $2 FROM site WHERE id = $1"),
	[KIND_SITE] = ROLES_IN("SELECT id, 0, 0, 0 FROM site WHERE id = $1"),
	[KIND_PERSON] = ROLES_IN("SELECT site, 0, 0, person FROM site_person"
				 " WHERE site = $3 AND person = $1 AND left_at = 0"),
	[KIND_GROUP] = ROLES_IN("SELECT site, 0, 0, 0 FROM people_group WHERE id = $1"),
	[KIND_COURSE] = ROLES_IN("SELECT site, id, 0, 0 FROM course WHERE id = $1"),
	[KIND_CERTIFICATE] =
		ROLES_IN("SELECT site, course, 0, person FROM certificate WHERE id = $1"),
	[KIND_SESSION] = ROLES_IN("SELECT site, course, id, 0 FROM session WHERE id = $1"),
	[KIND_SERIES] = ROLES_IN("SELECT site, course, 0, 0 FROM series WHERE id = $1"),
	[KIND_RECORDING] =
		ROLES_IN("SELECT r.site, o.course, o.id, 0 FROM recording r"
			 " JOIN session o ON o.site = r.site AND o.id = r.session WHERE r.id = $1"),
	[KIND_GUEST_LINK] =
		ROLES_IN("SELECT g.site, o.course, o.id, 0 FROM guest_link g"
			 " JOIN session o ON o.site = g.site AND o.id = g.session WHERE g.id = $1"),
	[KIND_DELIVERY] = ROLES_IN("SELECT site, 0, 0, 0 FROM delivery WHERE id = $1"),
	[KIND_VENUE] = ROLES_IN("SELECT site, 0, 0, 0 FROM venue WHERE id = $1"),
	[KIND_BLACKOUT] = ROLES_IN("SELECT site, 0, 0, 0 FROM blackout WHERE id = $1"),
	[KIND_TOKEN] = ROLES_IN("SELECT site, 0, 0, person FROM api_token WHERE id = $1"),
	[KIND_WEBHOOK] = ROLES_IN("SELECT site, 0, 0, 0 FROM webhook WHERE id = $1"),
};

/* Who may know that an object of the kind is there; of the rest there is nothing to hide. */
static const enum access_right sees[ACCESS_KINDS] = {
	[KIND_SITE] = ACCESS_SITE_SEE,
	[KIND_PERSON] = ACCESS_PERSON_SEE,
	[KIND_GROUP] = ACCESS_GROUP_SEE,
	[KIND_COURSE] = ACCESS_COURSE_SEE,
	[KIND_CERTIFICATE] = ACCESS_CERTIFICATE_SEE,
	[KIND_SESSION] = ACCESS_SESSION_SEE,
	[KIND_SERIES] = ACCESS_SERIES_SEE,
	[KIND_RECORDING] = ACCESS_RECORDING_SEE,
	[KIND_GUEST_LINK] = ACCESS_GUEST_LINK_SEE,
	[KIND_DELIVERY] = ACCESS_DELIVERY_SEE,
	[KIND_VENUE] = ACCESS_VENUE_SEE,
	[KIND_BLACKOUT] = ACCESS_BLACKOUT_SEE,
	[KIND_TOKEN] = ACCESS_TOKEN_SEE,
	[KIND_WEBHOOK] = ACCESS_WEBHOOK_SEE,
};

static struct rows look_up(
	struct store *store, enum access_kind kind, const struct access_who *who, int64_t id)
{
	assert(find[kind]);
	if (kind == KIND_PERSON)
		return store_select(
			store, find[kind], V_INT(id), V_INT(who->person), V_INT(who->site));
	if (kind == KIND_HERE || kind == KIND_ME)
		id = who->site;
	return store_select(store, find[kind], V_INT(id), V_INT(who->person));
}

int access_find(struct store *store, enum access_kind kind, const struct access_who *who,
	int64_t id, struct access *ret_access)
{
	struct rows rows = look_up(store, kind, who, id);
	struct access access = {0};
	bool found = rows_next(&rows);
	int r;

	if (found) {
		access.site = row_int(&rows, 0);
		for (int i = 0; i < ACCESS_ROLES; i++)
			if (row_int(&rows, 1 + i) != 0)
				access.roles |= 1U << i;
	}
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_access = access;
	return r;
}

bool access_allows(unsigned roles, enum access_right right)
{
	return (access_rows[right].roles & roles) != 0;
}

int access_check(struct store *store, enum access_right right, const struct access_who *who,
	int64_t id, struct access *ret_access)
{
	const enum access_kind kind = access_rows[right].found_by;
	struct access access;
	int r = access_find(store, kind, who, id, &access);

	if (r < 0)
		return r;
	if (sees[kind] != ACCESS_UNSET && !access_allows(access.roles, sees[kind]))
		return -ENOENT;
	if (!access_allows(access.roles, right))
		return -EACCES;
	*ret_access = access;
	return 0;
}
