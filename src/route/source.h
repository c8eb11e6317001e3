/* SPDX-License-Identifier: MIT */
/*
 * A track that packets come from, as its sinks see it: one of the two small interfaces of the data
 * path. ingress/uptrack is the source of a member's track; engine/mirror of one on another worker.
 *
 * Lives on one worker. A source does not know what its sinks are; it hands them packets in order of
 * arrival, each marked with its simulcast layer (pkt->rtp.layer) and with header extensions parsed.
 * Packets are borrowed by the callee until it returns; take a reference to keep one.
 */
#ifndef ROUTE_SOURCE_H
#define ROUTE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/pkt.h"
#include "route/speaker.h"
#include "rtp/targets.h"

struct source;

struct source_ops {
	/* A sink cannot go on without a keyframe of `layer`. The source limits and repeats
	 * requests. */
	void (*need_keyframe)(struct source *source, unsigned layer, uint64_t now_us);
	/* A packet of the last second or so, by its own sequence number; borrowed. NULL: gone. */
	struct pkt *(*find)(struct source *source, unsigned layer, uint16_t seq);
	/* The first sink is about to be attached, or the last one went. May be NULL. */
	void (*watched)(struct source *source, bool watched);
};

/* Sender report of a source's stream (RFC 3550 6.4.1), moved to the server's clock. */
struct source_report {
	uint64_t capture_us; /* server's monotonic time at which `rtp_timestamp` was captured */
	uint32_t rtp_timestamp;
	unsigned layer;
};

struct source_layer {
	bool live;	       /* a packet within the last second */
	uint16_t height;       /* of the last keyframe, 0 unknown; of its highest spatial layer */
	uint8_t spatial_count; /* layers inside the stream, 0 unknown */
	uint16_t heights[TARGETS_SPATIAL]; /* of each, 0 unknown */
	uint32_t bps;			   /* received, over the last second or so */
	bool has_report;
	struct source_report report; /* the latest */
	uint16_t newest;	     /* the highest sequence number received */
	uint16_t restarts; /* grows when the sender's numbering begins anew: sinks do too */
};

enum { SOURCE_LAYERS = 3 };

struct source {
	/* given */
	const struct source_ops *ops;
	uint64_t peer;	      /* lectern_id of the sender */
	uint8_t kind;	      /* enum lectern_kind */
	uint8_t codec;	      /* enum lectern_codec */
	uint32_t profile;     /* of the codec, as in struct lectern_format */
	uint32_t clock_rate;  /* Hz */
	unsigned layer_count; /* 1 to SOURCE_LAYERS, lowest first */
	/* state */
	bool permitted;	   /* the room's rules: false keeps every packet from every sink.
			    * Written by route/router alone; starts false. */
	uint64_t withheld; /* packets kept from the sinks by it */
	uint32_t hold_us;  /* sinks may ask for packets so old; see source_hold() */
	struct source_layer layers[SOURCE_LAYERS];
	struct list sinks; /* struct sink.of_source */
	struct list of_router;
	struct voice voice; /* a microphone's loudness, kept by the router */
};

/* For whoever implements a source: gives a zeroed `source` its fixed properties. */
static inline void source_init(struct source *source, const struct source_ops *ops, uint64_t peer,
	uint8_t kind, uint8_t codec, uint32_t clock_rate, unsigned layer_count)
{
	source->ops = ops;
	source->peer = peer;
	source->kind = kind;
	source->codec = codec;
	source->clock_rate = clock_rate;
	source->layer_count = layer_count;
	list_init(&source->sinks);
	list_init(&source->of_router);
	list_init(&source->voice.of_speaker);
}

/* For a sink whose receiver may yet say that it misses what came `us` ago: the source holds its
 * packets so long if it can. To be said again several times a second. */
static inline void source_hold(struct source *source, uint32_t us)
{
	if (source->hold_us < us)
		source->hold_us = us;
}

#endif
