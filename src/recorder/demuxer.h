/* SPDX-License-Identifier: MIT */
/*
 * Reads the packets of a WebM file with one track, up to a given byte, by libavformat. Decodes
 * nothing. The bytes come by a callback (see scan.h). Any thread; hostile bytes end the reading.
 */
#ifndef RECORDER_DEMUXER_H
#define RECORDER_DEMUXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/scan.h"

struct demuxer;

struct demuxer_packet {
	const uint8_t *data; /* until the next read */
	size_t len;
	int64_t at_ms, duration_ms;
	bool keyframe;
};

/* `source` is borrowed. -EBADMSG: no track of VP8 or Opus in it. */
int demuxer_create(const struct scan_source *source, struct demuxer **ret_demuxer);
void demuxer_destroy(struct demuxer *demuxer);
uint8_t demuxer_codec(const struct demuxer *demuxer); /* enum lectern_codec */
unsigned demuxer_width(const struct demuxer *demuxer);
unsigned demuxer_height(const struct demuxer *demuxer);
/* -ENODATA at the end, wherever it is. */
int demuxer_read(struct demuxer *demuxer, struct demuxer_packet *ret_packet);

#endif
