/* SPDX-License-Identifier: MIT */
/* VP8 (RFC 7741): a frame is the payloads from a start bit to the marker, without descriptors. */
#include "recorder/depacketize_priv.h"
#include "rtp/vp8.h"

static void begin(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, const struct vp8 *vp8)
{
	video_begin(d, pkt, rtp);
	d->head.keyframe = vp8->keyframe;
	d->head.width = vp8->width;
	d->head.height = vp8->height;
}

void depacketize_vp8(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	const uint8_t *payload = pkt->data + pkt->rtp.payload_at;
	struct vp8 vp8;

	video_packet(d, pkt, rtp, missing);
	if (vp8_parse(payload, pkt->rtp.payload_len, &vp8) < 0 ||
		(vp8.keyframe && !video_size_is_sane(vp8.width, vp8.height))) {
		video_refuse(d, rtp, DEPACKETIZE_BAD);
		return;
	}
	/* No number is missing, so a frame whose marker never came ends where the next one starts.
	 */
	if (d->in_frame && (vp8.frame_start || rtp != d->head.rtp))
		video_deliver(d);
	if (vp8.frame_start) {
		begin(d, pkt, rtp, &vp8);
	} else if (!d->in_frame) {
		d->drops[DEPACKETIZE_BROKEN] += !d->waits_key;
		video_lose(d, rtp);
		return;
	}
	if (!video_append(d, payload + vp8.len, pkt->rtp.payload_len - vp8.len))
		video_refuse(d, rtp, DEPACKETIZE_BROKEN);
	else if (pkt->rtp.marker)
		video_deliver(d);
}
