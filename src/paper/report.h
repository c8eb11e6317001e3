/* SPDX-License-Identifier: MIT */
/*
 * A report of attendance on paper: A4, landscape, in one of the four languages; its head, and a row
 * for each person or session. Threads and errors: as paper.h.
 */
#ifndef PAPER_REPORT_H
#define PAPER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct paper_report_row {
	const char *name;	    /* of the person, or of the session */
	int64_t joined_ms, left_ms; /* since 1970 UTC; 0: a dash */
	int64_t present_ms, heard_ms, replay_ms;
	unsigned percent;
	const char *link; /* "", "good", "weak", "poor" */
};

struct paper_report {
	const char *language;
	const char *site, *course, *title; /* "": not told */
	bool of_person;			   /* rows are sessions, `title` is the person's name */
	const char *time_zone;		   /* IANA, of the times */
	int64_t held_ms;		   /* of a session; 0: not told */
	int64_t created_ms;
	const struct paper_report_row *rows;
	size_t count;
};

int paper_report(const struct paper_report *report, char **ret_pdf, size_t *ret_len);

#endif
