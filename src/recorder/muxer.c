/* SPDX-License-Identifier: MIT */
#include "recorder/muxer.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <stdlib.h>
#include <string.h>

#include "lectern/engine.h"

enum {
	BUFFER = 64 * 1024,
	CLUSTER_LIMIT_MS = 30000, /* its timestamps have 16 bits; we flush long before */
};

struct muxer {
	AVFormatContext *context;
	AVIOContext *io;
	AVPacket *packet;
	muxer_write_fn *fn;
	void *user;
	int64_t at, size;
	bool begun;
};

static int on_write(void *user, uint8_t *data, int len)
{
	struct muxer *muxer = user;

	if (muxer->fn)
		muxer->fn(muxer->user, muxer->at, data, (size_t)len);
	muxer->at += len;
	if (muxer->at > muxer->size)
		muxer->size = muxer->at;
	return len;
}

static int64_t on_seek(void *user, int64_t offset, int whence)
{
	struct muxer *muxer = user;

	if (whence == AVSEEK_SIZE)
		return muxer->size;
	if (whence != SEEK_SET || offset < 0)
		return AVERROR(EINVAL);
	return muxer->at = offset;
}

/*
 * RFC 7845 5.1. No pre-skip: the capture begins in mid-stream, where the encoder has long started,
 * and a codec delay would shift the timestamps. Two channels decode mono as well.
 */
static int set_opus(AVCodecParameters *par)
{
	static const uint8_t head[] = {
		'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0};

	par->codec_type = AVMEDIA_TYPE_AUDIO;
	par->codec_id = AV_CODEC_ID_OPUS;
	par->sample_rate = 48000;
	av_channel_layout_default(&par->ch_layout, 2);
	par->extradata = av_mallocz(sizeof(head) + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!par->extradata)
		return -ENOMEM;
	par->extradata_size = sizeof(head);
	memcpy(par->extradata, head, sizeof(head));
	return 0;
}

static int add_stream(struct muxer *muxer, uint8_t codec, unsigned width, unsigned height)
{
	AVStream *stream = avformat_new_stream(muxer->context, NULL);

	if (!stream)
		return -ENOMEM;
	stream->time_base = (AVRational){1, 1000};
	if (codec == LECTERN_CODEC_OPUS)
		return set_opus(stream->codecpar);
	if (codec != LECTERN_CODEC_VP8)
		return -EINVAL;
	stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
	stream->codecpar->codec_id = AV_CODEC_ID_VP8;
	stream->codecpar->width = (int)width;
	stream->codecpar->height = (int)height;
	return 0;
}

static int open_io(struct muxer *muxer)
{
	uint8_t *buffer = av_malloc(BUFFER);

	if (!buffer)
		return -ENOMEM;
	muxer->io = avio_alloc_context(buffer, BUFFER, 1, muxer, NULL, on_write, on_seek);
	if (!muxer->io) {
		av_free(buffer);
		return -ENOMEM;
	}
	muxer->context->pb = muxer->io;
	muxer->context->flags |= AVFMT_FLAG_CUSTOM_IO;
	return 0;
}

static int write_header(struct muxer *muxer)
{
	AVDictionary *options = NULL;
	int r;

	av_dict_set_int(&options, "cluster_time_limit", CLUSTER_LIMIT_MS, 0);
	r = avformat_write_header(muxer->context, &options);
	av_dict_free(&options);
	if (r < 0)
		return r;
	muxer->begun = true;
	avio_flush(muxer->io);
	return 0;
}

int muxer_create(uint8_t codec, unsigned width, unsigned height, muxer_write_fn *fn, void *user,
	struct muxer **ret_muxer)
{
	struct muxer *muxer = calloc(1, sizeof(*muxer));
	int r = -ENOMEM;

	if (!muxer)
		return r;
	muxer->fn = fn;
	muxer->user = user;
	muxer->packet = av_packet_alloc();
	if (muxer->packet)
		r = avformat_alloc_output_context2(&muxer->context, NULL, "webm", NULL);
	if (r >= 0)
		r = open_io(muxer);
	if (r >= 0)
		r = add_stream(muxer, codec, width, height);
	if (r >= 0)
		r = write_header(muxer);
	if (r < 0) {
		muxer_destroy(muxer);
		return r;
	}
	*ret_muxer = muxer;
	return 0;
}

void muxer_destroy(struct muxer *muxer)
{
	if (!muxer)
		return;
	if (muxer->context && muxer->begun) { /* frees what the muxer holds; the bytes go nowhere */
		muxer->fn = NULL;
		av_write_trailer(muxer->context);
	}
	if (muxer->io)
		av_freep(&muxer->io->buffer);
	avio_context_free(&muxer->io);
	avformat_free_context(muxer->context);
	av_packet_free(&muxer->packet);
	free(muxer);
}

int muxer_frame(struct muxer *muxer, const void *data, size_t len, int64_t at_ms,
	int64_t duration_ms, bool keyframe)
{
	AVPacket *packet = muxer->packet;
	int r = av_new_packet(packet, (int)len);

	if (r < 0)
		return r;
	memcpy(packet->data, data, len);
	packet->pts = packet->dts = at_ms;
	packet->duration = duration_ms;
	packet->flags = keyframe ? AV_PKT_FLAG_KEY : 0;
	r = av_write_frame(muxer->context, packet);
	av_packet_unref(packet);
	return r < 0 ? r : 0;
}

int muxer_flush(struct muxer *muxer)
{
	int r = av_write_frame(muxer->context, NULL);

	avio_flush(muxer->io);
	return r < 0 ? r : 0;
}

int muxer_finish(struct muxer *muxer)
{
	int r = av_write_trailer(muxer->context);

	muxer->begun = false;
	avio_flush(muxer->io);
	return r;
}

int64_t muxer_size(const struct muxer *muxer)
{
	return muxer->size;
}
