/* SPDX-License-Identifier: MIT */
#include "ingress/uptrack_priv.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	LIVE_US = 1000000,
	SCREEN_LIVE_US = 3000000, /* a still screen sends a frame a second or so */
	FLOWING_US = 2000000,
	SCREEN_FLOWING_US = 5000000,
	RATE_US = 500000,   /* a rate is that of the last two such windows */
	NACKS_AT_ONCE = 64, /* numbers of one NACK */
	FIR_SIZE = 20,
	HOLD_FADES = 32, /* a wish to hold packets long falls by a 32nd each tick */
};

static struct uptrack *of_source(struct source *source)
{
	return list_of(source, struct uptrack, source);
}

bool uptrack_want_keyframe(struct uptrack *track, struct uptrack_layer *layer)
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

	if (uptrack_want_keyframe(track, &track->layers[layer]))
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
		struct uptrack_layer *layer = &track->layers[i];

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

void uptrack_destroy(struct uptrack *track)
{
	if (!track)
		return;
	assert(list_empty(&track->source.of_router));
	for (unsigned i = 0; i < SOURCE_LAYERS; i++)
		history_finish(&track->layers[i].history);
	uptrack_forget_found(track);
	free(track);
}

struct source *uptrack_source(struct uptrack *track)
{
	return &track->source;
}

int uptrack_layer_of(const struct uptrack *track, uint32_t ssrc, bool *ret_repair)
{
	for (unsigned i = 0; i < track->source.layer_count; i++) {
		const struct uptrack_layer *layer = &track->layers[i];

		if ((layer->bound && layer->ssrc == ssrc) ||
			(layer->repair_bound && layer->repair_ssrc == ssrc)) {
			*ret_repair = !layer->bound || layer->ssrc != ssrc;
			return (int)i;
		}
	}
	return -1;
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

	if (layer < 0 || (!uptrack_is_media(track, pt) && !is_repair(track, pt)))
		return false;
	if (names->mid[0])
		return strcmp(names->mid, track->mid) == 0;
	return is_repair(track, pt) ? !track->layers[layer].repair_bound
				    : !track->layers[layer].bound;
}

void uptrack_bind(struct uptrack *track, uint32_t ssrc, uint8_t pt, const struct rtp_names *names)
{
	struct uptrack_layer *layer = &track->layers[layer_of_names(track, pt, names)];

	if (is_repair(track, pt)) {
		layer->repair_ssrc = ssrc;
		layer->repair_bound = true;
		return;
	}
	if (layer->bound) {
		uptrack_begin_anew(track, layer);
		memset(&layer->log, 0, sizeof(layer->log));
	}
	layer->ssrc = ssrc;
	layer->bound = true;
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
	struct uptrack_layer *layer;

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
		struct uptrack_layer *layer = &track->layers[i];

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

static void write_request(const struct uptrack *track, const struct uptrack_layer *layer,
	struct writer *w, uint32_t sender)
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
		struct uptrack_layer *layer = &track->layers[i];

		if (!layer->bound)
			continue;
		if (!track->codec->video && rtt_us > UPTRACK_AUDIO_RTT_US)
			nack_clear(&layer->nack);
		n = nack_due(&layer->nack, rtt_us, now_us, seqs, room_for_nacks(w), &given_up);
		if (n)
			rtcp_write_nack(w, sender, layer->ssrc, seqs, n);
		if (given_up > layer->keyframe_seq)
			uptrack_want_keyframe(track, layer);
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

static void measure_rate(struct uptrack_layer *layer, struct source_layer *seen, uint64_t now_us)
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

static bool within(const struct uptrack_layer *layer, uint64_t us, uint64_t now_us)
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
		struct uptrack_layer *layer = &track->layers[i];

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
