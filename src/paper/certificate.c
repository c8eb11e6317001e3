/* SPDX-License-Identifier: MIT */
#include "paper/certificate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "paper/paper_priv.h"

static const struct words {
	const char *language;
	const char *title, *certifies, *completed, *attended, *day, *issued, *number, *verify;
	const char *months[12];
} all_words[] = {
	{"en", "Certificate of Completion", "This certifies that",
		"has successfully completed the course",
		"%u hours %02u minutes attended, %u %% of the course", "%d %s %d", "Issued on",
		"Certificate no.", "Verify at",
		{"January", "February", "March", "April", "May", "June", "July", "August",
			"September", "October", "November", "December"}},
	{"es", "Certificado de finalización", "Se certifica que",
		"ha completado satisfactoriamente el curso",
		"%u horas %02u minutos de asistencia, %u %% del curso", "%d de %s de %d",
		"Expedido el", "Certificado n.º", "Verificar en",
		{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
			"septiembre", "octubre", "noviembre", "diciembre"}},
	{"fr", "Certificat de réussite", "Nous certifions que", "a suivi avec succès la formation",
		"%u heures %02u minutes de présence, %u %% de la formation", "%d %s %d",
		"Délivré le", "Certificat n°", "À vérifier sur",
		{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
			"septembre", "octobre", "novembre", "décembre"}},
	{"nl", "Certificaat van voltooiing", "Hierbij wordt verklaard dat",
		"met goed gevolg de cursus heeft voltooid",
		"%u uur %02u minuten gevolgd, %u %% van de cursus", "%d %s %d", "Uitgereikt op",
		"Certificaat nr.", "Controleren op",
		{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
			"september", "oktober", "november", "december"}},
};

struct sheet {
	const struct paper_certificate *given;
	const struct words *words;
	struct paper_colour colour, ink;
};

enum { EDGE = 22, BAND = 7, INSET = 76, LOGO = 62, QR = 96, SIDE = 310, FOOT = 122 };

static const struct words *find_words(const char *language)
{
	for (size_t i = 0; i < sizeof(all_words) / sizeof(all_words[0]); i++)
		if (strcmp(all_words[i].language, language) == 0)
			return &all_words[i];
	return &all_words[0];
}

static void write_day(const struct sheet *sheet, char *out, size_t room)
{
	GTimeZone *zone = g_time_zone_new_identifier(sheet->given->time_zone);
	GDateTime *utc = g_date_time_new_from_unix_utc(sheet->given->issued_ms / 1000);
	GDateTime *day = zone ? g_date_time_to_timezone(utc, zone) : g_date_time_ref(utc);
	int month = g_date_time_get_month(day);

	/* The format is one of the four above, none of it from outside. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(out, room, sheet->words->day, g_date_time_get_day_of_month(day),
		sheet->words->months[month - 1], g_date_time_get_year(day));
#pragma GCC diagnostic pop
	g_date_time_unref(day);
	g_date_time_unref(utc);
	if (zone)
		g_time_zone_unref(zone);
}

static void write_attended(const struct sheet *sheet, char *out, size_t room)
{
	const unsigned minutes = sheet->given->minutes;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(out, room, sheet->words->attended, minutes / 60, minutes % 60,
		sheet->given->percent);
#pragma GCC diagnostic pop
}

/* A rosette of overlaid ovals, as on banknotes: what is hard to draw again looks like a document. */
static void draw_rosette(struct paper *paper, const struct sheet *sheet, double x, double y)
{
	cairo_t *cairo = paper->cairo;

	cairo_save(cairo);
	cairo_translate(cairo, x, y);
	cairo_set_line_width(cairo, 0.35);
	cairo_set_source_rgba(cairo, sheet->colour.r, sheet->colour.g, sheet->colour.b, 0.11);
	for (int ring = 0; ring < 3; ring++) {
		for (int turn = 0; turn < 36; turn++) {
			cairo_save(cairo);
			cairo_rotate(cairo, turn * M_PI / 36);
			cairo_scale(cairo, 168 - 40 * ring, 66 - 8 * ring);
			cairo_arc(cairo, 0, 0, 1, 0, 2 * M_PI);
			cairo_restore(cairo);
			cairo_new_sub_path(cairo);
		}
	}
	cairo_stroke(cairo);
	cairo_restore(cairo);
}

static void draw_frame(struct paper *paper, const struct sheet *sheet)
{
	const double width = paper->width, height = paper->height;
	const double inner = EDGE + BAND + 5;

	paper_set_colour(paper, sheet->colour);
	cairo_set_line_width(paper->cairo, BAND);
	cairo_rectangle(paper->cairo, EDGE + BAND / 2.0, EDGE + BAND / 2.0, width - 2 * EDGE - BAND,
		height - 2 * EDGE - BAND);
	cairo_stroke(paper->cairo);
	cairo_set_line_width(paper->cairo, 0.7);
	cairo_rectangle(paper->cairo, inner, inner, width - 2 * inner, height - 2 * inner);
	cairo_stroke(paper->cairo);
}

/* Centred over the whole sheet, from y; returns where the next may begin. */
static double centred(struct paper *paper, const struct paper_style *style, double y, double after,
	const char *text)
{
	struct paper_style own = *style;

	own.family = PAPER_SERIF;
	own.align = PAPER_CENTER;
	return y + after + paper_place(paper, &own, INSET, y, paper->width - 2 * INSET, true, text);
}

/* Without a picture the sheet keeps its weight. */
static double draw_head(struct paper *paper, const struct sheet *sheet)
{
	const struct paper_certificate *given = sheet->given;
	const struct paper_style site = {
		.size = 18, .small_caps = true, .spacing = 1.6, .colour = sheet->ink};
	double y = EDGE + BAND + 24;

	if (given->logo && paper_png(paper, given->logo, given->logo_len, INSET, y,
				   paper->width - 2 * INSET, LOGO))
		return centred(paper, &site, y + LOGO + 6, 12, given->site);
	return centred(paper, &site, y + 22, 30, given->site);
}

static void draw_body(struct paper *paper, const struct sheet *sheet, double y)
{
	const struct paper_style title = {.size = 44, .colour = sheet->ink, .tag = "H1"};
	const struct paper_style said = {.size = 16, .italic = true, .colour = paper_grey};
	const struct paper_style name = {.size = 37, .colour = paper_black, .tag = "H2"};
	const struct paper_style course = {.size = 28, .colour = paper_black, .tag = "H2"};
	/* What is left above the foot, shared out between the lines. */
	const double gap = fmax(0, (paper->height - EDGE - BAND - FOOT - y - 205) / 4);

	y = centred(paper, &title, y, 4 + gap, sheet->words->title);
	y = centred(paper, &said, y, 2 + gap / 2, sheet->words->certifies);
	y = centred(paper, &name, y, 2, sheet->given->person);
	paper_set_colour(paper, sheet->colour);
	cairo_rectangle(paper->cairo, paper->width / 2 - 160, y, 320, 0.8);
	cairo_fill(paper->cairo);
	y = centred(paper, &said, y + 8 + gap / 2, 2 + gap / 2, sheet->words->completed);
	centred(paper, &course, y, 0, sheet->given->course);
}

/* When, by whom, how much of it. */
static void draw_left(struct paper *paper, const struct sheet *sheet, double y)
{
	const struct paper_certificate *given = sheet->given;
	const struct paper_style small = {.size = 9.5, .colour = paper_grey};
	const struct paper_style strong = {
		.family = PAPER_SERIF, .size = 15, .colour = paper_black};
	char text[160];

	write_day(sheet, text, sizeof(text));
	y += paper_place(paper, &small, INSET, y, SIDE, true, sheet->words->issued);
	y += paper_place(paper, &strong, INSET, y, SIDE, true, text) + 2;
	if (given->issued_by[0])
		y += paper_place(paper, &small, INSET, y, SIDE, true, given->issued_by);
	if (given->minutes == 0)
		return;
	write_attended(sheet, text, sizeof(text));
	paper_place(paper, &small, INSET, y, SIDE, true, text);
}

/* How to see that it is true. */
static void draw_right(struct paper *paper, const struct sheet *sheet, double y)
{
	const double code = paper->width - INSET - QR, x = code - SIDE - 8;
	const struct paper_style small = {.size = 9.5, .align = PAPER_RIGHT, .colour = paper_grey};
	const struct paper_style strong = {.size = 13,
		.bold = true,
		.spacing = 0.8,
		.align = PAPER_RIGHT,
		.colour = paper_black};

	/* The quiet zone of the code is white already. */
	paper_qr(paper, sheet->given->verify_url, code + 10, y - 12, QR);
	y += paper_place(paper, &small, x, y, SIDE, true, sheet->words->number);
	y += paper_place(paper, &strong, x, y, SIDE, true, sheet->given->number) + 4;
	y += paper_place(paper, &small, x, y, SIDE, true, sheet->words->verify);
	paper_place(paper, &small, x, y, SIDE, true, sheet->given->verify_url);
}

static void draw(struct paper *paper, void *arg)
{
	const struct sheet *sheet = arg;

	draw_rosette(paper, sheet, paper->width / 2, paper->height / 2);
	draw_frame(paper, sheet);
	draw_body(paper, sheet, draw_head(paper, sheet));
	draw_left(paper, sheet, paper->height - EDGE - BAND - FOOT + 24);
	draw_right(paper, sheet, paper->height - EDGE - BAND - FOOT + 24);
}

int paper_certificate(const struct paper_certificate *certificate, char **ret_pdf, size_t *ret_len)
{
	const struct sheet sheet = {
		.given = certificate,
		.words = find_words(certificate->language),
		.colour = paper_colour(certificate->colour),
		.ink = paper_ink(paper_colour(certificate->colour)),
	};
	char title[512];
	const struct paper_info info = {
		.title = title,
		.author = certificate->site,
		.created_ms = certificate->issued_ms,
		.landscape = true,
	};

	snprintf(title, sizeof(title), "%s: %s, %s", sheet.words->title, certificate->person,
		certificate->course);
	return paper_render(&info, draw, (void *)&sheet, ret_pdf, ret_len);
}
