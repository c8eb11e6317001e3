/* SPDX-License-Identifier: MIT */
/* What the writer of iCalendar text shares with calendar.c: libical's own view of both. */
#ifndef ACADEMY_CALENDAR_PRIV_H
#define ACADEMY_CALENDAR_PRIV_H

#include <stdint.h>

#include <libical/ical.h>

struct zone {
	icaltimezone *tz;
	icalcomponent *component; /* belongs to tz; its TZID is the name */
	char name[64];
};

/* Without a zone: what the clock on the wall shows. */
struct icaltimetype local_icaltime(int64_t local);
/* In UTC; milliseconds are dropped. */
struct icaltimetype instant_icaltime(int64_t at_ms);
/* Of a rule of ours; RRULE wants UNTIL in UTC where the start has a zone (RFC 5545 3.3.10). */
int rule_icalrecur(const char *rule, struct zone *zone, struct icalrecurrencetype *ret_recur);

#endif
