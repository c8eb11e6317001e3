/* SPDX-License-Identifier: MIT */
/*
 * Certificates: that a person completed a course, as it was when it was issued; a later change of
 * name, title or site does not change it. One may be revoked, with a reason, and stays in the
 * books; a person has one valid certificate of a course at most.
 *
 * A number is fifteen random characters and one that checks them, in fours: "7KQM-XR4T-9HWP-C2DN".
 * The alphabet has no 0, 1, I or O. A wrong character, and two that changed places, are always
 * found. Who knows a number may verify it: 75 random bits are not guessed.
 *
 * Threads: as the store. Errors: -ENOENT, and as told.
 */
#ifndef ACADEMY_CERTIFICATE_H
#define ACADEMY_CERTIFICATE_H

#include <stdint.h>

#include "academy/person.h"
#include "academy/session.h"

struct store;

enum {
	CERTIFICATE_NUMBER = 20, /* with its hyphens and the NUL */
	CERTIFICATE_WHY = 256,	 /* of a reason */
};

struct certificate {
	int64_t site, id, course, person;
	char number[CERTIFICATE_NUMBER];
	int64_t issued_at, issued_by;
	char issued_by_name[LECTERN_MAX_NAME];
	char person_name[LECTERN_MAX_NAME], course_title[COURSE_TITLE], site_name[SITE_NAME];
	char language[PERSON_LANGUAGE];
	unsigned minutes, percent;
	int64_t revoked_at; /* 0: valid */
	char revoked_why[CERTIFICATE_WHY];
};

/* Upper or lower case, with hyphens, spaces or neither. -EINVAL: it was mistyped, or made up. */
int certificate_number_parse(const char *text, char ret_number[CERTIFICATE_NUMBER]);
void certificate_number_new(char number[CERTIFICATE_NUMBER]);

struct completion;
/* For one who completed; -EEXIST: they have one. */
int certificate_issue(struct store *store, int64_t site, int64_t course,
	const struct completion *completion, int64_t by, int64_t now_ms, int64_t *ret_id);
int certificate_get(
	struct store *store, int64_t site, int64_t id, struct certificate *ret_certificate);
/* Of whatever site; `number` as certificate_number_parse() gives it. */
int certificate_find(struct store *store, const char *number, struct certificate *ret_certificate);
/* -EALREADY: it was. */
int certificate_revoke(
	struct store *store, int64_t site, int64_t id, const char *why, int64_t now_ms);

/* Of a person, at every site, newest first. `found` may use the store. */
int certificate_each_of_person(struct store *store, int64_t person,
	void (*found)(const struct certificate *certificate, void *arg), void *arg);
/* Of a course, those that were revoked included, by name. */
int certificate_each_of_course(struct store *store, int64_t site, int64_t course,
	void (*found)(const struct certificate *certificate, void *arg), void *arg);

#endif
