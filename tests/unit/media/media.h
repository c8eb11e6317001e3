/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the media path share: packets made by hand, a source that can be played by hand
 * and a sink that remembers. Everything above is the real thing.
 */
#ifndef TESTS_UNIT_MEDIA_MEDIA_H
#define TESTS_UNIT_MEDIA_MEDIA_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "base/pkt.h"
#include "route/sink.h"
#include "route/source.h"
#include "rtp/codec.h"
#include "rtp/packet.h"

enum { TEST_PEER = 7, TEST_SSRC = 0x1111, TEST_RTX_SSRC = 0x2222, TEST_PT = 96, TEST_RTX_PT = 97 };

static const struct rtp_exts test_exts = {
	.mid = 1, .rid = 2, .rrid = 3, .twcc = 4, .level = 5, .abs_send_time = 6};

/* A packet to be; zero fields are left out. */
struct spec {
	uint8_t pt;
	uint16_t seq;
	uint32_t timestamp, ssrc;
	bool marker;
	const char *mid, *rid, *rrid;
	bool has_twcc, has_level;
	uint16_t twcc;
	uint8_t level;
	const uint8_t *payload;
	size_t payload_len;
	uint64_t arrival_us;
};

static inline void write_ext(struct writer *w, uint8_t id, const void *value, size_t len)
{
	write_u8(w, (uint8_t)(id << 4 | (len - 1)));
	write_bytes(w, value, len);
}

static inline void write_exts(struct writer *w, const struct spec *s)
{
	uint8_t twcc[2] = {(uint8_t)(s->twcc >> 8), (uint8_t)s->twcc};

	if (s->mid)
		write_ext(w, test_exts.mid, s->mid, strlen(s->mid));
	if (s->rid)
		write_ext(w, test_exts.rid, s->rid, strlen(s->rid));
	if (s->rrid)
		write_ext(w, test_exts.rrid, s->rrid, strlen(s->rrid));
	if (s->has_twcc)
		write_ext(w, test_exts.twcc, twcc, 2);
	if (s->has_level)
		write_ext(w, test_exts.level, &s->level, 1);
}

/* Returns the length. */
static inline size_t build(const struct spec *s, uint8_t *out, size_t room)
{
	uint8_t block[80];
	struct writer e = writer_of(block, sizeof(block)), w = writer_of(out, room);

	write_exts(&e, s);
	while (e.len % 4)
		write_u8(&e, 0);
	write_u8(&w, e.len ? 0x90 : 0x80);
	write_u8(&w, (uint8_t)(s->marker << 7 | s->pt));
	write_u16(&w, s->seq);
	write_u32(&w, s->timestamp);
	write_u32(&w, s->ssrc);
	if (e.len) {
		write_u16(&w, 0xbede);
		write_u16(&w, (uint16_t)(e.len / 4));
		write_bytes(&w, block, e.len);
	}
	write_bytes(&w, s->payload, s->payload_len);
	assert(!e.bad && !w.bad);
	return w.len;
}

/* A parsed packet of the pool. */
static inline struct pkt *make(struct pkt_pool *pool, const struct spec *s, struct rtp_names *names)
{
	struct rtp_names unused;
	struct pkt *pkt = pkt_get(pool);

	assert(pkt);
	pkt->len = (uint32_t)build(s, pkt->data, PKT_ROOM);
	pkt->arrival_us = s->arrival_us;
	assert_int_equal(rtp_packet_parse(pkt, &test_exts, names ? names : &unused), 0);
	return pkt;
}

/* Marks a packet as of a stream of which nothing else was seen. */
static inline int mark(enum lectern_codec codec, struct pkt *pkt)
{
	struct codec_stream stream = {0};

	return codec_mark(codec_find(codec), &stream, pkt);
}

/* A VP8 payload of `len` bytes: descriptor with a 15-bit picture id and TL0PICIDX, then a frame
 * head. Returns `out`. */
static inline uint8_t *vp8_payload(uint8_t *out, size_t len, bool start, bool key,
	uint16_t picture_id, uint8_t tl0, uint16_t height)
{
	const uint8_t descriptor[] = {start ? 0x90 : 0x80, 0xe0, (uint8_t)(0x80 | picture_id >> 8),
		(uint8_t)picture_id, tl0, 0};
	const uint8_t head[] = {key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01,
		(uint8_t)height, (uint8_t)(height >> 8)};

	assert(len >= sizeof(descriptor) + sizeof(head));
	memset(out, 0xaa, len);
	memcpy(out, descriptor, sizeof(descriptor));
	if (start)
		memcpy(out + sizeof(descriptor), head, sizeof(head));
	return out;
}

/* ---- chance that can be had again ---- */

static uint64_t dice_state = 1;

static inline void seed_dice(uint64_t seed)
{
	dice_state = seed;
}

/* 31 bits. */
static inline int dice(void)
{
	dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
	return (int)(dice_state >> 33);
}

/* ---- a source played by hand ---- */

struct hand_source {
	struct source source;
	unsigned wanted[SOURCE_LAYERS]; /* keyframes asked for */
	struct pkt *held[65536];	/* what `find` finds, of layer 0; borrowed */
};

static inline void hand_need_keyframe(struct source *source, unsigned layer, uint64_t now_us)
{
	(void)now_us;
	list_of(source, struct hand_source, source)->wanted[layer]++;
}

static inline struct pkt *hand_find(struct source *source, unsigned layer, uint16_t seq)
{
	struct pkt *pkt = list_of(source, struct hand_source, source)->held[seq];

	return pkt && pkt->rtp.layer == layer ? pkt : NULL;
}

static const struct source_ops hand_ops = {hand_need_keyframe, hand_find};

static inline void hand_source_init(
	struct hand_source *hand, uint64_t peer, uint8_t kind, unsigned layers)
{
	memset(hand, 0, sizeof(*hand));
	source_init(&hand->source, &hand_ops, peer, kind,
		kind == LECTERN_MIC ? LECTERN_CODEC_OPUS : LECTERN_CODEC_VP8,
		kind == LECTERN_MIC ? 48000 : 90000, layers);
}

/* ---- a sink that remembers ---- */

struct hand_sink {
	struct sink sink;
	unsigned attached, detached, packets, reports;
	struct source *last_source; /* at the last packet */
};

static inline void hand_attached(struct sink *sink, uint64_t now_us)
{
	(void)now_us;
	list_of(sink, struct hand_sink, sink)->attached++;
}

static inline void hand_packet(struct sink *sink, struct pkt *pkt, uint64_t now_us)
{
	struct hand_sink *hand = list_of(sink, struct hand_sink, sink);

	(void)pkt;
	(void)now_us;
	hand->packets++;
	hand->last_source = sink->source;
}

static inline void hand_report(
	struct sink *sink, const struct source_report *report, uint64_t now_us)
{
	(void)report;
	(void)now_us;
	list_of(sink, struct hand_sink, sink)->reports++;
}

static inline void hand_detached(struct sink *sink, uint64_t now_us)
{
	(void)now_us;
	assert_null(sink->source);
	list_of(sink, struct hand_sink, sink)->detached++;
}

static const struct sink_ops hand_sink_ops = {.attached = hand_attached,
	.packet = hand_packet,
	.report = hand_report,
	.detached = hand_detached};

static inline void hand_sink_init(struct hand_sink *hand)
{
	memset(hand, 0, sizeof(*hand));
	sink_init(&hand->sink, &hand_sink_ops);
}

#endif
