/* SPDX-License-Identifier: MIT */
/*
 * What the media path must know of a codec: one row in codec.c and one file of its own for each.
 *
 * `mark` looks at the payload of a parsed packet and fills the video fields of pkt->rtp; `rewrite`
 * writes the payload descriptor with the numbers of the timeline that the packet is sent on. A
 * codec without them (audio) goes on as it came.
 */
#ifndef RTP_CODEC_H
#define RTP_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pkt.h"
#include "lectern/engine.h"

enum { CODEC_DESCRIPTOR_ROOM = 16 }; /* bytes that rewrite may write */

struct codec {
	enum lectern_codec id;
	const char *name;    /* as in SDP */
	uint32_t clock_rate; /* Hz */
	bool video;
	/* -EBADMSG: not this codec's payload. */
	int (*mark)(struct pkt *pkt);
	/* The descriptor for the wire; pkt->rtp.descriptor_len bytes of the payload are replaced by
	 * it. Returns its length. */
	size_t (*rewrite)(const struct pkt *pkt, uint16_t picture_id, uint8_t tl0, uint8_t *out);
};

/* NULL: unknown. */
const struct codec *codec_find(enum lectern_codec id);

#endif
