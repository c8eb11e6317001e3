/* SPDX-License-Identifier: MIT */
#include "subscriber.h"

#include <assert.h>
#include <string.h>

#include "base/pkt.h"
#include "rtp/dd.h"
#include "rtp/packet.h"
#include "rtp/red.h"
#include "rtp/rtcp.h"
#include "rtp/seq.h"
#include "rtp/vp9.h"

enum {
	AUDIO_PT = 111,
	AUDIO_RED_PT = 64,
	VIDEO_PT = 96,
	VIDEO_RTX_PT = 97,
	REPAIR = 100,
	NACK_GAP_US = 60000,
	STUCK_US = 300000,
	WINDOW = 200, /* frames back from the newest that may yet come to decode */
};

void subscriber_init(struct subscriber *s, enum lectern_codec codec, struct link *up)
{
	memset(s, 0, sizeof(*s));
	s->codec = codec;
	s->up = up;
}

void subscriber_finish(struct subscriber *s)
{
	feedback_finish(&s->feedback);
}

void subscriber_sections(const struct subscriber *s, struct lectern_section sections[SIM_SLOTS])
{
	for (unsigned i = 0; i < SIM_SLOTS; i++) {
		bool video = i == SIM_VIDEO_SLOT;

		sections[i] = (struct lectern_section){
			.use = LECTERN_SECTION_SLOT,
			.kind = video ? LECTERN_CAMERA : LECTERN_MIC,
			.slot = video ? 0 : i,
			.mid = {(char)('a' + i)},
			.format_count = 1,
			.formats = {{.codec = video ? s->codec : LECTERN_CODEC_OPUS,
				.pt = video ? VIDEO_PT : AUDIO_PT,
				.rtx_pt = video ? VIDEO_RTX_PT : 0,
				.red_pt = video ? 0 : AUDIO_RED_PT}},
			.ssrc = SIM_SLOT_SSRC + i,
			.rtx_ssrc = video ? SIM_SLOT_SSRC + i + REPAIR : 0,
			.ext_mid = SIM_EXT_MID,
			.ext_twcc = SIM_EXT_TWCC,
			.ext_level = SIM_EXT_LEVEL,
			.ext_dd = video ? SIM_EXT_DD : 0,
			.nack = video,
			.pli = video,
			.twcc = true,
		};
	}
}

static void on_sr(void *arg, const struct rtcp_sr *sr)
{
	struct subscriber *s = arg;
	struct sim_slot *slot = &s->slots[sr->ssrc - SIM_SLOT_SSRC];

	slot->has_sr = true;
	slot->sr_us = rtcp_us_of_ntp(sr->ntp);
	slot->sr_arrival_us = s->now_us;
	slot->lsr = (uint32_t)(sr->ntp >> 16);
	slot->sr_timestamp = sr->rtp_timestamp;
}

/* When by its reports the packet was captured, against when it was. */
static void measure_offset(struct sim_slot *slot, const struct pkt_rtp *rtp,
	const struct sim_mark *mark, uint32_t rate)
{
	int64_t at_us;

	if (!slot->has_sr)
		return;
	at_us = slot->sr_us +
		(int64_t)timestamp_diff(rtp->timestamp, slot->sr_timestamp) * 1000000 / rate;
	slot->offset_us = at_us - (int64_t)mark->capture_us;
	if (!slot->has_offset || slot->offset_us < slot->offset_min_us)
		slot->offset_min_us = slot->offset_us;
	if (!slot->has_offset || slot->offset_us > slot->offset_max_us)
		slot->offset_max_us = slot->offset_us;
	slot->has_offset = true;
}

static void take_number(struct sim_slot *slot, uint16_t seq, uint64_t now_us)
{
	int64_t extended;

	if (!slot->started) {
		slot->started = true;
		slot->highest = seq;
		slot->seen[seq] = 1;
		return;
	}
	extended = seq_extend(seq, slot->highest);
	assert(extended >= 0 && extended < (int64_t)sizeof(slot->seen));
	for (int64_t i = slot->highest + 1; i < extended; i++)
		slot->missing_us[i] = now_us;
	if (extended > slot->highest)
		slot->highest = extended;
	slot->seen[extended] = 1;
}

static void hear(struct subscriber *s, const uint8_t *sound, size_t len)
{
	struct sim_mark mark;

	assert(len >= sizeof(mark));
	memcpy(&mark, sound + len - sizeof(mark), sizeof(mark));
	assert(mark.peer < SIM_PEERS && mark.frame < SIM_FRAMES && mark.kind == LECTERN_MIC);
	s->audio_frames[mark.peer] += !s->heard[mark.peer][mark.frame];
	s->heard[mark.peer][mark.frame] = true;
}

static void take_sound(struct subscriber *s, const struct pkt *pkt)
{
	const uint8_t *payload = pkt->data + pkt->rtp.payload_at;
	struct red red;

	if (pkt->rtp.pt == AUDIO_PT) {
		hear(s, payload, pkt->rtp.payload_len);
		return;
	}
	assert(pkt->rtp.pt == AUDIO_RED_PT && red_parse(payload, pkt->rtp.payload_len, &red) == 0);
	for (unsigned i = 0; i < red.count; i++)
		hear(s, payload + red.blocks[i].at, red.blocks[i].len);
}

/* Where one picture ends another begins, in the middle of which nothing else may. */
static void check_end(struct subscriber *s, const struct pkt_rtp *rtp, const struct sim_mark *mark)
{
	const struct sim_end *end = &s->end;

	if (end->known && rtp->seq == (uint16_t)(end->seq + 1) &&
		rtp->timestamp != end->timestamp && end->peer == mark->peer &&
		end->layer == mark->layer)
		assert(end->marked);
	s->end = (struct sim_end){.known = true,
		.marked = rtp->marker,
		.seq = rtp->seq,
		.timestamp = rtp->timestamp,
		.peer = mark->peer,
		.layer = mark->layer};
}

/* The number of the picture (VP9) or frame (AV1) by which others refer to it. */
static bool read_id(
	const struct subscriber *s, const struct pkt *pkt, size_t skip, uint16_t *ret_id)
{
	const uint8_t *payload = pkt->data + pkt->rtp.header_len + skip;
	struct vp9 vp9;

	if (s->codec == LECTERN_CODEC_AV1) {
		assert(pkt->rtp.dd_len >= DD_SHORT);
		*ret_id = (uint16_t)(pkt->data[pkt->rtp.dd_at + 1] << 8 |
				     pkt->data[pkt->rtp.dd_at + 2]);
		return true;
	}
	if (s->codec != LECTERN_CODEC_VP9)
		return false;
	assert(vp9_parse(payload, pkt->len - pkt->rtp.header_len - skip, &vp9) == 0);
	*ret_id = vp9.picture_id;
	return true;
}

static void take_frame(struct subscriber *s, const struct pkt *pkt, size_t skip,
	const struct sim_mark *mark, uint64_t now_us)
{
	struct sim_frame *frame = &s->frames[mark->peer][mark->layer][mark->frame];
	uint16_t id = 0;
	bool has_id = read_id(s, pkt, skip, &id);

	assert(mark->frame < SIM_FRAMES);
	if (has_id && frame->count && ((id - frame->id) & 0x7fff) >= 0x4000)
		return; /* from before the stretch in which it was sent again */
	if (!frame->count || (has_id && id != frame->id))
		*frame = (struct sim_frame){.at_us = now_us};
	frame->got |= 1u << mark->index;
	frame->count = mark->count;
	frame->key = mark->key;
	frame->spatial = mark->spatial;
	frame->temporal = mark->temporal;
	frame->picture = mark->picture;
	memcpy(frame->refs, mark->refs, sizeof(frame->refs));
	frame->has_id = has_id;
	frame->id = id;
	s->video_us = now_us;
	s->shown_layer = mark->layer;
	s->shown_peer = (uint8_t)mark->peer;
	s->shown_frame = mark->frame;
}

static void take_media(
	struct subscriber *s, unsigned index, const struct pkt *pkt, size_t skip, uint64_t now_us)
{
	struct sim_slot *slot = &s->slots[index];
	struct sim_mark mark;

	slot->packets++;
	if (pkt->rtp.payload_len < skip + sizeof(mark))
		return;
	memcpy(&mark, pkt->data + pkt->len - pkt->rtp.padding - sizeof(mark), sizeof(mark));
	assert(mark.peer < SIM_PEERS);
	s->from[mark.peer]++;
	slot->last_peer = mark.peer;
	measure_offset(slot, &pkt->rtp, &mark, index == SIM_VIDEO_SLOT ? 90000 : 48000);
	if (mark.kind == LECTERN_MIC) {
		take_sound(s, pkt);
		return;
	}
	if (skip == 0)
		check_end(s, &pkt->rtp, &mark);
	take_frame(s, pkt, skip, &mark, now_us);
}

void subscriber_packet(struct subscriber *s, const uint8_t *data, size_t len, uint64_t now_us)
{
	static const struct rtp_exts exts = {.twcc = SIM_EXT_TWCC, .dd = SIM_EXT_DD};
	static const struct rtcp_handler handler = {.sr = on_sr};
	static uint8_t bytes[PKT_ROOM];
	static struct pkt pkt = {.data = bytes};
	struct rtp_names names;
	uint32_t index;
	size_t skip = 0;

	s->now_us = now_us;
	if (rtp_is_rtcp(data, len)) {
		assert(rtcp_parse(data, len, &handler, s) == 0);
		return;
	}
	memcpy(pkt.data, data, len);
	pkt.len = (uint32_t)len;
	assert(rtp_packet_parse(&pkt, &exts, &names) == 0);
	assert(pkt.rtp.has_twcc);
	feedback_arrived(&s->feedback, pkt.rtp.twcc, now_us);
	index = pkt.rtp.ssrc - SIM_SLOT_SSRC;
	if (pkt.rtp.pt == VIDEO_RTX_PT) {
		const uint8_t *osn = pkt.data + pkt.rtp.header_len;

		index -= REPAIR;
		skip = 2;
		s->slots[index].repaired++;
		take_number(&s->slots[index], (uint16_t)(osn[0] << 8 | osn[1]), now_us);
	} else {
		take_number(&s->slots[index], pkt.rtp.seq, now_us);
	}
	assert(index < SIM_SLOTS);
	take_media(s, index, &pkt, skip, now_us);
}

static void send_nacks(struct subscriber *s, struct writer *w, uint64_t now_us)
{
	struct sim_slot *slot = &s->slots[SIM_VIDEO_SLOT];
	uint16_t seqs[64];
	size_t n = 0;

	for (int64_t i = slot->highest > 500 ? slot->highest - 500 : 0; i < slot->highest && n < 64;
		i++) {
		if (slot->seen[i] || !slot->missing_us[i] || now_us - slot->missing_us[i] < 10000 ||
			now_us - slot->missing_us[i] > 800000 ||
			now_us - slot->asked_us[i] < NACK_GAP_US)
			continue;
		slot->asked_us[i] = now_us;
		seqs[n++] = (uint16_t)i;
	}
	if (n)
		rtcp_write_nack(w, 1, SIM_SLOT_SSRC + SIM_VIDEO_SLOT, seqs, n);
}

/* By the difference of their numbers, which a decoder goes by. */
static bool finds(enum lectern_codec codec, const struct sim_frame *stream, uint32_t number,
	uint32_t ref_number)
{
	const struct sim_frame *frame = &stream[number], *ref = &stream[ref_number];
	uint32_t ago =
		codec == LECTERN_CODEC_VP9 ? frame->picture - ref->picture : number - ref_number;

	return ref->decodes && (!frame->has_id || ((frame->id - ref->id - ago) & 0x7fff) == 0);
}

static bool decodable(enum lectern_codec codec, const struct sim_frame *stream, uint32_t number)
{
	const struct sim_frame *frame = &stream[number];

	if (!frame->count || frame->got != (1u << frame->count) - 1)
		return false;
	for (unsigned i = 0; i < SIM_REFS; i++) {
		if (frame->refs[i] != SIM_NO_REF && !finds(codec, stream, number, frame->refs[i]))
			return false;
	}
	return true;
}

static void judge(enum lectern_codec codec, struct sim_frame *stream, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i <= to; i++)
		stream[i].decodes = decodable(codec, stream, i);
}

/* A frame that came 300 ms ago and does not decode yet: no way on but by a keyframe. */
static bool stuck(struct subscriber *s, uint64_t now_us)
{
	struct sim_frame *stream = s->frames[s->shown_peer][s->shown_layer];
	uint32_t last = s->shown_frame, key = last;

	if (!s->video_us)
		return false;
	judge(s->codec, stream, last > WINDOW ? last - WINDOW : 0, last);
	while (key > 0 && !(stream[key].key && stream[key].decodes))
		key--;
	for (uint32_t i = key; i < last; i++) {
		if (stream[i].count && !stream[i].decodes && now_us - stream[i].at_us > STUCK_US)
			return true;
	}
	return false;
}

static void send_report(struct subscriber *s, struct writer *w, uint64_t now_us)
{
	struct rtcp_block block = {.ssrc = SIM_SLOT_SSRC + SIM_VIDEO_SLOT};
	const struct sim_slot *slot = &s->slots[SIM_VIDEO_SLOT];

	if (slot->has_sr) {
		block.lsr = slot->lsr;
		block.dlsr = (uint32_t)(((now_us - slot->sr_arrival_us) << 16) / 1000000);
	}
	block.highest = (uint32_t)slot->highest;
	rtcp_write_rr(w, 1, &block, slot->started);
}

void subscriber_run(struct subscriber *s, uint64_t now_us)
{
	uint8_t data[1400];
	struct writer w = writer_of(data, sizeof(data));

	if (now_us < s->run_us)
		return;
	s->run_us = now_us + 20000;
	send_nacks(s, &w, now_us);
	if (now_us >= s->report_us) {
		send_report(s, &w, now_us);
		s->report_us = now_us + 1000000;
	}
	if (stuck(s, now_us) && now_us >= s->pli_us) {
		rtcp_write_pli(&w, 1, SIM_SLOT_SSRC + SIM_VIDEO_SLOT);
		s->pli_us = now_us + 500000;
		s->plis++;
	}
	feedback_write(&s->feedback, &w, 1, 0, now_us);
	if (w.len)
		link_send(s->up, data, w.len, now_us);
}

void subscriber_score(struct subscriber *s, uint32_t peer, unsigned layer, unsigned *ret_begun,
	unsigned *ret_decoded)
{
	struct sim_frame *stream = s->frames[peer][layer];

	*ret_begun = *ret_decoded = 0;
	judge(s->codec, stream, 0, SIM_FRAMES - 1);
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		*ret_begun += stream[i].count > 0;
		*ret_decoded += stream[i].decodes;
	}
}

uint64_t subscriber_still_us(struct subscriber *s, uint32_t peer, uint64_t from_us)
{
	uint64_t longest_us = 0, last_us = from_us;

	/* The layers' pictures lie side by side in time. */
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		uint64_t next_us = 0;

		for (unsigned layer = 0; layer < SIM_LAYERS; layer++) {
			struct sim_frame *frame = &s->frames[peer][layer][i];

			if (frame->decodes && frame->at_us > next_us)
				next_us = frame->at_us;
		}
		if (next_us > last_us && next_us - last_us > longest_us)
			longest_us = next_us - last_us;
		if (next_us > last_us)
			last_us = next_us;
	}
	return longest_us;
}
