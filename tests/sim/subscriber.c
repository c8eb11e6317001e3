/* SPDX-License-Identifier: MIT */
#include "subscriber.h"

#include <assert.h>
#include <string.h>

#include "base/pkt.h"
#include "rtp/packet.h"
#include "rtp/red.h"
#include "rtp/rtcp.h"
#include "rtp/seq.h"

enum {
	AUDIO_PT = 111,
	AUDIO_RED_PT = 64,
	VIDEO_PT = 96,
	VIDEO_RTX_PT = 97,
	REPAIR = 100,
	NACK_GAP_US = 60000
};

void subscriber_init(struct subscriber *s, struct link *up)
{
	memset(s, 0, sizeof(*s));
	s->up = up;
}

void subscriber_finish(struct subscriber *s)
{
	feedback_finish(&s->feedback);
}

void subscriber_sections(struct lectern_section sections[SIM_SLOTS])
{
	for (unsigned i = 0; i < SIM_SLOTS; i++) {
		bool video = i == SIM_VIDEO_SLOT;

		sections[i] = (struct lectern_section){
			.use = LECTERN_SECTION_SLOT,
			.kind = video ? LECTERN_CAMERA : LECTERN_MIC,
			.slot = video ? 0 : i,
			.mid = {(char)('a' + i)},
			.format_count = 1,
			.formats = {{.codec = video ? LECTERN_CODEC_VP8 : LECTERN_CODEC_OPUS,
				.pt = video ? VIDEO_PT : AUDIO_PT,
				.rtx_pt = video ? VIDEO_RTX_PT : 0,
				.red_pt = video ? 0 : AUDIO_RED_PT}},
			.ssrc = SIM_SLOT_SSRC + i,
			.rtx_ssrc = video ? SIM_SLOT_SSRC + i + REPAIR : 0,
			.ext_mid = SIM_EXT_MID,
			.ext_twcc = SIM_EXT_TWCC,
			.ext_level = SIM_EXT_LEVEL,
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

static void take_media(
	struct subscriber *s, unsigned index, const struct pkt *pkt, size_t skip, uint64_t now_us)
{
	struct sim_slot *slot = &s->slots[index];
	struct sim_mark mark;
	struct sim_frame *frame;

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
	frame = &s->frames[mark.peer][mark.layer][mark.frame];
	frame->got |= 1u << mark.index;
	frame->count = mark.count;
	frame->key |= mark.key;
	s->video_us = now_us;
	s->shown_layer = mark.layer;
	s->shown_peer = (uint8_t)mark.peer;
	s->shown_frame = mark.frame;
}

void subscriber_packet(struct subscriber *s, const uint8_t *data, size_t len, uint64_t now_us)
{
	static const struct rtp_exts exts = {.twcc = SIM_EXT_TWCC};
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

static bool decodable(const struct sim_frame *frame)
{
	return frame->count && frame->got == (1u << frame->count) - 1;
}

/* A hole that stays for 300 ms: cannot go on without a keyframe. */
static bool stuck(const struct subscriber *s)
{
	const struct sim_frame *frames = s->frames[s->shown_peer][s->shown_layer];
	uint32_t last = s->shown_frame, key = last;

	if (!s->video_us)
		return false;
	while (key > 0 && !(frames[key].key && decodable(&frames[key])))
		key--;
	for (uint32_t i = key; i + 9 < last; i++) {
		if (!decodable(&frames[i]))
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
	if (stuck(s) && now_us >= s->pli_us) {
		rtcp_write_pli(&w, 1, SIM_SLOT_SSRC + SIM_VIDEO_SLOT);
		s->pli_us = now_us + 500000;
		s->plis++;
	}
	feedback_write(&s->feedback, &w, 1, 0, now_us);
	if (w.len)
		link_send(s->up, data, w.len, now_us);
}

void subscriber_score(const struct subscriber *s, uint32_t peer, unsigned layer,
	unsigned *ret_begun, unsigned *ret_decoded)
{
	bool before = false;

	*ret_begun = *ret_decoded = 0;
	for (unsigned i = 0; i < SIM_FRAMES; i++) {
		const struct sim_frame *frame = &s->frames[peer][layer][i];

		if (!frame->count) {
			before = false;
			continue;
		}
		before = decodable(frame) && (frame->key || before);
		++*ret_begun;
		*ret_decoded += before;
	}
}
