/* SPDX-License-Identifier: MIT */
/*
 * A slot between any source, in any codec, and any subscriber: switches of source, layer and
 * numbering, losses, repairs, limits, all by the input. Whatever it is, no (ssrc, seq) goes out twice, every packet
 * fits and parses, and its picture ids and timestamps are those of the slot's own line.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "egress/slot.h"
#include "route/router.h"
#include "rtp/codec.h"
#include "rtp/seq.h"
#include "tests/sim/payload.h"

enum {
	POOL = 256,
	HELD = 64,
	ITEMS = 16,
	LONG = 600,
	TAIL = 0xee,
	PEERS = 4,
	EXT_DD = 6,
	SSRC = 1,
	RTX_SSRC = 2
};

/* Of each peer. */
static const struct sim_camera cameras[PEERS] = {
	{"VP8", LECTERN_CODEC_VP8, 3, 1, false, true},
	{"VP9", LECTERN_CODEC_VP9, 1, 3, true, true},
	{"AV1", LECTERN_CODEC_AV1, 1, 3, false, true},
	{"H264", LECTERN_CODEC_H264, 3, 1, false, false},
};

struct play {
	const struct sim_camera *camera;
	struct sim_past past;
	struct source source;
	struct pkt *held[SOURCE_LAYERS][HELD];
	struct codec_stream streams[SOURCE_LAYERS];
	uint16_t seq[SOURCE_LAYERS];
	uint32_t timestamp;
};

static struct play plays[PEERS];
static uint8_t buffer[OUTLET_ROOM];
static uint16_t twcc;
static int64_t highest[2], last[2]; /* last: how far `used` was written */
static uint8_t used[2][1 << 18];

static void need_keyframe(struct source *source, unsigned layer, uint64_t now_us)
{
	(void)now_us;
	assert(layer < source->layer_count);
}

static struct pkt *find(struct source *source, unsigned layer, uint16_t seq)
{
	struct pkt *pkt = list_of(source, struct play, source)->held[layer][seq % HELD];

	return pkt && pkt->rtp.seq == seq ? pkt : NULL;
}

static const struct source_ops source_ops = {need_keyframe, find};

static bool is_open(void *arg)
{
	(void)arg;
	return true;
}

static uint8_t *place(void *arg)
{
	(void)arg;
	return buffer;
}

static void ready(void *arg, uint8_t *packet, size_t len)
{
	static const struct rtp_exts exts = {.mid = 1, .twcc = 4, .dd = EXT_DD};
	static uint8_t bytes[PKT_ROOM];
	static struct pkt pkt = {.data = bytes};
	struct rtp_names names;
	unsigned stream;
	int64_t seq;

	(void)arg;
	assert(len <= OUTLET_MAX_PACKET);
	memcpy(pkt.data, packet, len);
	pkt.len = (uint32_t)len;
	assert(rtp_packet_parse(&pkt, &exts, &names) == 0);
	assert(strcmp(names.mid, "v") == 0 && pkt.rtp.has_twcc && pkt.rtp.twcc == twcc++);
	assert(pkt.rtp.padding <= OUTLET_MAX_PAD);
	assert(pkt.rtp.payload_len < LONG ||
		pkt.data[pkt.rtp.payload_at + pkt.rtp.payload_len - 1] == TAIL);
	stream = pkt.rtp.ssrc - SSRC;
	assert(stream < 2);
	seq = highest[stream] < 0 ? pkt.rtp.seq : seq_extend(pkt.rtp.seq, highest[stream]);
	if (highest[stream] < 0)
		assert(seq < 0x8000);
	assert(seq >= 0);
	if (seq > highest[stream])
		highest[stream] = seq;
	if (seq >= (int64_t)sizeof(used[0]))
		return;
	if (seq > last[stream])
		last[stream] = seq;
	assert(used[stream][seq]++ == 0);
}

static const struct outlet_ops outlet_ops = {is_open, place, ready};

/* What the input says of a packet: its layers, whether it begins or ends a frame, its references. */
static struct sim_mark mark_of(const struct play *p, uint8_t how, uint8_t step, unsigned layer)
{
	struct sim_mark mark = {.frame = p->seq[layer],
		.refs = {SIM_NO_REF, SIM_NO_REF},
		.layer = (uint8_t)layer,
		.count = 2,
		.index = how & 4 ? 1 : 0,
		.key = how & 0x10 ? 1 : 0,
		.spatial = (uint8_t)(step % p->camera->spatial),
		.temporal = p->camera->temporal ? step / 4 % SIM_TEMPORAL : 0,
		.last = step & 0x40};

	if (!mark.key)
		mark.refs[0] = mark.frame - 1 - step % 16u;
	if (step & 0x80)
		mark.refs[1] = mark.frame - 1;
	return mark;
}

static void write_header(struct play *p, struct writer *w, const struct sim_mark *mark)
{
	uint8_t dd[SIM_DD];
	size_t len = sim_write_dd(p->camera, mark, dd);

	write_u16(w, (uint16_t)(len ? 0x9060 : 0x8060) | (mark->last && mark->index) << 7);
	write_u16(w, p->seq[mark->layer]);
	write_u32(w, p->timestamp);
	write_u32(w, 77);
	if (!len)
		return;
	write_u16(w, 0x1000);
	write_u16(w, (uint16_t)((len + 2 + 3) / 4));
	write_u8(w, EXT_DD);
	write_u8(w, (uint8_t)len);
	write_bytes(w, dd, len);
	for (len += 2; len % 4; len++)
		write_u8(w, 0);
}

static void write_packet(struct play *p, struct pkt *pkt, uint8_t how, uint8_t step, unsigned layer)
{
	struct writer w = writer_of(pkt->data, PKT_ROOM);
	struct sim_mark mark = mark_of(p, how, step, layer);
	/* long enough, some, that sizes are mended by padding */
	uint8_t payload[LONG + 64];
	size_t size = how & 0x02 ? LONG + step % 64u : LONG / 4;

	memset(payload, TAIL, sizeof(payload));
	p->past.picture_id = (uint16_t)((how & 1 ? step : p->past.picture_id + 1) & 0x7fff);
	p->past.tl0 = step;
	p->past.since_key = step % 8;
	write_header(p, &w, &mark);
	if (!(how & 0x08)) {
		sim_write_head(p->camera, &p->past, &mark, payload, size);
		write_bytes(&w, payload, size);
	}
	assert(!w.bad);
	pkt->len = (uint32_t)w.len;
}

static void play(struct router *router, struct pkt_pool *pool, struct play *p, uint8_t how,
	uint8_t step, uint64_t now_us)
{
	static const struct rtp_exts exts = {.dd = EXT_DD};
	unsigned layer = how % p->camera->streams;
	struct pkt *pkt = pkt_get(pool);

	if (!pkt)
		return;
	if (how & 0x20) { /* begins anew */
		p->seq[layer] = (uint16_t)(step * 257);
		p->source.layers[layer].restarts++;
	}
	p->seq[layer] = (uint16_t)(p->seq[layer] + (int8_t)(how & 0x40 ? step : 1));
	p->timestamp += how & 0x80 ? step * 1000003u : 3000;
	write_packet(p, pkt, how, step, layer);
	pkt->arrival_us = now_us;
	assert(rtp_packet_parse(pkt, &exts, &(struct rtp_names){0}) == 0);
	if (codec_mark(codec_find(p->camera->codec), &p->streams[layer], pkt)) {
		assert(p->camera->codec == LECTERN_CODEC_AV1); /* no structure came yet */
		pkt_put(pkt);
		return;
	}
	pkt->rtp.layer = (uint8_t)layer;
	p->source.layers[layer].live = true;
	p->source.layers[layer].newest = p->seq[layer];
	p->source.layers[layer].spatial_count = p->streams[layer].spatial_count;
	memcpy(p->source.layers[layer].heights, p->streams[layer].heights,
		sizeof(p->source.layers[layer].heights));
	pkt_put(p->held[layer][pkt->rtp.seq % HELD]);
	p->held[layer][pkt->rtp.seq % HELD] = pkt;
	router_packet(router, &p->source, pkt, now_us);
}

static void act(
	struct router *router, struct slot *slot, uint8_t what, uint8_t value, uint64_t now_us)
{
	struct play *p = &plays[value % PEERS];

	switch (what % 8) {
	case 0:
		router_want(router, slot_sink(slot), value % (PEERS + 1), LECTERN_CAMERA, now_us);
		break;
	case 1:
		slot_limit(slot, value * 4u, now_us);
		slot_limit_temporal(slot, value % 4u, now_us);
		break;
	case 2:
		router_permit(router, &p->source, value & 0x80, now_us);
		break;
	case 3:
		slot_keyframe(slot, now_us);
		break;
	case 4:
		p->source.layers[value / 4 % p->source.layer_count].live = false;
		slot_tick(slot, now_us);
		break;
	case 5:
		p->source.layers[0].has_report = value & 1;
		p->source.layers[0].report =
			(struct source_report){value * now_us, value * 99991u, 0};
		break;
	default:
		slot_nack(slot, (uint16_t)(highest[0] - value), now_us);
	}
}

static void open_plays(struct router *router)
{
	for (unsigned i = 0; i < PEERS; i++) {
		memset(&plays[i], 0, sizeof(plays[i]));
		plays[i].camera = &cameras[i];
		source_init(&plays[i].source, &source_ops, i + 1, LECTERN_CAMERA, cameras[i].codec,
			90000, cameras[i].streams);
		router_add(router, &plays[i].source);
		router_permit(router, &plays[i].source, true, 1);
	}
}

static void close_plays(struct router *router)
{
	for (unsigned i = 0; i < PEERS; i++) {
		router_remove(router, &plays[i].source, 1);
		for (unsigned k = 0; k < SOURCE_LAYERS * HELD; k++)
			pkt_put(plays[i].held[k / HELD][k % HELD]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lectern_section section = {.use = LECTERN_SECTION_SLOT,
		.kind = LECTERN_CAMERA,
		.mid = "v",
		.format_count = PEERS,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = 100, .rtx_pt = 101},
			{.codec = LECTERN_CODEC_VP9, .pt = 102, .rtx_pt = 103},
			{.codec = LECTERN_CODEC_AV1, .pt = 104, .rtx_pt = 105},
			{.codec = LECTERN_CODEC_H264, .pt = 106, .rtx_pt = 107}},
		.ssrc = SSRC,
		.rtx_ssrc = RTX_SSRC,
		.ext_mid = 1,
		.ext_twcc = 4,
		.ext_dd = EXT_DD};
	struct reader r = reader_of(data, size);
	struct router router;
	struct outlet outlet;
	struct slot *slot;
	static struct pkt_pool *pool; /* one for all runs: making it is the slow part */
	static struct outlet_pool *items;
	uint64_t now_us = 10000000;

	twcc = 0;
	highest[0] = highest[1] = -1;
	memset(used[0], 0, (size_t)last[0] + 1);
	memset(used[1], 0, (size_t)last[1] + 1);
	last[0] = last[1] = 0;
	router_init(&router, NULL, NULL);
	assert(items || outlet_pool_create(ITEMS, &items) == 0);
	outlet_init(&outlet, items, &outlet_ops, NULL);
	assert(pool || pkt_pool_create(POOL * PEERS, &pool) == 0);
	assert(slot_create(&section, &outlet, &slot) == 0);
	open_plays(&router);
	while (reader_left(&r) >= 3) {
		uint8_t what = read_u8(&r), how = read_u8(&r), step = read_u8(&r);

		now_us += 1000 * (uint64_t)(what & 0x3f);
		if (what & 0x80)
			act(&router, slot, how, step, now_us);
		else
			play(&router, pool, &plays[what % PEERS], how, step, now_us);
		if (what & 0x40) /* the turn ends */
			outlet_pool_drain(items, now_us);
	}
	if (size & 1) /* else what waits is forgotten */
		outlet_pool_drain(items, now_us);
	router_forget(slot_sink(slot));
	slot_destroy(slot);
	close_plays(&router);
	router_finish(&router, 1);
	outlet_finish(&outlet);
	assert(pkt_pool_free(pool) == POOL * PEERS && outlet_pool_free(items) == ITEMS);
	return 0;
}
