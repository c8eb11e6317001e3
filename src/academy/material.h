/* SPDX-License-Identifier: MIT */
/*
 * Materials of a course: slides and files, in an order of their own. The bytes lie in the data
 * folder under material_path(); here is what is known of them.
 *
 * `name` is what people see and what a download is called, `type` one of a few media types that say
 * what a browser may do with it, worked out from the first bytes: never what the sender claimed.
 * Every function takes site and course; an id of another is -ENOENT. Threads: as the store.
 */
#ifndef ACADEMY_MATERIAL_H
#define ACADEMY_MATERIAL_H

#include <stddef.h>
#include <stdint.h>

#include "lectern/types.h"

struct store;

enum {
	MATERIAL_NAME = 128,
	MATERIAL_TYPE = 32,
	MATERIAL_HASH = 65,
	MATERIAL_PATH = 96,
	MATERIALS_MAX = 200, /* a course */
};

struct material {
	int64_t site, id, course;
	char name[MATERIAL_NAME], type[MATERIAL_TYPE], hash[MATERIAL_HASH];
	int64_t bytes, added_by, added_at;
	unsigned position; /* from 0 */
	char added_by_name[LECTERN_MAX_NAME];
};

/* Makes id and position: last. -ENOSPC: the course has MATERIALS_MAX. */
int material_add(struct store *store, struct material *material);
int material_get(struct store *store, int64_t site, int64_t course, int64_t id,
	struct material *ret_material);
int material_rename(
	struct store *store, int64_t site, int64_t course, int64_t id, const char *name);
/* The others make room; past the end is last. */
int material_move(struct store *store, int64_t site, int64_t course, int64_t id, unsigned position);
int material_remove(struct store *store, int64_t site, int64_t course, int64_t id);
/* In their order. */
int material_each(struct store *store, int64_t site, int64_t course,
	void (*found)(const struct material *material, void *arg), void *arg);

/* Below the data folder. Returns out. */
const char *material_path(int64_t site, int64_t id, char out[MATERIAL_PATH]);

/*
 * A name that a client sent, made fit: the part behind the last slash or backslash, without
 * characters that file systems or headers do not take, no dot at its head, shortened before its
 * ending. -EINVAL: nothing is left.
 */
int material_clean_name(const char *name, char out[MATERIAL_NAME]);
/* By its first bytes. */
const char *material_type(const unsigned char *head, size_t len);

#endif
