/* SPDX-License-Identifier: MIT */
/*
 * VP9 (RFC 9628): a picture is all the frames of one timestamp, one for each spatial layer. Several
 * become a superframe (VP9 bitstream specification, annex B), of which a decoder shows the highest:
 * so a picture can be decoded whichever layers refer to which, and whichever are there.
 */
#include "base/bytes.h"
#include "recorder/depacketize_priv.h"
#include "rtp/vp9.h"

enum {
	SUPERFRAME = 0xc0, /* marker of the index; bytes of a size less one in bits 3 and 4 */
	SIZE_BYTES = 4,
};

static bool append_index(struct depacketizer *d)
{
	const struct vp9_picture *picture = &d->u.vp9;
	uint8_t index[2 + SIZE_BYTES * DEPACKETIZE_VP9_LAYERS];
	uint8_t marker = (uint8_t)(SUPERFRAME | (SIZE_BYTES - 1) << 3 | (picture->layers - 1));
	struct writer w = writer_of(index, sizeof(index));

	write_u8(&w, marker);
	for (unsigned i = 0; i < picture->layers; i++) {
		size_t end = i + 1 < picture->layers ? picture->at[i + 1] : d->frame_len;
		size_t size = end - picture->at[i];

		for (unsigned byte = 0; byte < SIZE_BYTES; byte++) /* little-endian */
			write_u8(&w, (uint8_t)(size >> 8 * byte));
	}
	write_u8(&w, marker);
	return video_append(d, index, w.len);
}

static void end(struct depacketizer *d)
{
	if (d->u.vp9.layers > 1 && !append_index(d))
		video_refuse(d, d->head.rtp, DEPACKETIZE_BROKEN);
	else
		video_deliver(d);
}

/* A structure tells the sizes of all layers, the head of a keyframe that of the lowest. */
static void begin(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, const struct vp9 *vp9)
{
	unsigned count =
		vp9->spatial_count < TARGETS_SPATIAL ? vp9->spatial_count : TARGETS_SPATIAL;
	unsigned top = count && vp9->heights[count - 1] ? count - 1 : 0;

	video_begin(d, pkt, rtp);
	d->head.keyframe = vp9->keyframe;
	d->head.width = vp9->widths[top];
	d->head.height = vp9->heights[top];
	d->u.vp9.layers = 0;
}

static bool append(struct depacketizer *d, const uint8_t *data, size_t len, bool start)
{
	struct vp9_picture *picture = &d->u.vp9;

	if (start) {
		if (picture->layers == DEPACKETIZE_VP9_LAYERS)
			return false;
		picture->at[picture->layers++] = d->frame_len;
	}
	return video_append(d, data, len);
}

void depacketize_vp9(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing)
{
	const uint8_t *payload = pkt->data + pkt->rtp.payload_at;
	struct vp9 vp9;

	video_packet(d, pkt, rtp, missing);
	if (vp9_parse(payload, pkt->rtp.payload_len, &vp9) < 0) {
		video_refuse(d, rtp, DEPACKETIZE_BAD);
		return;
	}
	/* No number is missing, so a picture whose marker never came ends where the next starts. */
	if (d->in_frame && rtp != d->head.rtp)
		end(d);
	if (!d->in_frame) {
		if (!vp9.start) {
			d->drops[DEPACKETIZE_BROKEN] += !d->waits_key;
			video_lose(d, rtp);
			return;
		}
		begin(d, pkt, rtp, &vp9);
		if (vp9.keyframe && !video_size_is_sane(d->head.width, d->head.height)) {
			video_refuse(d, rtp, DEPACKETIZE_BAD);
			return;
		}
	}
	if (!append(d, payload + vp9.len, pkt->rtp.payload_len - vp9.len, vp9.start))
		video_refuse(d, rtp, DEPACKETIZE_BROKEN);
	else if (pkt->rtp.marker)
		end(d);
}
