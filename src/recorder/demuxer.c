/* SPDX-License-Identifier: MIT */
#include "recorder/demuxer.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>

#include "lectern/engine.h"

enum { BUFFER = 64 * 1024 };

struct demuxer {
	const struct scan_source *source;
	int64_t at;
	AVFormatContext *context;
	AVIOContext *io;
	AVPacket *packet;
	uint8_t codec;
};

static int on_read(void *user, uint8_t *out, int len)
{
	struct demuxer *demuxer = user;
	int64_t left = demuxer->source->size - demuxer->at, n;

	if (left <= 0)
		return AVERROR_EOF;
	n = demuxer->source->read(
		demuxer->source->user, demuxer->at, out, (size_t)(len < left ? len : left));
	if (n <= 0)
		return n < 0 ? (int)n : AVERROR_EOF;
	demuxer->at += n;
	return (int)n;
}

static int64_t on_seek(void *user, int64_t offset, int whence)
{
	struct demuxer *demuxer = user;

	if (whence == AVSEEK_SIZE)
		return demuxer->source->size;
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
	return avformat_open_input(&demuxer->context, NULL, av_find_input_format("matroska"), NULL);
}

static int find_codec(struct demuxer *demuxer)
{
	if (demuxer->context->nb_streams != 1)
		return -EBADMSG;
	switch (demuxer->context->streams[0]->codecpar->codec_id) {
	case AV_CODEC_ID_VP8:
		demuxer->codec = LECTERN_CODEC_VP8;
		return 0;
	case AV_CODEC_ID_OPUS:
		demuxer->codec = LECTERN_CODEC_OPUS;
		return 0;
	default:
		return -EBADMSG;
	}
}

int demuxer_create(const struct scan_source *source, struct demuxer **ret_demuxer)
{
	struct demuxer *demuxer = calloc(1, sizeof(*demuxer));
	int r;

	if (!demuxer)
		return -ENOMEM;
	demuxer->source = source;
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

uint8_t demuxer_codec(const struct demuxer *demuxer)
{
	return demuxer->codec;
}

unsigned demuxer_width(const struct demuxer *demuxer)
{
	return (unsigned)demuxer->context->streams[0]->codecpar->width;
}

unsigned demuxer_height(const struct demuxer *demuxer)
{
	return (unsigned)demuxer->context->streams[0]->codecpar->height;
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
