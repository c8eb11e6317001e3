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

void depacketize_vp8(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);
void depacketize_opus(struct depacketizer *d, const struct pkt *pkt, int64_t rtp, unsigned missing);

#endif
