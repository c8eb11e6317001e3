/* SPDX-License-Identifier: MIT */
/*
 * Venues (physical rooms) of a site, and the days on which it is closed.
 * Every function takes the site; an id of another site is -ENOENT. Threads: as the store.
 */
#ifndef ACADEMY_VENUE_H
#define ACADEMY_VENUE_H

#include <stdint.h>

struct store;

enum { VENUE_NAME = 128, VENUE_MAX_SEATS = 100000, VENUE_MAX = 1000, BLACKOUT_MAX = 1000 };

struct venue {
	int64_t site, id;
	char name[VENUE_NAME];
	unsigned seats; /* 0: not told */
};

/* `id` is made. -EEXIST: the site has one of that name; -ENOSPC: it has VENUE_MAX. */
int venue_add(struct store *store, struct venue *venue);
int venue_get(struct store *store, int64_t site, int64_t id, struct venue *ret_venue);
int venue_set(struct store *store, const struct venue *venue);
/* Sessions in it are without one afterwards. */
int venue_remove(struct store *store, int64_t site, int64_t id);
/* By name. */
int venue_each(struct store *store, int64_t site,
	void (*found)(const struct venue *venue, void *arg), void *arg);

struct blackout {
	int64_t site, id;
	char name[VENUE_NAME];
	char first_day[11], last_day[11]; /* both included, in the site's zone: "2026-12-24" */
};

int blackout_add(struct store *store, struct blackout *blackout);
int blackout_get(struct store *store, int64_t site, int64_t id, struct blackout *ret_blackout);
int blackout_set(struct store *store, const struct blackout *blackout);
int blackout_remove(struct store *store, int64_t site, int64_t id);
/* By day: those of the site, and of the sites above it, which hold for it too. */
int blackout_each(struct store *store, int64_t site,
	void (*found)(const struct blackout *blackout, void *arg), void *arg);

#endif
