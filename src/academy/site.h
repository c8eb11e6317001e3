/* SPDX-License-Identifier: MIT */
/*
 * Sites: a network and its academies, as a tree. A site is a border: nothing of one site is seen
 * from another. Threads: as the store. Errors: the store's.
 */
#ifndef ACADEMY_SITE_H
#define ACADEMY_SITE_H

#include <stdint.h>

struct store;

struct site_params {
	int64_t parent; /* 0: none */
	const char *slug, *name, *time_zone, *language;
};

/* -EEXIST: the slug is taken. */
int site_add(struct store *store, const struct site_params *params, int64_t *ret_id);
/* -ENOENT. */
int site_find(struct store *store, const char *slug, int64_t *ret_id);

#endif
