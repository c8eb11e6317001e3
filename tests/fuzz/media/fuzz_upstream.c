/* SPDX-License-Identifier: MIT */
/*
 * The whole of ingress, which holds what a sender makes it hold: packets of any content and order,
 * repairs, reports. Input: pieces of [kind][length][bytes]; kind 255 lets time pass. Nothing may be
 * kept beyond its limits, and all of it is let go at the end.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ingress/upstream.h"
#include "rtp/rtcp.h"

enum { POOL = 1024 };

static void on_rtcp(void *arg, const uint8_t *data, size_t len)
{
	static const struct rtcp_handler none = {0};

	(void)arg;
	assert(len <= UPSTREAM_RTCP && rtcp_parse(data, len, &none, NULL) == 0);
}

static void on_report(void *arg, struct source *source, unsigned layer, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
	assert(source->layers[layer].has_report);
}

static void on_recovered(void *arg, struct source *source, struct pkt *pkt, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
	assert(source->ops->find(source, pkt->rtp.layer, pkt->rtp.seq) == pkt);
	assert(pkt->rtp.payload_at + pkt->rtp.payload_len == (int)pkt->len);
}

static const struct upstream_ops ops = {
	.rtcp = on_rtcp, .report = on_report, .recovered = on_recovered};

static const struct lectern_section sections[] = {
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_MIC,
		.mid = "0",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_OPUS, .pt = 111, .red_pt = 63}},
		.ssrc = 0x10},
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_CAMERA,
		.mid = "1",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = 96, .rtx_pt = 97}},
		.ssrc = 0x20,
		.rtx_ssrc = 0x30,
		.nack = true,
		.pli = true},
	{.use = LECTERN_SECTION_UP,
		.kind = LECTERN_SCREEN,
		.mid = "2",
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = 96, .rtx_pt = 97}},
		.rid_count = 2,
		.rids = {"l", "h"},
		.nack = true,
		.pli = true},
};

static void packet(struct upstream *up, struct pkt_pool *pool, struct reader body, uint64_t now_us)
{
	static const struct rtp_exts exts = {1, 2, 3, 4, 5, 6};
	struct rtp_names names;
	struct source *source = NULL;
	struct pkt *pkt = pkt_get(pool);

	if (!pkt) /* all are held: so be it */
		return;
	memcpy(pkt->data, body.data, body.len);
	pkt->len = (uint32_t)body.len;
	pkt->arrival_us = now_us;
	if (rtp_packet_parse(pkt, &exts, &names) == 0 && upstream_find(up, &pkt->rtp, &names) &&
		upstream_recv(up, pkt, &names, now_us, &source) == UPTRACK_FORWARD) {
		assert(source && pkt->rtp.layer < source->layer_count);
		assert(source->ops->find(source, pkt->rtp.layer, pkt->rtp.seq) == pkt);
		assert(pkt->rtp.red || pkt->rtp.payload_at == pkt->rtp.header_len);
		assert(pkt->rtp.payload_at + pkt->rtp.payload_len + pkt->rtp.padding ==
			(int)pkt->len);
		source->ops->need_keyframe(source, pkt->rtp.layer, now_us);
	}
	pkt_put(pkt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct upstream_config config = {.peer = 1,
		.sections = sections,
		.section_count = 3,
		.sender_ssrc = 1,
		.cname = "fuzz",
		.ops = &ops};
	struct reader r = reader_of(data, size);
	struct upstream *up;
	static struct pkt_pool *pool; /* one for all runs: making it is the slow part */
	uint64_t now_us = 10000000;

	assert(pool || pkt_pool_create(POOL, &pool) == 0);
	assert(upstream_create(&config, &up) == 0);
	while (reader_left(&r) > 2) {
		uint8_t kind = read_u8(&r);
		struct reader body = read_sub(&r, read_u8(&r));

		if (body.bad)
			break;
		now_us += 1000;
		if (kind == 255)
			now_us += 20000 * body.len;
		else if (kind & 1)
			(void)upstream_rtcp(up, body.data, body.len, now_us);
		else
			packet(up, pool, body, now_us);
		assert(upstream_tick(up, now_us) > now_us);
	}
	upstream_destroy(up);
	assert(pkt_pool_free(pool) == POOL);
	return 0;
}
