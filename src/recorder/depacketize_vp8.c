/* SPDX-License-Identifier: MIT */
/* VP8 (RFC 7741): a frame is the payloads from a start bit to the marker, without descriptors. */
#include <stdlib.h>
#include <string.h>

#include "recorder/depacketize_priv.h"
#include "rtp/vp8.h"

enum { FIRST_ROOM = 64 * 1024 };

/* From here on nothing can be decoded until a keyframe comes. */
static void lose(struct depacketizer *d, int64_t rtp)
{
	d->in_frame = false;
	d->waits_key = true;
	if (d->gap_rtp < 0 && d->last_rtp >= 0)
		d->gap_rtp = rtp;
}

static bool append(struct depacketizer *d, const uint8_t *data, size_t len)
{
	if (d->frame_len + len > d->frame_room) {
		size_t room = d->frame_room ? 2 * d->frame_room : FIRST_ROOM;
		void *grown = room <= DEPACKETIZE_MAX_FRAME ? realloc(d->frame, room) : NULL;

		if (!grown)
			return false;
		d->frame = grown;
		d->frame_room = room;
	}
	memcpy(d->frame + d->frame_len, data, len);
	d->frame_len += len;
	return true;
}

static void deliver(struct depacketizer *d)
{
	d->in_frame = false;
	if (d->waits_key && !d->head.keyframe) {
		d->drops[DEPACKETIZE_WAITS]++;
		d->ops->keyframe(d->user, d->head.arrival_us);
		return;
	}
	if (d->head.rtp <= d->last_rtp) {
		d->drops[DEPACKETIZE_OLD]++;
		return;
	}
	if (d->gap_rtp >= 0)
		d->ops->gap(d->user, d->gap_rtp, d->head.rtp);
	d->gap_rtp = -1;
	d->waits_key = false;
	d->last_rtp = d->head.rtp;
	d->head.data = d->frame;
	d->head.len = d->frame_len;
	d->ops->frame(d->user, &d->head);
}

static void begin(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, const struct vp8 *vp8)
{
	d->in_frame = true;
	d->frame_len = 0;
	d->head = (struct frame){
		.rtp = rtp,
		.arrival_us = pkt->arrival_us,
		.keyframe = vp8->keyframe,
		.width = vp8->width,
		.height = vp8->height,
	};
}

static bool size_is_sane(const struct vp8 *vp8)
{
	return !vp8->keyframe || (vp8->width > 0 && vp8->width <= DEPACKETIZE_MAX_SIDE &&
					 vp8->height > 0 && vp8->height <= DEPACKETIZE_MAX_SIDE);
}

void depacketize_vp8(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	const uint8_t *payload = pkt->data + pkt->rtp.payload_at;
	struct vp8 vp8;

	if (missing > 0) {
		d->drops[DEPACKETIZE_BROKEN] += d->in_frame;
		lose(d, d->in_frame ? d->head.rtp : rtp);
		d->ops->keyframe(d->user, pkt->arrival_us);
	}
	if (vp8_parse(payload, pkt->rtp.payload_len, &vp8) < 0 || !size_is_sane(&vp8)) {
		d->drops[DEPACKETIZE_BAD]++;
		lose(d, rtp);
		return;
	}
	/* No number is missing, so a frame whose marker never came ends where the next one starts.
	 */
	if (d->in_frame && (vp8.frame_start || rtp != d->head.rtp))
		deliver(d);
	if (vp8.frame_start) {
		begin(d, pkt, rtp, &vp8);
	} else if (!d->in_frame) {
		d->drops[DEPACKETIZE_BROKEN] += !d->waits_key;
		lose(d, rtp);
		return;
	}
	if (!append(d, payload + vp8.len, pkt->rtp.payload_len - vp8.len)) {
		d->drops[DEPACKETIZE_BROKEN]++;
		lose(d, rtp);
	} else if (pkt->rtp.marker) {
		deliver(d);
	}
}
