/* SPDX-License-Identifier: MIT */
/*
 * Hostile media into depacketiser and muxer: what comes out must be a file that reads back with as
 * many frames as went in, and whose times never go back. Built once for each codec, FUZZ_CODEC.
 *
 * Input: packets: two bytes of length, one byte by how many 10 ms later it came, and the packet.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/log.h>

#include "base/bytes.h"
#include "lectern/engine.h"
#include "recorder/demuxer.h"
#include "recorder/depacketize.h"
#include "recorder/muxer.h"
#include "rtp/packet.h"

#ifndef FUZZ_CODEC
#define FUZZ_CODEC LECTERN_CODEC_VP8
#endif

enum { MAX_FILE = 16 * 1024 * 1024 };

struct run {
	struct muxer *muxer;
	uint8_t *file;
	size_t size;
	int64_t first_rtp, last_rtp;
	unsigned frames;
};

static void on_write(void *user, int64_t offset, const void *data, size_t len)
{
	struct run *run = user;

	assert(offset >= 0 && (size_t)offset + len <= MAX_FILE);
	memcpy(run->file + offset, data, len);
	if ((size_t)offset + len > run->size)
		run->size = (size_t)offset + len;
}

static int64_t on_read(void *user, int64_t offset, void *out, size_t len)
{
	const struct run *run = user;
	size_t left = offset < (int64_t)run->size ? run->size - (size_t)offset : 0;
	size_t n = len < left ? len : left;

	memcpy(out, run->file + offset, n);
	return (int64_t)n;
}

static void check(struct run *run)
{
	struct scan_source source = {.read = on_read, .user = run};
	struct demuxer_packet packet;
	struct demuxer *demuxer;
	struct scan scan;
	unsigned frames = 0;
	int64_t last_ms = 0;

	if (!run->muxer)
		return;
	assert(muxer_finish(run->muxer) == 0);
	source.size = (int64_t)run->size;
	assert(scan_clip(&source, &scan) == 0 && scan.whole == source.size);
	assert(scan.hole_count == 0);
	assert(demuxer_create(&source, &scan, &demuxer) == 0);
	while (demuxer_read(demuxer, &packet) == 0) {
		assert(packet.at_ms >= last_ms);
		last_ms = packet.at_ms;
		frames++;
	}
	assert(frames == run->frames);
	demuxer_destroy(demuxer);
	muxer_destroy(run->muxer);
	run->muxer = NULL;
	run->size = 0;
}

static void on_frame(void *user, const struct frame *frame)
{
	struct run *run = user;
	int error;

	if (!run->muxer) {
		if (!frame->keyframe)
			return;
		run->first_rtp = frame->rtp;
		run->frames = 0;
		error = muxer_create(&(struct muxer_track){FUZZ_CODEC, frame->width, frame->height,
					     frame->config, frame->config_len},
			on_write, run, &run->muxer);
		/* libavformat reads all of AV1's sequence header, for av1C; we only its size. */
		assert(error == 0 || FUZZ_CODEC == LECTERN_CODEC_AV1);
		if (error < 0) {
			run->size = 0;
			return;
		}
	} else {
		assert(frame->rtp >= run->last_rtp);
	}
	run->last_rtp = frame->rtp;
	if (run->size + frame->len > MAX_FILE / 2)
		return;
	if (frame->keyframe)
		assert(muxer_flush(run->muxer) == 0);
	assert(muxer_frame(run->muxer, frame->data, frame->len, (frame->rtp - run->first_rtp) / 90,
		       0, frame->keyframe) == 0);
	run->frames += frame->len > 0;
}

static void on_keyframe(void *user, uint64_t now_us)
{
	(void)user;
	(void)now_us;
}

static void on_gap(void *user, int64_t from_rtp, int64_t until_rtp)
{
	(void)user;
	assert(from_rtp <= until_rtp);
}

static void on_restart(void *user)
{
	check(user);
}

static const struct depacketize_ops ops = {on_frame, on_keyframe, on_gap, on_restart, on_restart};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run run;
	static struct pkt_pool *pool;
	static const struct rtp_exts no_exts;
	struct reader r = reader_of(data, size);
	struct depacketizer in;
	uint64_t now_us = 1000000;

	if (!pool) {
		av_log_set_level(AV_LOG_QUIET);
		assert(pkt_pool_create(4096, &pool) == 0);
		run.file = malloc(MAX_FILE);
		assert(run.file);
	}
	assert(depacketizer_init(&in, FUZZ_CODEC, FUZZ_CODEC == LECTERN_CODEC_OPUS ? 48000 : 90000,
		       &ops, &run) == 0);
	while (reader_left(&r) > 3) {
		size_t len = read_u16(&r) % PKT_ROOM, left;
		struct rtp_names names;
		struct pkt *pkt = pkt_get(pool);

		now_us += read_u8(&r) * UINT64_C(10000);
		left = reader_left(&r);
		assert(pkt);
		pkt->len = (uint32_t)(len < left ? len : left);
		pkt->arrival_us = now_us;
		if (pkt->len)
			memcpy(pkt->data, read_bytes(&r, pkt->len), pkt->len);
		if (rtp_packet_parse(pkt, &no_exts, &names) == 0)
			depacketizer_push(&in, pkt, now_us);
		pkt_put(pkt);
	}
	depacketizer_tick(&in, UINT64_MAX);
	depacketizer_finish(&in);
	check(&run);
	assert(pkt_pool_free(pool) == 4096);
	return 0;
}
