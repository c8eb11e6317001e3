/* SPDX-License-Identifier: MIT */
/* What the codecs share with depacketize.c. A codec adds one row to the table there. */
#ifndef RECORDER_DEPACKETIZE_PRIV_H
#define RECORDER_DEPACKETIZE_PRIV_H

#include "recorder/depacketize.h"

struct depacketize_codec {
	uint8_t id; /* enum lectern_codec */
	uint32_t clock_rate;
	bool video;
	/* A packet in order; `missing` numbers before it never came. */
	void (*packet)(
		struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
};

/* --- video, depacketize_video.c: a frame in the making is d->frame and d->head --- */

/* What each packet of video begins with: was something lost before it? */
void video_packet(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
/* From here on nothing can be decoded until a keyframe comes. */
void video_lose(struct depacketizer *d, int64_t rtp);
/* The same, because of a packet that counts as `drop`. */
void video_refuse(struct depacketizer *d, int64_t rtp, enum depacketize_drop drop);
void video_begin(struct depacketizer *d, const struct pkt *pkt, int64_t rtp);
/* False: out of memory, or the frame is too large. */
bool video_append(struct depacketizer *d, const void *data, size_t len);
bool video_size_is_sane(unsigned width, unsigned height);
/* Ends the frame, and gives it out if it can be decoded. */
void video_deliver(struct depacketizer *d);
/*
 * The same for a keyframe with the configuration of its decoder. One that is another than the last
 * one's is told first, but at most every DEPACKETIZE_CONFIG_US, so that nobody makes a thousand
 * files: until then decoders find it in the frame, whose first `config_at_start` bytes are it and
 * are left out when it was told.
 */
void video_deliver_key(
	struct depacketizer *d, const void *config, size_t len, size_t config_at_start);

/* --- codecs --- */

void depacketize_vp8(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
void depacketize_vp9(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
void depacketize_av1(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
void depacketize_h264(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
void depacketize_opus(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);

#endif
