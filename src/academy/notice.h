/* SPDX-License-Identifier: MIT */
/*
 * What the server itself writes to people, in the four languages: mails. Pages have their own
 * catalogues. The table is notice.def. No state, any thread.
 */
#ifndef ACADEMY_NOTICE_H
#define ACADEMY_NOTICE_H

#include <stddef.h>
#include <stdint.h>

enum notice {
#define NOTICE(name, en, es, fr, nl) NOTICE_##name,
#include "academy/notice.def"
	NOTICES
};

enum { NOTICE_DATE_ROOM = 128 };

/* `language` is en, es, fr or nl; anything else is taken for en. */
const char *notice_text(const char *language, enum notice notice);
/* "Monday 2 November 2026, 09:00"; `local` as in calendar.h. Returns out. */
const char *notice_date(const char *language, int64_t local, char out[NOTICE_DATE_ROOM]);

#endif
