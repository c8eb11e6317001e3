/* SPDX-License-Identifier: MIT */
/*
 * A demo academy to look around in: a network of two academies with people, courses, and sessions
 * through the week. It is made once; each start makes sure that there is a class to enter now and
 * something in the days to come. Never in a database that has other sites.
 */
#ifndef ACADEMY_DEMO_H
#define ACADEMY_DEMO_H

#include <stdint.h>

#include "academy/signin.h"

struct store;

enum { DEMO_PEOPLE = 4 };

struct demo {
	struct {
		const char *label; /* "coordinator", "instructor", "trainee", "administrator" */
		char token[SIGNIN_TOKEN];
	} links[DEMO_PEOPLE];
};

/*
 * The links hold until the next start, as often as one likes. -EEXIST: the database is in use for
 * something else.
 */
int demo_prepare(struct store *store, int64_t now_ms, struct demo *ret_demo);

#endif
