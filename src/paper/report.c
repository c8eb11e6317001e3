/* SPDX-License-Identifier: MIT */
#include "paper/report.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "paper/paper.h"

enum { TIME = 24, CELL = 32, LANGUAGES = 4, COLUMNS = 8, LINKS = 4 };

static const struct words {
	const char *language;
	const char *attendance, *course, *person, *session, *held, *zone, *page_note;
	const char *joined, *left, *present, *heard, *replay, *percent, *link;
	const char *links[LINKS];
} all_words[LANGUAGES] = {
	{"en", "Attendance", "Course", "Person", "Session", "Held", "Times are in",
		"Minutes heard are those of which the person's own device acknowledged the sound.",
		"Joined", "Left", "Present, min", "Heard, min", "Replay, min", "%", "Link",
		{"", "good", "weak", "poor"}},
	{"es", "Asistencia", "Curso", "Persona", "Sesión", "Duración", "Horas en la zona",
		"Los minutos oídos son aquellos cuyo sonido confirmó el propio dispositivo.",
		"Entrada", "Salida", "Presente, min", "Oído, min", "Grabación, min", "%", "Enlace",
		{"", "bueno", "débil", "malo"}},
	{"fr", "Présence", "Formation", "Personne", "Séance", "Durée", "Heures du fuseau",
		"Les minutes entendues sont celles dont l'appareil de la personne a confirmé le "
		"son.",
		"Arrivée", "Départ", "Présent, min", "Entendu, min", "Replay, min", "%", "Liaison",
		{"", "bonne", "faible", "mauvaise"}},
	{"nl", "Aanwezigheid", "Opleiding", "Persoon", "Sessie", "Gehouden", "Tijden in zone",
		"Gehoorde minuten zijn die waarvan het eigen toestel het geluid bevestigde.",
		"Binnen", "Weg", "Aanwezig, min", "Gehoord, min", "Opname, min", "%", "Verbinding",
		{"", "goed", "zwak", "slecht"}},
};

struct sheet {
	const struct paper_report *given;
	const struct words *words;
	GTimeZone *zone; /* NULL: UTC */
};

static const struct words *words_of(const char *language)
{
	for (size_t i = 0; i < LANGUAGES; i++) {
		if (strcmp(all_words[i].language, language) == 0)
			return &all_words[i];
	}
	return &all_words[0];
}

static const char *link_word(const struct words *words, const char *link)
{
	static const char *const names[LINKS] = {"", "good", "weak", "poor"};

	for (size_t i = 0; i < LINKS; i++) {
		if (strcmp(names[i], link) == 0)
			return words->links[i];
	}
	return "";
}

static void write_time(const struct sheet *sheet, int64_t at_ms, char out[TIME])
{
	GDateTime *utc = at_ms ? g_date_time_new_from_unix_utc(at_ms / 1000) : NULL;
	GDateTime *at = utc && sheet->zone ? g_date_time_to_timezone(utc, sheet->zone) : NULL;
	const GDateTime *told = at ? at : utc;

	if (told)
		snprintf(out, TIME, "%04d-%02d-%02d %02d:%02d",
			g_date_time_get_year((GDateTime *)told),
			g_date_time_get_month((GDateTime *)told),
			g_date_time_get_day_of_month((GDateTime *)told),
			g_date_time_get_hour((GDateTime *)told),
			g_date_time_get_minute((GDateTime *)told));
	else
		snprintf(out, TIME, "–");
	if (at)
		g_date_time_unref(at);
	if (utc)
		g_date_time_unref(utc);
}

static void draw_row(
	struct paper *paper, const struct sheet *sheet, const struct paper_report_row *row)
{
	char joined[TIME], left[TIME], present[CELL], heard[CELL], replay[CELL], percent[CELL];
	const char *cells[COLUMNS] = {row->name, joined, left, present, heard, replay, percent,
		link_word(sheet->words, row->link)};

	write_time(sheet, row->joined_ms, joined);
	write_time(sheet, row->left_ms, left);
	snprintf(present, sizeof(present), "%lld", (long long)(row->present_ms / 60000));
	snprintf(heard, sizeof(heard), "%lld", (long long)(row->heard_ms / 60000));
	snprintf(replay, sizeof(replay), "%lld", (long long)(row->replay_ms / 60000));
	snprintf(percent, sizeof(percent), "%u", row->percent);
	paper_table_row(paper, cells);
}

static void draw_head(struct paper *paper, const struct sheet *sheet)
{
	const struct paper_report *given = sheet->given;
	const struct paper_style title = {.size = 20, .bold = true, .tag = "H1"};
	const struct paper_style note = {.size = 9, .colour = paper_colour("#52626f")};
	char held[CELL];

	paper_text(paper, &title, sheet->words->attendance);
	paper_gap(paper, 8);
	paper_fact(paper, given->of_person ? sheet->words->person : sheet->words->session,
		given->title);
	if (given->course[0])
		paper_fact(paper, sheet->words->course, given->course);
	if (given->held_ms) {
		snprintf(held, sizeof(held), "%lld min", (long long)(given->held_ms / 60000));
		paper_fact(paper, sheet->words->held, held);
	}
	paper_fact(paper, sheet->words->zone, given->time_zone);
	paper_gap(paper, 6);
	paper_text(paper, &note, sheet->words->page_note);
	paper_gap(paper, 10);
}

static void draw(struct paper *paper, void *arg)
{
	const struct sheet *sheet = arg;
	const struct words *words = sheet->words;
	const struct paper_column columns[COLUMNS] = {
		{sheet->given->of_person ? words->session : words->person, 0.27, PAPER_LEFT},
		{words->joined, 0.14, PAPER_LEFT},
		{words->left, 0.14, PAPER_LEFT},
		{words->present, 0.1, PAPER_RIGHT},
		{words->heard, 0.1, PAPER_RIGHT},
		{words->replay, 0.11, PAPER_RIGHT},
		{words->percent, 0.05, PAPER_RIGHT},
		{words->link, 0.09, PAPER_LEFT},
	};

	draw_head(paper, sheet);
	paper_table_begin(paper, columns, COLUMNS);
	for (size_t i = 0; i < sheet->given->count; i++)
		draw_row(paper, sheet, &sheet->given->rows[i]);
	paper_table_end(paper);
}

int paper_report(const struct paper_report *report, char **ret_pdf, size_t *ret_len)
{
	struct sheet sheet = {.given = report, .words = words_of(report->language)};
	const struct paper_info info = {
		.title = sheet.words->attendance,
		.author = report->site,
		.footer = report->site,
		.created_ms = report->created_ms,
		.landscape = true,
		.margin = 42,
	};
	int r;

	sheet.zone = g_time_zone_new_identifier(report->time_zone);
	r = paper_render(&info, draw, &sheet, ret_pdf, ret_len);
	if (sheet.zone)
		g_time_zone_unref(sheet.zone);
	return r;
}
