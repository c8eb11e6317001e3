/* SPDX-License-Identifier: MIT */
/*
 * Reports of attendance: of everybody in one session, and of one person in every session.
 *
 * Told are those whom a session is for, with what the ledger says of them, also if that is nothing,
 * and others who were there. Minutes count as attendance.h says; the percent is of the part that
 * counts, 100 only for all of it. Threads: as the store. Errors: -ENOENT, -ENOMEM, the store's.
 */
#ifndef ACADEMY_REPORT_H
#define ACADEMY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "academy/attendance.h"
#include "academy/session.h"
#include "lectern/types.h"

struct report_line {
	int64_t person;
	char name[LECTERN_MAX_NAME];
	bool expected; /* a trainee of the session; else somebody who was there */
	bool guest;
	int64_t joined_at, left_at; /* the first time, the last; 0: never, or not yet */
	unsigned joins;
	int64_t present_ms; /* connected */
	int64_t sent_ms, heard_ms;
	struct attendance_sum sum;
	unsigned percent; /* of held_ms, the replay included */
	enum attendance_link link;
	unsigned rtt_ms, loss_permille; /* the worst */
};

struct report {
	struct session session;
	bool counts;		   /* it was held, and is over */
	int64_t held_ms;	   /* the part that counts */
	struct report_line *lines; /* by name */
	size_t count;
};

/* To be freed by report_finish(). */
int report_read(struct store *store, int64_t site, int64_t session, struct report *ret_report);
/* Accepts one that was not read. */
void report_finish(struct report *report);

/* The line of one person in each session that was held for them or that they were in, newest first,
 * SESSION_MAX_LIST at most. */
int report_each_of_person(struct store *store, int64_t site, int64_t person,
	void (*found)(const struct report *report, const struct report_line *line, void *arg),
	void *arg);

#endif
