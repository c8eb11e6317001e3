/* SPDX-License-Identifier: MIT */
#include "delivery/guard.h"

#include <assert.h>
#include <string.h>

#include "base/subnet.h"

/* Private, shared, loopback, link-local, for protocols, for documents, multicast, reserved. */
static const char *const not_public[] = {
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",
	/* of 2000::/3: Teredo and other protocols, documents, 6to4, which has an IPv4 inside */
	"2001::/23",
	"2001:db8::/32",
	"2002::/16",
	"3fff::/20",
};

static bool is_in(const char *range, const struct addr *addr)
{
	struct subnet subnet;

	if (subnet_parse(range, &subnet) < 0)
		assert(!"a range of the table is wrong");
	return subnet_has(&subnet, addr);
}

bool guard_is_public(const struct sockaddr *address, socklen_t len)
{
	struct addr addr = {.len = len};

	if (address->sa_family == AF_INET
			? len < sizeof(addr.u.in)
			: address->sa_family != AF_INET6 || len < sizeof(addr.u.in6))
		return false;
	memcpy(&addr.u, address,
		address->sa_family == AF_INET ? sizeof(addr.u.in) : sizeof(addr.u.in6));
	addr_unmap(&addr);
	/* Nothing else of IPv6 is given to anybody: not ::1, fc00::/7, fe80::/10, 64:ff9b::/96. */
	if (addr.u.sa.sa_family == AF_INET6 && !is_in("2000::/3", &addr))
		return false;
	for (size_t i = 0; i < sizeof(not_public) / sizeof(not_public[0]); i++)
		if (is_in(not_public[i], &addr))
			return false;
	return true;
}
