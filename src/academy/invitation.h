/* SPDX-License-Identifier: MIT */
/*
 * Telling people of sessions by mail, with the calendar that programs act on (iMIP, RFC 6047):
 * METHOD:REQUEST for what is new or changed, CANCEL for what does not take place or is not theirs
 * any more. And reminders.
 *
 * Who hears: those who teach or attend a session that lies ahead, when something changed that they
 * must know (or they came to it, or left it). One mail for each person and change, however many
 * sessions a series has; where a series is split the end of the old one is a second mail, since a
 * calendar mail is about one UID. Mails are deliveries, written in the transaction of the change.
 * The attendees of a calendar are the reader alone: who else is in the class is not told.
 *
 * Threads: as the store. Errors: the store's, and those of series.h.
 */
#ifndef ACADEMY_INVITATION_H
#define ACADEMY_INVITATION_H

#include <stdint.h>

#include "academy/series.h"

struct store;

/* change_apply() and its mails; `url` is what our addresses begin with. */
int invitation_change(struct store *store, struct change *change, const char *url, int64_t now_ms);
/* series_cancel() and its mails. */
int invitation_cancel(struct store *store, const struct session *session, enum scope scope,
	const char *url, int64_t now_ms, unsigned *ret_count);

enum { REMINDER_EARLY_MIN = 24 * 60, REMINDER_LATE_MIN = 60 };

/*
 * To be called every minute or so: reminds of sessions that begin within REMINDER_EARLY_MIN and
 * REMINDER_LATE_MIN, each person once for each of the two, and once more if it is moved.
 * *ret_count: mails written.
 */
int reminder_run(struct store *store, const char *url, int64_t now_ms, unsigned *ret_count);

#endif
