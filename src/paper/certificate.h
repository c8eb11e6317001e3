/* SPDX-License-Identifier: MIT */
/*
 * A certificate of completion: one page of A4, landscape, in one of the four languages, with the
 * academy's name, logo and colour, and a QR code of the address at which anyone may verify it.
 * Threads and errors: as paper.h.
 */
#ifndef PAPER_CERTIFICATE_H
#define PAPER_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

struct paper_certificate {
	const char *language; /* "en", "es", "fr", "nl"; English for others */
	const char *person, *course, *site;
	const char *colour;	/* "#rrggbb" */
	const char *number;	/* as it is written for people */
	const char *verify_url; /* with the number */
	const char *issued_by;	/* "": not told */
	int64_t issued_ms;
	const char *time_zone; /* IANA, in which the day of issue is told */
	unsigned minutes;      /* attended; 0: not told */
	unsigned percent;
	const unsigned char *logo; /* PNG; NULL: none. What is no PNG is left out. */
	size_t logo_len;
};

int paper_certificate(const struct paper_certificate *certificate, char **ret_pdf, size_t *ret_len);

#endif
