/* SPDX-License-Identifier: MIT */
/*
 * Video in every codec, as Debian's payloaders and encoders make it (packets/make.py), through the
 * real recorder and back through a decoder: every picture must be the one that was sent.
 */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/md5.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lectern/engine.h"
#include "tests/unit/recorder/support.h"

#define RECORDING "north-1/r7"

enum {
	CAMERA = 1,
	PICTURES = 60,
	LARGE = 40,	/* the first ones are of 320x180, the others half of that */
	KEY_EVERY = 10, /* a keyframe is every ten */
	MD5 = 32,
};

static struct {
	const char *name;
	uint8_t codec;
	bool one_clip; /* whatever its size: a decoder needs nothing told for another */
	struct stream stream;
	char md5[PICTURES][MD5 + 1];
} codecs[] = {
	{.name = "vp9", .codec = LECTERN_CODEC_VP9, .one_clip = true},
	{.name = "av1", .codec = LECTERN_CODEC_AV1},
	{.name = "h264", .codec = LECTERN_CODEC_H264},
};

enum { COUNT = sizeof(codecs) / sizeof(*codecs) };

/* --- decoding --- */

struct decoded {
	unsigned count;
	char md5[PICTURES][MD5 + 1];
	bool broken; /* the decoder said so */
};

static void take_picture(struct decoded *d, const AVFrame *frame)
{
	int size = av_image_get_buffer_size(frame->format, frame->width, frame->height, 1);
	uint8_t *bytes = malloc((size_t)size), sum[16];

	assert_true(d->count < PICTURES);
	d->broken |= frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT);
	assert_int_equal(av_image_copy_to_buffer(bytes, size, (const uint8_t *const *)frame->data,
				 frame->linesize, frame->format, frame->width, frame->height, 1),
		size);
	av_md5_sum(sum, bytes, (size_t)size);
	for (unsigned i = 0; i < sizeof(sum); i++)
		snprintf(d->md5[d->count] + 2 * i, 3, "%02x", sum[i]);
	d->count++;
	free(bytes);
}

static void take_packet(struct decoded *d, AVCodecContext *codec, const AVPacket *packet)
{
	AVFrame *frame = av_frame_alloc();

	d->broken |= avcodec_send_packet(codec, packet) < 0;
	while (avcodec_receive_frame(codec, frame) == 0)
		take_picture(d, frame);
	av_frame_free(&frame);
}

/* Appends the pictures of a clip. */
static void decode(const struct feeder *f, const json_t *clip, struct decoded *d)
{
	AVFormatContext *context = NULL;
	AVPacket *packet = av_packet_alloc();
	const AVCodec *found;
	AVCodecContext *codec;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s/%s", f->root, RECORDING,
		json_string_value(json_object_get(clip, "file")));
	av_log_set_level(AV_LOG_ERROR);
	assert_int_equal(avformat_open_input(&context, path, NULL, NULL), 0);
	found = avcodec_find_decoder(context->streams[0]->codecpar->codec_id);
	codec = avcodec_alloc_context3(found);
	assert_int_equal(avcodec_parameters_to_context(codec, context->streams[0]->codecpar), 0);
	codec->thread_count = 1;
	codec->err_recognition = AV_EF_EXPLODE;
	assert_int_equal(avcodec_open2(codec, found, NULL), 0);
	while (av_read_frame(context, packet) >= 0) {
		take_packet(d, codec, packet);
		av_packet_unref(packet);
	}
	take_packet(d, codec, NULL);
	avcodec_free_context(&codec);
	av_packet_free(&packet);
	avformat_close_input(&context);
}

/* --- what the tests share --- */

static int64_t get(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void begin(struct feeder *f, const struct stream *s)
{
	feeder_start(f);
	feeder_open(f, RECORDING);
	feeder_track(f, RECORDING, CAMERA, s, LECTERN_CAMERA, "m1");
	feeder_wait_keyframe(f);
}

static json_t *seal(struct feeder *f)
{
	struct wire_sealed sealed;

	feeder_close(f, RECORDING);
	feeder_wait_sealed(f, &sealed);
	assert_int_equal(sealed.error, 0);
	return manifest_load(f, RECORDING);
}

static unsigned picture_of(const struct rtp_packet *p)
{
	return (unsigned)(p->at_us / 100000);
}

/* All clips of the recording, in their order. */
static void decode_all(const struct feeder *f, const json_t *manifest, struct decoded *ret)
{
	const json_t *clips = json_object_get(manifest, "clips");

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < json_array_size(clips); i++)
		decode(f, json_array_get(clips, i), ret);
	assert_false(ret->broken);
}

static void every_picture_comes_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		const struct stream *s = &codecs[i].stream;
		struct decoded decoded;
		struct feeder f;
		json_t *manifest, *clip;
		unsigned number;

		begin(&f, s);
		feeder_play(&f, CAMERA, s, 0, s->packet_count);
		feeder_end(&f, CAMERA);
		manifest = seal(&f);
		assert_int_equal(json_array_size(json_object_get(manifest, "clips")),
			codecs[i].one_clip ? 1 : 2);
		clip = clip_of(manifest, "camera", 0);
		number = clip_number(manifest, "camera");
		assert_string_equal(
			json_string_value(json_object_get(clip, "codec")), codecs[i].name);
		assert_int_equal(get(clip, "width"), 320);
		assert_int_equal(get(clip, "height"), 180);
		assert_in_range(clip_seek(&f, RECORDING, number, 2700), 2000, 2000);
		assert_in_range(clip_seek(&f, RECORDING, number, 500), 0, 0);
		if (!codecs[i].one_clip) {
			assert_int_equal(get(clip_of(manifest, "camera", 1), "width"), 160);
			assert_in_range(
				get(clip_of(manifest, "camera", 1), "start_ms"), 3999, 4001);
		}
		decode_all(&f, manifest, &decoded);
		assert_int_equal(decoded.count, PICTURES);
		for (unsigned n = 0; n < PICTURES; n++)
			assert_string_equal(decoded.md5[n], codecs[i].md5[n]);
		json_decref(manifest);
		feeder_finish(&f);
	}
}

/* Whichever packet of a picture is lost: what was before it plays, and what comes from the next
 * keyframe on; nothing between, and nothing that a decoder complains of. */
static void a_loss_costs_until_the_next_keyframe(void **state)
{
	enum { LOST = 14, BACK = 20 };

	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		const struct stream *s = &codecs[i].stream;
		struct decoded decoded;
		struct feeder f;
		json_t *manifest;
		unsigned lost = next_random() % 3;

		begin(&f, s);
		for (unsigned n = 0; n < s->packet_count; n++) {
			bool here = picture_of(&s->packets[n]) == LOST &&
				    (n + 1 == s->packet_count ||
					    picture_of(&s->packets[n + 1]) != LOST || lost-- == 0);

			if (here)
				lost = 1000;
			else
				feeder_play(&f, CAMERA, s, n, n + 1);
		}
		manifest = seal(&f);
		decode_all(&f, manifest, &decoded);
		assert_int_equal(decoded.count, PICTURES - (BACK - LOST));
		for (unsigned n = 0; n < decoded.count; n++)
			assert_string_equal(
				decoded.md5[n], codecs[i].md5[n < LOST ? n : n + BACK - LOST]);
		json_decref(manifest);
		feeder_finish(&f);
	}
}

/* The recorder is killed in mid-picture: what lies there plays at once, and again after recovery. */
static void survives_a_kill(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		const struct stream *s = &codecs[i].stream;
		struct wire_sealed sealed;
		struct decoded decoded, live = {0};
		struct feeder f;
		json_t *manifest, *file;
		unsigned sent = 0, written;

		begin(&f, s);
		while (picture_of(&s->packets[sent]) < 35)
			sent++;
		f.base_us = clock_now_us() - s->packets[sent].at_us;
		feeder_play(&f, CAMERA, s, 0, sent);
		feeder_query(&f, RECORDING); /* answered only once it is sealed */
		for (written = 0; written < 25;) {
			struct read_clip clip;

			if (file_size(&f, RECORDING, i == 2 ? "c0001.mp4" : "c0001.webm") < 8192)
				continue;
			clip_read(&f, RECORDING, 1, &clip);
			written = clip.count;
			clip_free(&clip);
		}
		feeder_kill(&f, SIGKILL);
		file = json_pack("{s:s}", "file", i == 2 ? "c0001.mp4" : "c0001.webm");
		decode(&f, file, &live);
		json_decref(file);
		assert_true(live.count >= 25);
		feeder_disconnect(&f);
		feeder_spawn(&f);
		feeder_connect(&f);
		feeder_query(&f, RECORDING);
		feeder_wait_sealed(&f, &sealed);
		assert_int_equal(sealed.error, 0);
		manifest = manifest_load(&f, RECORDING);
		assert_true(json_is_true(json_object_get(manifest, "recovered")));
		decode_all(&f, manifest, &decoded);
		assert_int_equal(decoded.count, live.count);
		for (unsigned n = 0; n < decoded.count; n++)
			assert_string_equal(decoded.md5[n], codecs[i].md5[n]);
		assert_in_range(clip_seek(&f, RECORDING, 1, 2200), 2000, 2000);
		json_decref(manifest);
		feeder_finish(&f);
	}
}

static void read_line(FILE *file, char md5[MD5 + 1])
{
	char line[MD5 + 1];

	assert_non_null(fgets(line, MD5 + 1, file));
	memcpy(md5, line, MD5);
	assert_int_equal(fgetc(file), '\n');
}

static int load(void **state)
{
	const char *folder = getenv("RECORDER_PACKETS");

	(void)state;
	assert_non_null(folder);
	for (unsigned i = 0; i < COUNT; i++) {
		char path[512];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s.rtp", folder, codecs[i].name);
		stream_load(&codecs[i].stream, path, codecs[i].codec);
		snprintf(path, sizeof(path), "%s/%s.md5", folder, codecs[i].name);
		file = fopen(path, "r");
		assert_non_null(file);
		for (unsigned n = 0; n < PICTURES; n++)
			read_line(file, codecs[i].md5[n]);
		fclose(file);
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT; i++)
		stream_finish(&codecs[i].stream);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_picture_comes_back),
		cmocka_unit_test(a_loss_costs_until_the_next_keyframe),
		cmocka_unit_test(survives_a_kill),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
