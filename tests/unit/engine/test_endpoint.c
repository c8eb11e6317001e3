/* SPDX-License-Identifier: MIT */
/* What is announced. Machines of all kinds are network namespaces of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "engine/endpoint.h"

static bool announces(const struct lectern_endpoint *endpoint, const char *address)
{
	for (size_t i = 0; i < endpoint->candidate_count; i++) {
		if (strcmp(endpoint->candidates[i].address, address) == 0)
			return true;
	}
	return false;
}

static void what_is_configured_counts(void **state)
{
	const char *announce[] = {"192.0.2.7", "2001:0db8:0000::0007"};
	struct lectern_engine_config config = {
		.bind_address = "127.0.0.1", .announce = announce, .announce_count = 2};
	struct lectern_endpoint endpoint;

	(void)state;
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), 0);
	assert_int_equal(endpoint.candidate_count, 2);
	assert_string_equal(endpoint.candidates[0].address, "192.0.2.7");
	assert_string_equal(endpoint.candidates[1].address, "2001:db8::7");
	assert_int_equal(endpoint.candidates[1].port, 7000);
	announce[1] = "lectern.example";
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), -EINVAL);
	announce[1] = "::";
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), -EINVAL);
}

static void one_address_is_announced_as_it_is(void **state)
{
	struct lectern_engine_config config = {.bind_address = "::1"};
	struct lectern_endpoint endpoint;

	(void)state;
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), 0);
	assert_int_equal(endpoint.candidate_count, 1);
	assert_string_equal(endpoint.candidates[0].address, "::1");
}

static void families_follow_the_socket(void **state)
{
	struct lectern_engine_config config = {
		.bind_address = "0.0.0.0", .announce_loopback = true};
	struct lectern_endpoint endpoint;

	(void)state;
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), 0);
	assert_true(announces(&endpoint, "127.0.0.1"));
	for (size_t i = 0; i < endpoint.candidate_count; i++)
		assert_null(strchr(endpoint.candidates[i].address, ':'));
	config.bind_address = "::";
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), 0);
	assert_true(announces(&endpoint, "127.0.0.1"));
	for (size_t i = 0; i < endpoint.candidate_count; i++)
		assert_int_not_equal(strncmp(endpoint.candidates[i].address, "fe80", 4), 0);
}

/* As `skip()` for a machine that gives us no namespace. False: it is none of ours. */
static bool enter_lonely_machine(bool loopback_up)
{
	struct ifreq request = {.ifr_name = "lo"};
	bool entered = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	int fd;

	if (!entered)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &request), 0);
	if (loopback_up)
		request.ifr_flags |= IFF_UP;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
	return true;
}

static void a_machine_without_addresses_is_told(void **state)
{
	struct lectern_engine_config config = {.bind_address = "0.0.0.0"};
	struct lectern_endpoint endpoint;

	(void)state;
	if (!enter_lonely_machine(false))
		skip();
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), -EADDRNOTAVAIL);
}

static void loopback_alone_is_announced(void **state)
{
	struct lectern_engine_config config = {0};
	struct lectern_endpoint endpoint;

	(void)state;
	if (!enter_lonely_machine(true))
		skip();
	assert_int_equal(endpoint_init(&endpoint, &config, 7000, "AB"), 0);
	assert_true(announces(&endpoint, "127.0.0.1"));
	if (strcmp(endpoint_bind_address(&config), "::") == 0)
		assert_true(announces(&endpoint, "::1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_configured_counts),
		cmocka_unit_test(one_address_is_announced_as_it_is),
		cmocka_unit_test(families_follow_the_socket),
		/* from here on in namespaces */
		cmocka_unit_test(a_machine_without_addresses_is_told),
		cmocka_unit_test(loopback_alone_is_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
