/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/id.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

enum { KILLS = 20 };

struct fixture {
	struct folder folder;
	const char *path;
	struct store *store;
	char why[STORE_WHY];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	folder_init(&f->folder);
	f->path = strdup(folder_file(&f->folder, "lectern.db"));
	assert_int_equal(store_open(f->path, STORE_SETUP, &f->store, f->why), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	folder_finish(&f->folder);
	free((char *)f->path);
	free(f);
	return 0;
}

static int add_site(struct store *store, int64_t id, const char *slug)
{
	return store_run(store,
		"INSERT INTO site (id, slug, name, time_zone, language) VALUES ($1, $2, $2, 'UTC', "
		"'en')",
		V_INT(id), V_TEXT(slug));
}

static int64_t count_sites(struct store *store)
{
	struct rows rows = store_select(store, "SELECT count(*) FROM site");
	int64_t count = rows_next(&rows) ? row_int(&rows, 0) : -1;

	assert_int_equal(rows_close(&rows), 0);
	return count;
}

static void ids_are_opaque_and_round_trip(void **state)
{
	char text[ID_TEXT], again[ID_TEXT];
	int64_t id, back;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		id = id_new();
		assert_true(id > 0);
		assert_int_equal(strlen(id_text(id, text)), ID_TEXT - 1);
		assert_int_equal(id_parse(text, &back), 0);
		assert_true(back == id);
	}
	assert_int_equal(id_parse(id_text(INT64_MAX, text), &back), 0);
	assert_true(back == INT64_MAX);
	id_text(1, again);
	assert_string_equal(again, "0000000000001");
	assert_int_equal(id_parse("8000000000000", &back), -EINVAL);
	assert_int_equal(id_parse("0000000000000", &back), -EINVAL);
	assert_int_equal(id_parse("000000000000i", &back), -EINVAL);
	assert_int_equal(id_parse("00000000000AB", &back), -EINVAL);
	assert_int_equal(id_parse("", &back), -EINVAL);
	assert_int_equal(id_parse("00000000000001", &back), -EINVAL);
}

static void parameters_are_bound_by_number(void **state)
{
	struct fixture *f = *state;
	struct rows rows = store_select(
		f->store, "SELECT $2, $1, $2 || $3", V_INT(7), V_TEXT("a'b"), V_TEXT("; DROP"));

	assert_true(rows_next(&rows));
	assert_string_equal(row_text(&rows, 0), "a'b");
	assert_int_equal(row_int(&rows, 1), 7);
	assert_string_equal(row_text(&rows, 2), "a'b; DROP");
	assert_false(rows_next(&rows));
	assert_int_equal(rows_close(&rows), 0);
}

static void a_statement_may_run_inside_itself(void **state)
{
	struct fixture *f = *state;
	static const char sql[] = "SELECT $1 + 1";
	struct rows outer = store_select(f->store, sql, V_INT(1));
	struct rows inner;

	assert_true(rows_next(&outer));
	inner = store_select(f->store, sql, V_INT(10));
	assert_true(rows_next(&inner));
	assert_int_equal(row_int(&inner, 0), 11);
	assert_int_equal(rows_close(&inner), 0);
	assert_int_equal(row_int(&outer, 0), 2);
	assert_int_equal(rows_close(&outer), 0);
}

static void long_text_is_cut_at_a_character(void **state)
{
	struct fixture *f = *state;
	struct rows rows = store_select(f->store, "SELECT $1", V_TEXT("ab\xc3\xa9"));
	char out[4];

	assert_true(rows_next(&rows));
	row_copy(&rows, 0, out, sizeof(out));
	assert_string_equal(out, "ab");
	assert_int_equal(rows_close(&rows), 0);
}

static void keys_refuse_what_is_not_there(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add_site(f->store, 1, "one"), 1);
	assert_int_equal(add_site(f->store, 2, "one"), -EEXIST);
	assert_int_equal(
		store_run(f->store,
			"INSERT INTO course (site, id, title, colour) VALUES (5, 1, 'x', 'y')"),
		-EEXIST);
	assert_int_equal(count_sites(f->store), 1);
}

static void a_transaction_is_all_or_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 1, "one"), 1);
	assert_int_equal(store_finish(f->store, -EINVAL), -EINVAL);
	assert_int_equal(count_sites(f->store), 0);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 1, "one"), 1);
	assert_int_equal(store_finish(f->store, 0), 0);
	assert_int_equal(count_sites(f->store), 1);
}

static void an_inner_transaction_takes_back_only_its_own(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 1, "a"), 1);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 2, "b"), 1);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 3, "c"), 1);
	assert_int_equal(store_finish(f->store, 0), 0);
	assert_int_equal(count_sites(f->store), 3);
	assert_int_equal(store_finish(f->store, -EIO), -EIO);
	assert_int_equal(count_sites(f->store), 1);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 4, "d"), 1);
	assert_int_equal(store_finish(f->store, 0), 0);
	assert_int_equal(store_finish(f->store, 0), 0);
	assert_int_equal(count_sites(f->store), 2);
}

/* As SQLite does when the disk is full: none of the rest may be kept alone. */
static void a_transaction_that_is_lost_is_lost_whole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(add_site(f->store, 1, "a"), 1);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_run(f->store, "INSERT OR ROLLBACK INTO site"
					     " (id, slug, name, time_zone, language)"
					     " VALUES (1, 'b', 'b', 'UTC', 'en')"),
		-EEXIST);
	assert_int_equal(add_site(f->store, 2, "c"), -ECANCELED);
	store_rollback(f->store);
	assert_int_equal(add_site(f->store, 3, "d"), -ECANCELED);
	assert_int_equal(store_finish(f->store, 0), -ECANCELED);
	assert_int_equal(count_sites(f->store), 0);
	assert_int_equal(add_site(f->store, 4, "e"), 1);
}

static void a_reader_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct store *reader;

	assert_int_equal(store_open(f->path, STORE_READ, &reader, f->why), 0);
	assert_true(add_site(reader, 1, "one") < 0);
	store_close(reader);
}

static void the_file_is_private(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
}

static void opening_again_keeps_the_data(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add_site(f->store, 1, "one"), 1);
	store_close(f->store);
	assert_int_equal(store_open(f->path, STORE_SETUP, &f->store, f->why), 0);
	assert_int_equal(count_sites(f->store), 1);
}

static void a_newer_database_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct store *other;

	assert_int_equal(
		store_run(f->store, "INSERT INTO migration (version, name) VALUES (99, 'x')"), 1);
	assert_int_equal(store_open(f->path, STORE_SETUP, &other, f->why), -EPROTONOSUPPORT);
	assert_non_null(strstr(f->why, "newer version"));
	assert_null(strchr(f->why, '\n'));
	assert_int_equal(store_open(f->path, STORE_WRITE, &other, f->why), -EPROTONOSUPPORT);
}

static void a_damaged_database_is_refused(void **state)
{
	struct fixture *f = *state;
	char junk[4096];
	struct store *other;
	int fd;

	for (int i = 0; i < 200; i++)
		assert_int_equal(
			add_site(f->store, i + 1, (snprintf(junk, 64, "site %d", i), junk)), 1);
	store_close(f->store);
	f->store = NULL;
	memset(junk, 0xa5, sizeof(junk));
	fd = open(f->path, O_WRONLY);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 4096), sizeof(junk));
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 8192), sizeof(junk));
	assert_int_equal(store_open(f->path, STORE_SETUP, &other, f->why), -EBADMSG);
	assert_non_null(strstr(f->why, "backup"));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 0), sizeof(junk));
	close(fd);
	assert_int_equal(store_open(f->path, STORE_SETUP, &other, f->why), -EBADMSG);
}

static void another_programs_database_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *path = folder_file(&f->folder, "other.db");
	struct store *other;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE x (y)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(path, STORE_SETUP, &other, f->why), -EBADMSG);
	assert_non_null(strstr(f->why, "another program"));
}

static void a_locked_database_is_told_in_time(void **state)
{
	struct fixture *f = *state;
	struct store *other;

	assert_int_equal(store_open(f->path, STORE_WRITE, &other, f->why), 0);
	assert_int_equal(store_begin(other), 0);
	assert_int_equal(add_site(f->store, 1, "one"), -EBUSY);
	store_close(other);
	assert_int_equal(add_site(f->store, 1, "one"), 1);
}

static void no_folder_is_one_clear_line(void **state)
{
	struct fixture *f = *state;
	struct store *other;

	assert_int_equal(
		store_open("/nonexistent/lectern.db", STORE_SETUP, &other, f->why), -ENOENT);
	assert_non_null(strstr(f->why, "/nonexistent/lectern.db"));
	assert_null(strchr(f->why, '\n'));
}

/* Writes until it is killed; tells each row only after it was acknowledged. */
static void write_for_ever(const char *path, int64_t first, int tell)
{
	struct store *store;
	char why[STORE_WHY], slug[32];

	if (store_open(path, STORE_WRITE, &store, why) < 0)
		_exit(1);
	for (int64_t id = first;; id++) {
		snprintf(slug, sizeof(slug), "site %lld", (long long)id);
		if (add_site(store, id, slug) != 1 || write(tell, &id, sizeof(id)) != sizeof(id))
			_exit(1);
	}
}

static void kill_9_keeps_what_was_acknowledged(void **state)
{
	struct fixture *f = *state;
	int64_t told = 0, id, first = 1;

	for (int i = 0; i < KILLS; i++) {
		int pipefd[2], status;
		pid_t pid;

		assert_int_equal(pipe(pipefd), 0);
		pid = fork();
		if (pid == 0)
			write_for_ever(f->path, first, pipefd[1]);
		close(pipefd[1]);
		for (int rows = 0; rows < 3 + i % 5; rows++)
			assert_int_equal(read(pipefd[0], &id, sizeof(id)), sizeof(id));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		do
			told = id;
		while (read(pipefd[0], &id, sizeof(id)) == sizeof(id));
		close(pipefd[0]);
		store_close(f->store);
		assert_int_equal(store_open(f->path, STORE_SETUP, &f->store, f->why), 0);
		/* The last row may have been committed and not told. */
		assert_in_range(count_sites(f->store), told, told + 1);
		first = count_sites(f->store) + 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_opaque_and_round_trip),
		cmocka_unit_test_setup_teardown(parameters_are_bound_by_number, setup, teardown),
		cmocka_unit_test_setup_teardown(a_statement_may_run_inside_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(long_text_is_cut_at_a_character, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_refuse_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(a_transaction_is_all_or_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_inner_transaction_takes_back_only_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_transaction_that_is_lost_is_lost_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reader_cannot_write, setup, teardown),
		cmocka_unit_test_setup_teardown(the_file_is_private, setup, teardown),
		cmocka_unit_test_setup_teardown(opening_again_keeps_the_data, setup, teardown),
		cmocka_unit_test_setup_teardown(a_newer_database_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_database_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_programs_database_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_locked_database_is_told_in_time, setup, teardown),
		cmocka_unit_test_setup_teardown(no_folder_is_one_clear_line, setup, teardown),
		cmocka_unit_test_setup_teardown(
			kill_9_keeps_what_was_acknowledged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
