/* SPDX-License-Identifier: MIT */
/* Frames of video in the making: what is the same for every codec. */
#include <stdlib.h>
#include <string.h>

#include "recorder/depacketize_priv.h"

enum { FIRST_ROOM = 64 * 1024 };

void video_lose(struct depacketizer *d, int64_t rtp)
{
	d->in_frame = false;
	d->waits_key = true;
	if (d->gap_rtp < 0 && d->last_rtp >= 0)
		d->gap_rtp = rtp;
}

void video_refuse(struct depacketizer *d, int64_t rtp, enum depacketize_drop drop)
{
	d->drops[drop]++;
	video_lose(d, rtp);
}

void video_packet(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	if (missing == 0)
		return;
	d->drops[DEPACKETIZE_BROKEN] += d->in_frame;
	video_lose(d, d->in_frame ? d->head.rtp : rtp);
	d->ops->keyframe(d->user, pkt->arrival_us);
}

void video_begin(struct depacketizer *d, const struct pkt *pkt, int64_t rtp)
{
	d->in_frame = true;
	d->frame_len = 0;
	d->head = (struct frame){.rtp = rtp, .arrival_us = pkt->arrival_us};
}

bool video_append(struct depacketizer *d, const void *data, size_t len)
{
	if (d->frame_len + len > d->frame_room) {
		size_t room = d->frame_room ? 2 * d->frame_room : FIRST_ROOM;
		void *grown = room <= DEPACKETIZE_MAX_FRAME ? realloc(d->frame, room) : NULL;

		if (!grown)
			return false;
		d->frame = grown;
		d->frame_room = room;
	}
	if (len)
		memcpy(d->frame + d->frame_len, data, len);
	d->frame_len += len;
	return true;
}

bool video_size_is_sane(unsigned width, unsigned height)
{
	return width > 0 && width <= DEPACKETIZE_MAX_SIDE && height > 0 &&
	       height <= DEPACKETIZE_MAX_SIDE;
}

/* True: the frame goes out. */
static bool is_due(struct depacketizer *d)
{
	d->in_frame = false;
	if (d->waits_key && !d->head.keyframe) {
		d->drops[DEPACKETIZE_WAITS]++;
		d->ops->keyframe(d->user, d->head.arrival_us);
		return false;
	}
	if (d->head.rtp <= d->last_rtp) {
		d->drops[DEPACKETIZE_OLD]++;
		return false;
	}
	if (d->gap_rtp >= 0)
		d->ops->gap(d->user, d->gap_rtp, d->head.rtp);
	d->gap_rtp = -1;
	return true;
}

/* True: it is the clip's from here on. */
static bool take_config(struct depacketizer *d, const void *config, size_t len)
{
	if (d->config_len == len && memcmp(d->config, config, len) == 0)
		return false;
	if (d->last_rtp >= 0 && d->config_len > 0) {
		if (d->head.arrival_us - d->config_us < DEPACKETIZE_CONFIG_US)
			return false;
		d->ops->reconfigure(d->user);
	}
	memcpy(d->config, config, len);
	d->config_len = len;
	d->config_us = d->head.arrival_us;
	return true;
}

static void give(struct depacketizer *d, size_t from)
{
	d->waits_key = false;
	d->last_rtp = d->head.rtp;
	d->head.data = d->frame + from;
	d->head.len = d->frame_len - from;
	d->head.config = d->config;
	d->head.config_len = d->config_len;
	d->ops->frame(d->user, &d->head);
}

void video_deliver(struct depacketizer *d)
{
	if (is_due(d))
		give(d, 0);
}

void video_deliver_key(
	struct depacketizer *d, const void *config, size_t len, size_t config_at_start)
{
	d->head.keyframe = true;
	if (is_due(d))
		give(d, take_config(d, config, len) ? config_at_start : 0);
}
