/* SPDX-License-Identifier: MIT */
/*
 * VP8 payload descriptor (RFC 7741 4.2) and the head of a keyframe (RFC 6386 9.1).
 *
 * The descriptor is written anew with a 15-bit picture id, also where the sender used 7 bits: a
 * receiver unwraps ids of the two widths differently, and a slot shows now this, now that sender.
 */
#ifndef RTP_VP8_H
#define RTP_VP8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pkt.h"

struct vp8 {
	uint8_t len;	    /* of the descriptor */
	bool non_reference; /* N */
	bool start;	    /* S: begins a partition */
	uint8_t partition;  /* PID */
	bool has_picture_id, has_tl0, has_tid, has_keyidx;
	uint16_t picture_id;
	bool wide; /* picture id of 15 bits */
	uint8_t tl0;
	uint8_t tid;
	bool layer_sync; /* Y */
	uint8_t keyidx;
	bool frame_start; /* first packet of a frame */
	bool keyframe;	  /* this packet begins a keyframe, whose size is: */
	uint16_t width, height;
};

/* -EBADMSG. */
int vp8_parse(const uint8_t *payload, size_t len, struct vp8 *ret_vp8);
/* Returns the number of bytes, at most 6. */
size_t vp8_write(const struct vp8 *vp8, uint8_t *out);

/* What must be known of a stream to mark its packets. */
struct vp8_stream {
	uint8_t highest; /* temporal layer that came */
};

struct codec_stream;

/* struct codec */
int vp8_mark(struct codec_stream *stream, struct pkt *pkt);
size_t vp8_rewrite(const struct pkt *pkt, uint16_t picture_id, uint8_t tl0, uint8_t *out);

#endif
