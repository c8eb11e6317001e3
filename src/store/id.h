/* SPDX-License-Identifier: MIT */
/*
 * Ids of everything that the database keeps: 63 random bits, made by the application so that the
 * rows of several databases can merge. Outside the database they are 13 characters of lower-case
 * base32 (Crockford's alphabet), opaque to clients. 0 is no object.
 */
#ifndef STORE_ID_H
#define STORE_ID_H

#include <stdint.h>

enum { ID_TEXT = 14 }; /* characters of an id as text, with the NUL */

int64_t id_new(void);
/* `out` holds ID_TEXT; returns out. */
const char *id_text(int64_t id, char *out);
/* Only the one spelling that id_text() gives is accepted. -EINVAL. */
int id_parse(const char *text, int64_t *ret_id);

#endif
