/* SPDX-License-Identifier: MIT */
/*
 * The languages that the product speaks, by the codes of the database and the pages. What is written
 * in all of them is a table with a column for each, in this order. No state, any thread.
 */
#ifndef ACADEMY_LANGUAGE_H
#define ACADEMY_LANGUAGE_H

#include <stdbool.h>

enum { LANGUAGES = 4 };

extern const char *const language_codes[LANGUAGES]; /* "en", "es", "fr", "nl" */

bool language_is_known(const char *code);
/* The column of the tables; that of English for others. */
unsigned language_column(const char *code);

#endif
