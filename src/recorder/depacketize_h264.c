/* SPDX-License-Identifier: MIT */
/*
 * H.264 (RFC 6184, packetization-mode 1): an access unit is the NAL units of one timestamp. In the
 * file each has its length before it, in 4 bytes (ISO/IEC 14496-15 5.3.4.2), and parameter sets are
 * the decoder's configuration (avcC). A keyframe is an IDR picture whose sets are known. Sets that
 * are sent again as they were are left out; others stay in the unit until the next configuration.
 */
#include <string.h>

#include "base/bits.h"
#include "base/bytes.h"
#include "recorder/depacketize_priv.h"
#include "rtp/h264.h"

/* nal_unit_type (ITU-T H.264 table 7-1, RFC 6184 table 1) */
enum {
	NAL_TYPE = 0x1f,
	NAL_IDR = 5,
	NAL_SEI = 6,
	NAL_SPS = 7,
	NAL_PPS = 8,
	NAL_LAST_SINGLE = 23,
	NAL_STAP_A = 24,
	NAL_FU_A = 28,
	FU_START = 0x80,
	FU_END = 0x40,
	LENGTH = 4, /* bytes before a NAL unit */
	MIN_SPS = 4,
	MAX_PPS_ID = 255,
};

/* The id of a parameter set (7.3.2.1, 7.3.2.2); negative: it is none. */
static int set_id(const uint8_t *nal, size_t len)
{
	unsigned fixed = (nal[0] & NAL_TYPE) == NAL_SPS ? MIN_SPS : 1;
	struct bits b = bits_of(nal, len);
	uint32_t id;

	skip_bits(&b, 8 * (size_t)fixed);
	id = read_ue(&b);
	return b.bad || id > MAX_PPS_ID ? -1 : (int)id;
}

static struct h264_set *find_set(struct h264_unit *unit, uint8_t type, int id)
{
	for (unsigned i = 0; i < unit->set_count; i++) {
		if (unit->sets[i].type == type && unit->sets[i].id == id)
			return &unit->sets[i];
	}
	return NULL;
}

static bool learn_size(struct h264_unit *unit, const uint8_t *nal, size_t len)
{
	struct h264 h264;

	if (h264_parse(nal, len, &h264) < 0 || !video_size_is_sane(h264.width, h264.height))
		return false;
	unit->width = h264.width;
	unit->height = h264.height;
	return true;
}

/* 1: it is new, 0: known already, negative: not to be used. */
static int remember_set(struct h264_unit *unit, const uint8_t *nal, size_t len)
{
	uint8_t type = nal[0] & NAL_TYPE;
	int id = set_id(nal, len);
	struct h264_set *set;

	if (id < 0 || len > DEPACKETIZE_MAX_SET)
		return -1;
	set = find_set(unit, type, id);
	if (set && set->len == len && memcmp(set->data, nal, len) == 0)
		return 0;
	if (!set && unit->set_count == DEPACKETIZE_MAX_SETS)
		return -1;
	if (type == NAL_SPS && !learn_size(unit, nal, len))
		return -1;
	if (!set)
		set = &unit->sets[unit->set_count++];
	set->type = type;
	set->id = (uint16_t)id;
	set->len = (uint16_t)len;
	memcpy(set->data, nal, len);
	return 1;
}

static bool begin_nal(struct depacketizer *d, uint8_t head)
{
	static const uint8_t length[LENGTH];

	d->u.h264.in_nal = true;
	d->u.h264.nal_at = d->frame_len;
	return video_append(d, length, LENGTH) && video_append(d, &head, 1);
}

/* Keeps the NAL unit that ends the frame, or not. False: it is broken. */
static bool end_nal(struct depacketizer *d)
{
	struct h264_unit *unit = &d->u.h264;
	uint8_t *at = d->frame + unit->nal_at;
	size_t len = d->frame_len - unit->nal_at - LENGTH;
	struct writer w = writer_of(at, LENGTH);
	uint8_t type = at[LENGTH] & NAL_TYPE;
	int r;

	unit->in_nal = false;
	write_u32(&w, (uint32_t)len);
	if (type >= 1 && type <= NAL_IDR) {
		if (!unit->coded) /* first_mb_in_slice is 0: in one bit */
			unit->from_first = at[LENGTH + 1] & 0x80;
		unit->coded = true;
		unit->idr |= type == NAL_IDR;
		return true;
	}
	if (type == NAL_SPS || type == NAL_PPS) {
		unit->has_sets = true;
		r = remember_set(unit, at + LENGTH, len);
		if (r < 0 || (r == 0 && !unit->pending))
			d->frame_len = unit->nal_at;
		else if (unit->sets_end == unit->nal_at)
			unit->sets_end = d->frame_len;
		return r >= 0;
	}
	if (type != NAL_SEI) /* delimiters, filler, layers that are not understood here */
		d->frame_len = unit->nal_at;
	return true;
}

static bool take_nal(struct depacketizer *d, struct reader nal)
{
	uint8_t head = read_u8(&nal);
	size_t left = reader_left(&nal);

	return !nal.bad && left > 0 && begin_nal(d, head) &&
	       video_append(d, read_bytes(&nal, left), left) && end_nal(d);
}

static bool take_fragment(struct depacketizer *d, struct reader r)
{
	uint8_t indicator = read_u8(&r), head = read_u8(&r);
	size_t left = reader_left(&r);

	if (r.bad || left == 0 || !(head & FU_START) == !d->u.h264.in_nal)
		return false;
	if (head & FU_START &&
		!begin_nal(d, (uint8_t)((indicator & ~NAL_TYPE) | (head & NAL_TYPE))))
		return false;
	if (!video_append(d, read_bytes(&r, left), left))
		return false;
	return !(head & FU_END) || end_nal(d);
}

static bool take_payload(struct depacketizer *d, struct reader r)
{
	uint8_t type = r.data[0] & NAL_TYPE;

	if (type == NAL_FU_A)
		return take_fragment(d, r);
	if (d->u.h264.in_nal)
		return false;
	if (type >= 1 && type <= NAL_LAST_SINGLE)
		return take_nal(d, r);
	if (type != NAL_STAP_A)
		return false;
	read_u8(&r);
	while (reader_left(&r)) {
		if (!take_nal(d, read_sub(&r, read_u16(&r))))
			return false;
	}
	return true;
}

/* Count, and each with its length; `types` is NAL_SPS or NAL_PPS. */
static unsigned write_sets(struct writer *w, const struct h264_unit *unit, uint8_t type)
{
	size_t count_at = w->len;
	unsigned count = 0;

	write_u8(w, 0);
	for (unsigned i = 0; i < unit->set_count; i++) {
		if (unit->sets[i].type != type)
			continue;
		write_u16(w, unit->sets[i].len);
		write_bytes(w, unit->sets[i].data, unit->sets[i].len);
		count++;
	}
	if (!w->bad) /* the five bits of the first are behind three reserved ones */
		w->data[count_at] = (uint8_t)(type == NAL_SPS ? 0xe0 | count : count);
	return count;
}

/* What profiles above the first three add (14496-15 5.3.3.1.2). */
static void write_high(struct writer *w, const struct h264_set *sps)
{
	struct bits b = bits_of(sps->data, sps->len);
	uint32_t chroma, luma_depth, chroma_depth;

	skip_bits(&b, 8 * (size_t)MIN_SPS);
	read_ue(&b);
	chroma = read_ue(&b);
	if (chroma == 3)
		skip_bits(&b, 1);
	luma_depth = read_ue(&b);
	chroma_depth = read_ue(&b);
	if (b.bad || chroma > 3 || luma_depth > 7 || chroma_depth > 7)
		return;
	write_u8(w, (uint8_t)(0xfc | chroma));
	write_u8(w, (uint8_t)(0xf8 | luma_depth));
	write_u8(w, (uint8_t)(0xf8 | chroma_depth));
	write_u8(w, 0);
}

/* avcC, into `out` of DEPACKETIZE_MAX_CONFIG bytes; 0: the sets are not all there. */
static size_t write_config(const struct h264_unit *unit, uint8_t *out)
{
	struct writer w = writer_of(out, DEPACKETIZE_MAX_CONFIG);
	const struct h264_set *sps = NULL;
	uint8_t profile;

	for (unsigned i = 0; i < unit->set_count && !sps; i++) {
		if (unit->sets[i].type == NAL_SPS)
			sps = &unit->sets[i];
	}
	if (!sps)
		return 0;
	profile = sps->data[1];
	write_u8(&w, 1);
	write_bytes(&w, sps->data + 1, 3); /* profile, compatibility, level */
	write_u8(&w, 0xfc | (LENGTH - 1));
	write_sets(&w, unit, NAL_SPS);
	if (write_sets(&w, unit, NAL_PPS) == 0)
		return 0;
	if (profile != 66 && profile != 77 && profile != 88)
		write_high(&w, sps);
	return w.bad ? 0 : w.len;
}

/* Nothing is missing within a unit; but was its beginning lost? With it, its sets may have been. */
static bool is_whole(const struct h264_unit *unit)
{
	return unit->from_first && (unit->after_other || unit->has_sets);
}

static void end(struct depacketizer *d)
{
	struct h264_unit *unit = &d->u.h264;
	uint8_t config[DEPACKETIZE_MAX_CONFIG];
	size_t len;

	if (unit->in_nal) {
		video_refuse(d, d->head.rtp, DEPACKETIZE_BROKEN);
		return;
	}
	if (!unit->coded) {
		d->in_frame = false; /* sets alone, or what describes the next one */
		return;
	}
	len = unit->idr && is_whole(unit) ? write_config(unit, config) : 0;
	if (len == 0) {
		video_deliver(d);
		return;
	}
	d->head.width = unit->width;
	d->head.height = unit->height;
	video_deliver_key(d, config, len, unit->sets_end);
	unit->pending = len != d->config_len || memcmp(config, d->config, len) != 0;
}

static void begin(struct depacketizer *d, const struct pkt *pkt, int64_t rtp)
{
	struct h264_unit *unit = &d->u.h264;

	video_begin(d, pkt, rtp);
	unit->after_other = d->packet_rtp >= 0 && d->packet_rtp != rtp;
	unit->in_nal = unit->has_sets = unit->coded = unit->idr = unit->from_first = false;
	unit->nal_at = unit->sets_end = 0;
}

void depacketize_h264(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	struct reader payload = reader_of(pkt->data + pkt->rtp.payload_at, pkt->rtp.payload_len);

	video_packet(d, pkt, rtp, missing);
	if (missing > 0)
		d->packet_rtp = -1;
	/* No number is missing, so a unit whose marker never came ends where the next one starts. */
	if (d->in_frame && rtp != d->head.rtp)
		end(d);
	if (!d->in_frame)
		begin(d, pkt, rtp);
	d->packet_rtp = rtp;
	if (!take_payload(d, payload))
		video_refuse(d, rtp, DEPACKETIZE_BAD);
	else if (pkt->rtp.marker)
		end(d);
}
