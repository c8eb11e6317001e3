/* SPDX-License-Identifier: MIT */
/* X-Forwarded-For through two proxies of ours, and from somebody who is none. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *list)
{
	static struct forwarded forwarded;
	struct addr proxy, stranger, from;

	if (forwarded.count == 0) {
		forwarded.count = 2;
		assert(subnet_parse("127.0.0.0/8", &forwarded.proxies[0]) == 0);
		assert(subnet_parse("2001:db8::/33", &forwarded.proxies[1]) == 0);
	}
	assert(addr_parse("127.0.0.1", 0, &proxy) == 0);
	assert(addr_parse("192.0.2.1", 0, &stranger) == 0);
	forwarded_from(&forwarded, &stranger, list, &from);
	assert(addr_equal(&from, &stranger));
	forwarded_from(&forwarded, &proxy, list, &from);
	assert(addr_port(&from) == 0);
}

static void check_subnet(const char *text)
{
	struct subnet subnet;

	if (subnet_parse(text, &subnet) < 0)
		return;
	assert(subnet.bits > 0);
	if (subnet.first.u.sa.sa_family == AF_INET)
		assert(subnet_has(&subnet, &subnet.first));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	check(text);
	check_subnet(text);
	free(text);
	return 0;
}
