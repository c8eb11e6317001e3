/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

static void a_line_is_one_line(void **state)
{
	(void)state;
	assert_true(text_is_line("Ley de enjuiciamiento, año 2", 64));
	assert_true(text_is_line("警察学校 «b» – c", 64));
	assert_true(text_is_line(" a ", 4));
	assert_false(text_is_line("abc", 3));
	assert_false(text_is_line("", 64));
	assert_false(text_is_line("   ", 64));
	assert_false(text_is_line("a\nb", 64));
	assert_false(text_is_line("a\x7f", 64));
	assert_false(text_is_line("a\xc2\x85", 64));
	assert_true(text_is_line("a\xc2\xa0", 64));
	assert_true(text_is_line_or_empty("", 64));
	assert_false(text_is_line_or_empty(" ", 64));
}

static void nothing_turns_the_line(void **state)
{
	(void)state;
	assert_false(text_is_line("exe.\xe2\x80\xaegpj", 64));
	assert_false(text_is_line("a\xe2\x80\xa8"
				  "b",
		64));
	assert_false(text_is_line("a\xe2\x81\xa6", 64));
	assert_true(text_is_line("a\xe2\x80\xa6", 64));
	assert_false(text_is_prose("a\xe2\x80\xaa", 64));
}

static void prose_has_lines(void **state)
{
	(void)state;
	assert_true(text_is_prose("", 8));
	assert_true(text_is_prose("a\n\nb\tc", 8));
	assert_false(text_is_prose("a\r\nb", 8));
	assert_false(text_is_prose("a\x1b[0m", 8));
	assert_false(text_is_prose("12345678", 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_one_line),
		cmocka_unit_test(nothing_turns_the_line),
		cmocka_unit_test(prose_has_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
