/* SPDX-License-Identifier: MIT */
/*
 * What the server does for the timetable by itself: once, the instants of future sessions by the
 * rules of zones that are installed now; every minute, reminders that are due. On the lane that
 * writes; one job at a time, so that a database that is slow or gone is not asked more and more.
 *
 * Control thread. The work pool must have ended before clerk_destroy().
 */
#ifndef SIGNALING_CLERK_H
#define SIGNALING_CLERK_H

struct clerk;
struct server;

/* -ENOMEM. */
int clerk_create(struct server *server, struct clerk **ret_clerk);
/* Accepts NULL. */
void clerk_destroy(struct clerk *clerk);

#endif
