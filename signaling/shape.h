/* SPDX-License-Identifier: MIT */
/*
 * How a C struct and a JSON object correspond: a table of fields, made by schema/generate.py.
 *
 * Reading is strict: a field that is missing, unknown, of another type, out of range, over its
 * limit or not among the values of its enum refuses the whole object. Strings that were read belong
 * to the JSON document. What is written is ours and is not checked against limits, only for being
 * UTF-8. No state, any thread. Errors are negative errno; the text for -EBADMSG is English, for a
 * log.
 */
#ifndef SIGNALING_SHAPE_H
#define SIGNALING_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

enum { SHAPE_ERROR_TEXT = 128 };

enum shape_type {
	SHAPE_BOOLEAN, /* bool */
	SHAPE_INTEGER, /* int64_t, min to max */
	SHAPE_STRING,  /* const char *, at most max bytes */
	SHAPE_ENUM,    /* enum: the index of one of `max` values */
	SHAPE_OBJECT,  /* struct of the shape `of`, embedded */
	SHAPE_ITEMS,   /* embedded array of at most max items: what is read */
	SHAPE_ARRAY,   /* pointer to an array: what is written */
};

struct shape_field {
	const char *name;
	enum shape_type type;
	bool optional; /* a string only: NULL when left out */
	size_t offset, count_offset;
	int64_t min, max;
	const char *const *values;
	const struct shape *of; /* of an array: NULL for strings */
};

struct shape {
	const char *name; /* of the message or type */
	size_t size;	  /* of the struct */
	const struct shape_field *fields;
	size_t field_count;
};

/* Fills the struct `out` from `object`. -EBADMSG with the reason in `error` (SHAPE_ERROR_TEXT). */
int shape_read(const struct shape *shape, const json_t *object, void *out, char *error);
/* Adds the fields of the struct `in` to `object`. -EINVAL: not UTF-8, or no memory. */
int shape_write(const struct shape *shape, const void *in, json_t *object);

#endif
