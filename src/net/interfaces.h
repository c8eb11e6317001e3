/* SPDX-License-Identifier: MIT */
/*
 * The addresses of this machine's interfaces, for ICE candidates. Reads the kernel's list once; any
 * thread.
 *
 * Left out: interfaces that are down, link-local addresses (169.254/16, fe80::/10), which mean
 * nothing to who is elsewhere, and IPv6 addresses that are temporary (RFC 8981), deprecated or not
 * yet known to be unique: a server's addresses are to last.
 */
#ifndef NET_INTERFACES_H
#define NET_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

enum interfaces_families { INTERFACES_IPV4, INTERFACES_IPV6, INTERFACES_BOTH };

/*
 * Addresses with port 0, with `loopback` also those of lo. Of both families: IPv6 and IPv4 in turn,
 * as far as each goes, so that neither has to wait for the other (RFC 8421 4). Fills at most `room`,
 * returns how many, or a negative errno.
 */
int interfaces_list(
	bool loopback, enum interfaces_families families, struct addr *out, size_t room);
/* Can sockets be IPv6 here? */
bool interfaces_have_ipv6(void);

#endif
