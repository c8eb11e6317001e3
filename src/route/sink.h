/* SPDX-License-Identifier: MIT */
/*
 * Whatever takes the packets of a source: a subscriber's slot (egress/slot), the recorder's tap
 * (record/tap), later a relay. The other small interface of the data path; see source.h.
 *
 * A sink is attached to at most one source. It never frees itself in a callback.
 */
#ifndef ROUTE_SINK_H
#define ROUTE_SINK_H

#include <stdint.h>

#include "base/list.h"
#include "base/pkt.h"
#include "route/source.h"

struct sink;

struct sink_ops {
	void (*packet)(struct sink *sink, struct pkt *pkt, uint64_t now_us);
	/* May be NULL. */
	void (*report)(struct sink *sink, const struct source_report *report);
	/* The source goes or may not be forwarded any more; the sink is detached already. */
	void (*detached)(struct sink *sink);
};

struct sink {
	const struct sink_ops *ops; /* given */
	struct source *source;      /* NULL: detached */
	struct list of_source;
};

#endif
