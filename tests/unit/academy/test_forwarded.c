/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "signaling/forwarded.h"

static void setup(struct forwarded *forwarded)
{
	struct lectern_config config;
	char why[LECTERN_MAX_WHY];

	lectern_config_defaults(&config);
	assert_int_equal(lectern_config_parse(&config,
				 "http: { trusted_proxies = "
				 "[\"127.0.0.1\", \"10.0.0.0/8\", \"2001:db8::/64\"]; };",
				 "x.conf", why),
		0);
	forwarded_init(forwarded, &config);
}

static void the_last_hop_that_is_no_proxy_is_who_asks(void **state)
{
	static const struct {
		const char *peer, *list, *from;
	} rows[] = {
		{"127.0.0.1", "192.0.2.1", "192.0.2.1"},
		{"127.0.0.1", " 192.0.2.1\t", "192.0.2.1"},
		{"127.0.0.1", "192.0.2.1:5555", "192.0.2.1"},
		{"127.0.0.1", "2001:db8:1::1", "2001:db8:1::1"},
		{"127.0.0.1", "[2001:db8:1::1]", "2001:db8:1::1"},
		{"127.0.0.1", "[2001:db8:1::1]:80", "2001:db8:1::1"},
		{"127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"},
		{"2001:db8::7", "192.0.2.1", "192.0.2.1"},
		/* what stands before is the word of whoever asks */
		{"127.0.0.1", "198.51.100.9, 192.0.2.1", "192.0.2.1"},
		{"127.0.0.1", "127.0.0.1, 192.0.2.1", "192.0.2.1"},
		{"127.0.0.1", "\"'; DROP, 192.0.2.1", "192.0.2.1"},
		/* several proxies of ours */
		{"127.0.0.1", "198.51.100.9,192.0.2.1, 10.1.1.1,10.2.2.2", "192.0.2.1"},
		{"127.0.0.1", "10.3.3.3, 10.2.2.2", "10.3.3.3"},
		/* a peer that is no proxy of ours is not believed */
		{"192.0.2.7", "198.51.100.9", "192.0.2.7"},
		{"192.0.2.7", "127.0.0.1", "192.0.2.7"},
		/* what cannot be read ends the walk */
		{"127.0.0.1", "", "127.0.0.1"},
		{"127.0.0.1", ",", "127.0.0.1"},
		{"127.0.0.1", "unknown", "127.0.0.1"},
		{"127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"},
		{"127.0.0.1", "192.0.2.1, _hidden, 10.2.2.2", "10.2.2.2"},
		{"127.0.0.1", "192.0.2.1, ", "127.0.0.1"},
		{"127.0.0.1", "[2001:db8:1::1", "2001:db8:1::1"},
		{"127.0.0.1", "192.0.2.1:80:80", "127.0.0.1"},
	};
	struct forwarded forwarded;

	(void)state;
	setup(&forwarded);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr peer, from, wanted;
		char text[ADDR_TEXT];

		assert_int_equal(addr_parse(rows[i].peer, 0, &peer), 0);
		assert_int_equal(addr_parse(rows[i].from, 0, &wanted), 0);
		forwarded_from(&forwarded, &peer, rows[i].list, &from);
		if (!addr_equal(&from, &wanted))
			fail_msg("\"%s\" through %s is %s", rows[i].list, rows[i].peer,
				addr_ip_text(&from, text));
	}
}

static void without_proxies_nothing_is_believed(void **state)
{
	struct lectern_config config;
	struct forwarded forwarded;
	struct addr peer, from;

	(void)state;
	lectern_config_defaults(&config);
	forwarded_init(&forwarded, &config);
	assert_int_equal(addr_parse("127.0.0.1", 0, &peer), 0);
	assert_false(forwarded_trusts(&forwarded, &peer));
	forwarded_from(&forwarded, &peer, "192.0.2.1", &from);
	assert_true(addr_equal(&from, &peer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_hop_that_is_no_proxy_is_who_asks),
		cmocka_unit_test(without_proxies_nothing_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
