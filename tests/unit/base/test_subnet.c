/* SPDX-License-Identifier: MIT */
#include "base/subnet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void it_has_what_its_prefix_covers(void **state)
{
	static const struct {
		const char *subnet, *ip;
		bool has;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1/32", "192.0.2.1", true},
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.77/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"10.0.0.0/8", "10.255.1.2", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"172.16.0.0/12", "172.31.255.255", true},
		{"172.16.0.0/12", "172.32.0.0", false},
		{"128.0.0.0/1", "255.0.0.1", true},
		{"128.0.0.0/1", "127.0.0.1", false},
		{"10.0.0.0/8", "::ffff:10.1.1.1", true},
		{"10.0.0.0/8", "a00::1", false},
		{"2001:db8::/32", "2001:db8:ffff::1", true},
		{"2001:db8::/32", "2001:db9::", false},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:db8::1", "2001:db8::2", false},
		{"2001:db8:8000::/33", "2001:db8:ffff::1", true},
		{"2001:db8:8000::/33", "2001:db8:7fff::1", false},
		{"::1/128", "::1", true},
		{"::1", "127.0.0.1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct subnet subnet;
		struct addr addr;

		assert_int_equal(subnet_parse(rows[i].subnet, &subnet), 0);
		assert_int_equal(addr_parse(rows[i].ip, 4711, &addr), 0);
		if (subnet_has(&subnet, &addr) != rows[i].has)
			fail_msg("%s and %s", rows[i].subnet, rows[i].ip);
	}
}

static void other_forms_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"/",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/0",
		"::/0",
		"10.0.0.0/33",
		"::/129",
		"10.0.0.0/08",
		"10.0.0.0/+8",
		"10.0.0.0/8 ",
		"10.0.0.0/8/8",
		"10.0.0.0/4294967304",
		"10.0.0/8",
		"localhost",
		"192.0.2.1:80",
		"1111111111111111111111111111111111111111111111111111111111111111/8",
	};
	struct subnet subnet, before;

	(void)state;
	memset(&subnet, 7, sizeof(subnet));
	before = subnet;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (subnet_parse(wrong[i], &subnet) != -EINVAL)
			fail_msg("\"%s\" was taken", wrong[i]);
	assert_memory_equal(&subnet, &before, sizeof(subnet));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_what_its_prefix_covers),
		cmocka_unit_test(other_forms_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
