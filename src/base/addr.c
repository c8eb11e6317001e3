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
	if (a->u.sa.sa_family != b->u.sa.sa_family || a->tcp != b->tcp)
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
	uint8_t key[22];
	size_t len;

	if (a->u.sa.sa_family == AF_INET) {
		memcpy(key, &a->u.in.sin_addr, 4);
		memcpy(key + 4, &a->u.in.sin_port, 2);
		len = 6;
	} else {
		memcpy(key, &a->u.in6.sin6_addr, 16);
		memcpy(key + 16, &a->u.in6.sin6_port, 2);
		len = 18;
	}
	if (a->tcp) {
		memcpy(key + len, &a->tcp, 4);
		len += 4;
	}
	return (uint32_t)hash_bytes(key, len);
}

uint16_t addr_port(const struct addr *a)
{
	return ntohs(a->u.sa.sa_family == AF_INET ? a->u.in.sin_port : a->u.in6.sin6_port);
}

const char *addr_ip_text(const struct addr *a, char *out)
{
	const void *ip = a->u.sa.sa_family == AF_INET ? (const void *)&a->u.in.sin_addr
						      : (const void *)&a->u.in6.sin6_addr;

	inet_ntop(a->u.sa.sa_family, ip, out, ADDR_TEXT);
	return out;
}

const char *addr_text(const struct addr *a, char *out)
{
	const char *tcp = a->tcp ? "/tcp" : "";
	char ip[ADDR_TEXT];

	if (a->u.sa.sa_family == AF_INET)
		snprintf(out, ADDR_TEXT, "%.15s:%u%s", addr_ip_text(a, ip), addr_port(a), tcp);
	else if (a->u.sa.sa_family == AF_INET6)
		snprintf(out, ADDR_TEXT, "[%.45s]:%u%s", addr_ip_text(a, ip), addr_port(a), tcp);
	else
		snprintf(out, ADDR_TEXT, "none");
	return out;
}

bool addr_is_any(const struct addr *a)
{
	return a->u.sa.sa_family == AF_INET ? a->u.in.sin_addr.s_addr == htonl(INADDR_ANY)
					    : IN6_IS_ADDR_UNSPECIFIED(&a->u.in6.sin6_addr);
}

void addr_unmap(struct addr *a)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	if (a->u.sa.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a->u.in6.sin6_addr))
		return;
	in.sin_port = a->u.in6.sin6_port;
	memcpy(&in.sin_addr, a->u.in6.sin6_addr.s6_addr + 12, 4);
	a->u.in = in;
	a->len = sizeof(in);
}

struct addr addr_map(const struct addr *a)
{
	struct addr mapped = {.len = sizeof(mapped.u.in6), .tcp = a->tcp};

	if (a->u.sa.sa_family != AF_INET)
		return *a;
	mapped.u.in6.sin6_family = AF_INET6;
	mapped.u.in6.sin6_port = a->u.in.sin_port;
	mapped.u.in6.sin6_addr.s6_addr[10] = mapped.u.in6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(mapped.u.in6.sin6_addr.s6_addr + 12, &a->u.in.sin_addr, 4);
	return mapped;
}
