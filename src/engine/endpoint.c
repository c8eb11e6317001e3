/* SPDX-License-Identifier: MIT */
#include "engine/endpoint.h"

#include <errno.h>
#include <stdio.h>

#include "base/addr.h"
#include "net/interfaces.h"

const char *endpoint_bind_address(const struct lectern_engine_config *config)
{
	if (config->bind_address && config->bind_address[0])
		return config->bind_address;
	return interfaces_have_ipv6() ? "::" : "0.0.0.0";
}

/* In the one form that inet_ntop writes, whatever was configured. */
static void add_candidate(struct lectern_endpoint *endpoint, const struct addr *addr, uint16_t port)
{
	size_t at = endpoint->candidate_count++;
	char text[ADDR_TEXT];

	snprintf(endpoint->candidates[at].address, sizeof(endpoint->candidates[at].address), "%s",
		addr_ip_text(addr, text));
	endpoint->candidates[at].port = port;
}

static int add_announced(struct lectern_endpoint *endpoint,
	const struct lectern_engine_config *config, uint16_t port)
{
	struct addr addr;

	for (size_t i = 0; i < config->announce_count; i++) {
		if (addr_parse(config->announce[i], port, &addr) < 0 || addr_is_any(&addr))
			return -EINVAL;
		if (endpoint->candidate_count < LECTERN_MAX_CANDIDATES)
			add_candidate(endpoint, &addr, port);
	}
	return 0;
}

static int add_interfaces(
	struct lectern_endpoint *endpoint, const struct addr *bound, bool loopback, uint16_t port)
{
	enum interfaces_families families =
		bound->u.sa.sa_family == AF_INET6 ? INTERFACES_BOTH : INTERFACES_IPV4;
	struct addr found[LECTERN_MAX_CANDIDATES];
	int count = interfaces_list(loopback, families, found, LECTERN_MAX_CANDIDATES);

	if (count == 0 && !loopback) /* a machine by itself is of use to itself */
		count = interfaces_list(true, families, found, LECTERN_MAX_CANDIDATES);
	for (int i = 0; i < count; i++)
		add_candidate(endpoint, &found[i], port);
	return count < 0 ? count : 0;
}

int endpoint_init(struct lectern_endpoint *endpoint, const struct lectern_engine_config *config,
	uint16_t port, const char *fingerprint)
{
	struct addr bound;
	int err = addr_parse(endpoint_bind_address(config), port, &bound);

	if (err)
		return err;
	*endpoint = (struct lectern_endpoint){0};
	snprintf(endpoint->fingerprint, sizeof(endpoint->fingerprint), "%s", fingerprint);
	if (config->announce_count)
		err = add_announced(endpoint, config, port);
	else if (!addr_is_any(&bound))
		add_candidate(endpoint, &bound, port);
	else
		err = add_interfaces(endpoint, &bound, config->announce_loopback, port);
	if (err)
		return err;
	return endpoint->candidate_count ? 0 : -EADDRNOTAVAIL;
}
