/* SPDX-License-Identifier: MIT */
/*
 * Files of one JSON object a line, as FORMAT.md has them: reading, and making one line.
 * A line that is cut short, too long or no object is passed over and counted, never believed.
 * Any thread; keeps nothing but what the caller holds.
 */
#ifndef RECORDER_JSONL_H
#define RECORDER_JSONL_H

#include <jansson.h>
#include <stddef.h>

enum {
	JSONL_MAX_LINE = 64 * 1024,
	JSONL_MAX_DEPTH = 16,
};

typedef void jsonl_fn(void *user, json_t *line);

/* Parses one object strictly: no duplicate keys, bounded depth. NULL if it is not one. Owned. */
json_t *jsonl_parse(const char *text, size_t len);
/* Calls `fn` with each good line, borrowed. `ret_bad` may be NULL. */
int jsonl_read(int dir, const char *name, jsonl_fn *fn, void *user, unsigned *ret_bad);
/* The object as a line with its newline: malloced, NULL when out of memory. Takes `object`. */
char *jsonl_line(json_t *object, size_t *ret_len);

/* A member of an object, or what stands in for it when it is absent or of another type. */
const char *jsonl_string(const json_t *object, const char *key);
int64_t jsonl_int(const json_t *object, const char *key, int64_t otherwise);
/* Copies into `out` and cuts at a character's edge if it is too long. */
void jsonl_copy(const json_t *object, const char *key, char *out, size_t room);

#endif
