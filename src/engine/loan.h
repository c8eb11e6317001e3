/* SPDX-License-Identifier: MIT */
/*
 * The sink that lends a source's packets to another worker. There is at most one for each source
 * and worker; over there, engine/mirror hands them on.
 *
 * Owned by a share of a span, on the source's worker.
 */
#ifndef ENGINE_LOAN_H
#define ENGINE_LOAN_H

#include <stdint.h>

#include "base/list.h"
#include "engine/bridge.h"
#include "route/router.h"

struct loan {
	struct sink sink;
	/* given */
	struct link *link;
	const struct pkt_pool *pool;
	struct parcel parcel; /* as every packet goes; the packet's own is filled in */
	struct list of_share;
};

/* `parcel` names the source and its opening. Attaches it; -ENOMEM. */
int loan_create(struct router *router, struct bridge *bridge, unsigned to,
	const struct parcel *parcel, uint64_t now_us, struct loan **ret_loan);
/* Accepts NULL. */
void loan_destroy(struct loan *loan);

#endif
