/* SPDX-License-Identifier: MIT */
#include "net/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PASSING = IFA_F_TEMPORARY | IFA_F_DEPRECATED | IFA_F_TENTATIVE | IFA_F_DADFAILED };

/* What getifaddrs() does not tell; without /proc every address counts as lasting. */
static bool is_passing(const struct in6_addr *address)
{
	FILE *file = fopen("/proc/net/if_inet6", "re");
	char line[128], hex[33], *at = hex;
	unsigned flags;
	bool passing = false;

	if (!file)
		return false;
	for (unsigned i = 0; i < 16; i++)
		at += snprintf(at, 3, "%02x", address->s6_addr[i]);
	/* address, index, prefix length, scope, flags, name; all in hexadecimal */
	while (!passing && fgets(line, sizeof(line), file))
		passing = strncmp(line, hex, 32) == 0 &&
			  sscanf(line + 32, "%*x %*x %*x %x", &flags) == 1 && (flags & PASSING);
	fclose(file);
	return passing;
}

static bool fit_for_candidate(const struct ifaddrs *at, bool loopback)
{
	const struct sockaddr *sa = at->ifa_addr;
	const struct in6_addr *in6;

	if (!sa || !(at->ifa_flags & IFF_UP) || ((at->ifa_flags & IFF_LOOPBACK) && !loopback))
		return false;
	if (sa->sa_family == AF_INET) /* RFC 3927: 169.254/16 */
		return ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >>
			       16 !=
		       0xa9fe;
	if (sa->sa_family != AF_INET6)
		return false;
	in6 = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
	return !IN6_IS_ADDR_LINKLOCAL(in6) && !is_passing(in6);
}

/* The next fit address of the family from *at on, which is moved behind it. */
static bool next(const struct ifaddrs **at, sa_family_t family, bool loopback, struct addr *out)
{
	for (; *at; *at = (*at)->ifa_next) {
		const void *sa = (*at)->ifa_addr;

		if (!sa || (*at)->ifa_addr->sa_family != family ||
			!fit_for_candidate(*at, loopback))
			continue;
		*out = (struct addr){0};
		if (family == AF_INET) {
			out->u.in = *(const struct sockaddr_in *)sa;
			out->u.in.sin_port = 0;
			out->len = sizeof(out->u.in);
		} else {
			out->u.in6 = *(const struct sockaddr_in6 *)sa;
			out->u.in6.sin6_port = 0;
			out->len = sizeof(out->u.in6);
		}
		*at = (*at)->ifa_next;
		return true;
	}
	return false;
}

int interfaces_list(bool loopback, enum interfaces_families families, struct addr *out, size_t room)
{
	const struct ifaddrs *at4, *at6;
	struct ifaddrs *all;
	size_t count = 0;

	if (getifaddrs(&all) < 0)
		return -errno;
	at4 = families == INTERFACES_IPV6 ? NULL : all;
	at6 = families == INTERFACES_IPV4 ? NULL : all;
	while (at4 || at6) {
		if (count < room && next(&at6, AF_INET6, loopback, &out[count]))
			count++;
		if (count < room && next(&at4, AF_INET, loopback, &out[count]))
			count++;
		if (count == room)
			break;
	}
	freeifaddrs(all);
	return (int)count;
}

bool interfaces_have_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
