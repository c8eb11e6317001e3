/* SPDX-License-Identifier: MIT */
#include "ingress/uptrack.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ingress/history.h"
#include "ingress/keyframe.h"
#include "ingress/nack.h"
#include "ingress/redundancy.h"
#include "ingress/seqlog.h"
#include "rtp/codec.h"
#include "rtp/red.h"

enum {
	LIVE_US = 1000000,
	SCREEN_LIVE_US = 3000000, /* a still screen sends a frame a second or so */
	FLOWING_US = 2000000,
	SCREEN_FLOWING_US = 5000000,
	RATE_US = 500000,   /* a rate is that of the last two such windows */
	NACKS_AT_ONCE = 64, /* numbers of one NACK */
	OSN = 2,	    /* RFC 4588 4: original sequence number before the payload */
	FIR_SIZE = 20,
	HOLD_FADES = 32, /* a wish to hold packets long falls by a 32nd each tick */
};

struct layer {
	char rid[LECTERN_MAX_RID];
	uint32_t ssrc, repair_ssrc;
	bool bound, repair_bound;
	struct seqlog log;
	struct nack nack;
	struct keyframe keyframe;
	struct history history;
	struct codec_stream stream;
	int64_t keyframe_seq; /* extended, of the last keyframe's first packet */
	uint64_t packet_us;   /* arrival of the last; 0: none yet */
	bool has_sr;
	uint32_t lsr; /* RFC 3550 6.4.1 */
	uint64_t sr_us;
	uint32_t window_bytes;
	uint64_t window_us;
	uint32_t bps_before;
	uint64_t told; /* received at the last report block */
};

struct uptrack {
	struct source source;
	/* given */
	const struct codec *codec;
	const struct uptrack_owner *owner;
	char mid[LECTERN_MAX_MID];
	uint8_t pt, rtx_pt, red_pt;
	bool nacks, pli, fir;
	/* state */
	struct layer layers[SOURCE_LAYERS];
	struct redundancy redundancy;
	unsigned found_count, found_taken;
	struct pkt *found[RED_MAX_BLOCKS - 1]; /* in the last packet */
	struct uptrack_stats stats;
};

static struct uptrack *of_source(struct source *source)
{
	return list_of(source, struct uptrack, source);
}

/* False: nobody needs one, or nobody could be asked. */
static bool want_keyframe(struct uptrack *track, struct layer *layer)
{
	bool can = track->codec->video && (track->pli || track->fir) && layer->bound;

	if (!can || layer->keyframe.wanted)
		return false;
	keyframe_want(&layer->keyframe);
	return true;
}

static void on_need_keyframe(struct source *source, unsigned layer, uint64_t now_us)
{
	struct uptrack *track = of_source(source);

	if (want_keyframe(track, &track->layers[layer]))
		track->owner->due(track->owner->arg, now_us);
}

static struct pkt *on_find(struct source *source, unsigned layer, uint16_t seq)
{
	return history_find(&of_source(source)->layers[layer].history, seq);
}

static const struct source_ops source_ops = {
	.need_keyframe = on_need_keyframe,
	.find = on_find,
};

static int init_layers(struct uptrack *track, const struct lectern_section *section)
{
	unsigned room = track->codec->video ? UPTRACK_HISTORY_VIDEO : UPTRACK_HISTORY_AUDIO;

	for (unsigned i = 0; i < track->source.layer_count; i++) {
		struct layer *layer = &track->layers[i];

		if (section->rid_count)
			memcpy(layer->rid, section->rids[i], sizeof(layer->rid));
		layer->keyframe_seq = -1;
		if (history_init(&layer->history, room))
			return -ENOMEM;
	}
	/* Only without simulcast does the offer tell which stream is which. */
	if (!section->rid_count) {
		track->layers[0].ssrc = section->ssrc;
		track->layers[0].bound = section->ssrc != 0;
		track->layers[0].repair_ssrc = section->rtx_ssrc;
		track->layers[0].repair_bound =
			section->formats[0].rtx_pt && section->rtx_ssrc != 0;
	}
	return 0;
}

int uptrack_create(const struct uptrack_owner *owner, const struct lectern_section *section,
	struct uptrack **ret_track)
{
	const struct codec *codec = codec_find(section->formats[0].codec);
	struct uptrack *track;

	if (section->use != LECTERN_SECTION_UP || section->format_count != 1 || !codec ||
		section->rid_count > SOURCE_LAYERS ||
		codec->video != (section->kind != LECTERN_MIC))
		return -EINVAL;
	track = calloc(1, sizeof(*track));
	if (!track)
		return -ENOMEM;
	source_init(&track->source, &source_ops, owner->peer, (uint8_t)section->kind,
		(uint8_t)codec->id, codec->clock_rate, section->rid_count ? section->rid_count : 1);
	track->source.profile = section->formats[0].profile;
	track->codec = codec;
	track->owner = owner;
	memcpy(track->mid, section->mid, sizeof(track->mid));
	track->pt = section->formats[0].pt;
	track->rtx_pt = section->formats[0].rtx_pt;
	track->red_pt = section->formats[0].red_pt;
	track->nacks = section->nack;
	track->pli = section->pli;
	track->fir = section->fir;
	if (init_layers(track, section)) {
		uptrack_destroy(track);
		return -ENOMEM;
	}
	*ret_track = track;
	return 0;
}

/* Those that nobody fetched. */
static void forget_found(struct uptrack *track)
{
	while (track->found_taken < track->found_count)
		pkt_put(track->found[track->found_taken++]);
	track->found_taken = track->found_count = 0;
}

void uptrack_destroy(struct uptrack *track)
{
	if (!track)
		return;
	assert(list_empty(&track->source.of_router));
	for (unsigned i = 0; i < SOURCE_LAYERS; i++)
		history_finish(&track->layers[i].history);
	forget_found(track);
	free(track);
}

struct source *uptrack_source(struct uptrack *track)
{
	return &track->source;
}

const char *uptrack_mid(const struct uptrack *track)
{
	return track->mid;
}

int uptrack_layer_of(const struct uptrack *track, uint32_t ssrc, bool *ret_repair)
{
	for (unsigned i = 0; i < track->source.layer_count; i++) {
		const struct layer *layer = &track->layers[i];

		if ((layer->bound && layer->ssrc == ssrc) ||
			(layer->repair_bound && layer->repair_ssrc == ssrc)) {
			*ret_repair = !layer->bound || layer->ssrc != ssrc;
			return (int)i;
		}
	}
	return -1;
}

static void begin_anew(struct uptrack *track, struct layer *layer)
{
	track->source.layers[layer - track->layers].restarts++;
	track->source.layers[layer - track->layers].has_report = false;
	nack_clear(&layer->nack);
	history_clear(&layer->history);
	memset(&layer->stream, 0, sizeof(layer->stream));
	layer->keyframe_seq = -1;
	layer->has_sr = false;
	track->redundancy = (struct redundancy){0};
}

static bool is_media(const struct uptrack *track, uint8_t pt)
{
	return pt == track->pt || (track->red_pt && pt == track->red_pt);
}

static bool is_repair(const struct uptrack *track, uint8_t pt)
{
	return track->rtx_pt && pt == track->rtx_pt;
}

/* RFC 8852 3: a repair stream is told by its repaired-rid. Negative: of no layer. */
static int layer_of_names(const struct uptrack *track, uint8_t pt, const struct rtp_names *names)
{
	const char *rid = is_repair(track, pt) ? names->rrid : names->rid;

	if (!track->layers[0].rid[0])
		return 0;
	for (unsigned i = 0; i < track->source.layer_count; i++) {
		if (strcmp(track->layers[i].rid, rid) == 0)
			return (int)i;
	}
	return -1;
}

bool uptrack_accepts(const struct uptrack *track, uint8_t pt, const struct rtp_names *names)
{
	int layer = layer_of_names(track, pt, names);

	if (layer < 0 || (!is_media(track, pt) && !is_repair(track, pt)))
		return false;
	if (names->mid[0])
		return strcmp(names->mid, track->mid) == 0;
	return is_repair(track, pt) ? !track->layers[layer].repair_bound
				    : !track->layers[layer].bound;
}

void uptrack_bind(struct uptrack *track, uint32_t ssrc, uint8_t pt, const struct rtp_names *names)
{
	struct layer *layer = &track->layers[layer_of_names(track, pt, names)];

	if (is_repair(track, pt)) {
		layer->repair_ssrc = ssrc;
		layer->repair_bound = true;
		return;
	}
	if (layer->bound) {
		begin_anew(track, layer);
		memset(&layer->log, 0, sizeof(layer->log));
	}
	layer->ssrc = ssrc;
	layer->bound = true;
}

/* RFC 4588 4: the packet as it would have come by its own stream. */
static bool unwrap(struct uptrack *track, const struct layer *layer, struct pkt *pkt)
{
	struct pkt_rtp *rtp = &pkt->rtp;
	uint8_t *payload = pkt->data + rtp->header_len;
	struct writer w = writer_of(pkt->data, rtp->header_len);

	if (rtp->payload_len < OSN)
		return false;
	rtp->pt = track->pt;
	rtp->ssrc = layer->ssrc;
	rtp->seq = (uint16_t)(payload[0] << 8 | payload[1]);
	rtp->payload_len -= OSN;
	memmove(payload, payload + OSN, rtp->payload_len + (size_t)rtp->padding);
	pkt->len -= OSN;
	write_u8(&w, pkt->data[0]);
	write_u8(&w, (uint8_t)(rtp->marker << 7 | rtp->pt));
	write_u16(&w, rtp->seq);
	write_u32(&w, rtp->timestamp);
	write_u32(&w, rtp->ssrc);
	assert(!w.bad);
	return true;
}

static int mark(struct uptrack *track, struct layer *layer, struct pkt *pkt)
{
	int error;

	if (!track->codec->mark)
		return 0;
	error = codec_mark(track->codec, &layer->stream, pkt);
	if (error == -ENOENT) /* only a keyframe can explain it */
		keyframe_want(&layer->keyframe);
	return error;
}

/* The packet as its primary block is; the copies stay before it. */
static enum uptrack_verdict open_red(struct uptrack *track, struct pkt *pkt, struct red *red)
{
	const struct red_block *primary;

	if (pkt->rtp.payload_len == 0) /* a probe */
		return UPTRACK_FORWARD;
	if (red_parse(pkt->data + pkt->rtp.payload_at, pkt->rtp.payload_len, red))
		return UPTRACK_MALFORMED;
	primary = &red->blocks[red->count - 1];
	if (primary->pt != track->pt)
		return UPTRACK_UNKNOWN_PT;
	pkt->rtp.red = true;
	pkt->rtp.pt = track->pt;
	pkt->rtp.payload_at += primary->at;
	pkt->rtp.payload_len = primary->len;
	pkt->data[1] = (uint8_t)(pkt->rtp.marker << 7 | track->pt);
	return UPTRACK_FORWARD;
}

static enum uptrack_verdict prepare(
	struct uptrack *track, struct layer *layer, bool repair, struct pkt *pkt, struct red *red)
{
	enum uptrack_verdict verdict;

	if (repair ? pkt->rtp.pt != track->rtx_pt : !is_media(track, pkt->rtp.pt))
		return UPTRACK_UNKNOWN_PT;
	if (repair && (!layer->bound || !unwrap(track, layer, pkt)))
		return UPTRACK_PADDING;
	if (pkt->rtp.pt != track->pt) {
		verdict = open_red(track, pkt, red);
		if (verdict != UPTRACK_FORWARD)
			return verdict;
	}
	pkt->rtp.layer = (uint8_t)(layer - track->layers);
	return mark(track, layer, pkt) ? UPTRACK_MALFORMED : UPTRACK_FORWARD;
}

static void on_gap(
	struct uptrack *track, struct layer *layer, int64_t from, int64_t to, uint64_t now_us)
{
	if (!track->nacks || to - from <= 0)
		return;
	if (!nack_gap(&layer->nack, from, to, now_us))
		want_keyframe(track, layer);
}

static enum uptrack_verdict number(struct uptrack *track, struct layer *layer, bool repair,
	struct pkt *pkt, uint64_t now_us, int64_t *ret_seq)
{
	enum nack_by by = repair ? NACK_BY_REPAIR : track->rtx_pt ? NACK_BY_ITSELF : NACK_BY_EITHER;
	int64_t highest = layer->log.highest, seq;
	bool started = layer->log.started;

	switch (seqlog_put(&layer->log, pkt->rtp.seq, repair, &seq)) {
	case SEQLOG_DUPLICATE:
		return UPTRACK_DUPLICATE;
	case SEQLOG_OLD:
		return UPTRACK_OLD;
	case SEQLOG_JUMP:
		return UPTRACK_JUMP;
	case SEQLOG_RESTART:
		begin_anew(track, layer);
		mark(track, layer, pkt); /* what was known of the stream is of the old one */
		break;
	case SEQLOG_NEW:
		if (started && seq > highest)
			on_gap(track, layer, highest + 1, seq, now_us);
		else if (started)
			nack_came(&layer->nack, seq, by, now_us);
		break;
	}
	track->source.layers[pkt->rtp.layer].newest = (uint16_t)layer->log.highest;
	if (pkt->rtp.keyframe && seq > layer->keyframe_seq)
		layer->keyframe_seq = seq;
	if (!repair)
		seqlog_jitter(
			&layer->log, pkt->rtp.timestamp, pkt->arrival_us, track->codec->clock_rate);
	if (track->red_pt)
		redundancy_came(&track->redundancy, seq, pkt->rtp.timestamp);
	*ret_seq = seq;
	return UPTRACK_FORWARD;
}

static void account(
	struct uptrack *track, struct layer *layer, bool repair, struct pkt *pkt, uint64_t now_us)
{
	struct source_layer *seen = &track->source.layers[layer - track->layers];

	if (!layer->packet_us)
		layer->window_us = now_us;
	layer->packet_us = now_us;
	layer->window_bytes += pkt->len;
	seen->live = true;
	if (pkt->rtp.keyframe) {
		seen->height = pkt->rtp.height;
		seen->spatial_count = layer->stream.spatial_count;
		memcpy(seen->heights, layer->stream.heights, sizeof(seen->heights));
		keyframe_seen(&layer->keyframe);
	}
	track->stats.packets++;
	track->stats.bytes += pkt->len;
	track->stats.repaired += repair;
}

/* A packet made of a copy, as it would have come. NULL: the pool is empty. */
static struct pkt *copy_packet(
	const struct pkt *from, const struct red_block *block, int64_t seq, uint8_t pt)
{
	struct pkt *pkt = pkt_get(from->pool);
	struct writer w;

	if (!pkt)
		return NULL;
	w = writer_of(pkt->data, PKT_ROOM);
	pkt->arrival_us = from->arrival_us;
	pkt->rtp = (struct pkt_rtp){
		.ssrc = from->rtp.ssrc,
		.timestamp = from->rtp.timestamp - block->ago,
		.seq = (uint16_t)seq,
		.pt = pt,
		.payload_len = block->len,
		.has_level = from->rtp.has_level, /* as good as can be told */
		.level = from->rtp.level,
		.voice = from->rtp.voice,
	};
	write_u8(&w, 2 << 6);
	write_u8(&w, pt);
	write_u16(&w, pkt->rtp.seq);
	write_u32(&w, pkt->rtp.timestamp);
	write_u32(&w, pkt->rtp.ssrc);
	pkt->rtp.header_len = pkt->rtp.payload_at = (uint16_t)w.len;
	write_bytes(&w, from->data + from->rtp.header_len + block->at, block->len);
	assert(!w.bad);
	pkt->len = (uint32_t)w.len;
	return pkt;
}

static void take(
	struct uptrack *track, struct layer *layer, bool repair, struct pkt *pkt, uint64_t now_us)
{
	account(track, layer, repair, pkt, now_us);
	history_put(&layer->history, pkt);
}

/* Those copies in packet `seq` that were lost themselves. */
static void find_lost(struct uptrack *track, struct layer *layer, const struct pkt *pkt,
	const struct red *red, int64_t seq, uint64_t now_us)
{
	unsigned copies = red->count - 1;

	for (unsigned i = 0; i < copies; i++) {
		const struct red_block *block = &red->blocks[i];
		struct pkt *found;
		int64_t lost;

		if (block->pt != track->pt || block->len == 0 ||
			!redundancy_find(&track->redundancy, seq, pkt->rtp.timestamp - block->ago,
				copies - i, &lost))
			continue;
		found = copy_packet(pkt, block, lost, track->pt);
		if (!found)
			return;
		if (number(track, layer, true, found, now_us, &lost) != UPTRACK_FORWARD) {
			pkt_put(found);
			continue;
		}
		take(track, layer, true, found, now_us);
		track->found[track->found_count++] = found;
	}
}

enum uptrack_verdict uptrack_recv(struct uptrack *track, struct pkt *pkt, uint64_t now_us)
{
	enum uptrack_verdict verdict;
	struct layer *layer;
	struct red red;
	int64_t seq;
	bool repair;
	int index = uptrack_layer_of(track, pkt->rtp.ssrc, &repair);

	if (index < 0)
		return UPTRACK_UNKNOWN_SSRC;
	layer = &track->layers[index];
	verdict = prepare(track, layer, repair, pkt, &red);
	if (verdict == UPTRACK_FORWARD)
		verdict = number(track, layer, repair, pkt, now_us, &seq);
	if (verdict != UPTRACK_FORWARD)
		return verdict;
	take(track, layer, repair, pkt, now_us);
	forget_found(track);
	if (pkt->rtp.red)
		find_lost(track, layer, pkt, &red, seq, now_us);
	return UPTRACK_FORWARD;
}

struct pkt *uptrack_recovered(struct uptrack *track)
{
	return track->found_taken < track->found_count ? track->found[track->found_taken++] : NULL;
}

void uptrack_bye(struct uptrack *track, uint32_t ssrc)
{
	bool repair;
	int index = uptrack_layer_of(track, ssrc, &repair);

	if (index < 0 || repair)
		return;
	nack_clear(&track->layers[index].nack);
	keyframe_forget(&track->layers[index].keyframe);
	track->layers[index].packet_us = 0;
	track->source.layers[index].live = false;
}

bool uptrack_sr(
	struct uptrack *track, const struct rtcp_sr *sr, uint64_t now_us, unsigned *ret_layer)
{
	bool repair;
	int index = uptrack_layer_of(track, sr->ssrc, &repair);
	struct layer *layer;

	if (index < 0 || repair)
		return false;
	layer = &track->layers[index];
	layer->has_sr = true;
	layer->lsr = (uint32_t)(sr->ntp >> 16);
	layer->sr_us = now_us;
	/* RFC 3550 6.4.1: 0 is of a sender that has no clock. Before the first packet, or after it
	 * began anew, the timestamp may be of another timeline. */
	if (sr->ntp == 0 || !layer->log.started)
		return false;
	track->source.layers[index].has_report = true;
	track->source.layers[index].report = (struct source_report){
		.capture_us = peer_clock_report(track->owner->clock, sr->ntp, now_us),
		.rtp_timestamp = sr->rtp_timestamp,
		.layer = (unsigned)index,
	};
	*ret_layer = (unsigned)index;
	return true;
}

size_t uptrack_report(
	struct uptrack *track, struct rtcp_block *blocks, size_t room, uint64_t now_us)
{
	size_t n = 0;

	for (unsigned i = 0; i < track->source.layer_count && n < room; i++) {
		struct layer *layer = &track->layers[i];

		/* RFC 3550 6.4: only those heard from since the last. */
		if (!layer->log.started || layer->told == layer->log.received)
			continue;
		layer->told = layer->log.received;
		blocks[n] = (struct rtcp_block){.ssrc = layer->ssrc};
		seqlog_block(&layer->log, &blocks[n]);
		if (layer->has_sr) {
			blocks[n].lsr = layer->lsr;
			blocks[n].dlsr = (uint32_t)(((now_us - layer->sr_us) << 16) / 1000000);
		}
		n++;
	}
	return n;
}

static size_t room_for_nacks(const struct writer *w)
{
	size_t left = w->room - w->len;
	size_t n = left < 12 ? 0 : (left - 12) / 4; /* at worst a pair for each */

	return n < NACKS_AT_ONCE ? n : NACKS_AT_ONCE;
}

static void write_request(
	const struct uptrack *track, const struct layer *layer, struct writer *w, uint32_t sender)
{
	if (track->pli)
		rtcp_write_pli(w, sender, layer->ssrc);
	else
		rtcp_write_fir(w, sender, layer->ssrc, layer->keyframe.command);
}

void uptrack_write_requests(
	struct uptrack *track, struct writer *w, uint32_t sender, uint32_t rtt_us, uint64_t now_us)
{
	uint16_t seqs[NACKS_AT_ONCE];
	int64_t given_up;
	size_t n;

	for (unsigned i = 0; i < track->source.layer_count; i++) {
		struct layer *layer = &track->layers[i];

		if (!layer->bound)
			continue;
		if (!track->codec->video && rtt_us > UPTRACK_AUDIO_RTT_US)
			nack_clear(&layer->nack);
		n = nack_due(&layer->nack, rtt_us, now_us, seqs, room_for_nacks(w), &given_up);
		if (n)
			rtcp_write_nack(w, sender, layer->ssrc, seqs, n);
		if (given_up > layer->keyframe_seq)
			want_keyframe(track, layer);
		if (w->room - w->len >= FIR_SIZE &&
			keyframe_due(&layer->keyframe, i == 0, rtt_us, now_us))
			write_request(track, layer, w, sender);
	}
}

bool uptrack_waits(const struct uptrack *track)
{
	for (unsigned i = 0; i < track->source.layer_count; i++) {
		if (track->layers[i].nack.count || track->layers[i].keyframe.wanted)
			return true;
	}
	return false;
}

static void measure_rate(struct layer *layer, struct source_layer *seen, uint64_t now_us)
{
	uint64_t passed_us = now_us - layer->window_us;
	uint32_t bps;

	if (passed_us < RATE_US)
		return;
	bps = (uint32_t)((uint64_t)layer->window_bytes * 8 * 1000000 / passed_us);
	seen->bps = (bps + layer->bps_before) / 2;
	layer->bps_before = bps;
	layer->window_bytes = 0;
	layer->window_us = now_us;
}

static bool within(const struct layer *layer, uint64_t us, uint64_t now_us)
{
	return layer->packet_us && now_us - layer->packet_us < us;
}

uint64_t uptrack_hold_us(struct source *source)
{
	uint64_t us = source->hold_us;

	source->hold_us -= source->hold_us / HOLD_FADES;
	if (source->kind == LECTERN_MIC || us < UPTRACK_HISTORY_US)
		return UPTRACK_HISTORY_US;
	return us < UPTRACK_HISTORY_MOST_US ? us : UPTRACK_HISTORY_MOST_US;
}

void uptrack_tick(struct uptrack *track, uint64_t now_us)
{
	uint64_t held_us = uptrack_hold_us(&track->source);
	uint64_t live_us = track->source.kind == LECTERN_SCREEN ? SCREEN_LIVE_US : LIVE_US;

	for (unsigned i = 0; i < track->source.layer_count; i++) {
		struct layer *layer = &track->layers[i];

		track->source.layers[i].live = within(layer, live_us, now_us);
		measure_rate(layer, &track->source.layers[i], now_us);
		if (now_us > held_us)
			history_prune(&layer->history, now_us - held_us);
	}
}

bool uptrack_flowing(const struct uptrack *track, uint64_t now_us)
{
	uint64_t us = track->source.kind == LECTERN_SCREEN ? SCREEN_FLOWING_US : FLOWING_US;

	for (unsigned i = 0; i < track->source.layer_count; i++) {
		if (within(&track->layers[i], us, now_us))
			return true;
	}
	return false;
}

void uptrack_stats(const struct uptrack *track, struct uptrack_stats *ret_stats)
{
	struct uptrack_stats stats = track->stats;

	for (unsigned i = 0; i < track->source.layer_count; i++) {
		stats.expected += seqlog_expected(&track->layers[i].log);
		stats.received += track->layers[i].log.received;
	}
	*ret_stats = stats;
}
