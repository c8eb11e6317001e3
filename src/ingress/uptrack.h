/* SPDX-License-Identifier: MIT */
/*
 * A track that a member sends: a source of the router, made of 1 to 3 simulcast layers, each an RTP
 * stream with its repair stream.
 *
 * It undoes RTX (RFC 4588) and RED (RFC 2198), refuses duplicates and what is too old, marks packets
 * with their layer and codec fields, counts what is lost (RFC 3550 A.3, A.8), asks for what is
 * missing and for keyframes, and holds the packets of the last second or so for those sinks whose
 * receivers lost some. Owned by an upstream; the rest of the house sees `source` alone.
 *
 * A RED packet goes on as the packet that its primary is; those of its copies that were lost are
 * packets again, as if they had come.
 *
 * Limits: UPTRACK_HISTORY_* packets held for each layer, NACK_MAX numbers missing. Every refusal
 * has a verdict, and the upstream counts them.
 */
#ifndef INGRESS_UPTRACK_H
#define INGRESS_UPTRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "ingress/peer_clock.h"
#include "lectern/engine.h"
#include "route/source.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"

enum {
	UPTRACK_HISTORY_VIDEO = 1024, /* packets a layer, a power of two: 1 s at 10 Mbit/s */
	UPTRACK_HISTORY_AUDIO = 64,
	UPTRACK_HISTORY_US = 1000000, /* at least, where there is room; audio no longer */
	UPTRACK_HISTORY_MOST_US = 3000000,
	UPTRACK_AUDIO_RTT_US = 250000, /* a repair over a longer way comes too late for sound */
};

/* What became of a packet; all but the first are reasons to drop it. */
enum uptrack_verdict {
	UPTRACK_FORWARD = 0, /* goes to the router */
	UPTRACK_PADDING,     /* a probe on the repair stream: has no media */
	UPTRACK_UNKNOWN_SSRC,
	UPTRACK_UNKNOWN_PT,
	UPTRACK_DUPLICATE,
	UPTRACK_OLD,  /* beyond what duplicates can be told of */
	UPTRACK_JUMP, /* the first of a numbering that does not follow: waits for a second */
	UPTRACK_MALFORMED,
	UPTRACK_VERDICTS,
};

struct uptrack;

/* What all tracks of a peer share. */
struct uptrack_owner {
	uint64_t peer;
	struct peer_clock *clock;
	/* Something is to be asked for: uptrack_write_requests() soon. */
	void (*due)(void *arg, uint64_t now_us);
	void *arg;
};

/* ret_track->source is then ready for the router. Keeps `owner`. -EINVAL: an impossible section. */
int uptrack_create(const struct uptrack_owner *owner, const struct lectern_section *section,
	struct uptrack **ret_track);
void uptrack_destroy(struct uptrack *track);
struct source *uptrack_source(struct uptrack *track);

/* The layer whose stream, or repair stream, `ssrc` is; negative: none. */
int uptrack_layer_of(const struct uptrack *track, uint32_t ssrc, bool *ret_repair);
/* Whether an unknown stream may be one of the track's: by its payload type, by the mid and rid that
 * its packets carry, or without them if the track has no stream yet. */
bool uptrack_accepts(const struct uptrack *track, uint8_t pt, const struct rtp_names *names);
/* It was accepted: `ssrc` is that stream from now on, in place of another. */
void uptrack_bind(struct uptrack *track, uint32_t ssrc, uint8_t pt, const struct rtp_names *names);

/* `pkt` is parsed, of one of the track's ssrcs. May rewrite it (RTX). */
enum uptrack_verdict uptrack_recv(struct uptrack *track, struct pkt *pkt, uint64_t now_us);
/* The next of those that uptrack_recv() found in the packet which it took last, or NULL; to be
 * forwarded before it. The caller takes the reference. */
struct pkt *uptrack_recovered(struct uptrack *track);
/* RFC 3550 6.6: the stream ended. It may begin again. */
void uptrack_bye(struct uptrack *track, uint32_t ssrc);
/* Sender report; true if source.layers[*ret_layer].report is new. */
bool uptrack_sr(
	struct uptrack *track, const struct rtcp_sr *sr, uint64_t now_us, unsigned *ret_layer);

/* Appends report blocks, at most `room` of them. Returns how many. */
size_t uptrack_report(
	struct uptrack *track, struct rtcp_block *blocks, size_t room, uint64_t now_us);
/* Appends NACKs, PLIs and FIRs that are due, as far as `w` has room. */
void uptrack_write_requests(
	struct uptrack *track, struct writer *w, uint32_t sender, uint32_t rtt_us, uint64_t now_us);
/* Whether something is missing or asked for, so that the former should be called soon again. */
bool uptrack_waits(const struct uptrack *track);
/* How long packets are of use to those who may miss some; at each tick, for it fades. A mirror of
 * the track on another worker holds its own so long. */
uint64_t uptrack_hold_us(struct source *source);
/* Layers that fell silent, rates, history too old. */
void uptrack_tick(struct uptrack *track, uint64_t now_us);
bool uptrack_flowing(const struct uptrack *track, uint64_t now_us);

struct uptrack_stats {
	uint64_t packets, bytes, repaired; /* repaired: by RTX or RED */
	uint64_t expected, received;	   /* by numbering, before repair; begin anew with it */
};
void uptrack_stats(const struct uptrack *track, struct uptrack_stats *ret_stats);

#endif
