/* SPDX-License-Identifier: MIT */
#include "engine/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "base/addr.h"
#include "net/interfaces.h"

static void add_candidate(struct lectern_endpoint *endpoint, const char *address, uint16_t port)
{
	size_t at = endpoint->candidate_count++;

	snprintf(endpoint->candidates[at].address, sizeof(endpoint->candidates[at].address), "%s",
		address);
	endpoint->candidates[at].port = port;
}

static int add_announced(struct lectern_endpoint *endpoint,
	const struct lectern_engine_config *config, uint16_t port)
{
	struct addr addr;

	for (size_t i = 0; i < config->announce_count; i++) {
		if (addr_parse(config->announce[i], port, &addr) < 0)
			return -EINVAL;
		if (endpoint->candidate_count < LECTERN_MAX_CANDIDATES)
			add_candidate(endpoint, config->announce[i], port);
	}
	return 0;
}

static int add_interfaces(struct lectern_endpoint *endpoint, bool loopback, uint16_t port)
{
	struct addr found[LECTERN_MAX_CANDIDATES];
	int count = interfaces_list(loopback, found, LECTERN_MAX_CANDIDATES);
	char text[INET_ADDRSTRLEN];

	for (int i = 0; i < count; i++) {
		inet_ntop(AF_INET, &found[i].u.in.sin_addr, text, sizeof(text));
		add_candidate(endpoint, text, port);
	}
	return count < 0 ? count : 0;
}

int endpoint_init(struct lectern_endpoint *endpoint, const struct lectern_engine_config *config,
	uint16_t port, const char *fingerprint)
{
	struct addr bound;
	int err = addr_parse(config->bind_address, port, &bound);

	if (err)
		return err;
	*endpoint = (struct lectern_endpoint){0};
	snprintf(endpoint->fingerprint, sizeof(endpoint->fingerprint), "%s", fingerprint);
	if (config->announce_count)
		err = add_announced(endpoint, config, port);
	else if (bound.u.in.sin_addr.s_addr != htonl(INADDR_ANY))
		add_candidate(endpoint, config->bind_address, port);
	else
		err = add_interfaces(endpoint, config->announce_loopback, port);
	if (err)
		return err;
	return endpoint->candidate_count ? 0 : -EADDRNOTAVAIL;
}
