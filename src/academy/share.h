/* SPDX-License-Identifier: MIT */
/*
 * Courses that other sites of the network may send people to.
 *
 * `site` and `id` are the course's. The coordinators of the partner see the course and enrol people
 * of their own; those then have the part of a trainee, until they are taken out or the course is
 * shared no longer. What they attended stays told. -ENOENT: no such course, site or person, or a
 * site of another network. Threads: as the store.
 */
#ifndef ACADEMY_SHARE_H
#define ACADEMY_SHARE_H

#include <stdint.h>

#include "academy/person.h"

struct store;

/* Again is no error. -EINVAL: with itself. */
int course_share(struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t now_ms);
/* Takes the partner's people out as well. -ENOENT: was not shared. */
int course_unshare(struct store *store, int64_t site, int64_t id, int64_t with_site);
/* 1 or 0, or a negative errno. */
int course_is_shared(struct store *store, int64_t site, int64_t id, int64_t with_site);

/* Only while it is shared; -EEXIST: another site has sent this person. */
int course_enrol_partner(
	struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t person);
int course_unenrol_partner(
	struct store *store, int64_t site, int64_t id, int64_t with_site, int64_t person);

struct course_share {
	int64_t with_site, at;
	char name[SITE_NAME];
	unsigned people;
};

/* By name of the site. */
int course_each_share(struct store *store, int64_t site, int64_t id,
	void (*found)(const struct course_share *share, void *arg), void *arg);
/* The sites of the network that it can be shared with and is not, by name. */
int course_each_partner(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t with_site, const char *name, void *arg), void *arg);

#endif
