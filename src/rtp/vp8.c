/* SPDX-License-Identifier: MIT */
#include "rtp/vp8.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "rtp/codec.h"
#include "rtp/targets.h"

/* Bits of the descriptor, RFC 7741 4.2. */
enum {
	VP8_X = 0x80, /* first byte */
	VP8_N = 0x20,
	VP8_S = 0x10,
	VP8_PID = 0x07,
	VP8_I = 0x80, /* extension byte */
	VP8_L = 0x40,
	VP8_T = 0x20,
	VP8_K = 0x10,
	VP8_M = 0x80, /* picture id of 15 bits */
};

static void parse_extension(struct reader *r, struct vp8 *vp8)
{
	uint8_t bits = read_u8(r);

	if (bits & VP8_I) {
		vp8->has_picture_id = true;
		vp8->picture_id = read_u8(r);
		vp8->wide = vp8->picture_id & VP8_M;
		if (vp8->wide)
			vp8->picture_id = (uint16_t)((vp8->picture_id & 0x7f) << 8 | read_u8(r));
	}
	if (bits & VP8_L) {
		vp8->has_tl0 = true;
		vp8->tl0 = read_u8(r);
	}
	if (bits & (VP8_T | VP8_K)) {
		uint8_t byte = read_u8(r);

		vp8->has_tid = bits & VP8_T;
		vp8->has_keyidx = bits & VP8_K;
		vp8->tid = byte >> 6;
		vp8->layer_sync = byte >> 5 & 1;
		vp8->keyidx = byte & 0x1f;
	}
}

/* RFC 6386 9.1, and RFC 7741 4.3 for where it lies. Little-endian. */
static void parse_frame_head(struct reader *r, struct vp8 *vp8)
{
	const uint8_t *head = read_bytes(r, 10);

	if (!head || (head[0] & 1)) /* P: an interframe */
		return;
	if (head[3] != 0x9d || head[4] != 0x01 || head[5] != 0x2a)
		return;
	vp8->keyframe = true;
	vp8->width = (uint16_t)((head[6] | head[7] << 8) & 0x3fff); /* without the scale */
	vp8->height = (uint16_t)((head[8] | head[9] << 8) & 0x3fff);
}

int vp8_parse(const uint8_t *payload, size_t len, struct vp8 *ret_vp8)
{
	struct reader r = reader_of(payload, len);
	struct vp8 vp8 = {0};
	uint8_t first = read_u8(&r);

	vp8.non_reference = first & VP8_N;
	vp8.start = first & VP8_S;
	vp8.partition = first & VP8_PID;
	if (first & VP8_X)
		parse_extension(&r, &vp8);
	if (r.bad || reader_left(&r) == 0) /* the payload of a packet is never empty */
		return -EBADMSG;
	vp8.len = (uint8_t)r.pos;
	vp8.frame_start = vp8.start && vp8.partition == 0;
	if (vp8.frame_start)
		parse_frame_head(&r, &vp8);
	*ret_vp8 = vp8;
	return 0;
}

size_t vp8_write(const struct vp8 *vp8, uint8_t *out)
{
	struct writer w = writer_of(out, 6);
	uint8_t bits = (uint8_t)((vp8->has_picture_id ? VP8_I : 0) | (vp8->has_tl0 ? VP8_L : 0) |
				 (vp8->has_tid ? VP8_T : 0) | (vp8->has_keyidx ? VP8_K : 0));

	write_u8(&w, (uint8_t)((bits ? VP8_X : 0) | (vp8->non_reference ? VP8_N : 0) |
			       (vp8->start ? VP8_S : 0) | vp8->partition));
	if (bits)
		write_u8(&w, bits);
	if (vp8->has_picture_id)
		write_u16(&w, (uint16_t)(VP8_M << 8 | (vp8->picture_id & 0x7fff)));
	if (vp8->has_tl0)
		write_u8(&w, vp8->tl0);
	if (vp8->has_tid || vp8->has_keyidx)
		write_u8(&w, (uint8_t)(vp8->tid << 6 | vp8->layer_sync << 5 | vp8->keyidx));
	return w.len;
}

/*
 * A frame may be where higher temporal layers begin if it refers to the base layer alone (Y): those
 * who have all layers up to the one below it may take this one from here on.
 */
static void mark_layers(struct vp8_stream *stream, const struct vp8 *vp8, struct pkt_rtp *rtp)
{
	if (vp8->tid > stream->highest)
		stream->highest = vp8->tid;
	rtp->temporal = vp8->tid;
	rtp->targets = targets_above(vp8->tid);
	if (!vp8->layer_sync || vp8->tid == 0)
		return;
	rtp->after = targets_above(vp8->tid - 1u);
	rtp->switches = vp8->tid == stream->highest ? rtp->targets
						    : rtp->targets & ~targets_above(vp8->tid + 1u);
}

int vp8_mark(struct codec_stream *stream, struct pkt *pkt)
{
	struct pkt_rtp *rtp = &pkt->rtp;
	struct vp8 vp8;
	int error;

	error = vp8_parse(pkt->data + rtp->payload_at, rtp->payload_len, &vp8);
	if (error)
		return error;
	mark_layers(&stream->u.vp8, &vp8, rtp);
	if (vp8.keyframe) {
		stream->spatial_count = 1;
		stream->widths[0] = vp8.width;
		stream->heights[0] = vp8.height;
	}
	rtp->keyframe = vp8.keyframe;
	rtp->frame_start = vp8.frame_start;
	rtp->frame_end = rtp->marker;
	rtp->descriptor_len = vp8.len;
	rtp->has_picture_id = vp8.has_picture_id;
	rtp->picture_dense = true;
	rtp->picture_id = codec_picture(stream, vp8.picture_id, vp8.wide);
	rtp->has_tl0 = vp8.has_tl0;
	rtp->tl0 = vp8.tl0;
	return 0;
}

size_t vp8_rewrite(const struct pkt *pkt, uint16_t picture_id, uint8_t tl0, uint8_t *out)
{
	struct vp8 vp8;

	if (vp8_parse(pkt->data + pkt->rtp.payload_at, pkt->rtp.payload_len, &vp8))
		return 0; /* vp8_mark() refused it before */
	vp8.picture_id = picture_id;
	vp8.tl0 = tl0;
	return vp8_write(&vp8, out);
}
