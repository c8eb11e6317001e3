/* SPDX-License-Identifier: MIT */
#include "base/addr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void parses_both_families(void **state)
{
	struct addr a;
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", 5000, &a), 0);
	assert_string_equal(addr_text(&a, text), "192.0.2.1:5000");
	assert_int_equal(addr_port(&a), 5000);
	assert_int_equal(addr_parse("2001:db8::1", 443, &a), 0);
	assert_string_equal(addr_text(&a, text), "[2001:db8::1]:443");
	assert_int_equal(addr_port(&a), 443);
}

static void refuses_names(void **state)
{
	struct addr a = {0};

	(void)state;
	assert_int_equal(addr_parse("localhost", 1, &a), -EINVAL);
	assert_int_equal(addr_parse("", 1, &a), -EINVAL);
	assert_int_equal(addr_parse("192.0.2.1:5000", 1, &a), -EINVAL);
	assert_int_equal(a.len, 0);
}

static void compares_address_and_port(void **state)
{
	struct addr a, b;

	(void)state;
	addr_parse("192.0.2.1", 5000, &a);
	addr_parse("192.0.2.1", 5000, &b);
	assert_true(addr_equal(&a, &b));
	assert_int_equal(addr_hash(&a), addr_hash(&b));
	addr_parse("192.0.2.1", 5001, &b);
	assert_false(addr_equal(&a, &b));
	assert_int_not_equal(addr_hash(&a), addr_hash(&b));
	addr_parse("192.0.2.2", 5000, &b);
	assert_false(addr_equal(&a, &b));
	addr_parse("::ffff:192.0.2.1", 5000, &b);
	assert_false(addr_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_both_families),
		cmocka_unit_test(refuses_names),
		cmocka_unit_test(compares_address_and_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
