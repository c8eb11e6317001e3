/* SPDX-License-Identifier: MIT */
/* A transport address: IPv4 or IPv6 with a port, comparable and hashable. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
	socklen_t len;
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
/* "192.0.2.1:5000", "[2001:db8::1]:5000"; out holds ADDR_TEXT. */
const char *addr_text(const struct addr *a, char *out);
uint16_t addr_port(const struct addr *a);

#endif
