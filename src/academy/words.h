/* SPDX-License-Identifier: MIT */
/*
 * What the server itself says to people, in mails and in names: one table, four languages. Pages have
 * their own catalogues in the web client. In the texts, {name}, {site} and {link} stand for what is
 * put in. No state, any thread.
 */
#ifndef ACADEMY_WORDS_H
#define ACADEMY_WORDS_H

#include <stddef.h>

enum word {
	WORD_GUEST, /* "{name} (guest)" */
	WORD_INVITE_SUBJECT,
	WORD_INVITE_TEXT,
	WORD_RESET_SUBJECT,
	WORD_RESET_TEXT,
	WORD_CHANGED_SUBJECT,
	WORD_CHANGED_TEXT,
	WORDS
};

struct words {
	const char *name, *site, *link; /* "" where they are not used */
};

/* In `language`, or English. Whole, or cut at a character of UTF-8 where there is no room. Returns
 * out. */
const char *words_fill(
	const char *language, enum word word, const struct words *words, char *out, size_t room);

#endif
