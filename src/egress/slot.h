/* SPDX-License-Identifier: MIT */
/*
 * A receiving section of a subscriber: one RTP stream with an SSRC, a numbering and a timeline of
 * its own, in which now this source is shown, now that, now this layer of it, now another. The
 * receiver sees one stream without a seam: sequence numbers and picture ids follow on, timestamps
 * advance by the time that passed, and video changes only at a keyframe.
 *
 * It is a sink of the router. A source comes as its codec's payload type; one in a codec that the
 * member cannot decode is not shown. For video it chooses the best live simulcast layer within the
 * limits, and inside of it spatial and temporal layers (egress/layers), and asks the source for a
 * keyframe where only one leads there; the old layer goes on until it comes. Another source stops
 * the old one at once. Packets go to the outlet; lost ones again on the repair stream
 * (RFC 4588), from what the source still holds.
 *
 * The timeline runs by the server's clock: a frame captured at time t gets the timestamp of t,
 * whoever sent it, as well as its reports tell; so a member's sound and picture, in two slots of a
 * subscriber, stay in step (sender reports say the rest).
 *
 * (ssrc, seq) is never used for two different packets (egress/timeline): SRTP depends on it.
 */
#ifndef EGRESS_SLOT_H
#define EGRESS_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "egress/outlet.h"
#include "lectern/engine.h"
#include "route/sink.h"

enum {
	SLOT_UNLIMITED = 65535,	     /* height */
	SLOT_TRIES = 8,		     /* times that one packet is sent again */
	SLOT_REQUESTS = 3,	     /* for keyframes, that are taken of a subscriber ... */
	SLOT_REQUESTS_US = 10000000, /* ... within so long */
};

struct slot;

/* `section` is one of use SLOT; borrowed until return. Keeps `outlet`. -EINVAL. */
int slot_create(
	const struct lectern_section *section, struct outlet *outlet, struct slot **ret_slot);
/* The router has forgotten its sink. Accepts NULL. */
void slot_destroy(struct slot *slot);
struct sink *slot_sink(struct slot *slot);
uint32_t slot_ssrc(const struct slot *slot);

/* In pixels; 0 pauses it. Starts unlimited. */
void slot_limit(struct slot *slot, unsigned height, uint64_t now_us);
/* The highest temporal layer that is shown: for whoever finds the link too narrow for more. Starts
 * unlimited. */
void slot_limit_temporal(struct slot *slot, unsigned temporal, uint64_t now_us);

/* Feedback of the subscriber. */
void slot_nack(struct slot *slot, uint16_t seq, uint64_t now_us);
void slot_keyframe(struct slot *slot, uint64_t now_us);
/* The same as a command: one with the number of the last is a repetition (RFC 5104 4.3.1.1). */
void slot_fir(struct slot *slot, uint8_t command, uint64_t now_us);

/* Chooses its layer anew; several times a second. */
void slot_tick(struct slot *slot, uint64_t now_us);
/* Appends a sender report if one is due and it fits. */
void slot_write_report(struct slot *slot, const char *cname, struct writer *w, uint64_t now_us);

struct slot_stats {
	uint64_t packets, octets; /* as in sender reports */
	uint64_t switches;	  /* of source or layer */
	uint64_t nacked, resent, nack_gone, nack_early, nack_denied;
	uint64_t requests, requests_denied; /* for keyframes */
	uint64_t dropped_late, dropped_size, dropped_waiting;
	uint64_t dropped_layer;	   /* of a spatial or temporal layer that is not shown */
	uint64_t dropped_codec;	   /* of a source that the member cannot decode */
	uint64_t blanks;	   /* empty packets in the place of unwanted late ones */
	int layer;		   /* shown; -1 none */
	uint8_t spatial, temporal; /* inside of it, at most */
};
void slot_stats(const struct slot *slot, struct slot_stats *ret_stats);

#endif
