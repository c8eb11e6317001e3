/* SPDX-License-Identifier: MIT */
/*
 * A page of a list, as the lists of this folder take it, and the text that is searched for as a
 * pattern of LIKE ... ESCAPE '\'. Of letters only those of ASCII match in both cases.
 */
#ifndef ACADEMY_SEARCH_H
#define ACADEMY_SEARCH_H

#include <stddef.h>
#include <stdint.h>

enum { SEARCH_TEXT = 64, SEARCH_PATTERN = 2 * SEARCH_TEXT + 3, SEARCH_MAX_PAGE = 200 };

struct search {
	const char *q;	/* NULL or "": everything */
	int64_t after;	/* the last one of the page before; 0: from the start */
	unsigned limit; /* 0: SEARCH_MAX_PAGE */
};

/* "50%_" becomes "%50\%\_%"; what is longer than SEARCH_TEXT is cut. Returns out. */
static inline const char *search_pattern(const char *q, char out[SEARCH_PATTERN])
{
	char *at = out;

	*at++ = '%';
	for (size_t i = 0; q && q[i] && i < SEARCH_TEXT; i++) {
		if (q[i] == '%' || q[i] == '_' || q[i] == '\\')
			*at++ = '\\';
		*at++ = q[i];
	}
	*at++ = '%';
	*at = '\0';
	return out;
}

static inline int64_t search_limit(const struct search *search)
{
	return search->limit > 0 && search->limit < SEARCH_MAX_PAGE ? search->limit
								    : SEARCH_MAX_PAGE;
}

#endif
