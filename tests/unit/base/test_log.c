/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int saved, ends[2];

static int catch_stderr(void **state)
{
	(void)state;
	saved = dup(STDERR_FILENO);
	return pipe(ends) || dup2(ends[1], STDERR_FILENO) < 0;
}

static int free_stderr(void **state)
{
	(void)state;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
	log_set_level(LOG_INFO);
	return 0;
}

static char *caught(void)
{
	static char text[4096];
	ssize_t n;

	/* So that there is something to read even where nothing was logged. */
	(void)!write(ends[1], "", 1);
	n = read(ends[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void one_line_with_its_parts(void **state)
{
	char *line;

	(void)state;
	log_warn("engine", "peer=%d gone", 7);
	line = caught();
	assert_non_null(strstr(line, "Z warn  engine: peer=7 gone\n"));
	assert_int_equal(line[4], '-');
	assert_int_equal(line[10], 'T');
}

static void below_the_level_nothing(void **state)
{
	(void)state;
	log_set_level(LOG_WARN);
	log_info("engine", "hidden");
	assert_string_equal(caught(), "");
}

static void no_line_can_be_forged(void **state)
{
	char *line;

	(void)state;
	log_info("ws", "name=%s", "x\n2026 error engine: forged\x1b[2J");
	line = caught();
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_null(strchr(line, 0x1b));
}

static void long_lines_are_cut(void **state)
{
	char text[3000];
	char *line;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("ws", "%s", text);
	line = caught();
	assert_int_equal(strlen(line), 1024);
	assert_int_equal(line[1023], '\n');
}

static void level_names(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_DEBUG);
	assert_int_equal(log_level_parse("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_DEBUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_line_with_its_parts, catch_stderr, free_stderr),
		cmocka_unit_test_setup_teardown(below_the_level_nothing, catch_stderr, free_stderr),
		cmocka_unit_test_setup_teardown(no_line_can_be_forged, catch_stderr, free_stderr),
		cmocka_unit_test_setup_teardown(long_lines_are_cut, catch_stderr, free_stderr),
		cmocka_unit_test(level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
