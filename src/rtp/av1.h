/* SPDX-License-Identifier: MIT */
/*
 * AV1 RTP payload (AV1 RTP specification 1.0, 4.3 and 4.4): the aggregation header, and the size in
 * a sequence header where no dependency descriptor tells it.
 *
 * Layers are told by the dependency descriptor alone (rtp/dd). Without one a stream is one layer
 * that is forwarded whole, and begins where its sender says so (N).
 */
#ifndef RTP_AV1_H
#define RTP_AV1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct av1 {
	bool continues;		/* Z: begins within an OBU */
	bool unended;		/* Y: ends within one */
	uint8_t count;		/* W: number of OBU elements, 0 not told */
	bool sequence;		/* N: the first packet of a coded video sequence */
	uint16_t width, height; /* of a sequence header in it, else 0 */
};

struct reader;

/* leb128 (AV1 bitstream 4.10.5), for sizes; too long a one makes the reader bad. */
size_t av1_leb128(struct reader *r);
/* -EBADMSG. */
int av1_parse(const uint8_t *payload, size_t len, struct av1 *ret_av1);

struct codec_stream;
struct pkt;

/* struct codec */
int av1_mark(struct codec_stream *stream, struct pkt *pkt);

#endif
