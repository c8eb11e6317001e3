/* SPDX-License-Identifier: MIT */
/*
 * Dependency descriptor (AV1 RTP specification 1.0, appendix A): the header extension that tells
 * what a frame depends on, and which decode targets it is part of, without looking at the payload.
 *
 * Most descriptors name a template; the templates come with a keyframe, in a structure that
 * describes the stream's layers. struct dd_stream keeps them, as masks in the words of
 * rtp/targets.h. A packet whose template is unknown (its structure was lost) is refused; it is
 * asked for again, and understood when the structure came.
 *
 * On the way out the frame number is written anew, and with a structure also which decode targets
 * are left (active_decode_targets_bitmask), for the others were dropped on the way.
 *
 * Limits: TARGETS_SPATIAL spatial and TARGETS_TEMPORAL temporal layers, DD_DIFFERENCES references
 * of a frame. Chains are read over: the same follows from which frames a receiver was sent.
 */
#ifndef RTP_DD_H
#define RTP_DD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/targets.h"

enum {
	DD_TEMPLATES = 64,
	DD_TARGETS = 32,
	DD_DIFFERENCES = 8,
	DD_FRAMES = 64,	   /* frames remembered, a power of two */
	DD_SHORT = 3,	   /* bytes of a descriptor that names a template, and no more */
	DD_MAX_GROWTH = 6, /* bytes by which dd_write() may lengthen one */
};

struct dd_template {
	uint8_t spatial, temporal;
	uint32_t present, switches; /* bits of the structure's decode targets */
	uint8_t difference_count;
	uint16_t differences[DD_DIFFERENCES];
};

struct dd_structure {
	uint8_t id_offset, template_count, target_count, chain_count;
	struct dd_template templates[DD_TEMPLATES];
	uint8_t target_spatial[DD_TARGETS], target_temporal[DD_TARGETS];
	uint8_t spatial_count;
	bool has_sizes;
	uint16_t widths[TARGETS_SPATIAL], heights[TARGETS_SPATIAL];
};

/* One descriptor, understood by its structure. */
struct dd_frame {
	bool start, end; /* first, last packet of the frame */
	uint8_t id;	 /* template */
	uint16_t number;
	bool has_structure; /* brings a new one */
	bool has_active;
	uint32_t active; /* decode targets that are still sent: of has_structure or has_active */
	struct dd_template layers; /* the template, with what the descriptor says else */
	size_t structure_end;	   /* bit in the descriptor behind the structure, or its flags */
};

/* `structure` is the stream's; a new one goes to ret_brought (ret_frame->has_structure). -EBADMSG;
 * -ENOENT: an unknown template. */
int dd_parse(const uint8_t *data, size_t len, const struct dd_structure *structure,
	struct dd_structure *ret_brought, struct dd_frame *ret_frame);

/*
 * The descriptor with another frame number, into `out` of len + DD_MAX_GROWTH bytes; returns the
 * length. If it brings a structure, only the decode targets that a receiver of `target` (rtp/targets)
 * can decode stay active.
 */
size_t dd_write(const uint8_t *data, size_t len, uint16_t number, uint32_t target, uint8_t *out);

/* What must be known of a stream. */
struct dd_stream {
	bool has_structure;
	uint16_t newest; /* frame number */
	uint32_t active;
	struct dd_structure structure;
	uint8_t of_target[TARGETS_SPATIAL * TARGETS_TEMPORAL]; /* decode target of each target */
	struct {
		uint16_t number;
		uint32_t targets; /* 0: none */
	} frames[DD_FRAMES];
};

struct codec_stream;
struct pkt;

/* Marks a packet that has a descriptor. -EBADMSG, -ENOENT. */
int dd_mark(struct codec_stream *stream, struct pkt *pkt);

#endif
