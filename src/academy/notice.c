/* SPDX-License-Identifier: MIT */
#include "academy/notice.h"

#include "academy/language.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const table[NOTICES][LANGUAGES] = {
#define NOTICE(name, en, es, fr, nl) {en, es, fr, nl},
#include "academy/notice.def"
};

const char *notice_text(const char *language, enum notice notice)
{
	return table[notice][language_column(language)];
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats of one word are alike */

const char *notice_date(const char *language, int64_t local, char out[NOTICE_DATE_ROOM])
{
	time_t seconds = local * 60;
	struct tm tm;

	out[0] = '\0';
	if (!gmtime_r(&seconds, &tm))
		return out;
	snprintf(out, NOTICE_DATE_ROOM, notice_text(language, NOTICE_DATE),
		notice_text(language, NOTICE_SUNDAY + (unsigned)tm.tm_wday), tm.tm_mday,
		notice_text(language, NOTICE_JANUARY + (unsigned)tm.tm_mon), tm.tm_year + 1900,
		tm.tm_hour, tm.tm_min);
	return out;
}
