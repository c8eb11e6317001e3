/* SPDX-License-Identifier: MIT */
#include "egress/slot.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

struct slot {
	struct sink sink;
	/* given */
	const struct codec *codec;
	struct outlet *outlet;
	uint32_t ssrc;
	uint8_t pt, repair_pt;
	struct rtp_template head, repair_head;
	/* state */
	unsigned limit;
	int layer;	   /* of sink.source, that is shown; -1: none, waits for a keyframe */
	uint16_t restarts; /* source_layer.restarts of that layer when it began */
	struct timeline timeline;
	struct copies copies; /* audio */
	uint64_t line_us;     /* server's time 0 of the timeline ... */
	uint32_t line_start;  /* ... and the timestamp then */
	uint64_t sent_us;     /* the last packet */
	uint16_t repair_seq;
	struct resent resent[RESENT];
	uint64_t report_us;		    /* the last sender report; 0: due at once */
	uint64_t reported;		    /* stats.packets then */
	bool awaits_keyframe;		    /* the subscriber cannot go on without */
	uint64_t request_us[SLOT_REQUESTS]; /* the last ones of the subscriber, in turn */
	bool has_command;		    /* of a FIR, the last: */
	uint8_t command;
	struct slot_stats stats;
};

static struct slot *of_sink(struct sink *sink)
{
	return list_of(sink, struct slot, sink);
}

static uint32_t ticks(const struct slot *slot, int64_t us)
{
	return (uint32_t)(us * (int64_t)slot->codec->clock_rate / 1000000);
}

/* Asks for a keyframe of the layer that should be shown, if it is not. */
static void choose(struct slot *slot, uint64_t now_us)
{
	struct source *source = slot->sink.source;
	int best;

	if (!source || !slot->codec->video)
		return;
	best = layers_choose(source, slot->limit);
	if (best >= 0 && best != slot->layer)
		source->ops->need_keyframe(source, (unsigned)best, now_us);
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
	uint64_t least_us = slot->codec->video ? VIDEO_LEAST_US : AUDIO_LEAST_US;
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
	slot->report_us = 0;
	slot->stats.switches++;
}

static bool may_begin(const struct slot *slot, const struct pkt *pkt)
{
	if (!slot->codec->video)
		return pkt->rtp.payload_len > 0;
	return pkt->rtp.keyframe && layers_choose(slot->sink.source, slot->limit) == pkt->rtp.layer;
}

static bool is_shown(const struct slot *slot, const struct pkt *pkt)
{
	return slot->layer == pkt->rtp.layer &&
	       slot->restarts == slot->sink.source->layers[pkt->rtp.layer].restarts;
}

/* Adds the payload with the numbers of `place`. Returns its length. */
static size_t add_payload(struct slot *slot, struct pkt *pkt, const struct timeline_place *place,
	struct outlet_item *item)
{
	size_t skip = 0, head = 0, len;

	if (!slot->codec->video && !item->repair) {
		len = copies_add(&slot->copies, slot->sink.source, pkt, slot->pt, item);
		if (len)
			return len;
	}
	if (slot->codec->rewrite && pkt->rtp.payload_len) {
		skip = pkt->rtp.descriptor_len;
		head = slot->codec->rewrite(
			pkt, place->picture_id, place->tl0, item->bytes + item->len);
		item->len = (uint8_t)(item->len + head);
	}
	item->pads = slot->codec->video && pkt->rtp.payload_len;
	outlet_add(item, pkt, pkt->rtp.payload_at + skip, pkt->rtp.payload_len - skip);
	return head + pkt->rtp.payload_len - skip;
}

static bool fits(const struct rtp_template *head, const struct pkt *pkt)
{
	return head->len + OSN + CODEC_DESCRIPTOR_ROOM + (size_t)pkt->rtp.payload_len <=
	       OUTLET_MAX_PACKET;
}

static void forward(struct slot *slot, struct pkt *pkt, bool first, uint64_t now_us)
{
	const struct rtp_template *head = &slot->head;
	struct timeline_place place;
	struct outlet_item *item;

	if (!fits(head, pkt)) {
		slot->stats.dropped_size++;
		return;
	}
	item = outlet_begin(slot->outlet, head, now_us);
	if (timeline_take(&slot->timeline, &pkt->rtp, &place)) {
		outlet_cancel(slot->outlet, item);
		slot->stats.dropped_late++;
		return;
	}
	/* RFC 3551 4.1: sound that begins after a silence is marked. */
	rtp_template_write(head, item->bytes, slot->pt,
		pkt->rtp.marker || (first && !slot->codec->video), (uint16_t)place.seq,
		place.timestamp);
	rtp_template_set_level(
		head, item->bytes, pkt->rtp.has_level ? pkt->rtp.level : 127, pkt->rtp.voice);
	item->len = head->len;
	if (pkt->rtp.keyframe)
		slot->awaits_keyframe = false;
	slot->stats.packets++;
	slot->stats.octets += add_payload(slot, pkt, &place, item);
	slot->sent_us = now_us;
	outlet_send(slot->outlet, item);
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
			forward(slot, later, false, now_us);
	}
}

static void on_packet(struct sink *sink, struct pkt *pkt, uint64_t now_us)
{
	struct slot *slot = of_sink(sink);

	if (is_shown(slot, pkt)) {
		forward(slot, pkt, false, now_us);
	} else if (may_begin(slot, pkt)) {
		begin_stretch(slot, pkt, now_us);
		forward(slot, pkt, true, now_us);
		catch_up(slot, pkt, now_us);
	} else {
		slot->stats.dropped_waiting++;
	}
}

static void on_attached(struct sink *sink, uint64_t now_us)
{
	of_sink(sink)->layer = -1;
	of_sink(sink)->awaits_keyframe = false;
	choose(of_sink(sink), now_us);
}

static void on_detached(struct sink *sink, uint64_t now_us)
{
	(void)now_us;
	of_sink(sink)->layer = -1;
}

static const struct sink_ops sink_ops = {
	.attached = on_attached,
	.packet = on_packet,
	.detached = on_detached,
};

static void make_heads(struct slot *slot, const struct lectern_section *section)
{
	struct rtp_exts exts = {
		.mid = section->ext_mid,
		.twcc = section->ext_twcc,
		.abs_send_time = section->ext_abs_send_time,
		.level = slot->codec->video ? 0 : section->ext_level,
	};

	rtp_template_init(&slot->head, section->ssrc, &exts, section->mid);
	exts.level = 0;
	rtp_template_init(&slot->repair_head, section->rtx_ssrc, &exts, section->mid);
}

int slot_create(
	const struct lectern_section *section, struct outlet *outlet, struct slot **ret_slot)
{
	const struct codec *codec = codec_find(section->formats[0].codec);
	uint32_t start[3];
	struct slot *slot;

	if (section->use != LECTERN_SECTION_SLOT || section->format_count < 1 || !codec ||
		codec->video != (section->kind != LECTERN_MIC))
		return -EINVAL;
	slot = calloc(1, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	rand_bytes(start, sizeof(start));
	sink_init(&slot->sink, &sink_ops);
	slot->codec = codec;
	slot->outlet = outlet;
	slot->ssrc = section->ssrc;
	slot->pt = section->formats[0].pt;
	slot->repair_pt = section->rtx_ssrc ? section->formats[0].rtx_pt : 0;
	slot->copies.red_pt = section->formats[0].red_pt;
	slot->limit = SLOT_UNLIMITED;
	slot->layer = -1;
	slot->line_start = start[0];
	slot->repair_seq = start[1] & 0x7fff;
	timeline_init(&slot->timeline, start[2] & 0x7fff, start[0], (uint16_t)(start[2] >> 16),
		(uint8_t)(start[1] >> 16));
	make_heads(slot, section);
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

bool slot_is_video(const struct slot *slot)
{
	return slot->codec->video;
}

void slot_limit(struct slot *slot, unsigned height, uint64_t now_us)
{
	slot->limit = height;
	if (height == 0)
		slot->layer = -1;
	choose(slot, now_us);
}

static void resend(struct slot *slot, struct pkt *pkt, uint64_t now_us)
{
	const struct rtp_template *head = &slot->repair_head;
	struct timeline_place place = timeline_again(&slot->timeline, &pkt->rtp);
	struct outlet_item *item = outlet_begin(slot->outlet, head, now_us);
	struct writer osn;

	rtp_template_write(head, item->bytes, slot->repair_pt, pkt->rtp.marker, slot->repair_seq++,
		place.timestamp);
	osn = writer_of(item->bytes + head->len, OSN);
	write_u16(&osn, (uint16_t)place.seq);
	item->len = (uint8_t)(head->len + OSN);
	item->repair = true;
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
	if (!slot->repair_pt || !source || slot->layer < 0 ||
		!timeline_find(&slot->timeline, seq, &source_seq)) {
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
	if (!source || slot->layer < 0 || !slot->codec->video || slot->awaits_keyframe)
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

	if (slot->sink.source && slot->repair_pt)
		source_hold(slot->sink.source,
			us < HOLD_MOST_US ? (uint32_t)us : (uint32_t)HOLD_MOST_US);
}

void slot_tick(struct slot *slot, uint64_t now_us)
{
	choose(slot, now_us);
	hold(slot);
	if (!slot->codec->video)
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
}
