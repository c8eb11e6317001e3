/* SPDX-License-Identifier: MIT */
/*
 * Reads the packets of a clip, WebM or fragmented MP4 with one track, as far as a scan found it
 * whole, by libavformat. Decodes nothing. The bytes come by a callback (see scan.h); what the scan
 * calls holes is read as free boxes. Any thread; hostile bytes end the reading.
 */
#ifndef RECORDER_DEMUXER_H
#define RECORDER_DEMUXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/muxer.h"
#include "recorder/scan.h"

struct demuxer;

struct demuxer_packet {
	const uint8_t *data; /* until the next read */
	size_t len;
	int64_t at_ms, duration_ms;
	bool keyframe;
};

/* `source` is borrowed, `scan` of it copied. -EBADMSG: not one track in a codec of ours. */
int demuxer_create(
	const struct scan_source *source, const struct scan *scan, struct demuxer **ret_demuxer);
void demuxer_destroy(struct demuxer *demuxer);
/* What a muxer needs to write the same; until the demuxer goes. */
struct muxer_track demuxer_track(const struct demuxer *demuxer);
/* -ENODATA at the end, wherever it is. */
int demuxer_read(struct demuxer *demuxer, struct demuxer_packet *ret_packet);

#endif
