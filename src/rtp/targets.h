/* SPDX-License-Identifier: MIT */
/*
 * Decode targets: which frames of a stream with layers belong together.
 *
 * A target is a spatial and a temporal layer: what a receiver gets who shall see that spatial layer
 * at that frame rate. There is a bit for each pair, whether the stream has such layers or not: one
 * above what there is means the highest there is. Every codec tells its layers in these masks
 * (struct pkt_rtp), so that choosing them needs to know nothing of codecs. The words are those of
 * the AV1 RTP specification's appendix A, whose decode target indications they hold.
 */
#ifndef RTP_TARGETS_H
#define RTP_TARGETS_H

#include <stdint.h>

enum { TARGETS_SPATIAL = 4, TARGETS_TEMPORAL = 8 };

#define TARGETS_ALL UINT32_MAX

static inline uint32_t target_of(unsigned spatial, unsigned temporal)
{
	return 1u << (spatial * TARGETS_TEMPORAL + temporal);
}

/* All of a spatial layer; from one on upwards. */
static inline uint32_t targets_at(unsigned spatial)
{
	return 0xffu << (spatial * TARGETS_TEMPORAL);
}

static inline uint32_t targets_from(unsigned spatial)
{
	return UINT32_MAX << (spatial * TARGETS_TEMPORAL);
}

/* Of every spatial layer, those with a temporal layer at least so high. */
static inline uint32_t targets_above(unsigned temporal)
{
	return (0xffu << temporal & 0xffu) * 0x01010101u;
}

#endif
