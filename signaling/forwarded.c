/* SPDX-License-Identifier: MIT */
#include "signaling/forwarded.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void forwarded_init(struct forwarded *forwarded, const struct lectern_config *config)
{
	forwarded->count = config->http.trusted_proxy_count;
	for (size_t i = 0; i < forwarded->count; i++) {
		int r = subnet_parse(config->http.trusted_proxies[i], &forwarded->proxies[i]);

		assert(r == 0); /* the configuration was checked */
		(void)r;
	}
}

bool forwarded_trusts(const struct forwarded *forwarded, const struct addr *peer)
{
	for (size_t i = 0; i < forwarded->count; i++)
		if (subnet_has(&forwarded->proxies[i], peer))
			return true;
	return false;
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80" */
static int parse_hop(const char *at, size_t len, struct addr *ret_addr)
{
	char text[ADDR_TEXT], *ip = text;
	char *colon;
	int r;

	while (len > 0 && (*at == ' ' || *at == '\t'))
		at++, len--;
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	if (len >= sizeof(text))
		return -1;
	snprintf(text, sizeof(text), "%.*s", (int)len, at);
	if (*ip == '[') {
		ip++;
		ip[strcspn(ip, "]")] = '\0';
	} else {
		colon = strchr(ip, ':');
		if (colon && !strchr(colon + 1, ':'))
			*colon = '\0';
	}
	r = addr_parse(ip, 0, ret_addr);
	if (r == 0)
		addr_unmap(ret_addr);
	return r;
}

void forwarded_from(const struct forwarded *forwarded, const struct addr *peer, const char *list,
	struct addr *ret_from)
{
	struct addr from = *peer;
	size_t end = strlen(list);

	while (end > 0 && forwarded_trusts(forwarded, &from)) {
		size_t start = end;

		while (start > 0 && list[start - 1] != ',')
			start--;
		if (parse_hop(list + start, end - start, &from) < 0)
			break;
		end = start > 0 ? start - 1 : 0;
	}
	*ret_from = from;
}
