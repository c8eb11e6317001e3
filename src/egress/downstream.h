/* SPDX-License-Identifier: MIT */
/*
 * Everything that one peer receives: its slots, the outlet they share, and the subscriber's
 * feedback about them. The mirror of ingress/upstream.
 *
 * Owned by a peer, on its worker. Media goes out by outlet_ops when the pool is drained; RTCP
 * (sender reports with CNAME, BYE) by ops->rtcp, from downstream_tick() and downstream_bye() only.
 * Its owner lets the router forget the slots' sinks before it destroys this.
 */
#ifndef EGRESS_DOWNSTREAM_H
#define EGRESS_DOWNSTREAM_H

#include <stddef.h>
#include <stdint.h>

#include "egress/outlet.h"
#include "egress/slot.h"
#include "lectern/engine.h"

enum { DOWNSTREAM_RTCP = 1200 };

struct downstream;

struct downstream_ops {
	void (*rtcp)(void *arg, const uint8_t *data, size_t len);
};

struct downstream_config {
	const struct lectern_section *sections; /* the SLOT ones are used; borrowed until return */
	size_t section_count;
	const char *cname;
	struct outlet_pool *outlet_pool;  /* keeps */
	const struct outlet_ops *outlet;  /* keeps */
	const struct downstream_ops *ops; /* keeps */
	void *arg;			  /* of both */
};

int downstream_create(const struct downstream_config *config, struct downstream **ret_downstream);
void downstream_destroy(struct downstream *downstream);

/* By lectern_section.slot; NULL: no such slot. */
struct slot *downstream_audio(struct downstream *downstream, unsigned index);
struct slot *downstream_video(struct downstream *downstream, unsigned index);

/* A plaintext RTCP compound of the peer: takes what concerns the slots. -EBADMSG. */
int downstream_rtcp(
	struct downstream *downstream, const uint8_t *data, size_t len, uint64_t now_us);
/* Tells the peer that its streams end (RFC 3550 6.6): it is to be destroyed. */
void downstream_bye(struct downstream *downstream);
/* Sends what is due. Returns when to be called again. */
uint64_t downstream_tick(struct downstream *downstream, uint64_t now_us);

struct downstream_stats {
	uint32_t rtt_us; /* 0: unknown */
	uint32_t bps;
	uint16_t loss; /* parts per thousand, before repair */
	uint64_t packets, bytes;
	uint64_t audio_sent, audio_acked; /* packets of sound, and those that arrived */
};
void downstream_stats(const struct downstream *downstream, struct downstream_stats *ret_stats);

#endif
