/* SPDX-License-Identifier: MIT */
/*
 * What the media path must know of a codec: one row in codec.c and one file of its own for each.
 *
 * `mark` looks at a parsed packet and fills the video fields of pkt->rtp, in the words of
 * rtp/targets.h for its layers; `rewrite` writes the part of the payload that holds numbers which
 * differ on the timeline that the packet is sent on. A codec without them goes on as it came.
 *
 * Some packets can only be understood by earlier ones of their stream (templates of a dependency
 * descriptor, picture ids of 7 bits). That is in struct codec_stream: one for each RTP stream,
 * owned by whoever receives it (ingress/uptrack), zeroed at first and when the stream begins anew.
 */
#ifndef RTP_CODEC_H
#define RTP_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pkt.h"
#include "lectern/engine.h"
#include "rtp/dd.h"
#include "rtp/h264.h"
#include "rtp/targets.h"
#include "rtp/vp8.h"
#include "rtp/vp9.h"

enum { CODEC_DESCRIPTOR_ROOM = 16 }; /* bytes that rewrite may write */

struct codec_stream {
	/* for all: sizes of the spatial layers since the last keyframe; 0: not told */
	uint8_t spatial_count;
	uint16_t widths[TARGETS_SPATIAL], heights[TARGETS_SPATIAL];
	bool started;
	uint32_t timestamp; /* the newest */
	bool has_picture;
	uint16_t picture_id; /* the newest, 15 bits */
	struct dd_stream dd;
	union {
		struct vp8_stream vp8;
		struct vp9_stream vp9;
		struct h264_stream h264;
	} u;
};

struct codec {
	enum lectern_codec id;
	const char *name;    /* as in SDP */
	uint32_t clock_rate; /* Hz */
	bool video;
	/* -EBADMSG: not this codec's payload. */
	int (*mark)(struct codec_stream *stream, struct pkt *pkt);
	/* pkt->rtp.descriptor_len bytes of the payload are replaced by what it writes, of which it
	 * returns the length. */
	size_t (*rewrite)(const struct pkt *pkt, uint16_t picture_id, uint8_t tl0, uint8_t *out);
};

/* NULL: unknown. */
const struct codec *codec_find(enum lectern_codec id);

/* Whether who negotiated `codec` with `profile` can decode a stream of the other two. */
bool codec_can_decode(
	enum lectern_codec codec, uint32_t profile, unsigned stream_codec, uint32_t stream_profile);

/* Marks a packet of a video stream. An empty one is a probe on the stream itself: it has no media, but
 * holds a number. -EBADMSG; -ENOENT: it needs what came with a keyframe that was not seen. */
int codec_mark(const struct codec *codec, struct codec_stream *stream, struct pkt *pkt);

/* For codecs: a packet of a picture before the newest, which must not change what is known. */
bool codec_is_late(const struct codec_stream *stream, const struct pkt_rtp *rtp);
/* For codecs: a picture id of 15 bits for one of 7, or the same if it is `wide`. */
uint16_t codec_picture(struct codec_stream *stream, uint16_t picture_id, bool wide);

#endif
