/* SPDX-License-Identifier: MIT */
#include "recorder/demuxer.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "lectern/engine.h"

enum { BUFFER = 64 * 1024, BOX_HEAD = 8 };

struct demuxer {
	const struct scan_source *source;
	struct scan scan;
	int64_t at;
	AVFormatContext *context;
	AVIOContext *io;
	AVPacket *packet;
	uint8_t codec;
};

/* Puts the head of a free box where a hole begins, if that lies in what was read. */
static void cover_hole(const struct demuxer *demuxer, unsigned i, uint8_t *out, int64_t len)
{
	int64_t from = demuxer->scan.holes[i].from, size = demuxer->scan.holes[i].until - from;
	uint8_t head[BOX_HEAD];
	struct writer w = writer_of(head, sizeof(head));

	write_u32(&w, (uint32_t)(size < UINT32_MAX ? size : UINT32_MAX));
	write_bytes(&w, "free", 4);
	for (int64_t byte = 0; byte < BOX_HEAD; byte++) {
		int64_t at = from + byte - demuxer->at;

		if (at >= 0 && at < len)
			out[at] = head[byte];
	}
}

static int on_read(void *user, uint8_t *out, int len)
{
	struct demuxer *demuxer = user;
	int64_t left = demuxer->scan.whole - demuxer->at, n;

	if (left <= 0)
		return AVERROR_EOF;
	n = demuxer->source->read(
		demuxer->source->user, demuxer->at, out, (size_t)(len < left ? len : left));
	if (n <= 0)
		return n < 0 ? (int)n : AVERROR_EOF;
	for (unsigned i = 0; i < demuxer->scan.hole_count; i++)
		cover_hole(demuxer, i, out, n);
	demuxer->at += n;
	return (int)n;
}

static int64_t on_seek(void *user, int64_t offset, int whence)
{
	struct demuxer *demuxer = user;

	if (whence == AVSEEK_SIZE)
		return demuxer->scan.whole;
	if (whence != SEEK_SET || offset < 0)
		return AVERROR(EINVAL);
	return demuxer->at = offset;
}

static int open_input(struct demuxer *demuxer)
{
	uint8_t *buffer = av_malloc(BUFFER);

	demuxer->packet = av_packet_alloc();
	demuxer->context = avformat_alloc_context();
	if (buffer)
		demuxer->io =
			avio_alloc_context(buffer, BUFFER, 0, demuxer, on_read, NULL, on_seek);
	if (!demuxer->io)
		av_free(buffer);
	if (!demuxer->io || !demuxer->packet || !demuxer->context)
		return -ENOMEM;
	demuxer->context->pb = demuxer->io;
	/* Frees the context when it fails. */
	return avformat_open_input(&demuxer->context, NULL,
		av_find_input_format(demuxer->scan.mp4 ? "mp4" : "matroska"), NULL);
}

static int find_codec(struct demuxer *demuxer)
{
	static const struct {
		enum AVCodecID id;
		uint8_t codec;
	} codecs[] = {
		{AV_CODEC_ID_OPUS, LECTERN_CODEC_OPUS},
		{AV_CODEC_ID_VP8, LECTERN_CODEC_VP8},
		{AV_CODEC_ID_VP9, LECTERN_CODEC_VP9},
		{AV_CODEC_ID_AV1, LECTERN_CODEC_AV1},
		{AV_CODEC_ID_H264, LECTERN_CODEC_H264},
	};

	if (demuxer->context->nb_streams != 1)
		return -EBADMSG;
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		if (codecs[i].id == demuxer->context->streams[0]->codecpar->codec_id) {
			demuxer->codec = codecs[i].codec;
			return 0;
		}
	}
	return -EBADMSG;
}

int demuxer_create(
	const struct scan_source *source, const struct scan *scan, struct demuxer **ret_demuxer)
{
	struct demuxer *demuxer = calloc(1, sizeof(*demuxer));
	int r;

	if (!demuxer)
		return -ENOMEM;
	demuxer->source = source;
	demuxer->scan = *scan;
	r = open_input(demuxer);
	if (r == 0)
		r = find_codec(demuxer);
	if (r < 0) {
		demuxer_destroy(demuxer);
		return r == -ENOMEM ? r : -EBADMSG;
	}
	*ret_demuxer = demuxer;
	return 0;
}

void demuxer_destroy(struct demuxer *demuxer)
{
	if (!demuxer)
		return;
	avformat_close_input(&demuxer->context);
	if (demuxer->io)
		av_freep(&demuxer->io->buffer);
	avio_context_free(&demuxer->io);
	av_packet_free(&demuxer->packet);
	free(demuxer);
}

struct muxer_track demuxer_track(const struct demuxer *demuxer)
{
	const AVCodecParameters *par = demuxer->context->streams[0]->codecpar;
	bool has_config =
		demuxer->codec == LECTERN_CODEC_H264 || demuxer->codec == LECTERN_CODEC_AV1;

	return (struct muxer_track){
		.codec = demuxer->codec,
		.width = (unsigned)par->width,
		.height = (unsigned)par->height,
		.config = par->extradata,
		.config_len = has_config ? (size_t)par->extradata_size : 0,
	};
}

int demuxer_read(struct demuxer *demuxer, struct demuxer_packet *ret_packet)
{
	AVPacket *packet = demuxer->packet;
	AVRational base = demuxer->context->streams[0]->time_base;

	for (;;) {
		av_packet_unref(packet);
		if (av_read_frame(demuxer->context, packet) < 0)
			return -ENODATA;
		if (packet->pts != AV_NOPTS_VALUE && packet->size > 0 && packet->stream_index == 0)
			break;
	}
	*ret_packet = (struct demuxer_packet){
		.data = packet->data,
		.len = (size_t)packet->size,
		.at_ms = av_rescale_q(packet->pts, base, (AVRational){1, 1000}),
		.duration_ms = av_rescale_q(packet->duration, base, (AVRational){1, 1000}),
		.keyframe = packet->flags & AV_PKT_FLAG_KEY,
	};
	return 0;
}
