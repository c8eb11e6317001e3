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

static void a_tcp_connection_is_another_address(void **state)
{
	struct addr a, b;
	char text[ADDR_TEXT];

	(void)state;
	addr_parse("192.0.2.1", 5000, &a);
	b = a;
	b.tcp = 7;
	assert_false(addr_equal(&a, &b));
	assert_int_not_equal(addr_hash(&a), addr_hash(&b));
	assert_string_equal(addr_text(&b, text), "192.0.2.1:5000/tcp");
	a.tcp = 7;
	assert_true(addr_equal(&a, &b));
	assert_int_equal(addr_hash(&a), addr_hash(&b));
	addr_parse("2001:db8:1111:2222:3333:4444:5555:6666", 65535, &a);
	a.tcp = UINT32_MAX;
	assert_string_equal(
		addr_text(&a, text), "[2001:db8:1111:2222:3333:4444:5555:6666]:65535/tcp");
}

static void ipv4_has_one_form(void **state)
{
	struct addr plain, mapped, six;

	(void)state;
	addr_parse("192.0.2.1", 5000, &plain);
	plain.tcp = 3;
	mapped = addr_map(&plain);
	assert_int_equal(mapped.u.sa.sa_family, AF_INET6);
	addr_parse("::ffff:192.0.2.1", 5000, &six);
	six.tcp = 3;
	assert_true(addr_equal(&mapped, &six));
	addr_unmap(&mapped);
	assert_true(addr_equal(&mapped, &plain));
	assert_int_equal(mapped.len, plain.len);
	addr_parse("2001:db8::1", 5000, &six);
	mapped = addr_map(&six);
	assert_true(addr_equal(&mapped, &six));
	addr_unmap(&mapped);
	assert_true(addr_equal(&mapped, &six));
}

static void tells_the_address_of_everything(void **state)
{
	struct addr a;

	(void)state;
	addr_parse("0.0.0.0", 1, &a);
	assert_true(addr_is_any(&a));
	addr_parse("::", 1, &a);
	assert_true(addr_is_any(&a));
	addr_parse("::1", 1, &a);
	assert_false(addr_is_any(&a));
	addr_parse("127.0.0.1", 1, &a);
	assert_false(addr_is_any(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_both_families),
		cmocka_unit_test(refuses_names),
		cmocka_unit_test(compares_address_and_port),
		cmocka_unit_test(a_tcp_connection_is_another_address),
		cmocka_unit_test(ipv4_has_one_form),
		cmocka_unit_test(tells_the_address_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
