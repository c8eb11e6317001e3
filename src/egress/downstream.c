/* SPDX-License-Identifier: MIT */
#include "egress/downstream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "egress/acked.h"
#include "rtp/rtcp.h"

enum { TICK_US = 100000 };

struct downstream {
	/* given */
	const struct downstream_ops *ops;
	void *arg;
	char cname[32];
	/* owned */
	struct outlet outlet;
	struct slot *audio[LECTERN_AUDIO_SLOTS];
	struct acked acked[LECTERN_AUDIO_SLOTS];
	struct slot *video[LECTERN_VIDEO_SLOTS];
	/* the same, for finding them by their ssrc */
	unsigned count;
	struct slot *slots[LECTERN_AUDIO_SLOTS + LECTERN_VIDEO_SLOTS];
};

static int add_slot(struct downstream *down, const struct lectern_section *section)
{
	bool audio = section->kind == LECTERN_MIC;
	struct slot **place;
	int error;

	if (section->slot >= (audio ? LECTERN_AUDIO_SLOTS : LECTERN_VIDEO_SLOTS))
		return -EINVAL;
	place = audio ? &down->audio[section->slot] : &down->video[section->slot];
	if (*place)
		return -EINVAL;
	error = slot_create(section, &down->outlet, place);
	if (!error)
		down->slots[down->count++] = *place;
	return error;
}

int downstream_create(const struct downstream_config *config, struct downstream **ret_downstream)
{
	struct downstream *down = calloc(1, sizeof(*down));
	int error = 0;

	if (!down)
		return -ENOMEM;
	down->ops = config->ops;
	down->arg = config->arg;
	memcpy(down->cname, config->cname, strnlen(config->cname, sizeof(down->cname) - 1));
	outlet_init(&down->outlet, config->outlet_pool, config->outlet, config->arg);
	for (size_t i = 0; i < config->section_count && !error; i++) {
		if (config->sections[i].use == LECTERN_SECTION_SLOT)
			error = add_slot(down, &config->sections[i]);
	}
	if (error) {
		downstream_destroy(down);
		return error;
	}
	*ret_downstream = down;
	return 0;
}

void downstream_destroy(struct downstream *down)
{
	if (!down)
		return;
	for (unsigned i = 0; i < down->count; i++)
		slot_destroy(down->slots[i]);
	outlet_finish(&down->outlet);
	free(down);
}

struct slot *downstream_audio(struct downstream *down, unsigned index)
{
	return index < LECTERN_AUDIO_SLOTS ? down->audio[index] : NULL;
}

struct slot *downstream_video(struct downstream *down, unsigned index)
{
	return index < LECTERN_VIDEO_SLOTS ? down->video[index] : NULL;
}

struct rtcp_call {
	struct downstream *down;
	uint64_t now_us;
};

static struct slot *slot_of(const struct downstream *down, uint32_t ssrc)
{
	for (unsigned i = 0; i < down->count; i++) {
		if (slot_ssrc(down->slots[i]) == ssrc)
			return down->slots[i];
	}
	return NULL;
}

static void on_block(void *arg, const struct rtcp_block *block)
{
	struct rtcp_call *call = arg;

	struct downstream *down = call->down;

	if (!slot_of(down, block->ssrc))
		return;
	outlet_round_trip(&down->outlet, rtcp_round_trip_us(block, call->now_us));
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		if (down->audio[i] && slot_ssrc(down->audio[i]) == block->ssrc)
			acked_report(&down->acked[i], block);
	}
}

static void on_nack(void *arg, uint32_t media_ssrc, uint16_t seq)
{
	struct rtcp_call *call = arg;
	struct slot *slot = slot_of(call->down, media_ssrc);

	if (slot)
		slot_nack(slot, seq, call->now_us);
}

static void on_keyframe(void *arg, uint32_t media_ssrc)
{
	struct rtcp_call *call = arg;
	struct slot *slot = slot_of(call->down, media_ssrc);

	if (slot)
		slot_keyframe(slot, call->now_us);
}

static void on_fir(void *arg, uint32_t media_ssrc, uint8_t command)
{
	struct rtcp_call *call = arg;
	struct slot *slot = slot_of(call->down, media_ssrc);

	if (slot)
		slot_fir(slot, command, call->now_us);
}

static void on_twcc(void *arg, uint32_t media, const uint8_t *fci, size_t len)
{
	struct rtcp_call *call = arg;

	(void)media; /* it is of all our streams together */
	outlet_feedback(&call->down->outlet, fci, len);
}

int downstream_rtcp(struct downstream *down, const uint8_t *data, size_t len, uint64_t now_us)
{
	static const struct rtcp_handler handler = {
		.block = on_block,
		.nack = on_nack,
		.keyframe = on_keyframe,
		.fir = on_fir,
		.twcc = on_twcc,
	};
	struct rtcp_call call = {.down = down, .now_us = now_us};

	return rtcp_parse(data, len, &handler, &call);
}

uint64_t downstream_tick(struct downstream *down, uint64_t now_us)
{
	uint8_t room[DOWNSTREAM_RTCP] BYTES_UNFILLED;
	struct writer w = writer_of(room, sizeof(room));

	for (unsigned i = 0; i < down->count; i++) {
		slot_tick(down->slots[i], now_us);
		slot_write_report(down->slots[i], down->cname, &w, now_us);
	}
	if (w.len)
		down->ops->rtcp(down->arg, w.data, w.len);
	outlet_tick(&down->outlet, now_us);
	return now_us + TICK_US;
}

void downstream_bye(struct downstream *down)
{
	uint32_t ssrcs[LECTERN_AUDIO_SLOTS + LECTERN_VIDEO_SLOTS];
	uint8_t room[DOWNSTREAM_RTCP] BYTES_UNFILLED;
	struct writer w = writer_of(room, sizeof(room));
	struct slot_stats stats;
	size_t n = 0;

	for (unsigned i = 0; i < down->count; i++) {
		slot_stats(down->slots[i], &stats);
		if (stats.packets)
			ssrcs[n++] = slot_ssrc(down->slots[i]);
	}
	if (n == 0)
		return;
	/* RFC 3550 6.1: a compound with a report and a CNAME, reduced size or not. */
	rtcp_write_rr(&w, ssrcs[0], NULL, 0);
	rtcp_write_sdes(&w, ssrcs[0], down->cname);
	rtcp_write_bye(&w, ssrcs, n);
	assert(!w.bad);
	down->ops->rtcp(down->arg, w.data, w.len);
}

/* What a receiver acknowledges beyond what it was sent is not believed. */
static void add_audio(
	const struct slot *slot, const struct acked *acked, struct downstream_stats *stats)
{
	struct slot_stats of;

	slot_stats(slot, &of);
	stats->audio_sent += of.packets;
	stats->audio_acked += acked->packets < of.packets ? acked->packets : of.packets;
}

void downstream_stats(const struct downstream *down, struct downstream_stats *ret_stats)
{
	*ret_stats = (struct downstream_stats){
		.rtt_us = down->outlet.rtt_us,
		.bps = down->outlet.bps,
		.loss = down->outlet.loss,
		.packets = down->outlet.packets,
		.bytes = down->outlet.bytes,
	};
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		if (down->audio[i])
			add_audio(down->audio[i], &down->acked[i], ret_stats);
	}
}
