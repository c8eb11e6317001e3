/* SPDX-License-Identifier: MIT */
/*
 * VP9 payload descriptor (RFC 9628 4.2), flexible and not, with its scalability structure, and the
 * size in the head of a keyframe (VP9 bitstream specification 6.2).
 *
 * Only the picture id and TL0PICIDX are written anew, the id with 15 bits; references are told as
 * differences of ids, so the ids of a stream keep their distances. What follows them (differences,
 * structure) goes on as it came.
 *
 * Spatial layers: a frame is of use for higher ones unless it says that it is no reference between
 * layers (Z); so an encoder that predicts between layers in keyframes only (L3T3_KEY) need not be
 * forwarded whole. A stream with more than TARGETS_SPATIAL spatial layers is not taken.
 */
#ifndef RTP_VP9_H
#define RTP_VP9_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/targets.h"

enum {
	VP9_HEAD = 5,	  /* bytes of a descriptor up to TL0PICIDX, at most */
	VP9_PATIENCE = 8, /* pictures without the highest layer until it counts as switched off */
};

struct vp9 {
	uint8_t head;	 /* bytes of the descriptor up to TL0PICIDX */
	uint16_t len;	 /* of all of it */
	bool inter;	 /* P: refers to earlier pictures */
	bool flexible;	 /* F */
	bool start, end; /* B, E: of the frame of a spatial layer */
	bool alone;	 /* Z: no reference for higher spatial layers of the picture */
	bool has_picture_id, has_layers, has_tl0, has_structure;
	uint16_t picture_id;
	bool wide; /* picture id of 15 bits */
	uint8_t tid, sid;
	bool switch_up;	  /* U: later pictures of higher temporal layers refer to none before */
	bool inter_layer; /* D: refers to the lower spatial layer of the picture */
	uint8_t tl0;
	/* structure */
	uint8_t spatial_count;					    /* 0: not told */
	uint16_t widths[TARGETS_SPATIAL], heights[TARGETS_SPATIAL]; /* 0: not told */
	bool keyframe; /* this packet begins a keyframe (of spatial layer 0) */
};

/* -EBADMSG. */
int vp9_parse(const uint8_t *payload, size_t len, struct vp9 *ret_vp9);
/* The head with other numbers, at most VP9_HEAD bytes; `payload` is what `vp9` was parsed from. */
size_t vp9_write_head(const struct vp9 *vp9, const uint8_t *payload, uint16_t picture_id,
	uint8_t tl0, uint8_t *out);

/* What must be known of a stream to mark its packets. */
struct vp9_stream {
	uint8_t top;	 /* highest spatial layer that is sent */
	uint8_t lacking; /* pictures in a row without it */
	bool apart;	 /* its frames came without use for lower ones */
};

struct codec_stream;
struct pkt;

/* struct codec */
int vp9_mark(struct codec_stream *stream, struct pkt *pkt);
size_t vp9_rewrite(const struct pkt *pkt, uint16_t picture_id, uint8_t tl0, uint8_t *out);

#endif
