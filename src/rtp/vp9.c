/* SPDX-License-Identifier: MIT */
#include "rtp/vp9.h"

#include <errno.h>
#include <string.h>

#include "base/bits.h"
#include "base/bytes.h"
#include "rtp/codec.h"

/* Bits of the descriptor, RFC 9628 4.2. */
enum {
	VP9_I = 0x80,
	VP9_P = 0x40,
	VP9_L = 0x20,
	VP9_F = 0x10,
	VP9_B = 0x08,
	VP9_E = 0x04,
	VP9_V = 0x02,
	VP9_Z = 0x01,
	VP9_M = 0x80, /* picture id of 15 bits */
	VP9_N = 0x01, /* another difference follows */
	VP9_Y = 0x10, /* structure: sizes */
	VP9_G = 0x08, /* structure: a group of pictures */
	VP9_DIFFERENCES = 3,
	VP9_MARKER = 2,
	VP9_SYNC = 0x498342,
};

static void parse_head(struct reader *r, uint8_t first, struct vp9 *vp9)
{
	if (first & VP9_I) {
		vp9->has_picture_id = true;
		vp9->picture_id = read_u8(r);
		vp9->wide = vp9->picture_id & VP9_M;
		if (vp9->wide)
			vp9->picture_id = (uint16_t)((vp9->picture_id & 0x7f) << 8 | read_u8(r));
	}
	if (first & VP9_L) {
		uint8_t byte = read_u8(r);

		vp9->has_layers = true;
		vp9->tid = byte >> 5;
		vp9->switch_up = byte >> 4 & 1;
		vp9->sid = byte >> 1 & 7;
		vp9->inter_layer = byte & 1;
		if (!vp9->flexible) {
			vp9->has_tl0 = true;
			vp9->tl0 = read_u8(r);
		}
	}
	vp9->head = (uint8_t)r->pos;
}

static void skip_differences(struct reader *r)
{
	for (int i = 0; i < VP9_DIFFERENCES; i++) {
		if (!(read_u8(r) & VP9_N))
			return;
	}
	r->bad = true;
}

static void parse_structure(struct reader *r, struct vp9 *vp9)
{
	uint8_t byte = read_u8(r);

	vp9->has_structure = true;
	vp9->spatial_count = (byte >> 5) + 1;
	for (unsigned i = 0; byte & VP9_Y && i < vp9->spatial_count; i++) {
		uint16_t width = read_u16(r), height = read_u16(r);

		if (i < TARGETS_SPATIAL) {
			vp9->widths[i] = width;
			vp9->heights[i] = height;
		}
	}
	if (!(byte & VP9_G))
		return;
	for (unsigned count = read_u8(r); count && !r->bad; count--)
		read_bytes(r, read_u8(r) >> 2 & 3);
}

/* The size of a keyframe by its own head, where no structure tells it. */
static void parse_frame_head(const struct reader *r, struct vp9 *vp9)
{
	struct bits b = bits_of(r->data + r->pos, reader_left(r));
	unsigned profile;
	uint16_t width, height;

	if (read_bits(&b, 2) != VP9_MARKER)
		return;
	profile = read_bits(&b, 1);
	profile |= read_bits(&b, 1) << 1;
	if (profile == 3)
		skip_bits(&b, 1);
	/* show_existing_frame 0, frame_type 0: a keyframe */
	if (read_bits(&b, 2) != 0)
		return;
	skip_bits(&b, 2); /* show_frame, error_resilient_mode */
	if (read_bits(&b, 24) != VP9_SYNC)
		return;
	if (profile >= 2)
		skip_bits(&b, 1);    /* ten_or_twelve_bit */
	if (read_bits(&b, 3) != 7) { /* color_space: not sRGB */
		skip_bits(&b, 1);
		if (profile & 1)
			skip_bits(&b, 3);
	} else if (profile & 1) {
		skip_bits(&b, 1);
	}
	width = (uint16_t)(read_bits(&b, 16) + 1);
	height = (uint16_t)(read_bits(&b, 16) + 1);
	if (!b.bad) {
		vp9->widths[0] = width;
		vp9->heights[0] = height;
	}
}

int vp9_parse(const uint8_t *payload, size_t len, struct vp9 *ret_vp9)
{
	struct reader r = reader_of(payload, len);
	uint8_t first = read_u8(&r);
	struct vp9 vp9 = {
		.inter = first & VP9_P,
		.flexible = first & VP9_F,
		.start = first & VP9_B,
		.end = first & VP9_E,
		.alone = first & VP9_Z,
	};

	parse_head(&r, first, &vp9);
	if (vp9.flexible && vp9.inter)
		skip_differences(&r);
	if (first & VP9_V)
		parse_structure(&r, &vp9);
	if (r.bad || reader_left(&r) == 0 || vp9.sid >= TARGETS_SPATIAL)
		return -EBADMSG;
	vp9.len = (uint16_t)r.pos;
	vp9.keyframe = vp9.start && !vp9.inter && vp9.sid == 0;
	if (vp9.keyframe && !vp9.heights[0])
		parse_frame_head(&r, &vp9);
	*ret_vp9 = vp9;
	return 0;
}

size_t vp9_write_head(const struct vp9 *vp9, const uint8_t *payload, uint16_t picture_id,
	uint8_t tl0, uint8_t *out)
{
	struct writer w = writer_of(out, VP9_HEAD);

	write_u8(&w, payload[0]);
	if (vp9->has_picture_id)
		write_u16(&w, (uint16_t)(VP9_M << 8 | (picture_id & 0x7fff)));
	if (vp9->has_layers)
		write_u8(&w, payload[vp9->head - 1 - vp9->has_tl0]);
	if (vp9->has_tl0)
		write_u8(&w, tl0);
	return w.len;
}

static void learn_sizes(struct codec_stream *stream, const struct vp9 *vp9)
{
	if (vp9->has_structure) {
		stream->spatial_count =
			vp9->spatial_count < TARGETS_SPATIAL ? vp9->spatial_count : TARGETS_SPATIAL;
		memcpy(stream->widths, vp9->widths, sizeof(stream->widths));
		memcpy(stream->heights, vp9->heights, sizeof(stream->heights));
		stream->u.vp9.top = (uint8_t)(stream->spatial_count - 1);
	} else if (!vp9->has_layers) {
		stream->spatial_count = 1;
		stream->widths[0] = vp9->widths[0];
		stream->heights[0] = vp9->heights[0];
		stream->u.vp9.top = 0;
	}
	stream->u.vp9.lacking = 0;
	stream->u.vp9.apart = false;
}

/* Notices that the highest layer is not sent any more: a structure tells that late or never.
 * Returns the targets that break. */
static uint32_t learn_top(struct vp9_stream *stream, const struct vp9 *vp9, bool marker)
{
	if (vp9->sid >= stream->top) {
		stream->top = vp9->sid;
		stream->lacking = 0;
	}
	if (vp9->inter && vp9->sid < stream->top && vp9->alone)
		stream->apart = true;
	if (!marker || vp9->sid == stream->top || ++stream->lacking < VP9_PATIENCE)
		return 0;
	stream->top = vp9->sid;
	stream->lacking = 0;
	/* Who saw the layer above was not sent this one. */
	return stream->apart ? targets_from(vp9->sid) & ~targets_at(vp9->sid) : 0;
}

int vp9_mark(struct codec_stream *stream, struct pkt *pkt)
{
	struct pkt_rtp *rtp = &pkt->rtp;
	struct vp9 vp9;
	uint32_t spatial;
	int error;

	error = vp9_parse(pkt->data + rtp->payload_at, rtp->payload_len, &vp9);
	if (error)
		return error;
	if (vp9.keyframe)
		learn_sizes(stream, &vp9);
	if (!codec_is_late(stream, rtp))
		rtp->breaks = learn_top(&stream->u.vp9, &vp9, rtp->marker);
	/* One above the highest means the highest. */
	spatial = vp9.alone && vp9.sid < stream->u.vp9.top ? targets_at(vp9.sid)
							   : targets_from(vp9.sid);
	rtp->targets = spatial & targets_above(vp9.tid);
	if (vp9.switch_up)
		rtp->switches = rtp->targets &
				(vp9.sid < stream->u.vp9.top ? targets_at(vp9.sid) : TARGETS_ALL);
	rtp->keyframe = vp9.keyframe;
	rtp->frame_start = vp9.start;
	rtp->frame_end = vp9.end;
	rtp->spatial = vp9.sid;
	rtp->temporal = vp9.tid;
	rtp->descriptor_len = vp9.head;
	rtp->has_picture_id = vp9.has_picture_id;
	rtp->picture_id = codec_picture(stream, vp9.picture_id, vp9.wide);
	rtp->has_tl0 = vp9.has_tl0;
	rtp->tl0 = vp9.tl0;
	return 0;
}

size_t vp9_rewrite(const struct pkt *pkt, uint16_t picture_id, uint8_t tl0, uint8_t *out)
{
	const uint8_t *payload = pkt->data + pkt->rtp.payload_at;
	struct reader r = reader_of(payload, pkt->rtp.payload_len);
	uint8_t first = read_u8(&r);
	struct vp9 vp9 = {.flexible = first & VP9_F};

	parse_head(&r, first, &vp9); /* vp9_mark() took it before */
	return vp9_write_head(&vp9, payload, picture_id, tl0, out);
}
