/* SPDX-License-Identifier: MIT */
#include "recorder/muxer.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <stdlib.h>
#include <string.h>

#include "lectern/engine.h"
#include "recorder/fragments.h"

enum {
	BUFFER = 64 * 1024,
	FRAME_MS = 33, /* how long a frame lasts of which nothing is known */
};

/* The timestamps of a cluster have 16 bits; we flush long before. */
#define CLUSTER_LIMIT_MS "30000"
#define MILLISECONDS ((AVRational){1, 1000})

struct muxer {
	AVFormatContext *context;
	AVIOContext *io;
	AVPacket *packet;
	muxer_write_fn *fn;
	void *user;
	int64_t at, size;
	bool begun;
	/* MP4: */
	bool mp4, has_frame, in_fragment;
	struct fragments fragments;
	int64_t last_ms, step_ms;
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

static int set_config(AVCodecParameters *par, const struct muxer_track *track)
{
	if (track->config_len == 0)
		return track->codec == LECTERN_CODEC_H264 ? -EINVAL : 0;
	par->extradata = av_mallocz(track->config_len + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!par->extradata)
		return -ENOMEM;
	par->extradata_size = (int)track->config_len;
	memcpy(par->extradata, track->config, track->config_len);
	return 0;
}

static int add_stream(struct muxer *muxer, const struct muxer_track *track)
{
	static const enum AVCodecID ids[] = {
		[LECTERN_CODEC_VP8] = AV_CODEC_ID_VP8,
		[LECTERN_CODEC_VP9] = AV_CODEC_ID_VP9,
		[LECTERN_CODEC_AV1] = AV_CODEC_ID_AV1,
		[LECTERN_CODEC_H264] = AV_CODEC_ID_H264,
	};
	AVStream *stream = avformat_new_stream(muxer->context, NULL);

	if (!stream)
		return -ENOMEM;
	stream->time_base = MILLISECONDS;
	if (track->codec == LECTERN_CODEC_OPUS)
		return set_opus(stream->codecpar);
	if (track->codec >= sizeof(ids) / sizeof(*ids) || ids[track->codec] == AV_CODEC_ID_NONE)
		return -EINVAL;
	stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
	stream->codecpar->codec_id = ids[track->codec];
	stream->codecpar->width = (int)track->width;
	stream->codecpar->height = (int)track->height;
	return set_config(stream->codecpar, track);
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
	muxer->context->flags &= ~AVFMT_FLAG_AUTO_BSF; /* a frame is a block, as it is */
	return 0;
}

static int begin(struct muxer *muxer, const char *option, const char *value)
{
	AVDictionary *options = NULL;
	int r;

	av_dict_set(&options, option, value, 0);
	r = avformat_write_header(muxer->context, &options);
	av_dict_free(&options);
	muxer->begun = r >= 0;
	return r;
}

static int begin_webm(struct muxer *muxer)
{
	int r = begin(muxer, "cluster_time_limit", CLUSTER_LIMIT_MS);

	avio_flush(muxer->io);
	return r;
}

/* The header goes through our hands, to leave room in it. */
static int begin_mp4(struct muxer *muxer)
{
	uint8_t *plain = NULL, *header;
	size_t len;
	int r = avio_open_dyn_buf(&muxer->context->pb), plain_len;

	if (r < 0)
		return r;
	r = begin(muxer, "movflags",
		"empty_moov+default_base_moof+frag_custom+frag_discont+skip_trailer");
	plain_len = avio_close_dyn_buf(muxer->context->pb, &plain);
	muxer->context->pb = muxer->io;
	if (r >= 0)
		r = fragments_header(&muxer->fragments, plain, (size_t)plain_len, &header, &len);
	av_free(plain);
	if (r < 0)
		return r;
	on_write(muxer, header, (int)len);
	free(header);
	return 0;
}

int muxer_create(
	const struct muxer_track *track, muxer_write_fn *fn, void *user, struct muxer **ret_muxer)
{
	struct muxer *muxer = calloc(1, sizeof(*muxer));
	int r = -ENOMEM;

	if (!muxer)
		return r;
	muxer->fn = fn;
	muxer->user = user;
	muxer->mp4 = track->codec == LECTERN_CODEC_H264;
	muxer->step_ms = FRAME_MS;
	muxer->packet = av_packet_alloc();
	if (muxer->packet)
		r = avformat_alloc_output_context2(
			&muxer->context, NULL, muxer->mp4 ? "mp4" : "webm", NULL);
	if (r >= 0)
		r = open_io(muxer);
	if (r >= 0)
		r = add_stream(muxer, track);
	if (r >= 0)
		r = muxer->mp4 ? begin_mp4(muxer) : begin_webm(muxer);
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

/* The next fragment's own time corrects this. */
static int64_t guess_duration(struct muxer *muxer, int64_t at_ms)
{
	if (muxer->in_fragment && at_ms > muxer->last_ms)
		muxer->step_ms = at_ms - muxer->last_ms;
	return muxer->step_ms;
}

int muxer_frame(struct muxer *muxer, const void *data, size_t len, int64_t at_ms,
	int64_t duration_ms, bool keyframe)
{
	AVPacket *packet = muxer->packet;
	int r = av_new_packet(packet, (int)len);

	if (r < 0)
		return r;
	if (muxer->mp4) {
		/* Two frames within a millisecond: no sample lasts 0. */
		if (muxer->has_frame && at_ms <= muxer->last_ms)
			at_ms = muxer->last_ms + 1;
		muxer->has_frame = true;
		if (!muxer->in_fragment && keyframe)
			fragments_add(&muxer->fragments, muxer->size, at_ms);
		if (duration_ms == 0)
			duration_ms = guess_duration(muxer, at_ms);
		muxer->in_fragment = true;
		muxer->last_ms = at_ms;
	}
	memcpy(packet->data, data, len);
	packet->pts = packet->dts = at_ms;
	packet->duration = duration_ms;
	packet->flags = keyframe ? AV_PKT_FLAG_KEY : 0;
	av_packet_rescale_ts(packet, MILLISECONDS, muxer->context->streams[0]->time_base);
	r = av_write_frame(muxer->context, packet);
	av_packet_unref(packet);
	return r < 0 ? r : 0;
}

int muxer_flush(struct muxer *muxer)
{
	int r = av_write_frame(muxer->context, NULL);

	muxer->in_fragment = false;
	avio_flush(muxer->io);
	return r < 0 ? r : 0;
}

static void finish_mp4(struct muxer *muxer)
{
	const struct fragments *f = &muxer->fragments;
	int64_t end_ms = muxer->last_ms + muxer->step_ms;
	uint8_t length[FRAGMENTS_LENGTH], index[FRAGMENTS_INDEX];

	fragments_length(end_ms, length);
	fragments_index(f, muxer->size, end_ms, index);
	muxer->fn(muxer->user, f->length_at, length, sizeof(length));
	muxer->fn(muxer->user, f->index_at, index, sizeof(index));
}

int muxer_finish(struct muxer *muxer)
{
	int r = av_write_trailer(muxer->context);

	muxer->begun = false;
	avio_flush(muxer->io);
	if (r >= 0 && muxer->mp4)
		finish_mp4(muxer);
	return r;
}

int64_t muxer_size(const struct muxer *muxer)
{
	return muxer->size;
}
