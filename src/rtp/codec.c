/* SPDX-License-Identifier: MIT */
#include "rtp/codec.h"

#include "rtp/av1.h"
#include "rtp/seq.h"

enum { WIDE_MASK = 0x7fff };

static const struct codec codecs[] = {
	{LECTERN_CODEC_OPUS, "opus", 48000, false, NULL, NULL},		/* RFC 7587 */
	{LECTERN_CODEC_VP8, "VP8", 90000, true, vp8_mark, vp8_rewrite}, /* RFC 7741 */
	{LECTERN_CODEC_VP9, "VP9", 90000, true, vp9_mark, vp9_rewrite}, /* RFC 9628 */
	{LECTERN_CODEC_AV1, "AV1", 90000, true, av1_mark, NULL},    /* AV1 RTP specification 1.0 */
	{LECTERN_CODEC_H264, "H264", 90000, true, h264_mark, NULL}, /* RFC 6184 */
};

const struct codec *codec_find(enum lectern_codec id)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (codecs[i].id == id)
			return &codecs[i];
	}
	return NULL;
}

bool codec_can_decode(
	enum lectern_codec codec, uint32_t profile, unsigned stream_codec, uint32_t stream_profile)
{
	if (codec != stream_codec)
		return false;
	if (codec == LECTERN_CODEC_H264)
		return h264_profile_holds(profile, stream_profile);
	return codec != LECTERN_CODEC_VP9 || profile == stream_profile;
}

int codec_mark(const struct codec *codec, struct codec_stream *stream, struct pkt *pkt)
{
	int error;

	if (!pkt->rtp.payload_len) {
		pkt->rtp.targets = TARGETS_ALL;
		return 0;
	}
	error = codec->mark(stream, pkt);
	if (error)
		return error;
	if (pkt->rtp.keyframe && stream->spatial_count) {
		pkt->rtp.width = stream->widths[stream->spatial_count - 1];
		pkt->rtp.height = stream->heights[stream->spatial_count - 1];
	}
	if (!codec_is_late(stream, &pkt->rtp)) {
		stream->started = true;
		stream->timestamp = pkt->rtp.timestamp;
	}
	return 0;
}

bool codec_is_late(const struct codec_stream *stream, const struct pkt_rtp *rtp)
{
	return stream->started && timestamp_diff(rtp->timestamp, stream->timestamp) < 0;
}

uint16_t codec_picture(struct codec_stream *stream, uint16_t picture_id, bool wide)
{
	uint16_t ahead;

	if (!wide && stream->has_picture) {
		/* The one nearest to the newest, whose low 7 bits these are. */
		ahead = (uint16_t)(picture_id - stream->picture_id) & 0x7f;
		picture_id = (uint16_t)(stream->picture_id + ahead - (ahead >= 64 ? 128 : 0)) &
			     WIDE_MASK;
	}
	ahead = (uint16_t)(picture_id - stream->picture_id) & WIDE_MASK;
	if (!stream->has_picture || ahead < 0x4000)
		stream->picture_id = picture_id;
	stream->has_picture = true;
	return picture_id;
}
