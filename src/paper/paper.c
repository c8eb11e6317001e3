/* SPDX-License-Identifier: MIT */
#include "paper/paper.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paper/paper_priv.h"

/* The first that is installed; the last of each is a generic name of fontconfig. */
static const char *const families[] = {
	[PAPER_SANS] = "Carlito, DejaVu Sans, sans-serif",
	[PAPER_SERIF] = "EB Garamond 12, EB Garamond, DejaVu Serif, serif",
};

const struct paper_colour paper_black = {0.08, 0.13, 0.17};
const struct paper_colour paper_grey = {0.32, 0.38, 0.43};
const struct paper_colour paper_line = {0.78, 0.82, 0.85};
const struct paper_colour paper_tint = {0.96, 0.97, 0.975};

struct paper_colour paper_colour(const char *text)
{
	unsigned r, g, b;

	if (strlen(text) != 7 || sscanf(text, "#%2x%2x%2x", &r, &g, &b) != 3)
		return paper_black;
	return (struct paper_colour){r / 255.0, g / 255.0, b / 255.0};
}

/* WCAG 2.1, relative luminance. */
static double linear(double part)
{
	return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double contrast_on_white(struct paper_colour colour)
{
	return 1.05 / (0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) +
			      0.0722 * linear(colour.b) + 0.05);
}

struct paper_colour paper_ink(struct paper_colour colour)
{
	while (contrast_on_white(colour) < 4.5) {
		colour.r *= 0.95;
		colour.g *= 0.95;
		colour.b *= 0.95;
	}
	return colour;
}

void paper_set_colour(struct paper *paper, struct paper_colour colour)
{
	cairo_set_source_rgb(paper->cairo, colour.r, colour.g, colour.b);
}

static PangoAttrList *attributes(const struct paper_style *style)
{
	PangoAttrList *list = pango_attr_list_new();

	if (style->spacing > 0)
		pango_attr_list_insert(
			list, pango_attr_letter_spacing_new((int)(style->spacing * PANGO_SCALE)));
	if (style->small_caps)
		pango_attr_list_insert(list, pango_attr_font_features_new("smcp=1, c2sc=0"));
	return list;
}

PangoLayout *paper_layout(
	struct paper *paper, const struct paper_style *style, double width, const char *text)
{
	static const PangoAlignment aligns[] = {
		[PAPER_LEFT] = PANGO_ALIGN_LEFT,
		[PAPER_CENTER] = PANGO_ALIGN_CENTER,
		[PAPER_RIGHT] = PANGO_ALIGN_RIGHT,
	};
	PangoLayout *layout = pango_layout_new(paper->context);
	PangoFontDescription *font = pango_font_description_from_string(families[style->family]);
	PangoAttrList *list = attributes(style);

	pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
	pango_font_description_set_weight(
		font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_style(
		font, style->italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_attributes(layout, list);
	pango_layout_set_alignment(layout, aligns[style->align]);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(layout, text, -1);
	pango_attr_list_unref(list);
	pango_font_description_free(font);
	return layout;
}

double paper_layout_height(PangoLayout *layout)
{
	int height;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

void paper_show(struct paper *paper, PangoLayout *layout, const struct paper_style *style, double x,
	double y)
{
	const char *tag = style->tag ? style->tag : "P";

	cairo_tag_begin(paper->cairo, tag, NULL);
	paper_set_colour(paper, style->colour);
	cairo_move_to(paper->cairo, x, y);
	pango_cairo_show_layout(paper->cairo, layout);
	cairo_tag_end(paper->cairo, tag);
}

static const struct paper_style foot_left = {
	.family = PAPER_SANS, .size = 8, .colour = {0.32, 0.38, 0.43}};

/* Page numbers are no part of the text, so they have no tag. */
static void end_page(struct paper *paper)
{
	const double width = paper->width - 2 * paper->info->margin;
	const double y = paper->height - paper->info->margin * 0.7;
	struct paper_style right = foot_left;
	char number[32];
	PangoLayout *layout;

	paper->full = true;
	if (!paper->info->footer)
		return;
	right.align = PAPER_RIGHT;
	snprintf(number, sizeof(number), "%u/%u", paper->page, paper->pages);
	paper_set_colour(paper, paper_grey);
	layout = paper_layout(paper, &foot_left, width * 0.85, paper->info->footer);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	cairo_move_to(paper->cairo, paper->info->margin, y);
	pango_cairo_show_layout(paper->cairo, layout);
	g_object_unref(layout);
	layout = paper_layout(paper, &right, width, number);
	cairo_move_to(paper->cairo, paper->info->margin, y);
	pango_cairo_show_layout(paper->cairo, layout);
	g_object_unref(layout);
}

bool paper_need(struct paper *paper, double height)
{
	if (!paper->full && paper->y + height <= paper->height - paper->info->margin)
		return false;
	if (!paper->full && paper->y <= paper->info->margin)
		return false; /* taller than a page: the next one is no better */
	if (!paper->full)
		end_page(paper);
	cairo_show_page(paper->cairo);
	paper->page++;
	paper->full = false;
	paper->y = paper->info->margin;
	return true;
}

void paper_text(struct paper *paper, const struct paper_style *style, const char *text)
{
	PangoLayout *layout =
		paper_layout(paper, style, paper->width - 2 * paper->info->margin, text);
	const double height = paper_layout_height(layout);

	paper_need(paper, height);
	paper_show(paper, layout, style, paper->info->margin, paper->y);
	paper->y += height;
	g_object_unref(layout);
}

void paper_gap(struct paper *paper, double height)
{
	paper->y += height;
}

void paper_rule(struct paper *paper, struct paper_colour colour, double thickness)
{
	paper_need(paper, thickness);
	paper_set_colour(paper, colour);
	cairo_rectangle(paper->cairo, paper->info->margin, paper->y,
		paper->width - 2 * paper->info->margin, thickness);
	cairo_fill(paper->cairo);
	paper->y += thickness;
}

void paper_fact(struct paper *paper, const char *name, const char *value)
{
	const double width = paper->width - 2 * paper->info->margin, indent = width * 0.26;
	const struct paper_style key = {.size = 9.5, .colour = paper_grey};
	const struct paper_style text = {.size = 9.5, .colour = paper_black};
	PangoLayout *left = paper_layout(paper, &key, indent - 8, name);
	PangoLayout *right = paper_layout(paper, &text, width - indent, value);
	double height = fmax(paper_layout_height(left), paper_layout_height(right));

	paper_need(paper, height);
	paper_show(paper, left, &key, paper->info->margin, paper->y);
	paper_show(paper, right, &text, paper->info->margin + indent, paper->y);
	paper->y += height + 2;
	g_object_unref(left);
	g_object_unref(right);
}

/* The natural width of the text on one line. */
static double line_width(struct paper *paper, const struct paper_style *style, const char *text)
{
	PangoLayout *layout = paper_layout(paper, style, 0, text);
	int width;

	pango_layout_set_width(layout, -1);
	pango_layout_get_size(layout, &width, NULL);
	g_object_unref(layout);
	return (double)width / PANGO_SCALE;
}

double paper_place(struct paper *paper, const struct paper_style *style, double x, double y,
	double width, bool one_line, const char *text)
{
	struct paper_style fit = *style;
	PangoLayout *layout;
	double height;

	while (one_line && fit.size > style->size / 2 && line_width(paper, &fit, text) > width)
		fit.size -= 0.5;
	layout = paper_layout(paper, &fit, width, text);
	height = paper_layout_height(layout);
	paper_show(paper, layout, &fit, x, y);
	g_object_unref(layout);
	return height;
}

struct picture {
	const unsigned char *at;
	size_t left;
};

static cairo_status_t read_png(void *closure, unsigned char *out, unsigned len)
{
	struct picture *picture = closure;

	if (len > picture->left)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(out, picture->at, len);
	picture->at += len;
	picture->left -= len;
	return CAIRO_STATUS_SUCCESS;
}

/* The size stands at the head (PNG 11.2.2), before anything is unpacked for it. */
static bool is_small_png(const unsigned char *png, size_t len)
{
	static const unsigned char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	uint32_t width, height;

	if (len < 24 || memcmp(png, head, 16) != 0)
		return false;
	width = (uint32_t)png[16] << 24 | (uint32_t)png[17] << 16 | (uint32_t)png[18] << 8 |
		png[19];
	height = (uint32_t)png[20] << 24 | (uint32_t)png[21] << 16 | (uint32_t)png[22] << 8 |
		 png[23];
	return width - 1 < PAPER_MAX_PIXELS && height - 1 < PAPER_MAX_PIXELS;
}

bool paper_png(struct paper *paper, const unsigned char *png, size_t len, double x, double y,
	double width, double height)
{
	struct picture picture = {png, len};
	cairo_surface_t *image;
	double w, h, scale;
	bool good;

	if (!is_small_png(png, len))
		return false;
	image = cairo_image_surface_create_from_png_stream(read_png, &picture);
	good = cairo_surface_status(image) == CAIRO_STATUS_SUCCESS;
	if (good) {
		w = cairo_image_surface_get_width(image);
		h = cairo_image_surface_get_height(image);
		scale = fmin(width / w, height / h);
		cairo_tag_begin(paper->cairo, "Figure", NULL);
		cairo_save(paper->cairo);
		cairo_translate(
			paper->cairo, x + (width - w * scale) / 2, y + (height - h * scale) / 2);
		cairo_scale(paper->cairo, scale, scale);
		cairo_set_source_surface(paper->cairo, image, 0, 0);
		cairo_paint(paper->cairo);
		cairo_restore(paper->cairo);
		cairo_tag_end(paper->cairo, "Figure");
	}
	cairo_surface_destroy(image);
	return good;
}

static cairo_status_t write_bytes(void *closure, const unsigned char *data, unsigned len)
{
	struct paper *paper = closure;

	if (paper->pages == 0)
		return CAIRO_STATUS_SUCCESS;
	if (paper->len + len > paper->room) {
		size_t room = 2 * (paper->len + len) + 16384;
		char *more = realloc(paper->bytes, room);

		if (!more)
			return CAIRO_STATUS_NO_MEMORY;
		paper->bytes = more;
		paper->room = room;
	}
	memcpy(paper->bytes + paper->len, data, len);
	paper->len += len;
	return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(struct paper *paper)
{
	const struct paper_info *info = paper->info;
	time_t seconds = info->created_ms / 1000;
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_TITLE, info->title);
	cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_AUTHOR, info->author);
	cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATOR, "Lectern");
	cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
	cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_MOD_DATE, text);
}

/* Outlines where they are, whatever the size: for paper, not for a screen. */
static void set_up_text(struct paper *paper)
{
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	paper->context = pango_cairo_create_context(paper->cairo);
	pango_cairo_context_set_font_options(paper->context, options);
	pango_cairo_context_set_resolution(paper->context, 72);
	pango_context_set_round_glyph_positions(paper->context, FALSE);
	cairo_font_options_destroy(options);
}

static void draw_all(struct paper *paper, void (*draw)(struct paper *paper, void *arg), void *arg)
{
	paper->y = paper->info->margin;
	paper->page = 1;
	paper->full = false;
	paper->surface = cairo_pdf_surface_create_for_stream(
		write_bytes, paper, paper->width, paper->height);
	paper->cairo = cairo_create(paper->surface);
	set_metadata(paper);
	set_up_text(paper);
	cairo_tag_begin(paper->cairo, "Document", NULL);
	draw(paper, arg);
	cairo_tag_end(paper->cairo, "Document");
	if (!paper->full)
		end_page(paper);
	cairo_show_page(paper->cairo);
	g_object_unref(paper->context);
	if (cairo_status(paper->cairo) != CAIRO_STATUS_SUCCESS)
		paper->error = -EIO;
	cairo_destroy(paper->cairo);
	cairo_surface_finish(paper->surface);
	if (cairo_surface_status(paper->surface) == CAIRO_STATUS_NO_MEMORY)
		paper->error = -ENOMEM;
	else if (cairo_surface_status(paper->surface) != CAIRO_STATUS_SUCCESS)
		paper->error = -EIO;
	cairo_surface_destroy(paper->surface);
}

int paper_render(const struct paper_info *info, void (*draw)(struct paper *paper, void *arg),
	void *arg, char **ret_bytes, size_t *ret_len)
{
	struct paper paper = {
		.info = info,
		.width = info->landscape ? PAPER_A4_LONG : PAPER_A4_SHORT,
		.height = info->landscape ? PAPER_A4_SHORT : PAPER_A4_LONG,
	};

	if (info->footer)
		draw_all(&paper, draw, arg);
	paper.pages = info->footer ? paper.page : 1;
	if (paper.error == 0)
		draw_all(&paper, draw, arg);
	if (paper.error < 0) {
		free(paper.bytes);
		return paper.error;
	}
	*ret_bytes = paper.bytes;
	*ret_len = paper.len;
	return 0;
}
