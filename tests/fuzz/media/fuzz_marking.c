/* SPDX-License-Identifier: MIT */
/*
 * Packets of one stream of any codec, one after the other, with and without a dependency descriptor:
 * marking them never reads beyond, what is told lies within limits, and what is marked can be
 * rewritten, a descriptor so that it can be read again.
 *
 * Input: a byte for the codec, then packets: length of the descriptor, length of the payload, both.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "rtp/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rewrite(const struct codec *codec, const struct pkt *pkt)
{
	static const struct dd_structure none;
	uint8_t out[CODEC_DESCRIPTOR_ROOM], dd[UINT8_MAX + DD_MAX_GROWTH];
	struct dd_structure before, after;
	struct dd_frame of_before, of_after;
	size_t len;

	assert(pkt->rtp.descriptor_len < pkt->rtp.payload_len);
	if (codec->rewrite)
		assert(codec->rewrite(pkt, 0x7abc, 7, out) <= sizeof(out));
	if (!pkt->rtp.dd_len)
		return;
	len = dd_write(pkt->data + pkt->rtp.dd_at, pkt->rtp.dd_len, 0xabcd, target_of(0, 1), dd);
	assert(len <= pkt->rtp.dd_len + (size_t)DD_MAX_GROWTH);
	if (dd_parse(pkt->data + pkt->rtp.dd_at, pkt->rtp.dd_len, &none, &before, &of_before) < 0)
		return;
	assert(dd_parse(dd, len, &none, &after, &of_after) == 0);
	assert(of_after.number == 0xabcd && of_after.layers.present == of_before.layers.present);
	assert((of_after.active & ~of_before.active) == 0);
	assert(memcmp(&before, &after, sizeof(before)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum lectern_codec codecs[] = {
		LECTERN_CODEC_VP8, LECTERN_CODEC_VP9, LECTERN_CODEC_AV1, LECTERN_CODEC_H264};
	static struct codec_stream stream;
	static uint8_t bytes[PKT_ROOM];
	struct reader r = reader_of(data, size);
	const struct codec *codec = codec_find(codecs[read_u8(&r) % 4]);

	memset(&stream, 0, sizeof(stream));
	while (reader_left(&r) > 2) {
		struct pkt pkt = {.data = bytes};
		uint8_t dd_len = read_u8(&r), len = read_u8(&r);
		const uint8_t *all = read_bytes(&r, (size_t)dd_len + len);

		if (!all)
			break;
		/* The payload ends where the packet does, so that a read beyond is seen. */
		pkt.data = bytes + sizeof(bytes) - dd_len - len;
		memcpy(pkt.data, all, (size_t)dd_len + len);
		pkt.rtp.dd_len = dd_len;
		pkt.rtp.payload_at = dd_len;
		pkt.rtp.payload_len = len;
		pkt.rtp.marker = len & 1;
		pkt.rtp.timestamp = stream.timestamp + (len & 2 ? 3000 : 0);
		if (codec_mark(codec, &stream, &pkt) || !len)
			continue;
		assert(pkt.rtp.spatial < TARGETS_SPATIAL && pkt.rtp.temporal < TARGETS_TEMPORAL);
		assert(stream.spatial_count <= TARGETS_SPATIAL);
		assert(!pkt.rtp.keyframe || pkt.rtp.targets);
		rewrite(codec, &pkt);
	}
	return 0;
}
