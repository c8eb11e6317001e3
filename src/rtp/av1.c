/* SPDX-License-Identifier: MIT */
#include "rtp/av1.h"

#include <errno.h>

#include "base/bits.h"
#include "base/bytes.h"
#include "rtp/codec.h"

/* Bits of the aggregation header (4.4) and of an OBU header (AV1 bitstream 5.3.2). */
enum {
	AV1_Z = 0x80,
	AV1_Y = 0x40,
	AV1_W_SHIFT = 4,
	AV1_N = 0x08,
	OBU_SEQUENCE_HEADER = 1,
	OBU_EXTENSION = 0x04,
	OBU_HAS_SIZE = 0x02,
};

size_t av1_leb128(struct reader *r)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint8_t byte = read_u8(r);

		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80))
			return (size_t)value;
	}
	r->bad = true;
	return 0;
}

/* operating points of a sequence header that is no still picture (AV1 bitstream 5.5.1) */
static void skip_operating_points(struct bits *b)
{
	unsigned delay_bits = 0, count;
	bool model = false, delays, timing = read_flag(b);

	if (timing) {
		skip_bits(b, 64);
		if (read_flag(b))   /* equal_picture_interval */
			read_ue(b); /* uvlc() is the same code */
		model = read_flag(b);
		if (model) {
			delay_bits = read_bits(b, 5) + 1;
			skip_bits(b, 32 + 10);
		}
	}
	delays = read_flag(b);
	count = read_bits(b, 5) + 1;
	for (; count && !b->bad; count--) {
		skip_bits(b, 12);
		if (read_bits(b, 5) > 7) /* seq_level_idx */
			skip_bits(b, 1);
		if (model && read_flag(b))
			skip_bits(b, 2 * (size_t)delay_bits + 1);
		if (delays && read_flag(b))
			skip_bits(b, 4);
	}
}

static void parse_sequence_header(struct reader obu, struct av1 *av1)
{
	struct bits b = bits_of(obu.data + obu.pos, reader_left(&obu));
	unsigned width_bits, height_bits;
	uint32_t width, height;
	bool reduced;

	skip_bits(&b, 3); /* seq_profile */
	skip_bits(&b, 1); /* still_picture */
	reduced = read_flag(&b);
	if (reduced)
		skip_bits(&b, 5);
	else
		skip_operating_points(&b);
	width_bits = read_bits(&b, 4) + 1;
	height_bits = read_bits(&b, 4) + 1;
	width = read_bits(&b, width_bits) + 1;
	height = read_bits(&b, height_bits) + 1;
	if (b.bad || width > UINT16_MAX || height > UINT16_MAX)
		return;
	av1->width = (uint16_t)width;
	av1->height = (uint16_t)height;
}

static void parse_obu(struct reader element, struct av1 *av1)
{
	uint8_t head = read_u8(&element);

	if (head & OBU_EXTENSION)
		read_u8(&element);
	if (head & OBU_HAS_SIZE)
		av1_leb128(&element);
	if ((head >> 3 & 0xf) == OBU_SEQUENCE_HEADER && !element.bad)
		parse_sequence_header(element, av1);
}

int av1_parse(const uint8_t *payload, size_t len, struct av1 *ret_av1)
{
	struct reader r = reader_of(payload, len);
	uint8_t head = read_u8(&r);
	struct av1 av1 = {
		.continues = head & AV1_Z,
		.unended = head & AV1_Y,
		.count = head >> AV1_W_SHIFT & 3,
		.sequence = head & AV1_N,
	};

	/* A coded video sequence does not begin within an OBU. */
	if (reader_left(&r) == 0 || (av1.sequence && av1.continues))
		return -EBADMSG;
	for (unsigned i = 0; av1.sequence && !av1.height && reader_left(&r); i++) {
		/* The last of a known number of elements has no length. */
		size_t size = av1.count && i + 1u >= av1.count ? reader_left(&r) : av1_leb128(&r);
		struct reader element = read_sub(&r, size);

		if (r.bad)
			return -EBADMSG;
		parse_obu(element, &av1);
	}
	*ret_av1 = av1;
	return 0;
}

int av1_mark(struct codec_stream *stream, struct pkt *pkt)
{
	struct pkt_rtp *rtp = &pkt->rtp;
	struct av1 av1;
	int error;

	error = av1_parse(pkt->data + rtp->payload_at, rtp->payload_len, &av1);
	if (error)
		return error;
	if (rtp->dd_len) {
		error = dd_mark(stream, pkt);
		if (error)
			return error;
	} else {
		rtp->targets = TARGETS_ALL;
		rtp->keyframe = rtp->frame_start = av1.sequence;
		rtp->frame_end = rtp->marker;
	}
	if (rtp->keyframe && av1.height && !(rtp->dd_len && stream->dd.structure.has_sizes)) {
		uint8_t top;

		if (!rtp->dd_len || !stream->spatial_count)
			stream->spatial_count = 1;
		top = (uint8_t)(stream->spatial_count - 1);
		stream->widths[top] = av1.width;
		stream->heights[top] = av1.height;
	}
	return 0;
}
