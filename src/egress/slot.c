/* SPDX-License-Identifier: MIT */
#include "egress/slot.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cache.h"
#include "base/rand.h"
#include "egress/copies.h"
#include "egress/layers.h"
#include "egress/timeline.h"
#include "rtp/codec.h"
#include "rtp/rtcp.h"
#include "rtp/seq.h"

enum {
	REPORT_US = 1000000,
	SR_SIZE = 28 + 24 + 36, /* bytes of an SR and an SDES with a CNAME of 32, and some */
	RESENT = 64,		/* repairs remembered, a power of two */
	OFF_US = 500000,	/* a capture time further off than this is not believed */
	AUDIO_LEAST_US = 20000, /* between the last packet of a source and the first of the next */
	VIDEO_LEAST_US = 1000,
	OSN = 2, /* RFC 4588 4 */
	GUARD_LESS_US = 5000,
	BASE_RESERVE = 8000, /* bytes of the repair budget that only the base layer may use */
	HOLD_RTTS = 3,	     /* round trips after which nobody asks any more */
	HOLD_MOST_US = 3000000,
};

/* When a packet was last sent again. Two numbers may share a place; the budget holds anyway. */
struct resent {
	uint16_t seq;
	uint8_t tries;
	uint64_t at_us;
};

/* Headers of a stream, with and without room for a long dependency descriptor. */
struct slot_heads {
	struct rtp_template usual, wide;
};

/* First what every packet reads or writes, in as few lines of the cache as can be. */
struct slot {
	_Alignas(CACHE_LINE) struct sink sink;
	bool video;	       /* given */
	uint8_t ext_dd;	       /* given */
	bool awaits_keyframe;  /* the subscriber cannot go on without */
	uint16_t restarts;     /* source_layer.restarts of that layer when it began */
	int layer;	       /* of sink.source, that is shown; -1: none, waits for a keyframe */
	struct outlet *outlet; /* given */
	/* of sink.source; NULL: none, or one that the member cannot decode */
	const struct codec *codec;
	const struct lectern_format *format;
	uint64_t sent_us;      /* the last packet */
	struct layers_aim aim; /* what should be shown */
	struct layers layers;  /* what is, inside of the layer */
	struct timeline timeline;
	struct slot_stats stats;
	struct slot_heads media; /* given */

	/* given */
	uint32_t ssrc;
	uint32_t repair_ssrc; /* 0: none */
	unsigned format_count;
	struct lectern_format formats[LECTERN_MAX_FORMATS];
	struct slot_heads repair;
	/* state */
	struct layers_limit limit;
	struct copies copies; /* audio */
	uint64_t line_us;     /* server's time 0 of the timeline ... */
	uint32_t line_start;  /* ... and the timestamp then */
	uint16_t repair_seq;
	struct resent resent[RESENT];
	uint64_t report_us;		    /* the last sender report; 0: due at once */
	uint64_t reported;		    /* stats.packets then */
	uint64_t request_us[SLOT_REQUESTS]; /* the last ones of the subscriber, in turn */
	bool has_command;		    /* of a FIR, the last: */
	uint8_t command;
};

enum { SLOT_HOT = offsetof(struct slot, media.wide) }; /* bytes */

static struct slot *of_sink(struct sink *sink)
{
	return list_of(sink, struct slot, sink);
}

static uint32_t ticks(const struct slot *slot, int64_t us)
{
	return (uint32_t)(us * (int64_t)slot->codec->clock_rate / 1000000);
}

/* Without the descriptor a receiver cannot put the spatial layers of AV1 together: it gets one. */
static struct layers_aim best_layers(const struct slot *slot)
{
	struct layers_aim aim = layers_choose(slot->sink.source, &slot->limit);

	if (slot->codec->id == LECTERN_CODEC_AV1 && !slot->ext_dd)
		aim.spatial = 0;
	return aim;
}

/* Asks for a keyframe of the layer that should be shown, if there is no other way to it. */
static void choose(struct slot *slot, uint64_t now_us)
{
	struct source *source = slot->sink.source;

	if (!source || !slot->codec || !slot->video)
		return;
	slot->aim = best_layers(slot);
	if (slot->aim.layer >= 0 &&
		(slot->aim.layer != slot->layer || layers_need_keyframe(&slot->layers, &slot->aim)))
		source->ops->need_keyframe(source, (unsigned)slot->aim.layer, now_us);
}

/* When the packet's frame was captured, by the server's clock: as its sender's reports tell, or
 * without one, when it came, which is later by no more than its delay varies. */
static uint64_t captured_us(const struct slot *slot, const struct pkt *pkt)
{
	const struct source_layer *layer = &slot->sink.source->layers[pkt->rtp.layer];
	int32_t since;

	if (!layer->has_report)
		return pkt->arrival_us;
	since = (int32_t)(pkt->rtp.timestamp - layer->report.rtp_timestamp);
	return layer->report.capture_us +
	       (uint64_t)((int64_t)since * 1000000 / (int64_t)slot->codec->clock_rate);
}

/* The timestamp for the first packet of a stretch. */
static uint32_t first_timestamp(struct slot *slot, const struct pkt *pkt, uint64_t now_us)
{
	uint64_t capture_us = captured_us(slot, pkt);
	uint64_t least_us = slot->video ? VIDEO_LEAST_US : AUDIO_LEAST_US;
	uint64_t passed_us = now_us - slot->sent_us;
	uint32_t ideal, by_elapsed, limit = ticks(slot, OFF_US);
	int32_t off;

	if (!slot->timeline.started) {
		slot->line_us = capture_us;
		return slot->line_start;
	}
	if (passed_us < least_us)
		passed_us = least_us;
	ideal = slot->line_start + ticks(slot, (int64_t)(capture_us - slot->line_us));
	by_elapsed = slot->timeline.timestamp + ticks(slot, (int64_t)passed_us);
	off = (int32_t)(ideal - by_elapsed);
	if (off > (int32_t)limit || off < -(int32_t)limit)
		return by_elapsed;
	/* Never back, never on top of what was sent. */
	if ((int32_t)(ideal - slot->timeline.timestamp) < (int32_t)ticks(slot, (int64_t)least_us))
		return slot->timeline.timestamp + ticks(slot, (int64_t)least_us);
	return ideal;
}

static void begin_stretch(struct slot *slot, const struct pkt *pkt, uint64_t now_us)
{
	slot->layer = pkt->rtp.layer;
	slot->restarts = slot->sink.source->layers[pkt->rtp.layer].restarts;
	timeline_switch(&slot->timeline, &pkt->rtp, first_timestamp(slot, pkt, now_us));
	slot->copies.first = pkt->rtp.timestamp;
	if (slot->video)
		layers_begin(&slot->layers, &slot->aim, &pkt->rtp);
	slot->report_us = 0;
	slot->stats.switches++;
}

static bool may_begin(const struct slot *slot, const struct pkt *pkt)
{
	if (!slot->codec)
		return false;
	if (!slot->video)
		return pkt->rtp.payload_len > 0;
	return pkt->rtp.keyframe && slot->aim.layer == pkt->rtp.layer;
}

/* A keyframe whose first packet came late, and which is the only way to the aim: what came after it
 * was left out and has no numbers, so all of it goes out from here on. */
static bool begins_late(const struct slot *slot, const struct pkt *pkt)
{
	return pkt->rtp.keyframe && slot->video && slot->aim.layer == slot->layer &&
	       timeline_is_late(&slot->timeline, &pkt->rtp) &&
	       layers_need_keyframe(&slot->layers, &slot->aim);
}

static bool is_shown(const struct slot *slot, const struct pkt *pkt)
{
	return slot->layer == pkt->rtp.layer &&
	       slot->restarts == slot->sink.source->layers[pkt->rtp.layer].restarts &&
	       !begins_late(slot, pkt);
}

/* The descriptor tells layers that only it can tell; other codecs have their own. */
static bool sends_dd(const struct slot *slot, const struct pkt *pkt)
{
	return slot->ext_dd && pkt->rtp.dd_len && slot->codec->id == LECTERN_CODEC_AV1;
}

static const struct rtp_template *choose_head(
	const struct slot *slot, const struct slot_heads *heads, const struct pkt *pkt)
{
	return sends_dd(slot, pkt) && pkt->rtp.dd_len + DD_MAX_GROWTH > RTP_ELEMENT_SHORT
		       ? &heads->wide
		       : &heads->usual;
}

/* Adds the dependency descriptor with the numbers of `place` to the header. */
static void add_dd(const struct slot *slot, const struct rtp_template *head, const struct pkt *pkt,
	const struct timeline_place *place, struct outlet_item *item)
{
	uint8_t dd[OUTLET_HEAD];
	size_t len = dd_write(pkt->data + pkt->rtp.dd_at, pkt->rtp.dd_len, place->number,
		layers_target(&slot->layers), dd);

	item->len = (uint8_t)rtp_template_add(
		head, item->bytes, item->len, slot->ext_dd, dd, (uint8_t)len);
}

/* Adds the payload with the numbers of `place`. Returns its length. */
static size_t add_payload(struct slot *slot, struct pkt *pkt, const struct timeline_place *place,
	struct outlet_item *item)
{
	size_t skip = 0, head = 0, len;

	if (!slot->video && !item->repair) {
		len = copies_add(&slot->copies, slot->sink.source, pkt, slot->format->pt, item);
		if (len)
			return len;
	}
	if (slot->codec->rewrite && pkt->rtp.payload_len) {
		skip = pkt->rtp.descriptor_len;
		head = slot->codec->rewrite(
			pkt, place->picture_id, place->tl0, item->bytes + item->len);
		item->len = (uint8_t)(item->len + head);
	}
	item->pads = slot->video;
	outlet_add(item, pkt, pkt->rtp.payload_at + skip, pkt->rtp.payload_len - skip);
	return head + pkt->rtp.payload_len - skip;
}

static bool fits(const struct slot *slot, const struct rtp_template *head, const struct pkt *pkt)
{
	size_t own = head->len + OSN + CODEC_DESCRIPTOR_ROOM;

	if (sends_dd(slot, pkt))
		own += RTP_ELEMENT_GROWTH + pkt->rtp.dd_len + DD_MAX_GROWTH;
	return own <= OUTLET_HEAD && own + pkt->rtp.payload_len <= OUTLET_MAX_PACKET;
}

static bool ends_picture(const struct slot *slot, const struct pkt *pkt)
{
	return slot->video ? layers_end(&slot->layers, &pkt->rtp) : pkt->rtp.marker;
}

/* `first` of a stretch. A `blank` packet only fills a place. */
static void forward(struct slot *slot, struct pkt *pkt, bool first, bool blank, uint64_t now_us)
{
	const struct rtp_template *head = choose_head(slot, &slot->media, pkt);
	struct timeline_place place;
	struct outlet_item *item;

	if (!fits(slot, head, pkt)) {
		slot->stats.dropped_size++;
		return;
	}
	if (timeline_take(&slot->timeline, &pkt->rtp, &place)) {
		slot->stats.dropped_late++;
		return;
	}
	item = outlet_begin(slot->outlet, head, now_us);
	/* RFC 3551 4.1: sound that begins after a silence is marked. */
	rtp_template_write(head, item->bytes, slot->format->pt,
		!blank && (ends_picture(slot, pkt) || (first && !slot->video)), (uint16_t)place.seq,
		place.timestamp);
	rtp_template_set_level(
		head, item->bytes, pkt->rtp.has_level ? pkt->rtp.level : 127, pkt->rtp.voice);
	item->len = head->len;
	if (pkt->rtp.keyframe)
		slot->awaits_keyframe = false;
	slot->stats.packets++;
	if (!blank) {
		if (sends_dd(slot, pkt))
			add_dd(slot, head, pkt, &place, item);
		slot->stats.octets += add_payload(slot, pkt, &place, item);
	}
	slot->stats.blanks += blank;
	slot->sent_us = now_us;
	outlet_send(slot->outlet, item);
}

/* A packet of what is shown: is it of the layers that are? */
static void consider(struct slot *slot, struct pkt *pkt, bool first, uint64_t now_us)
{
	if (!slot->video) {
		forward(slot, pkt, first, false, now_us);
	} else if (timeline_is_late(&slot->timeline, &pkt->rtp)) {
		forward(slot, pkt, false, !layers_took(&slot->layers, &pkt->rtp), now_us);
	} else if (layers_take(&slot->layers, &slot->aim, &pkt->rtp)) {
		forward(slot, pkt, first, false, now_us);
	} else {
		timeline_drop(&slot->timeline, &pkt->rtp);
		slot->stats.dropped_layer++;
	}
}

/* What was sent after `pkt` and came before it: the rest of a keyframe whose first packet was late,
 * or lost and repaired. */
static void catch_up(struct slot *slot, const struct pkt *pkt, uint64_t now_us)
{
	struct source *source = slot->sink.source;
	uint16_t newest = source->layers[slot->layer].newest;

	for (uint16_t seq = pkt->rtp.seq; seq_newer(newest, seq);) {
		struct pkt *later = source->ops->find(source, (unsigned)slot->layer, ++seq);

		if (later)
			consider(slot, later, false, now_us);
	}
}

static void on_packet(struct sink *sink, struct pkt *pkt, uint64_t now_us)
{
	struct slot *slot = of_sink(sink);

	if (pkt->rtp.keyframe && slot->codec) /* of another size, maybe */
		slot->aim = best_layers(slot);
	if (is_shown(slot, pkt)) {
		consider(slot, pkt, false, now_us);
	} else if (may_begin(slot, pkt)) {
		begin_stretch(slot, pkt, now_us);
		consider(slot, pkt, true, now_us);
		catch_up(slot, pkt, now_us);
	} else if (!slot->codec) {
		slot->stats.dropped_codec++;
	} else {
		slot->stats.dropped_waiting++;
	}
}

/* How the member decodes the source, if it can. */
static void choose_format(struct slot *slot, const struct source *source)
{
	slot->codec = NULL;
	slot->format = NULL;
	for (unsigned i = 0; i < slot->format_count && !slot->format; i++) {
		const struct lectern_format *format = &slot->formats[i];

		if (codec_can_decode(
			    format->codec, format->profile, source->codec, source->profile))
			slot->format = format;
	}
	if (!slot->format)
		return;
	slot->codec = codec_find(slot->format->codec);
	slot->copies.red_pt = slot->format->red_pt;
}

static void on_attached(struct sink *sink, uint64_t now_us)
{
	choose_format(of_sink(sink), sink->source);
	of_sink(sink)->layer = -1;
	of_sink(sink)->awaits_keyframe = false;
	choose(of_sink(sink), now_us);
}

static void on_detached(struct sink *sink, uint64_t now_us)
{
	(void)now_us;
	of_sink(sink)->layer = -1;
}

static void on_soon(const struct sink *sink, unsigned turns)
{
	const struct slot *slot = list_of(sink, struct slot, sink);

	/* the one tells where the other lies */
	if (turns == 2)
		cache_fetch(slot, SLOT_HOT);
	else
		cache_fetch(slot->outlet, sizeof(*slot->outlet));
}

static const struct sink_ops sink_ops = {
	.soon = on_soon,
	.attached = on_attached,
	.packet = on_packet,
	.detached = on_detached,
};

static void make_heads(struct slot_heads *heads, const struct lectern_section *section,
	uint32_t ssrc, bool with_level)
{
	struct rtp_exts exts = {
		.mid = section->ext_mid,
		.twcc = section->ext_twcc,
		.abs_send_time = section->ext_abs_send_time,
		.level = with_level ? section->ext_level : 0,
	};

	rtp_template_init(&heads->usual, ssrc, &exts, section->mid);
	rtp_template_init_wide(&heads->wide, ssrc, &exts, section->mid);
}

static bool is_possible(const struct lectern_section *section)
{
	if (section->use != LECTERN_SECTION_SLOT || section->format_count < 1 ||
		section->format_count > LECTERN_MAX_FORMATS)
		return false;
	for (unsigned i = 0; i < section->format_count; i++) {
		const struct codec *codec = codec_find(section->formats[i].codec);

		if (!codec || codec->video != (section->kind != LECTERN_MIC))
			return false;
	}
	return true;
}

int slot_create(
	const struct lectern_section *section, struct outlet *outlet, struct slot **ret_slot)
{
	uint32_t start[3];
	struct slot *slot;

	if (!is_possible(section))
		return -EINVAL;
	slot = aligned_alloc(_Alignof(struct slot), sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	memset(slot, 0, sizeof(*slot));
	rand_bytes(start, sizeof(start));
	sink_init(&slot->sink, &sink_ops);
	slot->video = section->kind != LECTERN_MIC;
	slot->outlet = outlet;
	slot->ssrc = section->ssrc;
	slot->repair_ssrc = section->rtx_ssrc;
	slot->format_count = section->format_count;
	memcpy(slot->formats, section->formats, sizeof(slot->formats));
	slot->ext_dd = section->ext_dd;
	slot->limit = (struct layers_limit){SLOT_UNLIMITED, TARGETS_TEMPORAL - 1};
	slot->aim.layer = slot->layer = -1;
	slot->line_start = start[0];
	slot->repair_seq = start[1] & 0x7fff;
	timeline_init(&slot->timeline, start[2] & 0x7fff, start[0], (uint16_t)(start[2] >> 16),
		(uint8_t)(start[1] >> 16));
	make_heads(&slot->media, section, section->ssrc, !slot->video);
	make_heads(&slot->repair, section, section->rtx_ssrc, false);
	*ret_slot = slot;
	return 0;
}

void slot_destroy(struct slot *slot)
{
	if (!slot)
		return;
	assert(!slot->sink.source && list_empty(&slot->sink.of_router));
	free(slot);
}

struct sink *slot_sink(struct slot *slot)
{
	return &slot->sink;
}

uint32_t slot_ssrc(const struct slot *slot)
{
	return slot->ssrc;
}

void slot_limit(struct slot *slot, unsigned height, uint64_t now_us)
{
	slot->limit.height = height;
	if (height == 0)
		slot->layer = -1;
	choose(slot, now_us);
}

void slot_limit_temporal(struct slot *slot, unsigned temporal, uint64_t now_us)
{
	slot->limit.temporal =
		(uint8_t)(temporal < TARGETS_TEMPORAL ? temporal : TARGETS_TEMPORAL - 1);
	choose(slot, now_us);
}

static void resend(struct slot *slot, struct pkt *pkt, uint64_t now_us)
{
	const struct rtp_template *head = choose_head(slot, &slot->repair, pkt);
	struct timeline_place place = timeline_again(&slot->timeline, &pkt->rtp);
	struct outlet_item *item = outlet_begin(slot->outlet, head, now_us);
	bool blank = slot->video && !layers_took(&slot->layers, &pkt->rtp);
	uint8_t *osn;

	rtp_template_write(head, item->bytes, slot->format->rtx_pt,
		!blank && ends_picture(slot, pkt), slot->repair_seq++, place.timestamp);
	item->len = head->len;
	if (!blank && sends_dd(slot, pkt))
		add_dd(slot, head, pkt, &place, item);
	osn = item->bytes + item->len;
	osn[0] = (uint8_t)(place.seq >> 8);
	osn[1] = (uint8_t)place.seq;
	item->len += OSN;
	item->repair = true;
	if (!blank)
		add_payload(slot, pkt, &place, item);
	slot->stats.resent++;
	outlet_send(slot->outlet, item);
}

/* Not again while the last one may be on its way: a little less than a round trip. */
static uint64_t guard_us(const struct slot *slot)
{
	uint64_t rtt_us = slot->outlet->rtt_us, most_us = rtt_us * 9 / 10;

	if (rtt_us < GUARD_LESS_US)
		return 0;
	return most_us < rtt_us - GUARD_LESS_US ? most_us : rtt_us - GUARD_LESS_US;
}

static bool too_early(struct slot *slot, uint16_t seq, uint64_t now_us)
{
	struct resent *resent = &slot->resent[seq & (RESENT - 1)];

	if (resent->tries == 0 || resent->seq != seq) {
		*resent = (struct resent){.seq = seq, .tries = 1, .at_us = now_us};
		return false;
	}
	if (now_us - resent->at_us < guard_us(slot) || resent->tries >= SLOT_TRIES)
		return true;
	resent->tries++;
	resent->at_us = now_us;
	return false;
}

/* Of temporal layers the base comes first: without it the others are of no use. While a keyframe is
 * awaited too: on lossy links the repair often comes first (tests/sim lost a fifth of its frames
 * without). */
static bool worth_repair(const struct slot *slot, const struct pkt *pkt)
{
	size_t left = pkt->rtp.temporal > 0 ? BASE_RESERVE : 0;

	return outlet_may_repair(slot->outlet, pkt->len + left);
}

void slot_nack(struct slot *slot, uint16_t seq, uint64_t now_us)
{
	struct source *source = slot->sink.source;
	uint16_t source_seq;
	struct pkt *pkt;

	slot->stats.nacked++;
	if (!slot->repair_ssrc || !slot->format || !slot->format->rtx_pt || !source ||
		slot->layer < 0 || !timeline_find(&slot->timeline, seq, &source_seq)) {
		slot->stats.nack_gone++;
		return;
	}
	pkt = source->ops->find(source, (unsigned)slot->layer, source_seq);
	if (!pkt) {
		slot->stats.nack_gone++;
	} else if (!worth_repair(slot, pkt)) {
		slot->stats.nack_denied++;
	} else if (too_early(slot, seq, now_us)) {
		slot->stats.nack_early++;
	} else {
		resend(slot, pkt, now_us);
	}
}

/* SLOT_REQUESTS within SLOT_REQUESTS_US. */
static bool within_requests(struct slot *slot, uint64_t now_us)
{
	uint64_t *oldest = &slot->request_us[slot->stats.requests % SLOT_REQUESTS];

	if (slot->stats.requests >= SLOT_REQUESTS && now_us - *oldest < SLOT_REQUESTS_US) {
		slot->stats.requests_denied++;
		return false;
	}
	*oldest = now_us;
	slot->stats.requests++;
	return true;
}

void slot_keyframe(struct slot *slot, uint64_t now_us)
{
	struct source *source = slot->sink.source;

	/* Without a layer it has asked for one itself. The source repeats what it was asked. */
	if (!source || slot->layer < 0 || !slot->video || slot->awaits_keyframe)
		return;
	if (!within_requests(slot, now_us))
		return;
	slot->awaits_keyframe = true;
	source->ops->need_keyframe(source, (unsigned)slot->layer, now_us);
}

void slot_fir(struct slot *slot, uint8_t command, uint64_t now_us)
{
	/* The first request is repeated from here until a keyframe comes. */
	if (slot->has_command && command == slot->command)
		return;
	slot->has_command = true;
	slot->command = command;
	slot_keyframe(slot, now_us);
}

/* The way of a NACK to here may be long. */
static void hold(struct slot *slot)
{
	uint64_t us = (uint64_t)slot->outlet->rtt_us * HOLD_RTTS;

	if (slot->sink.source && slot->repair_ssrc)
		source_hold(slot->sink.source,
			us < HOLD_MOST_US ? (uint32_t)us : (uint32_t)HOLD_MOST_US);
}

void slot_tick(struct slot *slot, uint64_t now_us)
{
	choose(slot, now_us);
	hold(slot);
	if (!slot->video)
		copies_tick(&slot->copies, slot->outlet->loss, now_us);
}

void slot_write_report(struct slot *slot, const char *cname, struct writer *w, uint64_t now_us)
{
	const struct source_layer *layer;
	struct rtcp_sr sr = {.ssrc = slot->ssrc};

	if (!slot->sink.source || slot->layer < 0 || slot->stats.packets == slot->reported ||
		(slot->report_us && now_us - slot->report_us < REPORT_US))
		return;
	layer = &slot->sink.source->layers[slot->layer];
	if (!layer->has_report || w->bad || w->room - w->len < SR_SIZE)
		return;
	sr.ntp = rtcp_ntp_of_us(now_us);
	sr.rtp_timestamp = layer->report.rtp_timestamp + slot->timeline.timestamp_offset +
			   ticks(slot, (int64_t)(now_us - layer->report.capture_us));
	sr.packets = (uint32_t)slot->stats.packets;
	sr.octets = (uint32_t)slot->stats.octets;
	rtcp_write_sr(w, &sr, NULL, 0);
	rtcp_write_sdes(w, slot->ssrc, cname);
	slot->report_us = now_us;
	slot->reported = slot->stats.packets;
}

void slot_stats(const struct slot *slot, struct slot_stats *ret_stats)
{
	*ret_stats = slot->stats;
	ret_stats->layer = slot->layer;
	ret_stats->spatial = slot->layers.spatial;
	ret_stats->temporal = slot->layers.temporal;
}
