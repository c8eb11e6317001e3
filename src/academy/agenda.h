/* SPDX-License-Identifier: MIT */
/*
 * Sessions as events of calendars, for feeds and for mails. Threads: as the store.
 */
#ifndef ACADEMY_AGENDA_H
#define ACADEMY_AGENDA_H

#include <stddef.h>
#include <stdint.h>

#include "academy/session.h"

struct ical;
struct store;

struct agenda {
	const char *url; /* of the classes of the person: "<url>/<id of a session>" */
	/* Of mails: addresses and names; NULL: it is a feed. */
	const char *organizer, *organizer_name, *attendee, *attendee_name;
	bool cancels; /* it says that they do not take place */
};

/*
 * One series as one person sees it: `sessions` are those of its sessions that are theirs, by
 * recurrence. Whatever else the rule gives is left out (EXDATE). Nothing where none takes place.
 */
int agenda_add_series(struct store *store, struct ical *ical, const struct agenda *agenda,
	const struct session *sessions, size_t count);
/* One that is alone, or one occurrence of its series. */
int agenda_add_session(struct store *store, struct ical *ical, const struct agenda *agenda,
	const struct session *session);

#endif
