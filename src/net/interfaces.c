/* SPDX-License-Identifier: MIT */
#include "net/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>

static bool fit_for_candidate(const struct ifaddrs *at, bool loopback)
{
	const struct sockaddr_in *in = (const void *)at->ifa_addr;

	if (!in || in->sin_family != AF_INET || !(at->ifa_flags & IFF_UP))
		return false;
	if ((at->ifa_flags & IFF_LOOPBACK) && !loopback)
		return false;
	return ntohl(in->sin_addr.s_addr) >> 16 != 0xa9fe; /* RFC 3927: 169.254/16 */
}

int interfaces_list(bool loopback, struct addr *out, size_t room)
{
	struct ifaddrs *all;
	size_t count = 0;

	if (getifaddrs(&all) < 0)
		return -errno;
	for (const struct ifaddrs *at = all; at && count < room; at = at->ifa_next) {
		if (!fit_for_candidate(at, loopback))
			continue;
		out[count].u.in = *(const struct sockaddr_in *)(const void *)at->ifa_addr;
		out[count].u.in.sin_port = 0;
		out[count++].len = sizeof(struct sockaddr_in);
	}
	freeifaddrs(all);
	return (int)count;
}
