/* SPDX-License-Identifier: MIT */
/*
 * Sites: a network and its academies, as a tree. A site is a border: nothing of one site is seen
 * from another, but for courses that are shared and for administrators of a site above.
 *
 * A site has a language and a time zone, which are what its people start from; a logo and a colour,
 * which has to be readable with white text on it; and a quota for what it keeps in files (recordings
 * and materials). Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_SITE_H
#define ACADEMY_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/person.h"

struct store;

enum {
	SITE_SLUG = 64,
	SITE_COLOUR = 8,
	SITE_LOGO = 160, /* "image/png <hash>" */
};

struct site_params {
	int64_t parent; /* 0: none */
	const char *slug, *name, *time_zone, *language;
};

/* -EEXIST: the slug is taken. */
int site_add(struct store *store, const struct site_params *params, int64_t *ret_id);
/* -ENOENT. */
int site_find(struct store *store, const char *slug, int64_t *ret_id);

struct site {
	int64_t id, parent; /* 0: topmost */
	char slug[SITE_SLUG], name[SITE_NAME], time_zone[SITE_ZONE], language[PERSON_LANGUAGE];
	char colour[SITE_COLOUR];
	char logo[SITE_LOGO]; /* "": none */
	int64_t quota_bytes;  /* 0: no limit */
	bool second_factor;   /* its administrators and coordinators need one */
};

int site_get(struct store *store, int64_t id, struct site *ret_site);
/* All but id, parent and logo. -EEXIST: the slug is taken. */
int site_set(struct store *store, const struct site *site);
/* NULL: fit to be kept; else what is wrong with it. */
const char *site_check(const struct site *site);
int site_set_logo(struct store *store, int64_t id, const char *logo);
/*
 * Those where the person is a member and, of those where they are an administrator, all below; by
 * name. `member`: the person belongs to it. `found` may use the store.
 */
int site_each(struct store *store, int64_t person,
	void (*found)(const struct site *site, bool member, void *arg), void *arg);

/* In files of recordings and materials. */
int site_used(struct store *store, int64_t id, int64_t *ret_bytes);
/* -EDQUOT: so many bytes more are over the quota. */
int site_check_room(struct store *store, int64_t id, int64_t bytes);

/* Makes the account of `email`, or that which it has already, an administrator of the site. 1: the
 * account is new. */
int site_add_admin(struct store *store, int64_t id, const char *email, const char *name,
	int64_t now_ms, int64_t *ret_person);

/* Contrast of white text on "#rrggbb" times 100 (WCAG 2.2, 1.4.3: 450 is enough). -EINVAL. */
int site_colour_contrast(const char *colour);

#endif
