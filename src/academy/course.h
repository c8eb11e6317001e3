/* SPDX-License-Identifier: MIT */
/*
 * Courses of a site: what they are. Who is in them is enrolment.h, with whom they are shared
 * share.h.
 *
 * Every function takes the site; an id of another site is -ENOENT. Texts are checked by
 * course_check(), and by nobody after it. Threads: as the store.
 */
#ifndef ACADEMY_COURSE_H
#define ACADEMY_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/search.h"
#include "academy/session.h"

struct store;

enum { COURSE_CODE = 32, COURSE_DESCRIPTION = 4096 };

struct course {
	int64_t site, id;
	char title[COURSE_TITLE];
	char code[COURSE_CODE];		      /* "LAW-101", or "" */
	char description[COURSE_DESCRIPTION]; /* prose */
	char colour[8];			      /* "#rrggbb" */
	char language[PERSON_LANGUAGE];	      /* of teaching; "": that of the site */
	unsigned attendance_percent;	      /* to complete it; 0: no rule */
	bool counts_replay;
	int64_t archived_at; /* 0: in use */
};

int course_add(
	struct store *store, int64_t site, const char *title, const char *colour, int64_t *ret_id);
int course_get(struct store *store, int64_t site, int64_t id, struct course *ret_course);
/* Writes everything but site and id, which say what course it is. */
int course_set(struct store *store, const struct course *course);
/* -ENOTEMPTY: it has sessions, materials or certificates, and can only be archived. */
int course_remove(struct store *store, int64_t site, int64_t id);
/* NULL: it may be stored; else a sentence that says what is wrong. */
const char *course_check(const struct course *course);

/* Every course of the site, by title. */
int course_each(struct store *store, int64_t site,
	void (*found)(const struct course *course, void *arg), void *arg);

/* What `person` sees in `site`: coordinators all that is of it or shared with it. */
struct course_list {
	int64_t site, person;
	bool mine;	      /* only those that they teach or are in, whatever else they are */
	bool archived;	      /* only those that are; else only those in use */
	struct search search; /* in title and code */
};

/* By title, a page of them; those that are shared with the site have another site. `found` may use
 * the store. */
int course_page(struct store *store, const struct course_list *list,
	void (*found)(const struct course *course, void *arg), void *arg);

#endif
