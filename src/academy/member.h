/* SPDX-License-Identifier: MIT */
/*
 * Members of a site: who is in it, with which roles, and how they come and go.
 *
 * An account is one for the network. Its name and language are the person's own; an administrator may lock
 * it, or let it set a new password, only if member_governs() says that every site of that person is
 * under theirs: else one academy could reach into another. One who leaves keeps the row of the membership,
 * for what refers to it, and loses roles, courses, groups, links and tokens there.
 *
 * Threads: as the store. Errors: -ENOENT, the store's, and as told.
 */
#ifndef ACADEMY_MEMBER_H
#define ACADEMY_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/person.h"
#include "academy/search.h"

struct store;

struct member {
	int64_t id;
	char name[LECTERN_MAX_NAME], email[PERSON_EMAIL], language[PERSON_LANGUAGE];
	unsigned roles;
	bool locked;
	bool active; /* has proved who they are once: a password, or a sign-in */
	bool second_factor;
	int64_t since, seen_at; /* 0: unknown, never */
};

struct member_query {
	struct search search; /* in names and addresses */
	unsigned role;	      /* 0: any */
};

/* People with an account, by name. */
int member_page(struct store *store, int64_t site, const struct member_query *query,
	void (*found)(const struct member *member, void *arg), void *arg);
int member_get(struct store *store, int64_t site, int64_t id, struct member *ret_member);

/* Adds the roles to what they have; a member who left comes back. */
int member_join(struct store *store, int64_t site, int64_t person, unsigned roles, int64_t now_ms);
/* These and no others. -EPERM: the network would be without an administrator. */
int member_set_roles(struct store *store, int64_t site, int64_t person, unsigned roles);
/* -EPERM as above. */
int member_leave(struct store *store, int64_t site, int64_t person, int64_t now_ms);
/* -EPERM as above. Ends every sign-in. */
int member_lock(struct store *store, int64_t person, bool lock, int64_t now_ms);
/* 1: `actor` administers each site where `person` is a member. */
int member_governs(struct store *store, int64_t actor, int64_t person);
/*
 * Into a site that one is no member of, by being an administrator above it: makes one an administrator
 * there. 1: made, 0: was a member; -ENOENT: neither.
 */
int member_enter(struct store *store, int64_t site, int64_t person, int64_t now_ms);
/* Sites that the person is a member of, by name. */
int member_each_site(struct store *store, int64_t person,
	void (*found)(int64_t site, const char *name, unsigned roles, void *arg), void *arg);

int person_set_name(struct store *store, int64_t id, const char *name);
/* "": that of the browser. */
int person_set_time_zone(struct store *store, int64_t id, const char *time_zone);

/* Whoever has `by` may turn `before` into `after`: administrators everything, coordinators only what
 * instructors and trainees may be. */
bool role_may_give(unsigned by, unsigned before, unsigned after);
/* 0: no role of that name. */
unsigned role_parse(const char *name);
/* NULL: not one role. */
const char *role_name(unsigned role);

#endif
