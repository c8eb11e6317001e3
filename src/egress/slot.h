/* SPDX-License-Identifier: MIT */
/*
 * A receiving section of a subscriber: one RTP stream with an SSRC, a numbering and a timeline of
 * its own, in which now this source is shown, now that, now this layer of it, now another. The
 * receiver sees one stream without a seam: sequence numbers and picture ids follow on, timestamps
 * advance by the time that passed, and video changes only at a keyframe.
 *
 * It is a sink of the router. For video it chooses the best live layer within the height limit and
 * asks the source for a keyframe of it; the old layer goes on until that comes. Another source
 * stops the old one at once. Packets go to the outlet; lost ones again on the repair stream
 * (RFC 4588), from what the source still holds.
 *
 * (ssrc, seq) is never used for two different packets, by construction: SRTP depends on it.
 */
#ifndef EGRESS_SLOT_H
#define EGRESS_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "egress/outlet.h"
#include "lectern/engine.h"
#include "route/sink.h"

enum { SLOT_UNLIMITED = 65535 }; /* height */

struct slot;

/* `section` is one of use SLOT; borrowed until return. Keeps `outlet`. */
int slot_create(const struct lectern_section *section, const char *cname, struct outlet *outlet,
	struct slot **ret_slot);
/* The sink was forgotten by the router. Accepts NULL. */
void slot_destroy(struct slot *slot);
struct sink *slot_sink(struct slot *slot);
uint32_t slot_ssrc(const struct slot *slot);
bool slot_is_video(const struct slot *slot);

/* In pixels; 0 pauses it. */
void slot_limit(struct slot *slot, unsigned height, uint64_t now_us);

/* Feedback of the subscriber. */
void slot_nack(struct slot *slot, uint16_t seq, uint64_t now_us);
void slot_keyframe(struct slot *slot, uint64_t now_us);

/* Chooses its layer anew; several times a second. */
void slot_tick(struct slot *slot, uint64_t now_us);
/* Appends a sender report with its CNAME if one is due. */
void slot_write_report(struct slot *slot, struct writer *w, uint64_t now_us);

struct slot_stats {
	uint64_t packets, bytes;
	uint64_t switches; /* of source or layer */
	uint64_t nacked, resent, resend_gone, resend_early, resend_denied;
	uint64_t dropped_old, dropped_size, dropped_waiting, dropped_other_layer;
	int layer; /* shown; -1 none */
};
void slot_stats(const struct slot *slot, struct slot_stats *ret_stats);

#endif
