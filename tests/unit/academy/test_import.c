/* SPDX-License-Identifier: MIT */
/* People from CSV: what is read of a file, what is told of it, and that it is all or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "academy/group.h"
#include "academy/import.h"
#include "academy/member.h"
#include "academy/sheet.h"
#include "academy/signin.h"
#include "academy/site.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

struct fixture {
	struct folder folder;
	struct store *store;
	int64_t site, group;
	char told[2048]; /* "row column code\n" */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct site_params site = {.slug = "a", .name = "A", .time_zone = "UTC", .language = "nl"};
	struct person_params person = {"old@a.example", "Old", "en", ROLE_INSTRUCTOR};
	char why[STORE_WHY];
	int64_t id;

	assert_true(sodium_init() >= 0);
	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	assert_int_equal(site_add(f->store, &site, &f->site), 0);
	assert_int_equal(person_add(f->store, f->site, &person, &id), 0);
	assert_int_equal(group_add(f->store, f->site, "Recruits 2026 A", &f->group), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static void note(const struct import_bad *bad, void *arg)
{
	struct fixture *f = arg;
	size_t len = strlen(f->told);

	snprintf(f->told + len, sizeof(f->told) - len, "%u %s %s\n", bad->row, bad->column,
		bad->code);
}

static struct import_report run(struct fixture *f, const char *text, unsigned by, bool dry)
{
	struct import_params params = {
		.site = f->site,
		.by = by,
		.text = text,
		.len = strlen(text),
		.dry = dry,
		.now_ms = 1000,
		.base = "https://x.example",
	};
	struct import_report report;

	f->told[0] = '\0';
	assert_int_equal(import_people(f->store, &params, note, f, &report), 0);
	return report;
}

static int64_t count(struct fixture *f, const char *sql)
{
	struct rows rows = store_select(f->store, sql);
	int64_t n = rows_next(&rows) ? row_int(&rows, 0) : -1;

	assert_int_equal(rows_close(&rows), 0);
	return n;
}

static int64_t people(struct fixture *f)
{
	return count(f, "SELECT count(*) FROM person");
}

static struct member member(struct fixture *f, const char *email)
{
	struct account account;
	struct member found;

	assert_int_equal(account_find(f->store, email, &account), 0);
	assert_int_equal(member_get(f->store, f->site, account.id, &found), 0);
	return found;
}

static void a_file_of_a_spreadsheet_is_imported(void **state)
{
	struct fixture *f = *state;
	const char *text = "\xef\xbb\xbfNaam;E-mailadres;Rol;Taal;Groepen\r\n"
			   "\"Jansen; Jan\";JAN@a.example;cursist;Frans;Recruits 2026 A\r\n"
			   ";;;;\r\n"
			   "\"Zij \"\"Z\"\" Zo\";zij@a.example;docent, aspirant;;\r\n"
			   "Old;old@a.example;trainee;;";
	struct import_report report = run(f, text, ROLE_COORDINATOR, true);

	assert_string_equal(f->told, "");
	assert_int_equal(report.rows, 3);
	assert_false(report.imported);
	assert_int_equal(people(f), 1);
	report = run(f, text, ROLE_COORDINATOR, false);
	assert_true(report.imported && report.bad == 0);
	assert_int_equal(people(f), 3);
	assert_string_equal(member(f, "jan@a.example").name, "Jansen; Jan");
	assert_string_equal(member(f, "jan@a.example").language, "fr");
	assert_int_equal(member(f, "jan@a.example").roles, ROLE_TRAINEE);
	assert_string_equal(member(f, "zij@a.example").name, "Zij \"Z\" Zo");
	assert_string_equal(member(f, "zij@a.example").language, "nl");
	assert_int_equal(member(f, "zij@a.example").roles, ROLE_INSTRUCTOR | ROLE_TRAINEE);
	assert_int_equal(member(f, "old@a.example").roles, ROLE_INSTRUCTOR | ROLE_TRAINEE);
	assert_int_equal(count(f, "SELECT count(*) FROM group_member"), 1);
	assert_int_equal(count(f, "SELECT count(*) FROM delivery WHERE kind = 'mail'"), 3);
	/* Again: nobody comes twice. */
	report = run(f, text, ROLE_COORDINATOR, false);
	assert_true(report.imported);
	assert_int_equal(people(f), 3);
}

static void every_bad_row_is_told_and_nothing_done(void **state)
{
	struct fixture *f = *state;
	const char *text = "email,name,roles,language,groups\n"
			   "good@a.example,Good,trainee,es,\n"
			   "no address,Name,trainee,,\n"
			   "b@a.example,,trainee,,\n"
			   "c@a.example,C,chief,,\n"
			   "d@a.example,D,coordinator,,\n"
			   "e@a.example,E,trainee,de,\n"
			   "f@a.example,F,trainee,,Nobody's\n"
			   "GOOD@a.example,Twice,trainee,,\n"
			   "\n"
			   "g@a.example,\"G\"x,trainee,,\n"
			   "h@a.example,H\xff,trainee,,\n"
			   "i@a.example,\xe2\x80\xaeI,trainee,,\n"
			   "j@a.example,\"never closed,trainee,,\n";
	struct import_report report = run(f, text, ROLE_COORDINATOR, false);

	assert_string_equal(f->told, "3 email bad_email\n4 name bad_name\n5 roles bad_role\n"
				     "6 roles forbidden_role\n7 language bad_language\n"
				     "8 groups unknown_group\n9 email twice\n11  stray_quote\n"
				     "12  not_utf8\n13 name bad_name\n14  open_quote\n");
	assert_int_equal(report.rows, 12);
	assert_int_equal(report.bad, 11);
	assert_false(report.imported);
	assert_int_equal(people(f), 1);
	assert_int_equal(count(f, "SELECT count(*) FROM delivery"), 0);
	report = run(f, "d@a.example,D,coordinator", ROLE_ADMIN, false);
	assert_true(report.imported);
	report = run(f, "email\n", ROLE_ADMIN, false);
	assert_string_equal(f->told, "0  empty\n");
	report = run(f, "", ROLE_ADMIN, false);
	assert_string_equal(f->told, "0  empty\n");
}

static void a_file_has_an_end(void **state)
{
	struct fixture *f = *state;
	char *text = malloc(40 * (IMPORT_MAX_ROWS + 2)), *at = text;
	struct import_report report;

	for (int i = 0; i <= IMPORT_MAX_ROWS; i++)
		at += snprintf(at, 40, "p%d@a.example,P\r\n", i);
	report = run(f, text, ROLE_ADMIN, false);
	assert_string_equal(f->told, "5001  too_many_rows\n");
	assert_false(report.imported);
	assert_int_equal(people(f), 1);
	at[-1] = at[-2] = '\0';
	*strrchr(text, '\n') = '\0';
	report = run(f, text, ROLE_ADMIN, true);
	assert_string_equal(f->told, "");
	assert_int_equal(report.rows, IMPORT_MAX_ROWS);
	free(text);
}

static void long_rows_are_told(void **state)
{
	static struct sheet_row row;
	char text[3 * SHEET_ROW];
	struct sheet sheet;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[SHEET_ROW + 10] = '\n';
	memset(text + SHEET_ROW + 20, ',', SHEET_FIELDS + 1);
	text[SHEET_ROW + 200] = '\n';
	sheet_init(&sheet, text, SHEET_ROW + 210);
	assert_true(sheet_next(&sheet, &row));
	assert_string_equal(row.wrong, "too_long");
	assert_true(sheet_next(&sheet, &row));
	assert_string_equal(row.wrong, "too_many_fields");
	assert_true(sheet_next(&sheet, &row));
	assert_null(row.wrong);
	assert_string_equal(sheet_field(&row, 0), "xxxxxxxxx");
	assert_string_equal(sheet_field(&row, 1), "");
	assert_false(sheet_next(&sheet, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_of_a_spreadsheet_is_imported, setup, teardown),
		cmocka_unit_test_setup_teardown(
			every_bad_row_is_told_and_nothing_done, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_has_an_end, setup, teardown),
		cmocka_unit_test(long_rows_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
