/* SPDX-License-Identifier: MIT */
/*
 * Who completed a course: by the share of attendance over the sessions that were held for them.
 *
 * A session counts with the part of it that attendance_span() names, for those whose groups it was
 * for; what reached a person of that part is their attendance, with the replay where the course
 * says so. Told are those who are in the course now. Threads: as the store. Errors: -ENOENT, -ENOMEM, the store's.
 */
#ifndef ACADEMY_COMPLETION_H
#define ACADEMY_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "academy/certificate.h"
#include "lectern/types.h"

struct store;

enum { COMPLETION_MAX_PEOPLE = 5000 };

struct completion {
	int64_t person, with_site; /* with_site: of a partner; 0: of the course's site */
	char name[LECTERN_MAX_NAME];
	unsigned sessions; /* held for them */
	unsigned attended; /* of which something reached them */
	int64_t held_ms, got_ms;
	unsigned percent; /* rounded down; 100 only for all of it */
	bool complete;
	int64_t certificate; /* that is valid; 0: none */
	char number[CERTIFICATE_NUMBER];
};

struct completion_list {
	struct completion *people; /* by name */
	size_t count;
	unsigned sessions; /* that were held */
};

/* The trainees of the course; with_site: only those of this partner. To be freed by
 * completion_finish(). */
int completion_read(struct store *store, int64_t site, int64_t course, int64_t with_site,
	struct completion_list *ret_list);
/* Accepts what was not read. */
void completion_finish(struct completion_list *list);

#endif
