/* SPDX-License-Identifier: MIT */
#include "academy/language.h"

#include <string.h>

const char *const language_codes[LANGUAGES] = {"en", "es", "fr", "nl"};

unsigned language_column(const char *code)
{
	for (unsigned i = 0; i < LANGUAGES; i++)
		if (strcmp(language_codes[i], code) == 0)
			return i;
	return 0;
}

bool language_is_known(const char *code)
{
	return strcmp(language_codes[language_column(code)], code) == 0;
}
