/* SPDX-License-Identifier: MIT */
/* The kinds of people that the matrix of roles tries. Used by test_matrix.c alone. */
#ifndef TESTS_ACADEMY_MATRIX_PEOPLE_H
#define TESTS_ACADEMY_MATRIX_PEOPLE_H

#include "academy/access.h"

enum place { NETWORK, A, SHARED, B, PLACES };
enum who {
	NOBODY,
	STRANGER,
	TRAINEE,
	TEACHER,
	INSTRUCTOR,
	COORDINATOR,
	ADMIN,
	NETWORK_ADMIN,
	PARTNER,
	SHARED_TRAINEE,
	GUEST,
	OUTSIDER,
	LEFT,
	LOCKED,
	PEOPLE
};

/* What a person is to objects of site a, by what the object is. */
static const struct {
	const char *name;
	enum place place;		/* where they are */
	const char *role;		/* there */
	unsigned here;			/* in the site where they are */
	unsigned there;			/* in site a: to what is of the site */
	unsigned in_course, in_session; /* and to what is of the course or session */
} people[PEOPLE] = {
	[STRANGER] = {"stranger", A, "trainee", ACCESS_MEMBER, ACCESS_MEMBER},
	[TRAINEE] = {"trainee", A, "trainee", ACCESS_MEMBER, ACCESS_MEMBER, ACCESS_TRAINEE},
	[TEACHER] = {"teacher", A, "instructor", ACCESS_MEMBER | ACCESS_INSTRUCTOR,
		ACCESS_MEMBER | ACCESS_INSTRUCTOR, ACCESS_TEACHER},
	[INSTRUCTOR] = {"instructor", A, "instructor", ACCESS_MEMBER | ACCESS_INSTRUCTOR,
		ACCESS_MEMBER | ACCESS_INSTRUCTOR},
	[COORDINATOR] = {"coordinator", A, "coordinator", ACCESS_MEMBER | ACCESS_COORDINATOR,
		ACCESS_MEMBER | ACCESS_COORDINATOR},
	[ADMIN] = {"admin", A, "admin", ACCESS_MEMBER | ACCESS_ADMIN, ACCESS_MEMBER | ACCESS_ADMIN},
	[NETWORK_ADMIN] = {"network admin", NETWORK, "admin",
		ACCESS_MEMBER | ACCESS_ADMIN | ACCESS_NETWORK, ACCESS_ADMIN | ACCESS_NETWORK},
	[PARTNER] = {"partner", SHARED, "coordinator", ACCESS_MEMBER | ACCESS_COORDINATOR, 0,
		ACCESS_PARTNER},
	[SHARED_TRAINEE] = {"shared trainee", SHARED, "trainee", ACCESS_MEMBER, 0, ACCESS_TRAINEE},
	[GUEST] = {"guest", A, "guest", ACCESS_VISITOR, ACCESS_VISITOR, 0, ACCESS_GUEST},
	[OUTSIDER] = {"outsider", B, "admin", ACCESS_MEMBER | ACCESS_ADMIN | ACCESS_NETWORK, 0},
	[LEFT] = {"one who left", A, "coordinator", 0, 0},
	[LOCKED] = {"one who is locked", A, "admin", 0, 0},
};

#endif
