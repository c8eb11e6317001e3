/* SPDX-License-Identifier: MIT */
/*
 * What is rendered is judged by others: qpdf reads the file, poppler the text and the picture, zbar
 * the code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "paper/certificate.h"
#include "paper/paper.h"
#include "tests/unit/academy/folder.h"

struct fixture {
	struct folder folder;
	char said[65536];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	folder_init(&f->folder);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	folder_finish(&f->folder);
	free(f);
	return 0;
}

static void keep(struct fixture *f, const char *bytes, size_t len)
{
	FILE *file = fopen(folder_file(&f->folder, "a.pdf"), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* What `command` says, run in the folder; its exit status. */
static int run(struct fixture *f, const char *command)
{
	size_t len = 0;
	ssize_t n;
	int out[2], status;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		if (chdir(f->folder.path) == 0)
			execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(out[1]);
	while ((n = read(out[0], f->said + len, sizeof(f->said) - 1 - len)) > 0)
		len += (size_t)n;
	f->said[len] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void must_run(struct fixture *f, const char *command)
{
	if (run(f, command) != 0)
		fail_msg("%s: %s", command, f->said);
}

static void must_say(struct fixture *f, const char *text)
{
	if (!strstr(f->said, text))
		fail_msg("no \"%s\" in:\n%s", text, f->said);
}

static const struct paper_certificate sample = {
	.language = "en",
	.person = "María José Núñez-Écharríz",
	.course = "Fundamentals of Criminal Procedure",
	.site = "Windward Police Academy",
	.colour = "#0b5a69",
	.number = "7KQM-XR4T-9HWP-C2DN",
	.verify_url = "https://class.example.org/verify/7KQM-XR4T-9HWP-C2DN",
	.issued_by = "Carla Coordinator",
	.issued_ms = 1790042400000, /* 2026-09-22T02:00Z, still the 21st in Port of Spain */
	.time_zone = "America/Port_of_Spain",
	.minutes = 1834,
	.percent = 92,
};

static void render(struct fixture *f, const struct paper_certificate *certificate)
{
	char *pdf;
	size_t len;

	assert_int_equal(paper_certificate(certificate, &pdf, &len), 0);
	keep(f, pdf, len);
	free(pdf);
	must_run(f, "qpdf --check a.pdf 2>&1");
}

static void a_certificate_is_read_by_others(void **state)
{
	struct fixture *f = *state;

	render(f, &sample);
	must_run(f, "pdftotext -layout a.pdf -");
	must_say(f, "Certificate of Completion");
	must_say(f, "María José Núñez-Écharríz");
	must_say(f, "Fundamentals of Criminal Procedure");
	must_say(f, "21 September 2026");
	must_say(f, "30 hours 34 minutes attended, 92 % of the course");
	must_say(f, "7KQM-XR4T-9HWP-C2DN");
	must_run(f, "pdfinfo a.pdf");
	must_say(f, "Tagged:          yes");
	must_say(f, "Pages:           1\n");
	must_say(f, "841.89 x 595.276 pts (A4)");
	must_say(f, "Windward Police Academy");
	/* Every font goes along: it looks the same wherever it is printed. */
	must_run(f, "pdffonts a.pdf | tail -n +3 | awk '$(NF-4) != \"yes\"' | wc -l");
	assert_int_equal(strtol(f->said, NULL, 10), 0);
}

static void the_code_is_the_address(void **state)
{
	struct fixture *f = *state;

	render(f, &sample);
	must_run(f, "pdftocairo -png -singlefile -r 75 a.pdf a 2>&1 && zbarimg -q --raw a.png "
		    "2>/dev/null");
	assert_string_equal(f->said, "https://class.example.org/verify/7KQM-XR4T-9HWP-C2DN\n");
}

static void each_language_has_its_words(void **state)
{
	static const struct {
		const char *language, *title, *day;
	} cases[] = {
		{"es", "Certificado de finalización", "21 de septiembre de 2026"},
		{"fr", "Certificat de réussite", "21 septembre 2026"},
		{"nl", "Certificaat van voltooiing", "21 september 2026"},
		{"de", "Certificate of Completion", "21 September 2026"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct paper_certificate certificate = sample;

		certificate.language = cases[i].language;
		render(f, &certificate);
		must_run(f, "pdftotext -layout a.pdf -");
		must_say(f, cases[i].title);
		must_say(f, cases[i].day);
	}
}

static void a_logo_is_a_small_png_or_nothing(void **state)
{
	/* 1 x 1; then the head of one that claims 65536 x 65536. */
	static const unsigned char pixel[] =
		"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
		"\0\0\0\rIDAT\x78\x9c\x63\x60\x60\x60\xf8\x0f\0\1\4\1\0\x5f\xe5\xc3\x4b"
		"\0\0\0\0IEND\xae\x42\x60\x82";
	unsigned char huge[sizeof(pixel)];
	struct paper_certificate certificate = sample;
	struct fixture *f = *state;

	memcpy(huge, pixel, sizeof(pixel));
	huge[17] = 1;
	certificate.logo = pixel;
	certificate.logo_len = sizeof(pixel) - 1;
	render(f, &certificate);
	must_run(f, "pdfimages -list a.pdf | tail -n +3 | wc -l");
	assert_true(strtol(f->said, NULL, 10) >= 1);
	certificate.logo = huge;
	render(f, &certificate);
	must_run(f, "pdfimages -list a.pdf | tail -n +3 | wc -l");
	assert_int_equal(strtol(f->said, NULL, 10), 0);
	/* Cut short, at each byte. */
	for (size_t len = 0; len < sizeof(pixel) - 1; len += 7) {
		certificate.logo = pixel;
		certificate.logo_len = len;
		render(f, &certificate);
	}
}

static void long_names_stay_on_the_sheet(void **state)
{
	struct paper_certificate certificate = sample;
	struct fixture *f = *state;

	certificate.person = "Doña María de la Concepción Fernández de Córdoba y Villanueva de la "
			     "Serena, Inspectora Jefa";
	certificate.course =
		"Curso superior de investigación criminal, técnicas de interrogatorio, "
		"cadena de custodia y cooperación policial internacional en el Caribe";
	certificate.minutes = 0;
	render(f, &certificate);
	must_run(f, "pdftotext -layout a.pdf - | tr -s ' \\n' ' '");
	must_say(f, "Inspectora Jefa");
	must_say(f, "en el Caribe");
	assert_null(strstr(f->said, "attended"));
}

enum { ROWS = 100 };

static void draw_report(struct paper *paper, void *arg)
{
	static const struct paper_column columns[] = {
		{"Name", 4, PAPER_LEFT}, {"Note", 3, PAPER_LEFT}, {"Minutes", 1, PAPER_RIGHT}};
	const struct paper_style head = {.size = 18, .bold = true, .tag = "H1"};

	(void)arg;
	paper_text(paper, &head, "Présences");
	paper_fact(paper, "Course", "Recht");
	paper_gap(paper, 8);
	paper_rule(paper, paper_colour("#0b5a69"), 1);
	paper_table_begin(paper, columns, 3);
	for (int i = 0; i < ROWS; i++) {
		char name[32], minutes[16];
		const char *cells[] = {name,
			i % 10 == 0 ? "a note that is long enough to take two "
				      "lines or three of its column"
				    : "",
			minutes};

		snprintf(name, sizeof(name), "Person %03d", i);
		snprintf(minutes, sizeof(minutes), "%d", 1000 + i);
		paper_table_row(paper, cells);
	}
	paper_table_end(paper);
}

static unsigned count(const char *text, const char *what)
{
	unsigned found = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		found++;
	return found;
}

static void a_table_breaks_between_rows(void **state)
{
	const struct paper_info info = {
		.title = "R", .author = "A", .footer = "Windward", .margin = 50};
	struct fixture *f = *state;
	char *pdf, *again, text[32];
	size_t len, len_again;

	assert_int_equal(paper_render(&info, draw_report, NULL, &pdf, &len), 0);
	assert_int_equal(paper_render(&info, draw_report, NULL, &again, &len_again), 0);
	assert_int_equal(len, len_again);
	assert_memory_equal(pdf, again, len);
	keep(f, pdf, len);
	free(pdf);
	free(again);
	must_run(f, "qpdf --check a.pdf 2>&1");
	must_run(f, "pdftotext -layout a.pdf -");
	must_say(f, "Présences");
	for (int i = 0; i < ROWS; i++) {
		snprintf(text, sizeof(text), "Person %03d", i);
		assert_int_equal(count(f->said, text), 1);
	}
	/* The head and the foot are on every page, and say of how many. */
	assert_true(count(f->said, "\f") >= 3);
	assert_int_equal(count(f->said, "Minutes"), count(f->said, "\f"));
	assert_int_equal(count(f->said, "Windward"), count(f->said, "\f"));
	snprintf(text, sizeof(text), "%u/%u", count(f->said, "\f"), count(f->said, "\f"));
	must_say(f, text);
}

static void ink_can_be_read(void **state)
{
	struct paper_colour ink = paper_ink(paper_colour("#ffff00"));

	(void)state;
	assert_true(ink.r < 0.6 && ink.g < 0.6 && ink.b == 0);
	ink = paper_ink(paper_colour("#0b5a69"));
	assert_true(ink.g > 0.34 && ink.g < 0.36);
	assert_true(paper_colour("blue").r < 0.1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_certificate_is_read_by_others),
		CASE(the_code_is_the_address),
		CASE(each_language_has_its_words),
		CASE(a_logo_is_a_small_png_or_nothing),
		CASE(long_names_stay_on_the_sheet),
		CASE(a_table_breaks_between_rows),
		CASE(ink_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
