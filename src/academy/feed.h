/* SPDX-License-Identifier: MIT */
/*
 * Calendars to subscribe to: the address has a secret token and opens one person's timetable, or
 * that of one course as the person sees it, to whoever has it. The token is kept as a hash and,
 * sealed by the vault, for the person to read again; removing the feed makes it worthless.
 *
 * A feed tells what the person teaches or attends, back to FEED_PAST_MS; of a course, for those who
 * may, all of it. A series is one event with its rule, EXDATE for what does not take place or is not
 * for this person, and an event of its own for each occurrence that differs. Two feeds of the same
 * timetable are the same bytes.
 * Threads: as the store. Errors: -ENOENT, -EBADMSG (sealed by another vault), or the store's.
 */
#ifndef ACADEMY_FEED_H
#define ACADEMY_FEED_H

#include <stdint.h>

#include "academy/signin.h"

struct store;
struct vault;

#define FEED_PAST_MS (366LL * 24 * 3600 * 1000)
enum { FEED_MAX_SESSIONS = 3000 };

struct feed {
	int64_t id, person;
	int64_t course; /* 0: everything */
	char token[SIGNIN_TOKEN];
	int64_t created_at;
};

/* The one there is for the person and course, or a new one. */
int feed_add(struct store *store, const struct vault *vault, int64_t person, int64_t course,
	int64_t now_ms, struct feed *ret_feed);
int feed_each(struct store *store, const struct vault *vault, int64_t person,
	void (*found)(const struct feed *feed, void *arg), void *arg);
int feed_remove(struct store *store, int64_t person, int64_t id);

/* By the hash of a token; `url` is what addresses of classes begin with. free() *ret_text. */
int feed_write(
	struct store *store, const char *hash, const char *url, int64_t now_ms, char **ret_text);

#endif
