/* SPDX-License-Identifier: MIT */
/*
 * Pages of PDF: text with every accent, rules, tables that break over pages, page numbers.
 *
 * paper_render() calls `draw` twice, once to count the pages and once for good, so that each page
 * can say of how many it is; `draw` must do the same both times. Text flows from the top margin
 * down and breaks at the bottom one; paper_place() puts it where it is told instead. What is
 * written is tagged (headings, paragraphs, tables), so that it can be read aloud in order. The same
 * input gives the same bytes.
 *
 * Lengths are points, 1/72 inch, from the upper left corner. It waits for fonts on the disk: never
 * on the control thread; several threads may render at once. Errors: -ENOMEM, -EIO.
 */
#ifndef PAPER_PAPER_H
#define PAPER_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct paper;

#define PAPER_A4_SHORT 595.276
#define PAPER_A4_LONG 841.890

struct paper_info {
	const char *title, *author; /* of the document */
	const char *footer;	    /* at the foot of every page; NULL: no foot, no page numbers */
	int64_t created_ms;	    /* since 1970 UTC */
	bool landscape;
	double margin;
};

int paper_render(const struct paper_info *info, void (*draw)(struct paper *paper, void *arg),
	void *arg, char **ret_bytes, size_t *ret_len);

enum paper_family { PAPER_SANS, PAPER_SERIF };
enum paper_align { PAPER_LEFT, PAPER_CENTER, PAPER_RIGHT };

struct paper_colour {
	double r, g, b; /* 0 to 1 */
};

struct paper_style {
	enum paper_family family;
	double size;
	bool bold, italic, small_caps;
	double spacing; /* between letters */
	enum paper_align align;
	struct paper_colour colour;
	const char *tag; /* "H1", "P"; NULL: "P" */
};

/* "#rrggbb"; black if it is no colour. */
struct paper_colour paper_colour(const char *text);
/* The same, darkened until it can be read on white (contrast 4.5 : 1). */
struct paper_colour paper_ink(struct paper_colour colour);

/* Flowing: where the text is now. Breaks the page first where it does not fit. */
void paper_text(struct paper *paper, const struct paper_style *style, const char *text);
void paper_gap(struct paper *paper, double height);
void paper_rule(struct paper *paper, struct paper_colour colour, double thickness);
/* A name and its value side by side, as at the head of a report. */
void paper_fact(struct paper *paper, const char *name, const char *value);

/* Placed: in the box at x, y of `width`; returns the height that it took. With `one_line` the text
 * is set smaller, down to half, until it fits. */
double paper_place(struct paper *paper, const struct paper_style *style, double x, double y,
	double width, bool one_line, const char *text);

/* The picture in the box, as large as fits, in its middle. False: it is no picture of at most
 * PAPER_MAX_PIXELS a side. */
enum { PAPER_MAX_PIXELS = 4096 };
bool paper_png(struct paper *paper, const unsigned char *png, size_t len, double x, double y,
	double width, double height);
/* A QR code of the text, quiet zone included. */
void paper_qr(struct paper *paper, const char *text, double x, double y, double side);

/* Tables. Widths are shares of what is between the margins. The head is told again on each page. */
enum { PAPER_MAX_COLUMNS = 12 };

struct paper_column {
	const char *title;
	double share;
	enum paper_align align;
};

void paper_table_begin(struct paper *paper, const struct paper_column *columns, size_t count);
void paper_table_row(struct paper *paper, const char *const *cells);
void paper_table_end(struct paper *paper);

#endif
