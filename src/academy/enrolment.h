/* SPDX-License-Identifier: MIT */
/*
 * Who is in a course: its instructors, its trainees by name and by group, and those whom a site
 * that it is shared with sends (see share.h).
 *
 * Site and course are the course's; ids of another site, people who have left and guests are
 * -ENOENT. Adding what is there and removing what is not are no errors. Threads: as the store.
 */
#ifndef ACADEMY_ENROLMENT_H
#define ACADEMY_ENROLMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/person.h"
#include "academy/search.h"

struct store;

int course_add_instructor(struct store *store, int64_t site, int64_t id, int64_t person);
int course_remove_instructor(struct store *store, int64_t site, int64_t id, int64_t person);
int course_enrol(struct store *store, int64_t site, int64_t id, int64_t person);
int course_unenrol(struct store *store, int64_t site, int64_t id, int64_t person);
/* Everybody who is in the group, now and later. */
int course_add_group(struct store *store, int64_t site, int64_t id, int64_t group);
int course_remove_group(struct store *store, int64_t site, int64_t id, int64_t group);
/* 1 or 0, or a negative errno. */
int course_is_taught_by(struct store *store, int64_t site, int64_t id, int64_t person);

/* A person leaves the site: out of its courses, its groups, and those it is a partner of. */
int course_leave(struct store *store, int64_t site, int64_t person);

struct course_person {
	int64_t id;
	char name[LECTERN_MAX_NAME];
	bool teaches, trainee; /* or both */
	bool by_name;	       /* enrolled by name, not only by a group */
	int64_t with_site; /* whose people they are, if the course is shared; 0: of the course's site */
};

struct course_people {
	int64_t site, course;
	int64_t with_site; /* only the trainees of this partner; 0: everybody */
	struct search search;
};

/* Instructors first, by name; a page of them. `found` may use the store. */
int course_people(struct store *store, const struct course_people *list,
	void (*found)(const struct course_person *person, void *arg), void *arg);
/* How many trainees. */
int course_count(struct store *store, int64_t site, int64_t id, unsigned *ret_trainees);
int course_each_instructor(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t person, const char *name, void *arg), void *arg);
/* The groups that are in it, by name. */
int course_each_group(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t group, const char *name, unsigned people, void *arg), void *arg);

#endif
