/* SPDX-License-Identifier: MIT */
/* Damaged WebM and MP4 into what recovery does with it: scan, then read what the scan says is whole. */
#include <assert.h>
#include <string.h>

#include <libavutil/log.h>

#include "recorder/demuxer.h"
#include "recorder/scan.h"

struct input {
	const uint8_t *data;
	size_t size;
};

static int64_t on_read(void *user, int64_t offset, void *out, size_t len)
{
	const struct input *input = user;
	size_t left = offset < (int64_t)input->size ? input->size - (size_t)offset : 0;
	size_t n = len < left ? len : left;

	assert(offset >= 0);
	if (n)
		memcpy(out, input->data + offset, n);
	return (int64_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct scan_source source = {on_read, &input, (int64_t)size};
	struct demuxer_packet packet;
	struct demuxer *demuxer;
	struct scan scan;

	av_log_set_level(AV_LOG_QUIET);
	if (scan_clip(&source, &scan) < 0)
		return 0;
	assert(scan.clusters > 0 && scan.whole > 0 && scan.whole <= source.size);
	for (unsigned i = 0; i < scan.hole_count; i++)
		assert(scan.holes[i].from < scan.holes[i].until &&
			scan.holes[i].until < scan.whole);
	if (demuxer_create(&source, &scan, &demuxer) < 0)
		return 0;
	while (demuxer_read(demuxer, &packet) == 0)
		assert(packet.data && packet.len <= size);
	demuxer_destroy(demuxer);
	return 0;
}
