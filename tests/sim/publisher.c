/* SPDX-License-Identifier: MIT */
#include "publisher.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "rtp/red.h"
#include "rtp/rtcp.h"
#include "rtp/twcc.h"
#include "rtp/vp8.h"

static const char *const rids[SIM_LAYERS] = {"l", "m", "h"};

static void init_stream(struct publisher *p, struct sim_stream *s, uint32_t number)
{
	s->ssrc = p->peer * 1000 + number;
	s->repair_ssrc = s->ssrc + 500;
	s->seq = (uint16_t)sim_random(&p->random);
	s->repair_seq = (uint16_t)sim_random(&p->random);
	s->timestamp_base = sim_random(&p->random);
	s->key_wanted = true;
}

void publisher_init(
	struct publisher *p, uint32_t peer, uint64_t seed, struct link *up, uint64_t now_us)
{
	memset(p, 0, sizeof(*p));
	p->peer = peer;
	p->random = seed;
	p->up = up;
	p->layers = SIM_LAYERS;
	p->level = 30;
	p->clock_us = (int64_t)(sim_random(&p->random) % 1000000) * 1000;
	p->frame_us = p->audio_us = p->report_us = now_us;
	p->twcc = (uint16_t)sim_random(&p->random);
	p->picture_id = (uint16_t)(sim_random(&p->random) & 0x7fff);
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
		.formats = {{.codec = LECTERN_CODEC_VP8,
			.pt = SIM_CAMERA_PT,
			.rtx_pt = SIM_CAMERA_RTX_PT}},
		.rid_count = SIM_LAYERS,
		.ext_mid = SIM_EXT_MID,
		.ext_rid = SIM_EXT_RID,
		.ext_rrid = SIM_EXT_RRID,
		.ext_twcc = SIM_EXT_TWCC,
		.nack = true,
		.pli = true,
		.twcc = true,
	};
	for (unsigned i = 0; i < SIM_LAYERS; i++)
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
};

static void write_name(struct writer *w, uint8_t id, const char *name)
{
	write_u8(w, (uint8_t)(id << 4 | (strlen(name) - 1)));
	write_bytes(w, name, strlen(name));
}

static void write_header(struct publisher *p, struct writer *w, const struct header *h)
{
	uint8_t block[64];
	struct writer e = writer_of(block, sizeof(block));

	write_u8(&e, SIM_EXT_TWCC << 4 | 1);
	write_u16(&e, p->twcc);
	write_name(&e, SIM_EXT_MID, h->mid);
	if (h->rid)
		write_name(&e, h->rid_ext, h->rid);
	if (h->level >= 0)
		write_u16(&e, (uint16_t)(SIM_EXT_LEVEL << 12 | h->level));
	while (e.len % 4)
		write_u8(&e, 0);
	write_u16(w, (uint16_t)(0x9000 | h->marker << 7 | h->pt));
	write_u16(w, h->seq);
	write_u32(w, h->timestamp);
	write_u32(w, h->ssrc);
	write_u16(w, 0xbede);
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

static size_t write_media(
	struct publisher *p, uint8_t *payload, const struct sim_mark *mark, size_t size)
{
	const uint8_t descriptor[] = {mark->index ? 0x80 : 0x90, 0xe0,
		(uint8_t)(0x80 | p->picture_id >> 8), (uint8_t)p->picture_id, (uint8_t)mark->frame,
		0};
	uint16_t height = (uint16_t)(180 << mark->layer);
	const uint8_t head[] = {mark->key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 0x40, 1,
		(uint8_t)height, (uint8_t)(height >> 8)};

	memset(payload, 0x5a, size);
	if (mark->kind != LECTERN_MIC)
		memcpy(payload, descriptor, sizeof(descriptor));
	if (mark->kind != LECTERN_MIC && mark->index == 0)
		memcpy(payload + sizeof(descriptor), head, sizeof(head));
	memcpy(payload + size - sizeof(*mark), mark, sizeof(*mark));
	return size;
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
		.marker = !mic && mark->index + 1 == mark->count,
		.mid = mic ? "0" : "1",
		.rid = mic ? NULL : rids[mark->layer],
		.rid_ext = SIM_EXT_RID,
		.level = mic ? p->level : -1,
	};
	uint8_t payload[LINK_PACKET], data[LINK_PACKET];
	struct writer w = writer_of(data, sizeof(data));

	size = write_media(p, payload, mark, size);
	if (mic && p->red)
		size = add_copy(p, payload, size);
	write_header(p, &w, &h);
	write_bytes(&w, payload, size);
	transmit(p, &w, now_us);
	/* Kept as timestamp, marker and payload, for the repair stream. */
	w = writer_of(s->held[s->seq % SIM_HELD], LINK_PACKET);
	write_u16(&w, s->seq);
	write_u32(&w, h.timestamp);
	write_u8(&w, h.marker);
	write_bytes(&w, payload, size);
	s->held_len[s->seq % SIM_HELD] = w.len;
	s->seq++;
	s->packets++;
	s->octets += (uint32_t)size;
}

static void send_frame(struct publisher *p, unsigned layer, uint64_t now_us)
{
	struct sim_stream *s = &p->camera[layer];
	struct sim_mark mark = {
		.peer = p->peer,
		.frame = s->frame++,
		.capture_us = now_us,
		.kind = LECTERN_CAMERA,
		.layer = (uint8_t)layer,
		.count = (uint8_t)(1 + layer),
		/* As browsers do: not two keyframes within 300 ms. */
		.key = s->key_wanted && (s->frame == 1 || now_us - s->key_us > 300000),
	};

	if (mark.key) {
		s->key_wanted = false;
		s->key_us = now_us;
		mark.count *= 4;
		p->keyframes++;
	}
	for (; mark.index < mark.count; mark.index++)
		send_media(p, s, &mark, 400 + sim_random(&p->random) % 600, now_us);
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
			send_frame(p, i, now_us);
		p->picture_id = (p->picture_id + 1) & 0x7fff;
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
		.rid = rids[layer],
		.rid_ext = SIM_EXT_RRID,
		.level = -1};
	h.marker = read_u8(&r);
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
