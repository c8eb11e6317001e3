/* SPDX-License-Identifier: MIT */
/*
 * Everything that one peer sends: finds the track of each packet, and answers with feedback
 * (transport-wide for all packets, receiver reports, NACKs, keyframe requests).
 *
 * Steps for a packet, in the order of peer/path_in:
 *   upstream_find()  before SRTP: is this ssrc one of ours? Cheap; refuses all others.
 *   (srtp)
 *   upstream_recv()  after rtp_packet_parse(): UPTRACK_FORWARD goes to router_packet(); what was
 *                    lost and came within it goes to ops->recovered() before.
 *
 * Owned by a peer, on its worker. Sends nothing itself: RTCP goes to ops->rtcp in compound packets
 * of at most UPSTREAM_RTCP bytes, from upstream_tick() only; reduced-size ones (RFC 5506) where that
 * was negotiated. It owns the uptracks; its owner adds
 * their sources to the router and removes them before it destroys this.
 */
#ifndef INGRESS_UPSTREAM_H
#define INGRESS_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingress/uptrack.h"
#include "lectern/engine.h"
#include "rtp/packet.h"

enum {
	UPSTREAM_RTCP = 1200,	 /* bytes of a compound packet */
	UPSTREAM_MAX_SSRCS = 20, /* 3 tracks, 3 layers, each with repair, and a few learnt anew */
	UPSTREAM_FLOWING_US = 2000000,
};

struct upstream;

struct upstream_ops {
	/* A plaintext RTCP compound for the peer. */
	void (*rtcp)(void *arg, const uint8_t *data, size_t len);
	/* source->layers[layer].report is new: router_report() it. */
	void (*report)(void *arg, struct source *source, unsigned layer, uint64_t now_us);
	/* Media of a track began, or ceased for 2 s. May be NULL. */
	void (*flowing)(void *arg, struct source *source, bool flowing);
	/* A packet that was lost itself: router_packet() it, as it is older than the one which
	 * upstream_recv() is about. Borrowed. */
	void (*recovered)(void *arg, struct source *source, struct pkt *pkt, uint64_t now_us);
	/* Something is to be asked for: upstream_tick() within a few ms. May be NULL. */
	void (*due)(void *arg, uint64_t now_us);
};

struct upstream_config {
	uint64_t peer;
	const struct lectern_section *sections; /* the UP ones are used; borrowed until return */
	size_t section_count;
	uint32_t sender_ssrc; /* of our RTCP: a slot's ssrc, or any of our own */
	const char *cname;
	const struct upstream_ops *ops; /* keeps */
	void *arg;
};

int upstream_create(const struct upstream_config *config, struct upstream **ret_upstream);
void upstream_destroy(struct upstream *upstream);

/* The track of that kind, or NULL. */
struct source *upstream_source(struct upstream *upstream, enum lectern_kind kind);

/* Whether a packet with this header is of a known stream, or of one that would be taken for a
 * track's by its payload type and names. Binds nothing: the packet may be forged. */
bool upstream_find(
	const struct upstream *upstream, const struct pkt_rtp *rtp, const struct rtp_names *names);
/* `pkt` is authentic and parsed. On UPTRACK_FORWARD ret_source is its source and pkt->rtp.layer is
 * set; otherwise the packet is counted and to be dropped. */
enum uptrack_verdict upstream_recv(struct upstream *upstream, struct pkt *pkt,
	const struct rtp_names *names, uint64_t now_us, struct source **ret_source);
/* A plaintext RTCP compound of the peer: takes what concerns its sent streams, BYE too. -EBADMSG.
 */
int upstream_rtcp(struct upstream *upstream, const uint8_t *data, size_t len, uint64_t now_us);
/* Round trip as the sending side knows it; used for NACK timing. 0: unknown. */
void upstream_set_rtt(struct upstream *upstream, uint32_t rtt_us);

/* Sends what is due. Returns when to be called again; a packet may make something due earlier,
 * which then is at most 10 ms late if this is called every 10 ms while packets come. */
uint64_t upstream_tick(struct upstream *upstream, uint64_t now_us);

struct upstream_stats {
	uint32_t bps;  /* received, over the last second or so */
	uint16_t loss; /* parts per thousand, before repair, over the last 2 s or so */
	uint64_t packets;
	uint64_t dropped[UPTRACK_VERDICTS];
};
void upstream_stats(const struct upstream *upstream, struct upstream_stats *ret_stats);

#endif
