/* SPDX-License-Identifier: MIT */
/*
 * A range of IP addresses, "192.0.2.0/24", "2001:db8::/32", or one alone without a "/". Pure data.
 * An IPv4 range never has an IPv6 address in it, but for ::ffff:a.b.c.d, which is IPv4 (base/addr).
 */
#ifndef BASE_SUBNET_H
#define BASE_SUBNET_H

#include <stdbool.h>

#include "base/addr.h"

struct subnet {
	struct addr first; /* bits beyond the prefix do not count */
	unsigned bits;
};

/* -EINVAL: not of that form, or a prefix of 0 bits or too many. */
int subnet_parse(const char *text, struct subnet *ret_subnet);
bool subnet_has(const struct subnet *subnet, const struct addr *addr);

#endif
