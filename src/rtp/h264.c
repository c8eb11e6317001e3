/* SPDX-License-Identifier: MIT */
#include "rtp/h264.h"

#include <errno.h>

#include "base/bits.h"
#include "base/bytes.h"
#include "rtp/codec.h"

/* nal_unit_type (ITU-T H.264 table 7-1, RFC 6184 table 1) */
enum {
	NAL_IDR = 5,
	NAL_SPS = 7,
	NAL_LAST_SINGLE = 23,
	NAL_STAP_A = 24,
	NAL_FU_A = 28,
	FU_START = 0x80,
	MAX_SPS = 256, /* bytes looked at: the size lies in the first few */
};

/* Without the emulation prevention bytes (7.3.1). */
static size_t unescape(struct reader *nal, uint8_t out[MAX_SPS])
{
	size_t len = 0;
	unsigned zeros = 0;

	while (reader_left(nal) && len < MAX_SPS) {
		uint8_t byte = read_u8(nal);

		if (zeros >= 2 && byte == 3) {
			zeros = 0;
			continue;
		}
		zeros = byte ? 0 : zeros + 1;
		out[len++] = byte;
	}
	return len;
}

/* se(v) codes are as long as ue(v) ones. */
static void skip_scaling_list(struct bits *b, unsigned size)
{
	int last = 8, next = 8;

	for (unsigned i = 0; i < size && !b->bad; i++) {
		if (next != 0) {
			uint32_t code = read_ue(b);
			int delta = (int)(code / 2 + code % 2);

			next = (last + (code % 2 ? delta : -delta) + 256) & 0xff;
		}
		last = next ? next : last;
	}
}

static bool has_chroma_format(uint32_t profile)
{
	static const uint8_t profiles[] = {
		100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};

	for (size_t i = 0; i < sizeof(profiles); i++) {
		if (profiles[i] == profile)
			return true;
	}
	return false;
}

/* Returns chroma_format_idc. */
static uint32_t read_chroma_format(struct bits *b)
{
	uint32_t format = read_ue(b);

	if (format == 3)
		skip_bits(b, 1);
	read_ue(b);
	read_ue(b);
	skip_bits(b, 1);
	if (read_flag(b)) {
		for (unsigned i = 0; i < (format == 3 ? 12u : 8u) && !b->bad; i++) {
			if (read_flag(b))
				skip_scaling_list(b, i < 6 ? 16 : 64);
		}
	}
	return format;
}

static void skip_order_count(struct bits *b)
{
	uint32_t type = read_ue(b);

	if (type == 0) {
		read_ue(b);
	} else if (type == 1) {
		skip_bits(b, 1);
		read_ue(b);
		read_ue(b);
		for (uint32_t i = read_ue(b); i && !b->bad; i--)
			read_ue(b);
	}
}

static void parse_sps(struct reader nal, struct h264 *h264)
{
	uint8_t rbsp[MAX_SPS];
	struct bits b = bits_of(rbsp, unescape(&nal, rbsp));
	uint32_t profile = read_bits(&b, 8), chroma = 1, width, height, crop_x = 0, crop_y = 0;
	bool frames;

	skip_bits(&b, 16); /* constraints, level */
	read_ue(&b);
	if (has_chroma_format(profile))
		chroma = read_chroma_format(&b);
	read_ue(&b);
	skip_order_count(&b);
	read_ue(&b);
	skip_bits(&b, 1);
	width = read_ue(&b) + 1;
	height = read_ue(&b) + 1;
	frames = read_flag(&b);
	if (!frames)
		skip_bits(&b, 1);
	skip_bits(&b, 1);
	if (read_flag(&b)) {
		crop_x = read_ue(&b) + read_ue(&b);
		crop_y = read_ue(&b) + read_ue(&b);
	}
	if (b.bad || width > 1024 || height > 1024 || crop_x > 8192 || crop_y > 8192)
		return;
	/* 7.4.2.1.1: units of the crop (CropUnitX, CropUnitY) */
	width = width * 16 - crop_x * (chroma == 1 || chroma == 2 ? 2 : 1);
	height = (height * 16 - crop_y * (chroma == 1 ? 2 : 1)) * (frames ? 1 : 2);
	h264->width = width > UINT16_MAX ? 0 : (uint16_t)width;
	h264->height = height > UINT16_MAX ? 0 : (uint16_t)height;
}

static void parse_nal(struct reader nal, struct h264 *h264)
{
	uint8_t type = read_u8(&nal) & 0x1f;

	if (type == NAL_SPS) {
		h264->has_sps = true;
		parse_sps(nal, h264);
	} else if (type == NAL_IDR) {
		h264->idr = true;
	}
}

int h264_parse(const uint8_t *payload, size_t len, struct h264 *ret_h264)
{
	struct reader r = reader_of(payload, len);
	struct h264 h264 = {0};
	uint8_t type = read_u8(&r) & 0x1f;

	if (reader_left(&r) == 0)
		return -EBADMSG;
	if (type >= 1 && type <= NAL_LAST_SINGLE) {
		parse_nal(reader_of(payload, len), &h264);
	} else if (type == NAL_STAP_A) {
		while (reader_left(&r)) {
			struct reader nal = read_sub(&r, read_u16(&r));

			if (r.bad || reader_left(&nal) == 0)
				return -EBADMSG;
			parse_nal(nal, &h264);
		}
	} else if (type == NAL_FU_A) {
		uint8_t head = read_u8(&r);

		h264.idr = head & FU_START && (head & 0x1f) == NAL_IDR;
	} else {
		return -EBADMSG; /* not of packetization-mode 1 */
	}
	*ret_h264 = h264;
	return 0;
}

/* Baseline counts as Constrained Baseline: no encoder that is used for calls makes what only the
 * former has (slice groups, arbitrary slice order). */
static unsigned rank(uint32_t profile_level_id)
{
	uint8_t idc = (uint8_t)(profile_level_id >> 16);

	switch (idc) {
	case 66:
		return 1;
	case 77:
		return 2;
	case 100:
		return 3;
	default:
		return idc;
	}
}

bool h264_profile_holds(uint32_t profile, uint32_t other)
{
	return rank(profile) >= rank(other);
}

int h264_mark(struct codec_stream *stream, struct pkt *pkt)
{
	struct pkt_rtp *rtp = &pkt->rtp;
	struct h264 h264;
	int error;

	error = h264_parse(pkt->data + rtp->payload_at, rtp->payload_len, &h264);
	if (error)
		return error;
	rtp->targets = TARGETS_ALL;
	if (rtp->dd_len && dd_mark(stream, pkt) == 0 && rtp->spatial)
		return -EBADMSG; /* there are no spatial layers in it */
	if (h264.has_sps) {
		stream->u.h264.has_sps = true;
		stream->spatial_count = 1;
		stream->widths[0] = h264.width;
		stream->heights[0] = h264.height;
	}
	rtp->keyframe = h264.has_sps || (h264.idr && !stream->u.h264.has_sps);
	rtp->frame_start =
		rtp->keyframe || (stream->started && rtp->timestamp != stream->timestamp);
	rtp->frame_end = rtp->marker;
	return 0;
}
