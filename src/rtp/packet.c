/* SPDX-License-Identifier: MIT */
#include "rtp/packet.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"

enum {
	RTP_VERSION = 2,
	FIXED_HEADER = 12,
	ONE_BYTE_PROFILE = 0xbede, /* RFC 8285 4.2 */
	TWO_BYTE_PROFILE = 0x1000, /* RFC 8285 4.3: and 4 bits of the application's */
	ONE_BYTE_STOP = 15,
};

bool rtp_is_rtcp(const uint8_t *data, size_t len)
{
	return len >= 2 && data[0] >> 6 == RTP_VERSION && data[1] >= 192 && data[1] <= 223;
}

struct rtp_exts rtp_exts_of(const struct lectern_section *sections, size_t count)
{
	struct rtp_exts exts = {0};

	for (size_t i = 0; i < count; i++) {
		const struct lectern_section *s = &sections[i];

		if (s->use == LECTERN_SECTION_UNUSED)
			continue;
		exts.mid = s->ext_mid ? s->ext_mid : exts.mid;
		exts.rid = s->ext_rid ? s->ext_rid : exts.rid;
		exts.rrid = s->ext_rrid ? s->ext_rrid : exts.rrid;
		exts.twcc = s->ext_twcc ? s->ext_twcc : exts.twcc;
		exts.level = s->ext_level ? s->ext_level : exts.level;
		exts.dd = s->ext_dd ? s->ext_dd : exts.dd;
		if (s->ext_abs_send_time)
			exts.abs_send_time = s->ext_abs_send_time;
	}
	return exts;
}

static void take_name(char *name, size_t room, struct reader *value)
{
	size_t len = reader_left(value);

	if (len >= room) /* none that we negotiated is so long */
		return;
	memcpy(name, read_bytes(value, len), len);
	name[len] = '\0';
}

/* `at`: where the value lies in the packet. */
static void take_element(uint8_t id, struct reader value, size_t at, const struct rtp_exts *exts,
	struct pkt_rtp *rtp, struct rtp_names *names)
{
	if (id == exts->dd) {
		rtp->dd_at = (uint16_t)at;
		rtp->dd_len = (uint8_t)reader_left(&value);
	} else if (id == exts->twcc && reader_left(&value) >= 2) {
		rtp->twcc = read_u16(&value);
		rtp->has_twcc = true;
	} else if (id == exts->level && reader_left(&value) >= 1) {
		uint8_t byte = read_u8(&value);

		rtp->has_level = true;
		rtp->voice = byte >> 7;
		rtp->level = byte & 0x7f;
	} else if (id == exts->mid) {
		take_name(names->mid, sizeof(names->mid), &value);
	} else if (id == exts->rid) {
		take_name(names->rid, sizeof(names->rid), &value);
	} else if (id == exts->rrid) {
		take_name(names->rrid, sizeof(names->rrid), &value);
	}
}

/* The block of extensions `r` begins at `base` of the packet. */
static int parse_one_byte(struct reader *r, size_t base, const struct rtp_exts *exts,
	struct pkt_rtp *rtp, struct rtp_names *names)
{
	while (reader_left(r) > 0) {
		uint8_t head = read_u8(r);
		uint8_t id = head >> 4;
		struct reader value;

		if (head == 0) /* padding */
			continue;
		/* RFC 8285 4.2: 15, or 0 with a length, ends the processing. */
		if (id == ONE_BYTE_STOP || id == 0)
			break;
		value = read_sub(r, (head & 0x0fu) + 1u);
		if (r->bad)
			return -EBADMSG;
		take_element(id, value, base + r->pos - value.len, exts, rtp, names);
	}
	return 0;
}

static int parse_two_byte(struct reader *r, size_t base, const struct rtp_exts *exts,
	struct pkt_rtp *rtp, struct rtp_names *names)
{
	while (reader_left(r) > 0) {
		uint8_t id = read_u8(r);
		struct reader value;

		if (id == 0) /* padding */
			continue;
		value = read_sub(r, read_u8(r));
		if (r->bad)
			return -EBADMSG;
		take_element(id, value, base + r->pos - value.len, exts, rtp, names);
	}
	return 0;
}

static int parse_extension(
	struct reader *r, const struct rtp_exts *exts, struct pkt_rtp *rtp, struct rtp_names *names)
{
	uint16_t profile = read_u16(r);
	size_t words = read_u16(r), base = r->pos;
	struct reader body = read_sub(r, words * 4);

	if (r->bad)
		return -EBADMSG;
	if (profile == ONE_BYTE_PROFILE)
		return parse_one_byte(&body, base, exts, rtp, names);
	if ((profile & 0xfff0) == TWO_BYTE_PROFILE)
		return parse_two_byte(&body, base, exts, rtp, names);
	return 0;
}

int rtp_header_parse(const uint8_t *data, size_t len, const struct rtp_exts *exts,
	struct pkt_rtp *ret_rtp, struct rtp_names *ret_names)
{
	struct reader r = reader_of(data, len);
	struct pkt_rtp rtp = {0};
	struct rtp_names names = {0};
	uint8_t first = read_u8(&r);
	uint8_t second = read_u8(&r);
	int error;

	rtp.seq = read_u16(&r);
	rtp.timestamp = read_u32(&r);
	rtp.ssrc = read_u32(&r);
	read_bytes(&r, (first & 0x0fu) * 4u); /* CSRCs */
	if (r.bad || first >> 6 != RTP_VERSION)
		return -EBADMSG;
	rtp.marker = second >> 7;
	rtp.pt = second & 0x7f;
	if (first & 0x10) {
		error = parse_extension(&r, exts, &rtp, &names);
		if (error)
			return error;
	}
	rtp.header_len = (uint16_t)r.pos;
	*ret_rtp = rtp;
	*ret_names = names;
	return 0;
}

int rtp_packet_parse(struct pkt *pkt, const struct rtp_exts *exts, struct rtp_names *ret_names)
{
	struct pkt_rtp rtp;
	struct rtp_names names;
	size_t body;
	int error;

	error = rtp_header_parse(pkt->data, pkt->len, exts, &rtp, &names);
	if (error)
		return error;
	body = pkt->len - rtp.header_len;
	if (pkt->data[0] & 0x20) { /* RFC 3550 5.1: the last byte counts the padding, itself too */
		if (body == 0 || pkt->data[pkt->len - 1] == 0 || pkt->data[pkt->len - 1] > body)
			return -EBADMSG;
		rtp.padding = pkt->data[pkt->len - 1];
	}
	rtp.payload_at = rtp.header_len;
	rtp.payload_len = (uint16_t)(body - rtp.padding);
	pkt->rtp = rtp;
	*ret_names = names;
	return 0;
}

/* Returns where the value lies. */
static uint8_t add_element(struct writer *w, bool wide, uint8_t id, const void *value, size_t len)
{
	if (wide)
		write_u16(w, (uint16_t)(id << 8 | len));
	else
		write_u8(w, (uint8_t)(id << 4 | (len - 1)));
	write_bytes(w, value, len);
	return (uint8_t)(w->len - len);
}

static bool can_have(bool wide, uint8_t id)
{
	return id > 0 && (wide || id < ONE_BYTE_STOP);
}

static void init(struct rtp_template *t, bool wide, uint32_t ssrc, const struct rtp_exts *exts,
	const char *mid)
{
	static const uint8_t zero[3];
	struct writer w = writer_of(t->bytes, sizeof(t->bytes));
	size_t start;

	*t = (struct rtp_template){.wide = wide};
	write_u8(&w, RTP_VERSION << 6);
	write_bytes(&w, zero, 3);
	write_u32(&w, 0);
	write_u32(&w, ssrc);
	write_u16(&w, wide ? TWO_BYTE_PROFILE : ONE_BYTE_PROFILE);
	write_u16(&w, 0);
	start = w.len;
	if (can_have(wide, exts->twcc))
		t->twcc_at = add_element(&w, wide, exts->twcc, zero, 2);
	if (can_have(wide, exts->abs_send_time))
		t->abs_send_time_at = add_element(&w, wide, exts->abs_send_time, zero, 3);
	if (can_have(wide, exts->level))
		t->level_at = add_element(&w, wide, exts->level, zero, 1);
	if (can_have(wide, exts->mid) && mid[0])
		add_element(&w, wide, exts->mid, mid, strnlen(mid, LECTERN_MAX_MID - 1));
	while ((w.len - start) % 4)
		write_u8(&w, 0);
	assert(!w.bad);
	if (w.len == start) {
		t->len = FIXED_HEADER;
		return;
	}
	t->bytes[0] |= 0x10;
	t->bytes[start - 1] = (uint8_t)((w.len - start) / 4);
	t->len = (uint8_t)w.len;
}

void rtp_template_init(
	struct rtp_template *t, uint32_t ssrc, const struct rtp_exts *exts, const char *mid)
{
	init(t, false, ssrc, exts, mid);
}

void rtp_template_init_wide(
	struct rtp_template *t, uint32_t ssrc, const struct rtp_exts *exts, const char *mid)
{
	init(t, true, ssrc, exts, mid);
}

static void put_u16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
}

void rtp_template_write(const struct rtp_template *t, uint8_t *out, uint8_t pt, bool marker,
	uint16_t seq, uint32_t timestamp)
{
	memcpy(out, t->bytes, t->len);
	out[1] = (uint8_t)(marker << 7 | pt);
	put_u16(out + 2, seq);
	put_u16(out + 4, (uint16_t)(timestamp >> 16));
	put_u16(out + 6, (uint16_t)timestamp);
}

size_t rtp_template_add(const struct rtp_template *t, uint8_t *out, size_t len, uint8_t id,
	const uint8_t *value, uint8_t value_len)
{
	struct writer w = writer_of(out, len + RTP_ELEMENT_GROWTH + value_len);

	assert(can_have(t->wide, id) && value_len && (t->wide || value_len <= 16));
	w.len = len;
	if (!(out[0] & 0x10)) {
		out[0] |= 0x10;
		write_u16(&w, t->wide ? TWO_BYTE_PROFILE : ONE_BYTE_PROFILE);
		write_u16(&w, 0);
	}
	add_element(&w, t->wide, id, value, value_len);
	while (w.len % 4)
		write_u8(&w, 0);
	assert(!w.bad);
	put_u16(out + FIXED_HEADER + 2, (uint16_t)((w.len - FIXED_HEADER - 4) / 4));
	return w.len;
}

void rtp_template_set_level(
	const struct rtp_template *t, uint8_t *packet, uint8_t level, bool voice)
{
	if (t->level_at)
		packet[t->level_at] = (uint8_t)(voice << 7 | level);
}

void rtp_set_twcc(uint8_t *packet, uint8_t at, uint16_t seq)
{
	if (at)
		put_u16(packet + at, seq);
}

void rtp_set_send_time(uint8_t *packet, uint8_t at, uint64_t now_us)
{
	/* 6 bits of seconds, 18 of fraction */
	uint32_t time = (uint32_t)((now_us << 18) / 1000000) & 0xffffff;

	if (!at)
		return;
	packet[at] = (uint8_t)(time >> 16);
	put_u16(packet + at + 1, (uint16_t)time);
}
