/* SPDX-License-Identifier: MIT */
/*
 * Local times, zones and rules of recurrence, by libical over the zones of the system (tzdata).
 *
 * A planned time is a local one in an IANA zone; the instant follows from it by the rules of zones
 * that are installed, and may follow differently after these were updated. A local time is counted
 * in minutes from 1970-01-01T00:00 of its own wall clock, as text "2026-11-02T09:00".
 * - A local time that a change of the clock leaves out (the gap) is what the clock would have shown
 *   had it not been changed: it moves forward by the length of the gap (RFC 5545 3.3.5).
 * - One that comes twice (the overlap) is the first.
 *
 * A rule is RRULE text (RFC 5545 3.3.10) within limits: FREQ of DAILY, WEEKLY or MONTHLY; COUNT or
 * UNTIL; no parts below the day, of the year or of other calendars. It is kept in one spelling, with
 * UNTIL as a local time, so that new rules of zones cannot cut off the last occurrence.
 *
 * Threads: any. Each zone is read anew from its file and belongs to who opened it, because the
 * table of zones that libical shares is appended to without a lock. That takes
 * milliseconds: only what changes a timetable or writes one out does it.
 * Errors: -EINVAL as told, -ENOMEM.
 */
#ifndef ACADEMY_CALENDAR_H
#define ACADEMY_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

enum {
	LOCAL_TEXT = 17, /* "2026-11-02T09:00", with the NUL */
	DAY_TEXT = 11,	 /* "2026-11-02" */
	RULE_TEXT = 256, /* bytes of a rule, with the NUL */
	RULE_MAX_OCCURRENCES = 400,
	RULE_MAX_YEARS = 5,
	DAY_MIN = 24 * 60, /* minutes */
};

/* Years 1970 to 2199, as written and no other way. -EINVAL. */
int local_parse(const char *text, int64_t *ret_local);
const char *local_text(int64_t local, char out[LOCAL_TEXT]);
/* "2026-11-02": its midnight. */
int day_parse(const char *text, int64_t *ret_local);
const char *day_text(int64_t local, char out[DAY_TEXT]);

struct zone;

/* -EINVAL: no zone of that name in tzdata. */
int zone_open(const char *name, struct zone **ret_zone);
/* Accepts NULL. */
void zone_close(struct zone *zone);
const char *zone_name(const struct zone *zone);
/* Milliseconds since 1970 UTC. */
int64_t zone_instant(struct zone *zone, int64_t local);
int64_t zone_local(struct zone *zone, int64_t at_ms);

/*
 * The rule in its own spelling, for a series from *start on in `zone` (which an UNTIL in UTC is
 * understood by). *start moves to the first day that the rule names, so that every calendar program
 * has it for the first occurrence and counts weeks and months from there (RFC 5545 3.8.5.3 leaves a
 * start beside the rule undefined). On -EINVAL *ret_why tells in English what is wrong.
 */
int rule_parse(const char *text, int64_t *start, struct zone *zone, char ret_rule[RULE_TEXT],
	const char **ret_why);
/*
 * Local times of a rule that rule_parse() gave, ascending. -EINVAL: there is none, or there are more
 * than RULE_MAX_OCCURRENCES or RULE_MAX_YEARS after `start`.
 */
int rule_expand(
	const char *rule, int64_t start, int64_t locals[RULE_MAX_OCCURRENCES], size_t *ret_count);
/* The same rule ended: the last occurrence is the last one at or before `until`. */
int rule_cut(const char *rule, int64_t until, char ret_rule[RULE_TEXT]);
/* The same rule for `count` occurrences if it counts; as it is if it has an UNTIL. */
int rule_count(const char *rule, size_t count, char ret_rule[RULE_TEXT]);
/*
 * The same rule for a series that began at `from` and shall begin at `to`: its days of the week and
 * UNTIL go along. -EINVAL: it names days of the month, which do not.
 */
int rule_move(const char *rule, int64_t from, int64_t to, char ret_rule[RULE_TEXT]);

#endif
