/* SPDX-License-Identifier: MIT */
/*
 * Writes iCalendar text (RFC 5545) by libical, which escapes and folds: feeds and mails.
 *
 * Times are local ones with the TZID of their zone; a VTIMEZONE for each zone, cut to the years that
 * are needed, comes with them, with one rule for either half of the year where that is so, since
 * Outlook understands no more. Not for several threads at once. Errors: -ENOMEM.
 */
#ifndef ACADEMY_ICAL_H
#define ACADEMY_ICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ical;
struct zone;

struct ical_event {
	const char *uid, *summary;
	const char *location, *description, *url; /* NULL: none */
	int64_t stamp_ms;			  /* of the last change */
	unsigned sequence;
	const char *zone;
	int64_t local; /* start */
	unsigned length_min;
	const char *rule; /* of calendar.h; NULL: one event */
	const int64_t *excluded;
	size_t excluded_count; /* local times that the rule gives and that are not */
	/* One occurrence of the series `uid`: its local start by the rule, in the series' zone. */
	const char *recurrence_zone; /* NULL: it is none */
	int64_t recurrence;
	bool cancelled;
	/* Of an invitation: addresses and names; NULL: it is none. */
	const char *organizer, *organizer_name, *attendee, *attendee_name;
};

/* `method` is PUBLISH, REQUEST or CANCEL; `name` that of a feed, or NULL. */
int ical_create(const char *method, const char *name, struct ical **ret_ical);
/* Accepts NULL. */
void ical_destroy(struct ical *ical);
/* -EINVAL: no such zone. */
int ical_add(struct ical *ical, const struct ical_event *event);
/* Once, at the end; free() it. */
int ical_write(struct ical *ical, char **ret_text);

#endif
