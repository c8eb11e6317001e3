/* SPDX-License-Identifier: MIT */
#include "rtp/rtcp.h"

#include <errno.h>

enum {
	RTCP_SR = 200, /* RFC 3550 12.1 */
	RTCP_RR = 201,
	RTCP_BYE = 203,
	RTCP_RTPFB = 205, /* RFC 4585 6.1 */
	RTCP_PSFB = 206,

	FMT_NACK = 1,  /* RFC 4585 6.2.1 */
	FMT_TWCC = 15, /* draft-holmer 3.1 */
	FMT_PLI = 1,   /* RFC 4585 6.3.1 */
	FMT_FIR = 4,   /* RFC 5104 4.3.1 */
};

struct parse {
	const struct rtcp_handler *handler;
	void *arg;
	unsigned nacks;
};

/* One packet of a compound: `count` is the five-bit field of its first byte. */
struct part {
	uint8_t type, count;
	struct reader body; /* after the first four bytes, without padding */
};

/* RFC 3550 6.4.1 */
static int next_part(struct reader *r, struct part *ret_part)
{
	uint8_t first = read_u8(r);
	uint8_t type = read_u8(r);
	struct reader body = read_sub(r, read_u16(r) * (size_t)4);

	if (r->bad || first >> 6 != 2)
		return -EBADMSG;
	if (first & 0x20) {
		uint8_t padding = body.len ? body.data[body.len - 1] : 0;

		if (padding == 0 || padding > body.len)
			return -EBADMSG;
		body.len -= padding;
	}
	*ret_part = (struct part){.type = type, .count = first & 0x1f, .body = body};
	return 0;
}

static int32_t sign_extend_24(uint32_t value)
{
	return (int32_t)(value << 8) >> 8;
}

static int parse_blocks(struct parse *p, struct reader *r, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct rtcp_block block = {.ssrc = read_u32(r)};

		block.fraction = read_u8(r);
		block.lost = sign_extend_24(read_u24(r));
		block.highest = read_u32(r);
		block.jitter = read_u32(r);
		block.lsr = read_u32(r);
		block.dlsr = read_u32(r);
		if (r->bad)
			return -EBADMSG;
		if (p->handler->block)
			p->handler->block(p->arg, &block);
	}
	return 0;
}

static int parse_sr(struct parse *p, struct part *part)
{
	struct reader *r = &part->body;
	struct rtcp_sr sr = {.ssrc = read_u32(r)};

	sr.ntp = read_u64(r);
	sr.rtp_timestamp = read_u32(r);
	sr.packets = read_u32(r);
	sr.octets = read_u32(r);
	if (r->bad)
		return -EBADMSG;
	if (p->handler->sr)
		p->handler->sr(p->arg, &sr);
	return parse_blocks(p, r, part->count);
}

static int parse_rr(struct parse *p, struct part *part)
{
	read_u32(&part->body);
	return parse_blocks(p, &part->body, part->count);
}

static int parse_bye(struct parse *p, struct part *part)
{
	for (unsigned i = 0; i < part->count; i++) {
		uint32_t ssrc = read_u32(&part->body);

		if (part->body.bad)
			return -EBADMSG;
		if (p->handler->bye)
			p->handler->bye(p->arg, ssrc);
	}
	return 0;
}

static int parse_nack(struct parse *p, struct reader *r, uint32_t media)
{
	while (reader_left(r) > 0) {
		uint16_t seq = read_u16(r);
		uint32_t lost = 1u | (uint32_t)read_u16(r) << 1; /* PID, then BLP */

		if (r->bad)
			return -EBADMSG;
		for (; lost; lost >>= 1, seq++) {
			if (!(lost & 1) || !p->handler->nack)
				continue;
			if (p->nacks++ >= RTCP_MAX_NACKS)
				return 0;
			p->handler->nack(p->arg, media, seq);
		}
	}
	return 0;
}

/* The media source of the head is unused; each entry names its own (RFC 5104 4.3.1.2). */
static int parse_fir(struct parse *p, struct reader *r)
{
	while (reader_left(r) > 0) {
		uint32_t ssrc = read_u32(r);
		uint8_t command = read_u8(r);

		read_u24(r); /* reserved */
		if (r->bad)
			return -EBADMSG;
		if (p->handler->fir)
			p->handler->fir(p->arg, ssrc, command);
	}
	return 0;
}

static int parse_feedback(struct parse *p, struct part *part)
{
	struct reader *r = &part->body;
	uint32_t media;

	read_u32(r); /* sender */
	media = read_u32(r);
	if (r->bad)
		return -EBADMSG;
	if (part->type == RTCP_RTPFB && part->count == FMT_NACK)
		return parse_nack(p, r, media);
	if (part->type == RTCP_RTPFB && part->count == FMT_TWCC && p->handler->twcc)
		p->handler->twcc(p->arg, media, r->data + r->pos, reader_left(r));
	if (part->type == RTCP_PSFB && part->count == FMT_FIR)
		return parse_fir(p, r);
	if (part->type == RTCP_PSFB && part->count == FMT_PLI && p->handler->keyframe)
		p->handler->keyframe(p->arg, media);
	return 0;
}

static int parse_part(struct parse *p, struct part *part)
{
	switch (part->type) {
	case RTCP_SR:
		return parse_sr(p, part);
	case RTCP_RR:
		return parse_rr(p, part);
	case RTCP_BYE:
		return parse_bye(p, part);
	case RTCP_RTPFB:
	case RTCP_PSFB:
		return parse_feedback(p, part);
	default: /* SDES, APP, XR: nothing that we need */
		return 0;
	}
}

int rtcp_parse(const uint8_t *data, size_t len, const struct rtcp_handler *handler, void *arg)
{
	struct parse p = {.handler = handler, .arg = arg};
	struct reader r = reader_of(data, len);
	struct part part;
	int error;

	/* Lengths first, so that a compound is taken as a whole or not at all. */
	do {
		error = next_part(&r, &part);
		if (error)
			return error;
	} while (reader_left(&r) > 0);
	r = reader_of(data, len);
	while (reader_left(&r) > 0) {
		error = next_part(&r, &part);
		if (!error)
			error = parse_part(&p, &part);
		if (error)
			return error;
	}
	return 0;
}

/* Head of a packet of `words` 32-bit words after it. */
static void write_head(struct writer *w, uint8_t count, uint8_t type, size_t words)
{
	write_u8(w, (uint8_t)(2 << 6 | count));
	write_u8(w, type);
	write_u16(w, (uint16_t)words);
}

static void write_blocks(struct writer *w, const struct rtcp_block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		write_u32(w, blocks[i].ssrc);
		write_u8(w, blocks[i].fraction);
		write_u24(w, (uint32_t)blocks[i].lost & 0xffffff);
		write_u32(w, blocks[i].highest);
		write_u32(w, blocks[i].jitter);
		write_u32(w, blocks[i].lsr);
		write_u32(w, blocks[i].dlsr);
	}
}

void rtcp_write_sr(
	struct writer *w, const struct rtcp_sr *sr, const struct rtcp_block *blocks, size_t count)
{
	write_head(w, (uint8_t)count, RTCP_SR, 6 + 6 * count);
	write_u32(w, sr->ssrc);
	write_u64(w, sr->ntp);
	write_u32(w, sr->rtp_timestamp);
	write_u32(w, sr->packets);
	write_u32(w, sr->octets);
	write_blocks(w, blocks, count);
}

void rtcp_write_rr(struct writer *w, uint32_t sender, const struct rtcp_block *blocks, size_t count)
{
	write_head(w, (uint8_t)count, RTCP_RR, 1 + 6 * count);
	write_u32(w, sender);
	write_blocks(w, blocks, count);
}

void rtcp_write_sdes(struct writer *w, uint32_t ssrc, const char *cname)
{
	enum { RTCP_SDES = 202, SDES_CNAME = 1 }; /* RFC 3550 6.5 */
	size_t len = strnlen(cname, 255);
	size_t padding = 4 - (4 + 2 + len) % 4; /* at least the end of the list */

	write_head(w, 1, RTCP_SDES, (4 + 2 + len + padding) / 4);
	write_u32(w, ssrc);
	write_u8(w, SDES_CNAME);
	write_u8(w, (uint8_t)len);
	write_bytes(w, cname, len);
	write_be(w, 0, padding);
}

/* How many of the numbers one PID and BLP tell. */
static size_t nack_pair(const uint16_t *seqs, size_t count, uint16_t *ret_blp)
{
	size_t n = 1;

	*ret_blp = 0;
	for (; n < count; n++) {
		uint16_t ahead = (uint16_t)(seqs[n] - seqs[0]);

		if (ahead == 0 || ahead > 16)
			break;
		*ret_blp |= (uint16_t)(1u << (ahead - 1));
	}
	return n;
}

void rtcp_write_nack(
	struct writer *w, uint32_t sender, uint32_t media, const uint16_t *seqs, size_t count)
{
	uint16_t blp;
	size_t pairs = 0;

	for (size_t i = 0; i < count; i += nack_pair(seqs + i, count - i, &blp))
		pairs++;
	write_head(w, FMT_NACK, RTCP_RTPFB, 2 + pairs);
	write_u32(w, sender);
	write_u32(w, media);
	for (size_t i = 0, n; i < count; i += n) {
		n = nack_pair(seqs + i, count - i, &blp);
		write_u16(w, seqs[i]);
		write_u16(w, blp);
	}
}

void rtcp_write_pli(struct writer *w, uint32_t sender, uint32_t media)
{
	write_head(w, FMT_PLI, RTCP_PSFB, 2);
	write_u32(w, sender);
	write_u32(w, media);
}

void rtcp_write_fir(struct writer *w, uint32_t sender, uint32_t media, uint8_t command)
{
	write_head(w, FMT_FIR, RTCP_PSFB, 4);
	write_u32(w, sender);
	write_u32(w, 0);
	write_u32(w, media);
	write_u8(w, command);
	write_u24(w, 0);
}

void rtcp_write_bye(struct writer *w, const uint32_t *ssrcs, size_t count)
{
	write_head(w, (uint8_t)count, RTCP_BYE, count);
	for (size_t i = 0; i < count; i++)
		write_u32(w, ssrcs[i]);
}

uint64_t rtcp_ntp_of_us(uint64_t us)
{
	return us / 1000000 << 32 | ((us % 1000000) << 32) / 1000000;
}

int64_t rtcp_us_of_ntp(uint64_t ntp)
{
	return (int64_t)(ntp >> 32) * 1000000 + (int64_t)(((ntp & 0xffffffff) * 1000000) >> 32);
}

uint32_t rtcp_round_trip_us(const struct rtcp_block *block, uint64_t now_us)
{
	uint32_t now = (uint32_t)(rtcp_ntp_of_us(now_us) >> 16);
	int32_t round_trip = (int32_t)(now - block->lsr - block->dlsr); /* in 1/65536 s */

	if (block->lsr == 0 || round_trip < 0)
		return 0;
	return (uint32_t)(((uint64_t)round_trip * 1000000) >> 16) + 1;
}
