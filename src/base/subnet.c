/* SPDX-License-Identifier: MIT */
#include "base/subnet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static unsigned all_bits(const struct addr *addr)
{
	return addr->u.sa.sa_family == AF_INET ? 32 : 128;
}

static int parse_bits(const char *text, unsigned most, unsigned *ret_bits)
{
	unsigned bits = 0;

	if (*text < '1' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		bits = bits * 10 + (unsigned)(*text - '0');
		if (bits > most)
			return -EINVAL;
	}
	if (*text != '\0')
		return -EINVAL;
	*ret_bits = bits;
	return 0;
}

int subnet_parse(const char *text, struct subnet *ret_subnet)
{
	const size_t len = strcspn(text, "/");
	struct subnet subnet;
	char ip[ADDR_TEXT];
	int r;

	if (len >= sizeof(ip))
		return -EINVAL;
	snprintf(ip, sizeof(ip), "%.*s", (int)len, text);
	r = addr_parse(ip, 0, &subnet.first);
	if (r < 0)
		return r;
	subnet.bits = all_bits(&subnet.first);
	if (text[len] == '/')
		r = parse_bits(text + len + 1, subnet.bits, &subnet.bits);
	if (r == 0)
		*ret_subnet = subnet;
	return r;
}

static const uint8_t *bytes_of(const struct addr *addr)
{
	return addr->u.sa.sa_family == AF_INET ? (const uint8_t *)&addr->u.in.sin_addr
					       : addr->u.in6.sin6_addr.s6_addr;
}

bool subnet_has(const struct subnet *subnet, const struct addr *addr)
{
	const unsigned whole = subnet->bits / 8, rest = subnet->bits % 8;
	struct addr plain = *addr;
	const uint8_t *a = bytes_of(&subnet->first), *b;

	addr_unmap(&plain);
	b = bytes_of(&plain);
	if (subnet->first.u.sa.sa_family != plain.u.sa.sa_family || memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}
