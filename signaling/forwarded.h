/* SPDX-License-Identifier: MIT */
/*
 * Whom a request comes from when it came through a proxy: X-Forwarded-For, believed as far as each
 * of those who wrote it is one of http.trusted_proxies. Each proxy adds at the end of the list the
 * address that it was asked from, so the list is read from its end, and the first that is no proxy of
 * ours is who asks; what stands before it is whatever that one cared to write. Nothing is
 * believed of a peer that is not a proxy of ours.
 *
 * Set up at the start and only read afterwards. Limit: LECTERN_MAX_PROXIES ranges.
 */
#ifndef SIGNALING_FORWARDED_H
#define SIGNALING_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/subnet.h"
#include "lectern/config.h"

struct forwarded {
	size_t count;
	struct subnet proxies[LECTERN_MAX_PROXIES];
};

void forwarded_init(struct forwarded *forwarded, const struct lectern_config *config);

/* Whether its X-Forwarded-For is worth reading. */
bool forwarded_trusts(const struct forwarded *forwarded, const struct addr *peer);

/*
 * `peer` is who is at the other end of the connection, `list` the header, all of its lines joined by
 * commas. Of a list that cannot be read, the last address that could be is taken. The port of
 * *ret_from is 0.
 */
void forwarded_from(const struct forwarded *forwarded, const struct addr *peer, const char *list,
	struct addr *ret_from);

#endif
