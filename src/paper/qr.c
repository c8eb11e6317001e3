/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <qrencode.h>

#include "paper/paper_priv.h"

/* ISO/IEC 18004: four modules of white around the code. */
enum { QUIET = 4 };

static void add_row(struct paper *paper, const unsigned char *modules, int width, double x,
	double y, double module)
{
	for (int at = 0; at < width;) {
		int end = at;

		while (end < width && (modules[end] & 1))
			end++;
		if (end > at)
			cairo_rectangle(
				paper->cairo, x + at * module, y, (end - at) * module, module);
		at = end + 1;
	}
}

void paper_qr(struct paper *paper, const char *text, double x, double y, double side)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	double module;

	if (!code) {
		paper->error = -ENOMEM;
		return;
	}
	module = side / (code->width + 2 * QUIET);
	cairo_tag_begin(paper->cairo, "Figure", NULL);
	cairo_set_source_rgb(paper->cairo, 1, 1, 1);
	cairo_rectangle(paper->cairo, x, y, side, side);
	cairo_fill(paper->cairo);
	cairo_set_source_rgb(paper->cairo, 0, 0, 0);
	for (int row = 0; row < code->width; row++)
		add_row(paper, code->data + row * code->width, code->width, x + QUIET * module,
			y + (row + QUIET) * module, module);
	cairo_fill(paper->cairo);
	cairo_tag_end(paper->cairo, "Figure");
	QRcode_free(code);
}
