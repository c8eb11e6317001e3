/* SPDX-License-Identifier: MIT */
/*
 * A transport address: IPv4 or IPv6 with a port, over UDP or over one TCP connection, comparable
 * and hashable. Pure data.
 *
 * An IPv4 address is always AF_INET here. A dual-stack socket speaks of it as ::ffff:a.b.c.d
 * (RFC 4291 2.5.5.2): net/ translates at its edge by addr_unmap() and addr_map(), so that two ways
 * of writing one address never meet, and a STUN answer tells the family that the asker knows.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
	socklen_t len;
	uint32_t tcp; /* number of a TCP connection of this worker's (net/tcp); 0: UDP */
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} u;
};

enum { ADDR_TEXT = 64 };

/* Numbers only, no names are resolved. -EINVAL. */
int addr_parse(const char *ip, uint16_t port, struct addr *ret_addr);
bool addr_equal(const struct addr *a, const struct addr *b);
uint32_t addr_hash(const struct addr *a);
/* "192.0.2.1:5000", "[2001:db8::1]:5000", with "/tcp" if so; out holds ADDR_TEXT. */
const char *addr_text(const struct addr *a, char *out);
/* The address alone, "192.0.2.1", "2001:db8::1"; out holds ADDR_TEXT. */
const char *addr_ip_text(const struct addr *a, char *out);
uint16_t addr_port(const struct addr *a);
bool addr_is_any(const struct addr *a);
/* What a dual-stack socket calls ::ffff:a.b.c.d becomes a.b.c.d; all else stays. */
void addr_unmap(struct addr *a);
/* The other way round, for a dual-stack socket: the result is AF_INET6. */
struct addr addr_map(const struct addr *a);

#endif
