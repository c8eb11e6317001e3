/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <string.h>

#include "net/interfaces.h"

static bool is_loopback(const struct addr *addr)
{
	if (addr->u.sa.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&addr->u.in6.sin6_addr);
	return ntohl(addr->u.in.sin_addr.s_addr) >> 24 == 127;
}

static void loopback_comes_only_when_asked_for(void **state)
{
	struct addr found[16];
	int count = interfaces_list(false, INTERFACES_BOTH, found, 16);
	unsigned loopbacks = 0;

	(void)state;
	assert_true(count >= 0);
	for (int i = 0; i < count; i++)
		assert_false(is_loopback(&found[i]));
	count = interfaces_list(true, INTERFACES_BOTH, found, 16);
	for (int i = 0; i < count; i++)
		loopbacks += is_loopback(&found[i]);
	assert_true(loopbacks >= 1);
}

static void no_more_than_there_is_room_for(void **state)
{
	struct addr found[2];

	(void)state;
	memset(found, 0xa5, sizeof(found));
	assert_true(interfaces_list(true, INTERFACES_BOTH, found, 1) <= 1);
	assert_int_equal(((uint8_t *)&found[1])[0], 0xa5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loopback_comes_only_when_asked_for),
		cmocka_unit_test(no_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
