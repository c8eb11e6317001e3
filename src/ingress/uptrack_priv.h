/* SPDX-License-Identifier: MIT */
/* What uptrack.c and uptrack_in.c share: the track as it is, and what both do to it. */
#ifndef INGRESS_UPTRACK_PRIV_H
#define INGRESS_UPTRACK_PRIV_H

#include "ingress/uptrack.h"

#include "ingress/history.h"
#include "ingress/keyframe.h"
#include "ingress/nack.h"
#include "ingress/redundancy.h"
#include "ingress/seqlog.h"
#include "rtp/codec.h"
#include "rtp/red.h"

struct uptrack_layer {
	char rid[LECTERN_MAX_RID];
	uint32_t ssrc, repair_ssrc;
	bool bound, repair_bound;
	struct seqlog log;
	struct nack nack;
	struct keyframe keyframe;
	struct history history;
	struct codec_stream stream;
	int64_t keyframe_seq; /* extended, of the last keyframe's first packet */
	uint64_t packet_us;   /* arrival of the last; 0: none yet */
	bool has_sr;
	uint32_t lsr; /* RFC 3550 6.4.1 */
	uint64_t sr_us;
	uint32_t window_bytes;
	uint64_t window_us;
	uint32_t bps_before;
	uint64_t told; /* received at the last report block */
};

struct uptrack {
	struct source source;
	/* given */
	const struct codec *codec;
	const struct uptrack_owner *owner;
	char mid[LECTERN_MAX_MID];
	uint8_t pt, rtx_pt, red_pt;
	bool nacks, pli, fir;
	/* state */
	struct uptrack_layer layers[SOURCE_LAYERS];
	struct redundancy redundancy;
	unsigned found_count, found_taken;
	struct pkt *found[RED_MAX_BLOCKS - 1]; /* in the last packet */
	struct uptrack_stats stats;
};

/* The media of the track, or a RED packet of it. */
static inline bool uptrack_is_media(const struct uptrack *track, uint8_t pt)
{
	return pt == track->pt || (track->red_pt && pt == track->red_pt);
}

/* uptrack.c: false: nobody needs one, or nobody could be asked. */
bool uptrack_want_keyframe(struct uptrack *track, struct uptrack_layer *layer);
/* uptrack_in.c: its numbering begins anew, by another stream or after a jump. */
void uptrack_begin_anew(struct uptrack *track, struct uptrack_layer *layer);
/* uptrack_in.c: the recovered packets that nobody fetched. */
void uptrack_forget_found(struct uptrack *track);

#endif
