/* SPDX-License-Identifier: MIT */
/* What a member says in RTCP, hears in RTCP, and publishes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rtp/rtcp.h"
#include "tests/bench/member_priv.h"

enum {
	COMPOUND = 1400,
	PLI_AGAIN_US = 300 * 1000,
	NACKS = 64,
};

static struct rtcp_block block_of(struct member_track *track, uint64_t now_us)
{
	const struct stream *stream = &track->stream;
	uint64_t received = stream->received + stream->repaired;
	uint64_t expected = stream_expected(stream);
	int64_t wanted = (int64_t)(expected - track->reported_expected);
	int64_t lost = wanted - (int64_t)(received - track->reported_received);
	uint64_t since_us = track->lsr ? now_us - track->lsr_us : 0;

	track->reported_expected = expected;
	track->reported_received = received;
	return (struct rtcp_block){
		.ssrc = track->ssrc,
		.fraction = wanted > 0 && lost > 0 ? (uint8_t)(lost * 255 / wanted) : 0,
		.lost = expected > received ? (int32_t)((expected - received) & 0x7fffff) : 0,
		.highest = (uint32_t)(stream->highest - 0x10000),
		.lsr = track->lsr,
		.dlsr = (uint32_t)(since_us * 65536 / 1000000),
	};
}

static void send_sender_reports(struct member *member, uint64_t now_us)
{
	for (int video = 0; video < 2; video++) {
		uint8_t bytes[COMPOUND];
		struct writer w = writer_of(bytes, sizeof(bytes));
		struct rtcp_sr sr;

		if (!publisher_report(member->publisher, video, now_us, &sr))
			continue;
		rtcp_write_sr(&w, &sr, NULL, 0);
		rtcp_write_sdes(&w, sr.ssrc, "load");
		member_send_rtcp(member, &w);
	}
}

void member_send_reports(struct member *member, uint64_t now_us)
{
	struct rtcp_block blocks[MEMBER_TRACKS];
	uint8_t bytes[COMPOUND];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t count = 0;

	if (member->publisher)
		send_sender_reports(member, now_us);
	for (unsigned i = 0; i < member->track_count && count < RTCP_MAX_BLOCKS; i++) {
		if (!member->tracks[i]->rtx)
			blocks[count++] = block_of(member->tracks[i], now_us);
	}
	if (!count)
		return;
	rtcp_write_rr(&w, member->ssrc, blocks, count);
	rtcp_write_sdes(&w, member->ssrc, "load");
	member_send_rtcp(member, &w);
}

/* A block in front of it tells a server that looks at blocks alone which stream is meant. */
static void begin_request(
	struct member *member, struct member_track *track, struct writer *w, uint64_t now_us)
{
	struct rtcp_block block = block_of(track, now_us);

	rtcp_write_rr(w, member->ssrc, &block, 1);
}

static void send_pli(struct member *member, struct member_track *track, uint64_t now_us)
{
	uint8_t bytes[COMPOUND];
	struct writer w = writer_of(bytes, sizeof(bytes));

	if (now_us < track->pli_us + PLI_AGAIN_US)
		return;
	track->pli_us = now_us;
	begin_request(member, track, &w, now_us);
	rtcp_write_pli(&w, member->ssrc, track->ssrc);
	member_send_rtcp(member, &w);
}

static void send_nack(struct member *member, struct member_track *track, uint64_t now_us)
{
	uint16_t seqs[NACKS];
	uint8_t bytes[COMPOUND];
	struct writer w = writer_of(bytes, sizeof(bytes));
	unsigned count = stream_nack(&track->stream, now_us, seqs, NACKS);

	if (!count || !track->nack)
		return;
	begin_request(member, track, &w, now_us);
	rtcp_write_nack(&w, member->ssrc, track->ssrc, seqs, count);
	member_send_rtcp(member, &w);
}

void member_send_requests(struct member *member, uint64_t now_us)
{
	bool open = false;

	for (unsigned i = 0; i < member->track_count; i++) {
		struct member_track *track = member->tracks[i];
		bool waiting = track->video && !track->rtx && track->pli &&
			       track->keyframe != KEYFRAME_WHOLE;

		if (track->rtx)
			continue;
		if (waiting && track->keyframe == KEYFRAME_NONE)
			send_pli(member, track, now_us);
		if (track->stream.gap_count)
			send_nack(member, track, now_us);
		open = open || waiting || track->stream.gap_count;
	}
	member->gaps = open;
}

void member_send_feedback(struct member *member, uint64_t now_us)
{
	struct member_arrivals *arrivals = &member->arrivals;
	uint8_t bytes[COMPOUND];
	struct writer w = writer_of(bytes, sizeof(bytes) - 64);
	unsigned told;

	(void)now_us;
	if (!arrivals->count)
		return;
	told = twcc_write(&w, member->ssrc, arrivals->media_ssrc, arrivals->feedback_count,
		arrivals->base, arrivals->us, arrivals->count);
	if (told && !w.bad) {
		arrivals->feedback_count++;
		member_send_rtcp(member, &w);
	} else {
		told = arrivals->count;
	}
	arrivals->base = (uint16_t)(arrivals->base + told);
	arrivals->count -= told;
	memmove(arrivals->us, arrivals->us + told, arrivals->count * sizeof(arrivals->us[0]));
}

struct heard {
	struct member *member;
	uint64_t now_us;
};

static void hear_sr(void *arg, const struct rtcp_sr *sr)
{
	struct heard *heard = arg;
	struct member *member = heard->member;

	for (unsigned i = 0; i < member->track_count; i++) {
		if (member->tracks[i]->ssrc != sr->ssrc)
			continue;
		member->tracks[i]->lsr = (uint32_t)(sr->ntp >> 16);
		member->tracks[i]->lsr_us = heard->now_us;
	}
}

static void hear_keyframe(void *arg, uint32_t ssrc)
{
	struct heard *heard = arg;

	if (heard->member->publisher)
		publisher_keyframe(heard->member->publisher, ssrc);
}

static void hear_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	struct heard *heard = arg;

	if (heard->member->publisher)
		publisher_nack(heard->member->publisher, ssrc, seq);
}

void member_take_rtcp(struct member *member, const struct wire_datagram *datagram, uint64_t now_us)
{
	static const struct rtcp_handler handler = {
		.sr = hear_sr,
		.keyframe = hear_keyframe,
		.nack = hear_nack,
	};
	struct heard heard = {member, now_us};
	int len = (int)datagram->len;

	if (srtp_unprotect_rtcp(member->in, datagram->data, &len) == srtp_err_status_ok)
		rtcp_parse(datagram->data, (size_t)len, &handler, &heard);
}

static void send_published(void *arg, uint8_t *packet, size_t len)
{
	member_protect_and_send(arg, packet, len);
}

/* The payload types and extension ids are ours; what the server refused is left out. */
static struct publisher_track track_of(
	const struct sdp_section *ours, const struct sdp_section *theirs)
{
	struct publisher_track track = {
		.ssrc = ours->ssrc,
		.rtx_ssrc = ours->rtx_ssrc,
		.pt = ours->pt,
		.rtx_pt = theirs->rtx_pt ? ours->rtx_pt : 0,
		.ext_mid = theirs->ext_mid ? ours->ext_mid : 0,
		.ext_twcc = theirs->ext_twcc ? ours->ext_twcc : 0,
		.ext_level = theirs->ext_level ? ours->ext_level : 0,
	};

	snprintf(track.mid, sizeof(track.mid), "%.15s", ours->mid);
	return track;
}

int member_publish(struct member *member, const struct sdp *local, const struct sdp *remote)
{
	struct publisher_config config = {.send = send_published, .arg = member};

	for (unsigned i = 0; i < local->count && i < remote->count; i++) {
		const struct sdp_section *ours = &local->sections[i];
		const struct sdp_section *theirs = &remote->sections[i];

		if (!ours->sends)
			continue;
		if (theirs->rejected || theirs->pt != ours->pt)
			return -EPROTO;
		*(ours->video ? &config.video : &config.audio) = track_of(ours, theirs);
	}
	member->publishes = config;
	return 0;
}

void member_send(struct member *member, uint64_t now_us)
{
	const struct publisher_config *config = &member->publishes;

	if (!member->out || !config->send)
		return;
	if (!member->publisher && publisher_create(config, now_us, &member->publisher) < 0)
		return;
	publisher_tick(member->publisher, now_us);
}

bool member_publishes(const struct member *member)
{
	return member->publishes.send != NULL;
}

uint64_t member_sent(const struct member *member)
{
	return member->publisher ? publisher_sent(member->publisher) : 0;
}
