/* SPDX-License-Identifier: MIT */
/*
 * Who may do what with which object: the roles that a person has in relation to it, and the table
 * (access.def) that says which of them a right takes.
 *
 * Objects are found by their id alone; the roles count in the site that the object is of, so that
 * nobody needs to tell where it is, and an id of a site where one is nobody is an id of nothing.
 * Only PERSON, HERE and ME are meant in the site that the person is in at present. Roles are read
 * from the database at each question, by one statement of look-ups by key: what was taken away is
 * gone with the commit. One who left the site has none there, one who is locked none at all.
 * Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_ACCESS_H
#define ACADEMY_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

struct store;

enum access_role {
	ACCESS_ANYONE = 1 << 0,	     /* signed in or not */
	ACCESS_MEMBER = 1 << 1,	     /* of the site, in whatever role but guest */
	ACCESS_VISITOR = 1 << 2,     /* a guest of some session of the site */
	ACCESS_GUEST = 1 << 3,	     /* of this session */
	ACCESS_TRAINEE = 1 << 4,     /* in the course or session: by name, group or share */
	ACCESS_TEACHER = 1 << 5,     /* teaches the course or session */
	ACCESS_INSTRUCTOR = 1 << 6,  /* of the site */
	ACCESS_COORDINATOR = 1 << 7, /* of the site */
	ACCESS_ADMIN = 1 << 8,	     /* of the site or of one above it */
	ACCESS_NETWORK = 1 << 9,     /* administrator of the topmost site above it */
	ACCESS_SELF = 1 << 10,	     /* the object is the person, or their own */
	ACCESS_PARTNER = 1 << 11,    /* coordinates a site that the course is shared with */
	ACCESS_ROLES = 12,

	ACCESS_STAFF = ACCESS_COORDINATOR | ACCESS_ADMIN,
	ACCESS_TEACHERS = ACCESS_TEACHER | ACCESS_STAFF,
	ACCESS_CLASS = ACCESS_TRAINEE | ACCESS_TEACHERS,
};

enum access_kind {
#define ACCESS_KIND(kind, name) KIND_##kind,
#include "academy/access.def"
	ACCESS_KINDS
};

/* ACCESS_UNSET: none was named, which nobody has. */
enum access_right {
	ACCESS_UNSET,
#define ACCESS_RIGHT(object, action, found_by, roles) ACCESS_##object##_##action,
#include "academy/access.def"
	ACCESS_RIGHTS
};

struct access_row {
	const char *object, *action; /* "course", "change" */
	enum access_kind found_by;
	unsigned roles;
};

extern const struct access_row access_rows[ACCESS_RIGHTS];

const char *access_kind_name(enum access_kind kind);

struct access_who {
	int64_t site, person; /* where the person is at present */
};

struct access {
	int64_t site; /* of the object */
	unsigned roles;
};

/* -ENOENT: there is no such object, or the person is locked. `id` counts nothing for HERE and ME.
 */
int access_find(struct store *store, enum access_kind kind, const struct access_who *who,
	int64_t id, struct access *ret_access);
/* The same, and judges: -ENOENT also where it may not be seen; -EACCES: seen, but not allowed. */
int access_check(struct store *store, enum access_right right, const struct access_who *who,
	int64_t id, struct access *ret_access);
/* With roles that were found before. */
bool access_allows(unsigned roles, enum access_right right);

#endif
