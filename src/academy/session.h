/* SPDX-License-Identifier: MIT */
/*
 * Course sessions: what the timetable holds, and what a live class is held for.
 *
 * A session is scheduled, then open while the class runs, then ended for good. Instructors of the
 * session or of its course teach it; coordinators of the site may host every session; those who are
 * enrolled in the course are its trainees. Times are milliseconds since 1970 UTC.
 * Every function takes the site; an id of another site is -ENOENT. Threads: as the store.
 */
#ifndef ACADEMY_SESSION_H
#define ACADEMY_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "academy/person.h"

struct store;

enum {
	SESSION_TITLE = 256,
	COURSE_TITLE = 256,
	SESSION_TEACHER = 256, /* names of the instructors, joined by ", " */
	SESSION_LOCAL = 17,    /* as LOCAL_TEXT of calendar.h */
	SESSION_VENUE = 128,
	SESSION_MAX_LENGTH_MIN = 720,
	SESSION_MAX_LIST = 1000,
};

/* A session that nobody held is over this long after its planned end. */
#define SESSION_LATE_MS (12LL * 3600 * 1000)

enum session_entry { ENTRY_ENROLLED, ENTRY_APPROVAL }; /* approval: a host lets each in */
enum session_policy { POLICY_ALWAYS, POLICY_ON_DEMAND, POLICY_NEVER };
enum session_state { SESSION_SCHEDULED, SESSION_OPEN, SESSION_ENDED };

/* Roles of a person in one session, the stronger the higher. */
enum session_role {
	IN_SESSION_NONE,
	IN_SESSION_TRAINEE,
	IN_SESSION_COORDINATOR,
	IN_SESSION_INSTRUCTOR
};

struct session {
	int64_t site, id, course;
	char title[SESSION_TITLE];
	char course_title[COURSE_TITLE];
	char course_colour[8]; /* "#rrggbb" */
	char teacher[SESSION_TEACHER];
	int64_t starts_at;
	unsigned length_min;
	char time_zone[SITE_ZONE];
	enum session_policy policy;
	enum session_state state;
	int64_t opened_at, ended_at; /* 0: not yet */
	int64_t cancelled_at;	     /* 0: takes place */
	int64_t updated_at;	     /* of its plan; 0: never */
	/* as planned, see series.h */
	char local_start
		[SESSION_LOCAL]; /* in time_zone; "": made at once, starts_at is all there is */
	int64_t series;		 /* 0: alone */
	char recurrence[SESSION_LOCAL]; /* the local start that the rule of its series gives it */
	bool changed;			/* otherwise than its series */
	unsigned sequence; /* of its changes (RFC 5545 3.8.7.4), in a series the series' or more */
	int64_t venue;	   /* 0: none */
	char venue_name[SESSION_VENUE];
	unsigned opens_min,
		lobby_min; /* before the start: for those who teach, for others to wait */
	enum session_entry entry;
};

struct session_params {
	int64_t course;
	int64_t instructor; /* who teaches it; 0: the instructors of the course */
	const char *title;
	int64_t starts_at;
	unsigned length_min;
	enum session_policy policy;
};

/* In the site's time zone. -ENOENT: no such course, or the instructor is not of the site. */
int session_add(
	struct store *store, int64_t site, const struct session_params *params, int64_t *ret_id);
/* The same within a transaction of the caller's. */
int session_insert(
	struct store *store, int64_t site, const struct session_params *params, int64_t *ret_id);
int session_get(struct store *store, int64_t site, int64_t id, struct session *ret_session);
/* -ENOENT: no such session in the site; a person without a part in it has IN_SESSION_NONE. */
int session_role(
	struct store *store, int64_t site, int64_t id, int64_t person, enum session_role *ret_role);
/*
 * scheduled -> open -> ended, and open -> open, ended -> ended are the only moves: -EPERM for
 * others. The first move to open or ended keeps `at_ms` as its time.
 */
int session_set_state(
	struct store *store, int64_t site, int64_t id, enum session_state state, int64_t at_ms);
/* A host removed the person from the class for good; again is no error. */
int session_remove(struct store *store, int64_t site, int64_t id, int64_t person);
/* 1: was removed, 0: not. */
int session_was_removed(struct store *store, int64_t site, int64_t id, int64_t person);
/* Ended, cancelled, or planned so long ago that nobody will come. */
bool session_over(const struct session *session, int64_t now_ms);

/* What `person` sees in `site`: its sessions and those of courses shared with it. */
struct session_list {
	int64_t site, person;
	int64_t from, to;			  /* those that overlap [from, to), or are open */
	int64_t course, instructor, venue, group; /* 0: any */
	bool cancelled;				  /* those too */
	int64_t after;	/* the last one of the page before; 0: from the start */
	unsigned limit; /* at most SESSION_MAX_LIST */
};

/* By time. `found` may use the store. */
int session_each(struct store *store, const struct session_list *list,
	void (*found)(const struct session *session, void *arg), void *arg);
/*
 * What `person` teaches or attends in `site`, and in `course` (0: any) what they may see as well;
 * from `from` on, and whole series of which a part is. Those of one series one after the other, by
 * recurrence; cancelled ones too. `found` may use the store.
 */
int session_each_own(struct store *store, int64_t site, int64_t person, int64_t course,
	int64_t from, void (*found)(const struct session *session, void *arg), void *arg);
/* session_each() without filters. */
int session_each_visible(struct store *store, int64_t site, int64_t person, int64_t from,
	int64_t to, void (*found)(const struct session *session, void *arg), void *arg);
/* Who teaches it: the instructors of the session, or else of its course. */
int session_each_instructor(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t person, const char *name, void *arg), void *arg);

/* At start-up: every session of every site that a dead server left open. `found` may use the store.
 */
int session_each_open(
	struct store *store, void (*found)(const struct session *session, void *arg), void *arg);

const char *session_policy_name(enum session_policy policy);
const char *session_state_name(enum session_state state);
const char *session_entry_name(enum session_entry entry);
/* -EINVAL. */
int session_entry_parse(const char *name, enum session_entry *ret_entry);
int session_policy_parse(const char *name, enum session_policy *ret_policy);

#endif
