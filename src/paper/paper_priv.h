/* SPDX-License-Identifier: MIT */
/* What the files of this folder share. */
#ifndef PAPER_PAPER_PRIV_H
#define PAPER_PAPER_PRIV_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "paper/paper.h"

struct paper {
	/* given */
	const struct paper_info *info;
	/* owned */
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoContext *context;
	/* state */
	double width, height, y;
	unsigned page, pages;		    /* pages 0: they are being counted */
	bool full;			    /* the page is done, the next one not begun */
	const struct paper_column *columns; /* of the table that is open */
	size_t column_count;
	unsigned row;
	/* what was written */
	char *bytes;
	size_t len, room;
	int error;
};

extern const struct paper_colour paper_black, paper_grey, paper_line, paper_tint;

/* To be freed by g_object_unref(). */
PangoLayout *paper_layout(
	struct paper *paper, const struct paper_style *style, double width, const char *text);
double paper_layout_height(PangoLayout *layout);
/* Draws it, tagged. */
void paper_show(struct paper *paper, PangoLayout *layout, const struct paper_style *style, double x,
	double y);
/* True: the page was broken so that `height` fits. */
bool paper_need(struct paper *paper, double height);
void paper_set_colour(struct paper *paper, struct paper_colour colour);

#endif
