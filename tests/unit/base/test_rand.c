/* SPDX-License-Identifier: MIT */
#include "base/rand.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void fills_all_and_no_more(void **state)
{
	uint8_t bytes[1000] = {0};
	unsigned zeros = 0;

	(void)state;
	rand_bytes(bytes, sizeof(bytes) - 8);
	for (size_t i = 0; i < sizeof(bytes) - 8; i++)
		zeros += bytes[i] == 0;
	assert_true(zeros < 40);
	for (size_t i = sizeof(bytes) - 8; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0);
}

static void ice_chars_only(void **state)
{
	char text[301], other[301];

	(void)state;
	rand_ice_chars(text, 300);
	rand_ice_chars(other, 300);
	assert_int_equal(strlen(text), 300);
	assert_string_not_equal(text, other);
	for (const char *c = text; *c; c++)
		assert_true(isalnum((unsigned char)*c) || *c == '+' || *c == '/');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_all_and_no_more),
		cmocka_unit_test(ice_chars_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
