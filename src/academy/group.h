/* SPDX-License-Identifier: MIT */
/*
 * Groups of people of a site: "Recruits 2026 A". Whoever is in one is in its courses.
 * An id of another site, people who have left and guests are -ENOENT. Threads: as the store.
 */
#ifndef ACADEMY_GROUP_H
#define ACADEMY_GROUP_H

#include <stdint.h>

#include "academy/search.h"

struct store;

enum { GROUP_NAME = 128 };

struct group {
	int64_t id;
	char name[GROUP_NAME];
	unsigned people;
};

/* `name` is a line. -EEXIST: the site has one of that name. */
int group_add(struct store *store, int64_t site, const char *name, int64_t *ret_id);
int group_get(struct store *store, int64_t site, int64_t id, struct group *ret_group);
int group_rename(struct store *store, int64_t site, int64_t id, const char *name);
/* -ENOTEMPTY: sessions are for it, and would be for everybody without it. */
int group_remove(struct store *store, int64_t site, int64_t id);
/* Again is no error. */
int group_add_person(struct store *store, int64_t site, int64_t id, int64_t person);
int group_remove_person(struct store *store, int64_t site, int64_t id, int64_t person);

/* By name, a page of them. */
int group_page(struct store *store, int64_t site, const struct search *search,
	void (*found)(const struct group *group, void *arg), void *arg);
int group_people(struct store *store, int64_t site, int64_t id, const struct search *search,
	void (*found)(int64_t person, const char *name, void *arg), void *arg);

#endif
