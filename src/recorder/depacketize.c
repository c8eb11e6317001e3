/* SPDX-License-Identifier: MIT */
#include "recorder/depacketize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lectern/engine.h"
#include "recorder/depacketize_priv.h"
#include "rtp/seq.h"

enum {
	SKEW_JUMPS = 3,		   /* packets in a row that agree on another time */
	OLD_SSRC_US = 2000 * 1000, /* late packets of a stream that was left are not a new one */
	SKEW_PPM = 1000,	   /* a clock this wrong is still a clock */
};

static const struct depacketize_codec codecs[] = {
	{LECTERN_CODEC_OPUS, 48000, false, depacketize_opus},
	{LECTERN_CODEC_VP8, 90000, true, depacketize_vp8},
	{LECTERN_CODEC_VP9, 90000, true, depacketize_vp9},
	{LECTERN_CODEC_AV1, 90000, true, depacketize_av1},
	{LECTERN_CODEC_H264, 90000, true, depacketize_h264},
};

int depacketizer_init(struct depacketizer *d, uint8_t codec, uint32_t clock_rate,
	const struct depacketize_ops *ops, void *user)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		if (codecs[i].id != codec || codecs[i].clock_rate != clock_rate)
			continue;
		memset(d, 0, sizeof(*d));
		d->codec = &codecs[i];
		d->ops = ops;
		d->user = user;
		d->clock_rate = clock_rate;
		reorder_init(&d->reorder);
		depacketizer_restart(d);
		return 0;
	}
	return -EINVAL;
}

void depacketizer_finish(struct depacketizer *d)
{
	reorder_finish(&d->reorder);
	free(d->frame);
	d->frame = NULL;
	d->frame_room = 0;
}

void depacketizer_restart(struct depacketizer *d)
{
	d->in_frame = false;
	d->waits_key = d->codec->video;
	d->last_rtp = -1;
	d->gap_rtp = -1;
	d->packet_rtp = -1;
	d->jumps = 0;
}

int64_t depacketizer_extend(const struct depacketizer *d, uint32_t rtp_timestamp)
{
	return d->rtp + timestamp_diff(rtp_timestamp, (uint32_t)d->rtp);
}

static void begin_timeline(struct depacketizer *d, const struct pkt *pkt)
{
	/* Past all that was, so that the unwrapped time of a track never goes back; and not at 0,
	 * so that a report from before the first packet has a place too. */
	int64_t epoch = (d->rtp | UINT32_MAX) + 1;

	d->begun = true;
	d->first_rtp = d->rtp = epoch + pkt->rtp.timestamp;
	d->first_us = pkt->arrival_us;
	depacketizer_restart(d);
}

static bool is_far(const struct depacketizer *d, int64_t rtp, uint64_t arrival_us)
{
	int64_t elapsed_us = (int64_t)(arrival_us - d->first_us);
	int64_t skew_us = (rtp - d->first_rtp) * 1000000 / d->clock_rate - elapsed_us;
	int64_t limit_us = DEPACKETIZE_SKEW_US + llabs(elapsed_us) / (1000000 / SKEW_PPM);

	return llabs(skew_us) > limit_us;
}

/* The packet's place on the timeline; false: it has none. */
static bool place(struct depacketizer *d, const struct pkt *pkt, int64_t *ret_rtp)
{
	int64_t rtp;

	if (!d->begun)
		begin_timeline(d, pkt);
	rtp = depacketizer_extend(d, pkt->rtp.timestamp);
	if (is_far(d, rtp, pkt->arrival_us)) {
		int32_t apart = timestamp_diff(pkt->rtp.timestamp, d->jump_rtp);

		d->jumps = d->jumps > 0 && abs(apart) < (int32_t)d->clock_rate ? d->jumps + 1 : 1;
		d->jump_rtp = pkt->rtp.timestamp;
		if (d->jumps < SKEW_JUMPS) {
			d->drops[DEPACKETIZE_SKEW]++;
			return false;
		}
		d->ops->restart(d->user);
		begin_timeline(d, pkt);
		rtp = d->rtp;
	}
	d->jumps = 0;
	if (rtp > d->rtp)
		d->rtp = rtp;
	*ret_rtp = rtp;
	return true;
}

static void drain(struct depacketizer *d, uint64_t now_us)
{
	struct pkt *pkt;
	unsigned missing;

	while ((pkt = reorder_pop(&d->reorder, now_us, &missing))) {
		int64_t rtp;

		d->missing += missing;
		/* Padding has a number and no payload (RFC 3550 5.1). */
		if (pkt->rtp.payload_len > 0 && place(d, pkt, &rtp)) {
			d->codec->packet(d, pkt, rtp, d->missing);
			d->missing = 0;
		}
		pkt_put(pkt);
	}
}

static void switch_stream(struct depacketizer *d, const struct pkt *pkt, uint64_t now_us)
{
	if (d->has_ssrc) {
		drain(d, UINT64_MAX);
		d->ops->restart(d->user);
		d->old_ssrc = d->ssrc;
		d->has_old_ssrc = true;
		d->switched_us = now_us;
		begin_timeline(d, pkt);
		memset(&d->u, 0, sizeof(d->u)); /* its configuration was another's */
	}
	reorder_finish(&d->reorder);
	reorder_init(&d->reorder);
	d->ssrc = pkt->rtp.ssrc;
	d->has_ssrc = true;
}

void depacketizer_push(struct depacketizer *d, struct pkt *pkt, uint64_t now_us)
{
	if (!d->has_ssrc || pkt->rtp.ssrc != d->ssrc) {
		if (d->has_old_ssrc && pkt->rtp.ssrc == d->old_ssrc &&
			now_us - d->switched_us < OLD_SSRC_US) {
			d->drops[DEPACKETIZE_OLD]++;
			return;
		}
		switch_stream(d, pkt, now_us);
	}
	reorder_push(&d->reorder, pkt);
	drain(d, now_us);
}

void depacketizer_tick(struct depacketizer *d, uint64_t now_us)
{
	drain(d, now_us);
}
