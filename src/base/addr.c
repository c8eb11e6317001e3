/* SPDX-License-Identifier: MIT */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

int addr_parse(const char *ip, uint16_t port, struct addr *ret_addr)
{
	struct addr a = {0};

	if (inet_pton(AF_INET, ip, &a.u.in.sin_addr) == 1) {
		a.u.in.sin_family = AF_INET;
		a.u.in.sin_port = htons(port);
		a.len = sizeof(a.u.in);
	} else if (inet_pton(AF_INET6, ip, &a.u.in6.sin6_addr) == 1) {
		a.u.in6.sin6_family = AF_INET6;
		a.u.in6.sin6_port = htons(port);
		a.len = sizeof(a.u.in6);
	} else {
		return -EINVAL;
	}
	*ret_addr = a;
	return 0;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	if (a->u.sa.sa_family != b->u.sa.sa_family)
		return false;
	if (a->u.sa.sa_family == AF_INET)
		return a->u.in.sin_port == b->u.in.sin_port &&
		       a->u.in.sin_addr.s_addr == b->u.in.sin_addr.s_addr;
	return a->u.in6.sin6_port == b->u.in6.sin6_port &&
	       a->u.in6.sin6_scope_id == b->u.in6.sin6_scope_id &&
	       memcmp(&a->u.in6.sin6_addr, &b->u.in6.sin6_addr, 16) == 0;
}

uint32_t addr_hash(const struct addr *a)
{
	uint8_t key[18];

	if (a->u.sa.sa_family == AF_INET) {
		memcpy(key, &a->u.in.sin_addr, 4);
		memcpy(key + 4, &a->u.in.sin_port, 2);
		return (uint32_t)hash_bytes(key, 6);
	}
	memcpy(key, &a->u.in6.sin6_addr, 16);
	memcpy(key + 16, &a->u.in6.sin6_port, 2);
	return (uint32_t)hash_bytes(key, 18);
}

uint16_t addr_port(const struct addr *a)
{
	return ntohs(a->u.sa.sa_family == AF_INET ? a->u.in.sin_port : a->u.in6.sin6_port);
}

const char *addr_text(const struct addr *a, char *out)
{
	char ip[INET6_ADDRSTRLEN];

	if (a->u.sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a->u.in.sin_addr, ip, sizeof(ip));
		snprintf(out, ADDR_TEXT, "%s:%u", ip, addr_port(a));
	} else if (a->u.sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a->u.in6.sin6_addr, ip, sizeof(ip));
		snprintf(out, ADDR_TEXT, "[%s]:%u", ip, addr_port(a));
	} else {
		snprintf(out, ADDR_TEXT, "none");
	}
	return out;
}
