/* SPDX-License-Identifier: MIT */
/*
 * AV1 (AV1 RTP specification 1.0, 4.4): a temporal unit is the OBUs of one timestamp. In the file
 * each has its size, and temporal delimiters, tile lists and padding are left out (AV1 in Matroska,
 * "Block Format"). A keyframe has the sequence header, which is the decoder's configuration.
 */
#include <string.h>

#include "base/bytes.h"
#include "recorder/depacketize_priv.h"
#include "rtp/av1.h"

/* Bits of an OBU header and obu_type (AV1 bitstream 5.3.2, 6.2.2); of the aggregation header, which
 * rtp/av1 has read, but for W and N to write one. */
enum {
	OBU_FORBIDDEN = 0x80,
	OBU_EXTENSION = 0x04,
	OBU_HAS_SIZE = 0x02,
	OBU_SEQUENCE_HEADER = 1,
	OBU_TEMPORAL_DELIMITER = 2,
	OBU_FRAME_HEADER = 3,
	OBU_FRAME = 6,
	OBU_TILE_LIST = 8,
	OBU_PADDING = 15,
	SHOW_EXISTING = 0x80,
	FRAME_TYPE = 0x60, /* 0: a key frame */
	ONE_ELEMENT = 1 << 4,
	BEGINS_SEQUENCE = 0x08,
	LEB_MAX = 4, /* bytes: 256 MiB */
};

/* Puts the size behind the header of the OBU that ends the frame. */
static bool insert_size(struct depacketizer *d, size_t head_len)
{
	size_t at = d->u.av1.obu_at, size = d->frame_len - at - head_len, rest = size, n = 0;
	uint8_t leb[LEB_MAX];

	do {
		leb[n] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
		rest >>= 7;
		n++;
	} while (rest && n < LEB_MAX);
	if (!video_append(d, leb, n))
		return false;
	memmove(d->frame + at + head_len + n, d->frame + at + head_len, size);
	memcpy(d->frame + at + head_len, leb, n);
	d->frame[at] |= OBU_HAS_SIZE;
	return true;
}

/* What it is of: its first byte behind the header tells whether a frame is a key frame. */
static void learn(struct av1_unit *unit, unsigned type, size_t end, struct reader body)
{
	if (type == OBU_SEQUENCE_HEADER && !unit->sequence_len) {
		unit->sequence_at = unit->obu_at;
		unit->sequence_len = end - unit->obu_at;
	} else if ((type == OBU_FRAME || type == OBU_FRAME_HEADER) && !unit->has_frame) {
		unit->has_frame = true;
		unit->key = (read_u8(&body) & (SHOW_EXISTING | FRAME_TYPE)) == 0 && !body.bad;
	}
}

static bool end_obu(struct depacketizer *d)
{
	struct av1_unit *unit = &d->u.av1;
	struct reader r = reader_of(d->frame + unit->obu_at, d->frame_len - unit->obu_at), body;
	uint8_t head = read_u8(&r);
	unsigned type = head >> 3 & 0xf;
	size_t head_len;

	unit->in_obu = false;
	if (head & OBU_EXTENSION)
		read_u8(&r);
	head_len = r.pos;
	if (r.bad || head & OBU_FORBIDDEN)
		return false;
	if (type == OBU_TEMPORAL_DELIMITER || type == OBU_TILE_LIST || type == OBU_PADDING) {
		d->frame_len = unit->obu_at;
		return true;
	}
	if (head & OBU_HAS_SIZE && av1_leb128(&r) != reader_left(&r))
		return false;
	if (!(head & OBU_HAS_SIZE) && !insert_size(d, head_len))
		return false;
	/* The buffer may have moved; what the OBU holds lies at its end. */
	body = reader_of(d->frame + d->frame_len - reader_left(&r), reader_left(&r));
	learn(unit, type, d->frame_len, body);
	return true;
}

/* The elements of a packet (4.4): the first may go on with an OBU, the last may be unended. */
static bool take_elements(struct depacketizer *d, struct reader r, const struct av1 *av1)
{
	struct av1_unit *unit = &d->u.av1;

	for (unsigned i = 0; reader_left(&r); i++) {
		bool last = av1->count && i + 1u == av1->count;
		size_t size = last ? reader_left(&r) : av1_leb128(&r);
		const uint8_t *data = read_bytes(&r, size);

		if (!data || (av1->count && i >= av1->count))
			return false;
		if (i > 0 || !av1->continues)
			unit->obu_at = d->frame_len;
		unit->in_obu = true;
		if (!video_append(d, data, size))
			return false;
		if ((reader_left(&r) || !av1->unended) && !end_obu(d))
			return false;
	}
	return !r.bad;
}

static bool read_size(struct depacketizer *d)
{
	const struct av1_unit *unit = &d->u.av1;
	uint8_t payload[1 + DEPACKETIZE_MAX_SET] = {ONE_ELEMENT | BEGINS_SEQUENCE};
	struct av1 av1;

	if (unit->sequence_len > DEPACKETIZE_MAX_SET)
		return false;
	memcpy(payload + 1, d->frame + unit->sequence_at, unit->sequence_len);
	if (av1_parse(payload, 1 + unit->sequence_len, &av1) < 0)
		return false;
	d->head.width = av1.width;
	d->head.height = av1.height;
	return video_size_is_sane(av1.width, av1.height);
}

static void end(struct depacketizer *d)
{
	const struct av1_unit *unit = &d->u.av1;

	if (unit->in_obu) {
		video_refuse(d, d->head.rtp, DEPACKETIZE_BROKEN);
	} else if (!unit->has_frame) {
		d->in_frame = false; /* shows nothing */
	} else if (!unit->key || !unit->sequence_len) {
		video_deliver(d);
	} else if (!read_size(d)) {
		video_refuse(d, d->head.rtp, DEPACKETIZE_BAD);
	} else {
		video_deliver_key(d, d->frame + unit->sequence_at, unit->sequence_len, 0);
	}
}

void depacketize_av1(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	struct reader r = reader_of(pkt->data + pkt->rtp.payload_at, pkt->rtp.payload_len);
	struct av1 av1;

	video_packet(d, pkt, rtp, missing);
	if (av1_parse(r.data, r.len, &av1) < 0) {
		video_refuse(d, rtp, DEPACKETIZE_BAD);
		return;
	}
	/* No number is missing, so a unit whose marker never came ends where the next one starts. */
	if (d->in_frame && rtp != d->head.rtp)
		end(d);
	if (!d->in_frame) {
		video_begin(d, pkt, rtp);
		d->u.av1 = (struct av1_unit){0};
	}
	if (av1.continues != d->u.av1.in_obu) { /* its beginning was lost */
		d->drops[DEPACKETIZE_BROKEN] += !d->waits_key;
		video_lose(d, rtp);
		return;
	}
	read_u8(&r);
	if (!take_elements(d, r, &av1))
		video_refuse(d, rtp, DEPACKETIZE_BAD);
	else if (pkt->rtp.marker)
		end(d);
}
