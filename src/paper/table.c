/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <math.h>

#include "paper/paper_priv.h"

enum { PAD_X = 5, PAD_Y = 3 };

static const struct paper_style cell_style = {.size = 9, .colour = {0.08, 0.13, 0.17}, .tag = "TD"};
static const struct paper_style head_style = {
	.size = 8.5, .bold = true, .colour = {0.32, 0.38, 0.43}, .tag = "TH"};

static double column_width(const struct paper *paper, size_t index)
{
	double shares = 0;

	for (size_t i = 0; i < paper->column_count; i++)
		shares += paper->columns[i].share;
	return (paper->width - 2 * paper->info->margin) * paper->columns[index].share / shares;
}

static void fill(struct paper *paper, double y, double height, struct paper_colour colour)
{
	paper_set_colour(paper, colour);
	cairo_rectangle(paper->cairo, paper->info->margin, y,
		paper->width - 2 * paper->info->margin, height);
	cairo_fill(paper->cairo);
}

static double lay_out(struct paper *paper, const char *const *cells,
	const struct paper_style *style, PangoLayout **layouts)
{
	double height = 0;

	for (size_t i = 0; i < paper->column_count; i++) {
		struct paper_style own = *style;

		own.align = paper->columns[i].align;
		layouts[i] = paper_layout(
			paper, &own, column_width(paper, i) - 2 * PAD_X, cells[i] ? cells[i] : "");
		height = fmax(height, paper_layout_height(layouts[i]));
	}
	return height + 2 * PAD_Y;
}

static void show_row(struct paper *paper, PangoLayout **layouts, const struct paper_style *style)
{
	double x = paper->info->margin;

	cairo_tag_begin(paper->cairo, "TR", NULL);
	for (size_t i = 0; i < paper->column_count; i++) {
		paper_show(paper, layouts[i], style, x + PAD_X, paper->y + PAD_Y);
		x += column_width(paper, i);
		g_object_unref(layouts[i]);
	}
	cairo_tag_end(paper->cairo, "TR");
}

static void show_head(struct paper *paper)
{
	const char *titles[PAPER_MAX_COLUMNS];
	PangoLayout *layouts[PAPER_MAX_COLUMNS];
	double height;

	for (size_t i = 0; i < paper->column_count; i++)
		titles[i] = paper->columns[i].title;
	height = lay_out(paper, titles, &head_style, layouts);
	show_row(paper, layouts, &head_style);
	paper->y += height;
	fill(paper, paper->y - 0.8, 0.8, paper_grey);
	paper->row = 0;
}

void paper_table_begin(struct paper *paper, const struct paper_column *columns, size_t count)
{
	assert(!paper->columns && count > 0 && count <= PAPER_MAX_COLUMNS);
	paper->columns = columns;
	paper->column_count = count;
	/* A head alone at the foot of a page would say nothing. */
	paper_need(paper, 60);
	cairo_tag_begin(paper->cairo, "Table", NULL);
	show_head(paper);
}

void paper_table_row(struct paper *paper, const char *const *cells)
{
	PangoLayout *layouts[PAPER_MAX_COLUMNS];
	double height = lay_out(paper, cells, &cell_style, layouts);

	if (paper_need(paper, height))
		show_head(paper);
	if (paper->row++ % 2 == 1)
		fill(paper, paper->y, height, paper_tint);
	show_row(paper, layouts, &cell_style);
	paper->y += height;
	fill(paper, paper->y - 0.4, 0.4, paper_line);
}

void paper_table_end(struct paper *paper)
{
	assert(paper->columns);
	cairo_tag_end(paper->cairo, "Table");
	paper->columns = NULL;
}
