/* SPDX-License-Identifier: MIT */
/* A member's upstream, fed by hand, and what it sends back: for the tests of ingress. */
#ifndef TESTS_UNIT_MEDIA_UPSIDE_H
#define TESTS_UNIT_MEDIA_UPSIDE_H

#include "ingress/upstream.h"
#include "media.h"
#include "rtp/rtcp.h"

static struct pkt_pool *pool;
static struct upstream *up;
static uint64_t now_us;
static struct source *from; /* of the last packet that was passed_on */

/* What was sent back. */
static struct {
	unsigned compounds, blocks, nacks, keyframes, firs, twcc, due, recovered;
	uint8_t fir_command, first_type;
	bool reduced; /* compounds need not begin with a report */
	uint32_t twcc_media;
	uint16_t nack_seq;
	uint32_t keyframe_ssrc, block_ssrc;
	struct rtcp_block block;
	unsigned reports, flowing, ceased;
} back;

static inline void on_block(void *arg, const struct rtcp_block *block)
{
	(void)arg;
	back.blocks++;
	back.block = *block;
}

static inline void on_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	(void)arg;
	(void)ssrc;
	back.nacks++;
	back.nack_seq = seq;
}

static inline void on_keyframe(void *arg, uint32_t ssrc)
{
	(void)arg;
	back.keyframes++;
	back.keyframe_ssrc = ssrc;
}

static inline void on_fir(void *arg, uint32_t ssrc, uint8_t command)
{
	(void)arg;
	assert_int_equal(ssrc, TEST_SSRC);
	back.firs++;
	back.fir_command = command;
}

static inline void on_twcc(void *arg, uint32_t media, const uint8_t *fci, size_t len)
{
	(void)arg;
	(void)fci;
	(void)len;
	back.twcc++;
	back.twcc_media = media;
}

static inline void on_rtcp(void *arg, const uint8_t *data, size_t len)
{
	static const struct rtcp_handler handler = {.block = on_block,
		.nack = on_nack,
		.keyframe = on_keyframe,
		.fir = on_fir,
		.twcc = on_twcc};

	assert_true(len <= UPSTREAM_RTCP);
	assert_true(back.reduced || data[1] == 201); /* RFC 3550 6.1: a report comes first */
	assert_int_equal(rtcp_parse(data, len, &handler, arg), 0);
	back.compounds++;
	back.first_type = data[1];
}

static inline void on_report(void *arg, struct source *source, unsigned layer, uint64_t when_us)
{
	(void)arg;
	(void)source;
	(void)layer;
	(void)when_us;
	back.reports++;
}

static inline void on_flowing(void *arg, struct source *source, bool flowing)
{
	(void)arg;
	(void)source;
	back.flowing += flowing;
	back.ceased += !flowing;
}

static inline void on_due(void *arg, uint64_t when_us)
{
	(void)arg;
	assert_int_equal(when_us, now_us);
	back.due++;
}

/* What goes on to the router, in its order; may be NULL. */
static void (*passed_on)(struct source *source, struct pkt *pkt);

static inline void on_recovered(void *arg, struct source *source, struct pkt *pkt, uint64_t when_us)
{
	(void)arg;
	(void)when_us;
	back.recovered++;
	if (passed_on)
		passed_on(source, pkt);
}

static const struct upstream_ops ops = {.rtcp = on_rtcp,
	.report = on_report,
	.flowing = on_flowing,
	.recovered = on_recovered,
	.due = on_due};

static const struct lectern_section plain[] = {
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_MIC,
		.mid = "0",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_OPUS, .pt = 111}},
		.ssrc = 0x10},
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_CAMERA,
		.mid = "1",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = TEST_PT, .rtx_pt = TEST_RTX_PT}},
		.ssrc = TEST_SSRC,
		.rtx_ssrc = TEST_RTX_SSRC,
		.nack = true,
		.pli = true},
};

static inline int create(const struct lectern_section *sections, size_t count)
{
	struct upstream_config config = {.peer = TEST_PEER,
		.sections = sections,
		.section_count = count,
		.sender_ssrc = 1,
		.cname = "c",
		.ops = &ops};

	memset(&back, 0, sizeof(back));
	now_us = 50000000;
	pkt_pool_create(2048, &pool);
	return upstream_create(&config, &up);
}

static inline int setup(void **state)
{
	(void)state;
	return create(plain, 2);
}

static inline int teardown(void **state)
{
	(void)state;
	upstream_destroy(up);
	assert_int_equal(pkt_pool_free(pool), 2048); /* the history let go */
	pkt_pool_destroy(pool);
	return 0;
}

static inline enum uptrack_verdict feed(const struct spec *spec)
{
	enum uptrack_verdict verdict;
	struct rtp_names names;
	struct pkt *pkt;
	struct spec s = *spec;

	s.arrival_us = now_us;
	pkt = make(pool, &s, &names);
	if (!upstream_find(up, &pkt->rtp, &names)) {
		pkt_put(pkt);
		return UPTRACK_UNKNOWN_SSRC;
	}
	verdict = upstream_recv(up, pkt, &names, now_us, &from);
	if (verdict == UPTRACK_FORWARD && passed_on)
		passed_on(from, pkt);
	pkt_put(pkt);
	return verdict;
}

static uint8_t video[64];

static inline enum uptrack_verdict frame(uint16_t seq, bool key)
{
	struct spec spec = {.pt = TEST_PT,
		.ssrc = TEST_SSRC,
		.seq = seq,
		.timestamp = seq * 3000u,
		.payload = vp8_payload(video, sizeof(video), true, key, seq & 0x7fff, 0, 360),
		.payload_len = sizeof(video)};

	return feed(&spec);
}

/* As RFC 4588 4 wraps it. */
static inline enum uptrack_verdict repair(uint16_t seq, size_t len)
{
	static uint16_t own = 777;
	uint8_t payload[66] = {(uint8_t)(seq >> 8), (uint8_t)seq};
	struct spec spec = {.pt = TEST_RTX_PT,
		.ssrc = TEST_RTX_SSRC,
		.seq = own++,
		.timestamp = seq * 3000u,
		.marker = true,
		.payload = payload,
		.payload_len = len};

	vp8_payload(payload + 2, 64, true, false, seq & 0x7fff, 0, 360);
	return feed(&spec);
}

static inline void run(uint64_t us)
{
	for (uint64_t end_us = now_us + us; now_us < end_us; now_us += 10000)
		upstream_tick(up, now_us);
}

#endif
