/* SPDX-License-Identifier: MIT */
/*
 * A slot between any source and any subscriber: switches of source, layer and numbering, losses,
 * repairs, limits, all by the input. Whatever it is, no (ssrc, seq) goes out twice, every packet
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

enum {
	POOL = 256,
	HELD = 64,
	ITEMS = 16,
	LONG = 600,
	TAIL = 0xee,
	PEERS = 3,
	SSRC = 1,
	RTX_SSRC = 2
};

struct play {
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
	static const struct rtp_exts exts = {.mid = 1, .twcc = 4};
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

static void play(struct router *router, struct pkt_pool *pool, struct play *p, uint8_t how,
	uint8_t step, uint64_t now_us)
{
	unsigned layer = how % SOURCE_LAYERS;
	bool key = how & 0x10;
	const uint8_t payload[] = {0x90, 0xe0, (uint8_t)(0x80 | step), how, step, 0,
		key ? 0x10 : 0x11, 2, 0, 0x9d, 1, 0x2a, 64, 1, (uint8_t)(90 << layer), 0};
	struct pkt *pkt = pkt_get(pool);
	struct writer w;

	if (!pkt)
		return;
	if (how & 0x20) { /* begins anew */
		p->seq[layer] = (uint16_t)(step * 257);
		p->source.layers[layer].restarts++;
	}
	p->seq[layer] = (uint16_t)(p->seq[layer] + (int8_t)(how & 0x40 ? step : 1));
	p->timestamp += how & 0x80 ? step * 1000003u : 3000;
	w = writer_of(pkt->data, PKT_ROOM);
	write_u16(&w, 0x8060);
	write_u16(&w, p->seq[layer]);
	write_u32(&w, p->timestamp);
	write_u32(&w, 77);
	write_bytes(&w, payload, how & 0x08 ? 0 : sizeof(payload));
	/* long enough that sizes are mended by padding */
	for (unsigned i = 0; !(how & 0x08) && (how & 0x02) && i < LONG + step % 64u; i++)
		write_u8(&w, TAIL);
	pkt->len = (uint32_t)w.len;
	pkt->arrival_us = now_us;
	assert(rtp_packet_parse(pkt, &(struct rtp_exts){0}, &(struct rtp_names){0}) == 0);
	assert(codec_mark(codec_find(LECTERN_CODEC_VP8), &p->streams[layer], pkt) == 0);
	pkt->rtp.layer = (uint8_t)layer;
	p->source.layers[layer].live = true;
	p->source.layers[layer].newest = p->seq[layer];
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
		break;
	case 2:
		router_permit(router, &p->source, value & 0x80, now_us);
		break;
	case 3:
		slot_keyframe(slot, now_us);
		break;
	case 4:
		p->source.layers[value / 4 % SOURCE_LAYERS].live = false;
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
		source_init(&plays[i].source, &source_ops, i + 1, LECTERN_CAMERA, LECTERN_CODEC_VP8,
			90000, SOURCE_LAYERS);
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
		.format_count = 1,
		.formats = {{.codec = LECTERN_CODEC_VP8, .pt = 100, .rtx_pt = 101}},
		.ssrc = SSRC,
		.rtx_ssrc = RTX_SSRC,
		.ext_mid = 1,
		.ext_twcc = 4};
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
