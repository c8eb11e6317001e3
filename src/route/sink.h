/* SPDX-License-Identifier: MIT */
/*
 * Whatever takes the packets of a source: a subscriber's slot (egress/slot), the recorder's tap
 * (record/tap), later a relay. The other small interface of the data path; see source.h.
 *
 * A sink is attached to at most one source. It never frees itself in a callback. It says what it
 * wants by router_want(); the router attaches it whenever that source is there and permitted.
 */
#ifndef ROUTE_SINK_H
#define ROUTE_SINK_H

#include <stdint.h>

#include "base/list.h"
#include "base/pkt.h"
#include "route/source.h"

struct sink;

struct sink_ops {
	/* sink->source is its source from now on. */
	void (*attached)(struct sink *sink, uint64_t now_us);
	void (*packet)(struct sink *sink, struct pkt *pkt, uint64_t now_us);
	/* May be NULL. */
	void (*report)(struct sink *sink, const struct source_report *report, uint64_t now_us);
	/* The source goes, may not be forwarded any more, or is not wanted any more; the sink is
	 * detached already. */
	void (*detached)(struct sink *sink, uint64_t now_us);
	/* Packets come next (`turns` 1), or after another sink's (2): what they need may be brought
	 * into the cache. May be NULL. */
	void (*soon)(const struct sink *sink, unsigned turns);
};

struct sink {
	const struct sink_ops *ops; /* given */
	struct source *source;	    /* NULL: detached */
	struct list of_source;
	/* kept by the router */
	struct list of_router;
	uint64_t want_peer; /* 0: nothing */
	uint8_t want_kind;
};

/* For whoever implements a sink: makes a zeroed `sink` ready for router_want(). */
static inline void sink_init(struct sink *sink, const struct sink_ops *ops)
{
	sink->ops = ops;
	list_init(&sink->of_source);
	list_init(&sink->of_router);
}

#endif
