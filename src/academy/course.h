/* SPDX-License-Identifier: MIT */
/*
 * Courses of a site, who teaches them and who is enrolled.
 * Every function takes the site; an id of another site is -ENOENT. Threads: as the store.
 */
#ifndef ACADEMY_COURSE_H
#define ACADEMY_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/session.h"

struct store;

struct course {
	int64_t site, id;
	char title[COURSE_TITLE];
	char colour[8]; /* "#rrggbb" */
};

int course_add(
	struct store *store, int64_t site, const char *title, const char *colour, int64_t *ret_id);
int course_get(struct store *store, int64_t site, int64_t id, struct course *ret_course);
/* Every course of the site, by title. */
int course_each(struct store *store, int64_t site,
	void (*found)(const struct course *course, void *arg), void *arg);

/* Again is no error. -ENOENT: course or person is not of the site. */
int course_add_instructor(struct store *store, int64_t site, int64_t id, int64_t person);
int course_enrol(struct store *store, int64_t site, int64_t id, int64_t person);
/* 1 or 0, or a negative errno. */
int course_is_taught_by(struct store *store, int64_t site, int64_t id, int64_t person);

#endif
