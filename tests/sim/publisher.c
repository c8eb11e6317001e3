/* SPDX-License-Identifier: MIT */
#include "publisher.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "rtp/red.h"
#include "rtp/rtcp.h"
#include "rtp/twcc.h"

static const char *const rids[SIM_LAYERS] = {"l", "m", "h"};

static void init_stream(struct publisher *p, struct sim_stream *s, uint32_t number)
{
	s->ssrc = p->peer * 1000 + number;
	s->repair_ssrc = s->ssrc + 500;
	s->seq = (uint16_t)sim_random(&p->random);
	s->repair_seq = (uint16_t)sim_random(&p->random);
	s->timestamp_base = sim_random(&p->random);
	s->past.picture_id = (uint16_t)(sim_random(&p->random) & 0x7fff);
	s->key_wanted = true;
}

void publisher_init(struct publisher *p, const struct sim_camera *how, uint32_t peer, uint64_t seed,
	struct link *up, uint64_t now_us)
{
	memset(p, 0, sizeof(*p));
	p->peer = peer;
	p->random = seed;
	p->up = up;
	p->how = how;
	p->layers = how->streams;
	p->level = 30;
	p->clock_us = (int64_t)(sim_random(&p->random) % 1000000) * 1000;
	p->frame_us = p->audio_us = p->report_us = now_us;
	p->twcc = (uint16_t)sim_random(&p->random);
	init_stream(p, &p->mic, 0);
	for (uint32_t i = 0; i < SIM_LAYERS; i++)
		init_stream(p, &p->camera[i], 1 + i);
}

void publisher_sections(const struct publisher *p, struct lectern_section sections[2])
{
	sections[0] = (struct lectern_section){
		.use = LECTERN_SECTION_UP,
		.kind = LECTERN_MIC,
		.mid = "0",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_OPUS,
			.pt = SIM_MIC_PT,
			.red_pt = p->red ? SIM_MIC_RED_PT : 0}},
		.ssrc = p->mic.ssrc,
		.ext_mid = SIM_EXT_MID,
		.ext_twcc = SIM_EXT_TWCC,
		.ext_level = SIM_EXT_LEVEL,
		.twcc = true,
	};
	sections[1] = (struct lectern_section){
		.use = LECTERN_SECTION_UP,
		.kind = LECTERN_CAMERA,
		.mid = "1",
		.format_count = 1,
		.formats = {{.codec = p->how->codec,
			.pt = SIM_CAMERA_PT,
			.rtx_pt = SIM_CAMERA_RTX_PT}},
		.rid_count = p->how->streams > 1 ? p->how->streams : 0,
		.ssrc = p->how->streams > 1 ? 0 : p->camera[0].ssrc,
		.rtx_ssrc = p->how->streams > 1 ? 0 : p->camera[0].repair_ssrc,
		.ext_mid = SIM_EXT_MID,
		.ext_rid = SIM_EXT_RID,
		.ext_rrid = SIM_EXT_RRID,
		.ext_twcc = SIM_EXT_TWCC,
		.ext_dd = SIM_EXT_DD,
		.nack = true,
		.pli = true,
		.twcc = true,
	};
	for (unsigned i = 0; i < sections[1].rid_count; i++)
		snprintf(sections[1].rids[i], LECTERN_MAX_RID, "%s", rids[i]);
}

struct header {
	uint32_t ssrc, timestamp;
	uint16_t seq;
	uint8_t pt;
	bool marker;
	const char *mid, *rid;
	uint8_t rid_ext;
	int level; /* -1: none */
	uint8_t dd[SIM_DD];
	size_t dd_len;
};

/* RFC 8285: a descriptor takes the two-byte form. */
static void write_element(
	struct writer *w, const struct header *h, uint8_t id, const void *value, size_t len)
{
	if (h->dd_len) {
		write_u8(w, id);
		write_u8(w, (uint8_t)len);
	} else {
		write_u8(w, (uint8_t)(id << 4 | (len - 1)));
	}
	write_bytes(w, value, len);
}

static void write_header(struct publisher *p, struct writer *w, const struct header *h)
{
	const uint8_t twcc[] = {(uint8_t)(p->twcc >> 8), (uint8_t)p->twcc};
	const uint8_t level = (uint8_t)h->level;
	uint8_t block[160];
	struct writer e = writer_of(block, sizeof(block));

	write_element(&e, h, SIM_EXT_TWCC, twcc, sizeof(twcc));
	write_element(&e, h, SIM_EXT_MID, h->mid, strlen(h->mid));
	if (h->rid)
		write_element(&e, h, h->rid_ext, h->rid, strlen(h->rid));
	if (h->level >= 0)
		write_element(&e, h, SIM_EXT_LEVEL, &level, 1);
	if (h->dd_len)
		write_element(&e, h, SIM_EXT_DD, h->dd, h->dd_len);
	while (e.len % 4)
		write_u8(&e, 0);
	write_u16(w, (uint16_t)(0x9000 | h->marker << 7 | h->pt));
	write_u16(w, h->seq);
	write_u32(w, h->timestamp);
	write_u32(w, h->ssrc);
	write_u16(w, h->dd_len ? 0x1000 : 0xbede);
	write_u16(w, (uint16_t)(e.len / 4));
	write_bytes(w, e.data, e.len);
}

static void transmit(struct publisher *p, const struct writer *w, uint64_t now_us)
{
	assert(!w->bad);
	p->arrived[p->twcc] = link_send(p->up, w->data, w->len, now_us);
	p->told[p->twcc] = 0;
	p->twcc++;
}

static uint32_t timestamp_of(const struct sim_stream *s, uint64_t capture_us, uint32_t rate)
{
	return s->timestamp_base + (uint32_t)(capture_us * rate / 1000000);
}

static void write_media(const struct publisher *p, const struct sim_stream *s,
	const struct sim_mark *mark, uint8_t *payload, size_t size)
{
	memset(payload, 0x5a, size);
	if (mark->kind != LECTERN_MIC)
		sim_write_head(p->how, &s->past, mark, payload, size);
	memcpy(payload + size - sizeof(*mark), mark, sizeof(*mark));
}

/* RFC 2198, as browsers do. Returns the length. */
static size_t add_copy(struct publisher *p, uint8_t *payload, size_t size)
{
	const struct red_block blocks[] = {
		{.pt = SIM_MIC_PT, .ago = SIM_AUDIO_US * 48 / 1000, .len = (uint16_t)p->sound_len},
		{.pt = SIM_MIC_PT},
	};
	uint8_t fresh[sizeof(p->sound)];
	struct writer w = writer_of(payload, LINK_PACKET);

	assert(size <= sizeof(fresh));
	memcpy(fresh, payload, size);
	if (p->sound_len) {
		red_write_heads(&w, blocks, 2);
		write_bytes(&w, p->sound, p->sound_len);
	} else {
		red_write_heads(&w, blocks + 1, 1);
	}
	write_bytes(&w, fresh, size);
	memcpy(p->sound, fresh, size);
	p->sound_len = size;
	return w.len;
}

static void send_media(struct publisher *p, struct sim_stream *s, const struct sim_mark *mark,
	size_t size, uint64_t now_us)
{
	bool mic = mark->kind == LECTERN_MIC;
	struct header h = {
		.ssrc = s->ssrc,
		.timestamp = timestamp_of(s, mark->capture_us, mic ? 48000 : 90000),
		.seq = s->seq,
		.pt = mic ? (p->red ? SIM_MIC_RED_PT : SIM_MIC_PT) : SIM_CAMERA_PT,
		.marker = !mic && mark->last && mark->index + 1 == mark->count,
		.mid = mic ? "0" : "1",
		.rid = mic || p->how->streams == 1 ? NULL : rids[mark->layer],
		.rid_ext = SIM_EXT_RID,
		.level = mic ? p->level : -1,
	};
	uint8_t payload[LINK_PACKET], data[LINK_PACKET];
	struct writer w = writer_of(data, sizeof(data));

	write_media(p, s, mark, payload, size);
	if (mic && p->red)
		size = add_copy(p, payload, size);
	h.dd_len = mic ? 0 : sim_write_dd(p->how, mark, h.dd);
	write_header(p, &w, &h);
	write_bytes(&w, payload, size);
	transmit(p, &w, now_us);
	/* Kept as timestamp, marker, descriptor and payload, for the repair stream. */
	w = writer_of(s->held[s->seq % SIM_HELD], LINK_PACKET);
	write_u16(&w, s->seq);
	write_u32(&w, h.timestamp);
	write_u8(&w, h.marker);
	write_u8(&w, (uint8_t)h.dd_len);
	write_bytes(&w, h.dd, h.dd_len);
	write_bytes(&w, payload, size);
	assert(!w.bad);
	s->held_len[s->seq % SIM_HELD] = w.len;
	s->seq++;
	s->packets++;
	s->octets += (uint32_t)size;
}

static void send_picture(struct publisher *p, unsigned layer, uint64_t now_us)
{
	struct sim_stream *s = &p->camera[layer];
	/* As browsers do: not two keyframes within 300 ms. */
	bool key = s->key_wanted && (s->frame == 0 || now_us - s->key_us > 300000);
	struct sim_mark mark = {.peer = p->peer,
		.capture_us = now_us,
		.kind = LECTERN_CAMERA,
		.layer = (uint8_t)layer,
		.picture = s->picture++,
		.key = key};

	if (key) {
		s->key_wanted = false;
		s->key_us = now_us;
		p->keyframes++;
	}
	sim_picture(&s->past, p->how, key);
	for (unsigned spatial = 0; spatial < p->how->spatial; spatial++) {
		mark.frame = s->frame++;
		mark.last = spatial + 1 == p->how->spatial;
		mark.count = (uint8_t)((1 + layer + spatial) * (key ? 4 : 1));
		sim_refer(&s->past, p->how, spatial, &mark);
		for (mark.index = 0; mark.index < mark.count; mark.index++)
			send_media(p, s, &mark, 400 + sim_random(&p->random) % 600, now_us);
	}
}

static void send_sr(struct publisher *p, struct sim_stream *s, uint32_t rate, uint64_t now_us)
{
	const struct rtcp_sr sr = {
		.ssrc = s->ssrc,
		.ntp = rtcp_ntp_of_us((uint64_t)((int64_t)now_us + p->clock_us)),
		.rtp_timestamp = timestamp_of(s, now_us, rate),
		.packets = s->packets,
		.octets = s->octets,
	};
	uint8_t data[64];
	struct writer w = writer_of(data, sizeof(data));

	rtcp_write_sr(&w, &sr, NULL, 0);
	link_send(p->up, data, w.len, now_us);
}

void publisher_run(struct publisher *p, uint64_t now_us)
{
	if (now_us >= p->audio_us) {
		struct sim_mark mark = {.peer = p->peer,
			.frame = p->mic.frame++,
			.count = 1,
			.capture_us = now_us,
			.kind = LECTERN_MIC};

		send_media(p, &p->mic, &mark, 60 + sizeof(mark), now_us);
		p->audio_us += SIM_AUDIO_US;
	}
	if (now_us >= p->frame_us) {
		for (unsigned i = 0; i < p->layers; i++)
			send_picture(p, i, now_us);
		p->frame_us += SIM_FRAME_US;
	}
	if (now_us >= p->report_us) {
		send_sr(p, &p->mic, 48000, now_us);
		for (unsigned i = 0; i < p->layers; i++)
			send_sr(p, &p->camera[i], 90000, now_us);
		p->report_us += 1000000;
	}
}

static struct sim_stream *camera_of(struct publisher *p, uint32_t ssrc, unsigned *ret_layer)
{
	for (unsigned i = 0; i < SIM_LAYERS; i++) {
		if (p->camera[i].ssrc == ssrc) {
			*ret_layer = i;
			return &p->camera[i];
		}
	}
	return NULL;
}

static void on_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	struct publisher *p = arg;
	unsigned layer;
	struct sim_stream *s = camera_of(p, ssrc, &layer);
	uint8_t data[LINK_PACKET];
	struct writer w = writer_of(data, sizeof(data));
	struct reader r;
	struct header h;

	p->nacked++;
	assert(s);
	r = reader_of(s->held[seq % SIM_HELD], s->held_len[seq % SIM_HELD]);
	if (read_u16(&r) != seq || r.bad)
		return;
	h = (struct header){.ssrc = s->repair_ssrc,
		.timestamp = read_u32(&r),
		.seq = s->repair_seq++,
		.pt = SIM_CAMERA_RTX_PT,
		.mid = "1",
		.rid = p->how->streams == 1 ? NULL : rids[layer],
		.rid_ext = SIM_EXT_RRID,
		.level = -1};
	h.marker = read_u8(&r);
	h.dd_len = read_u8(&r);
	memcpy(h.dd, read_bytes(&r, h.dd_len), h.dd_len);
	write_header(p, &w, &h);
	write_u16(&w, seq);
	write_bytes(&w, r.data + r.pos, reader_left(&r));
	transmit(p, &w, p->frame_us); /* about now */
}

static void on_keyframe(void *arg, uint32_t ssrc)
{
	struct publisher *p = arg;
	unsigned layer;
	struct sim_stream *s = camera_of(p, ssrc, &layer);

	assert(s);
	s->key_wanted = true;
	p->key_requests++;
}

static void on_block(void *arg, const struct rtcp_block *block)
{
	struct publisher *p = arg;

	p->blocks++;
	p->last_fraction = block->fraction;
}

static void on_twcc(void *arg, uint32_t media, const uint8_t *fci, size_t len)
{
	struct publisher *p = arg;
	static struct twcc_feedback feedback;

	(void)media;
	assert(twcc_parse(fci, len, &feedback) == 0);
	for (unsigned i = 0; i < feedback.count; i++) {
		uint8_t *told = &p->told[(uint16_t)(feedback.base + i)];

		if (*told != 2)
			*told = feedback.arrivals[i] == TWCC_LOST ? 1 : 2;
	}
}

void publisher_rtcp(struct publisher *p, const uint8_t *data, size_t len)
{
	static const struct rtcp_handler handler = {
		.block = on_block, .nack = on_nack, .keyframe = on_keyframe, .twcc = on_twcc};

	assert(rtcp_parse(data, len, &handler, p) == 0);
}
