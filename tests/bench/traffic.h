/* SPDX-License-Identifier: MIT */
/*
 * What a publisher sends, the same for every server that is measured: Opus of 50 packets a second
 * in datagrams of 124 bytes, and VP8 of 1.5 Mbit/s, 30 frames a second, 5 to 7 packets a frame of
 * 1060 to 1150 bytes that differ by one byte as a browser's packetiser splits them (the larger ones
 * last). About 221 packets a second.
 *
 * Payloads are valid as far as a server looks (Opus TOC; VP8 descriptor, RFC 7741 4.2, with picture
 * id and TL0PICIDX, and frame header, RFC 6386 9.1) and then carry the moment of sending and a fill
 * that is a function of the packet's number: a receiver that decrypts one can tell its age, and
 * that every byte is as it was sent. Pure functions.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TRAFFIC_AUDIO_US = 20 * 1000,
	TRAFFIC_AUDIO_PAYLOAD = 84, /* 124 bytes with RTP header, extensions and GCM tag */
	TRAFFIC_AUDIO_STEP = 960,
	TRAFFIC_FRAMES_A_SECOND = 30,
	TRAFFIC_VIDEO_OVERHEAD = 12 + 12 + 16, /* RTP header, extensions, GCM tag */
	TRAFFIC_KEYFRAME_PACKETS = 24,
	TRAFFIC_MAX_PACKETS = 32, /* of a frame */
	TRAFFIC_MAX_PAYLOAD = 1200,
	TRAFFIC_WIDTH = 1280,
	TRAFFIC_HEIGHT = 720,
};

struct traffic_stamp {
	uint64_t number; /* of the packet in its stream */
	uint64_t sent_ns;
};

struct traffic_video_packet {
	uint64_t frame;
	bool first, keyframe;
	struct traffic_stamp stamp;
};

/* The payload lengths of a frame, in order. Returns how many packets. */
unsigned traffic_frame(uint64_t frame, bool keyframe, size_t lens[TRAFFIC_MAX_PACKETS]);

/* Write `len` bytes. */
void traffic_write_audio(uint8_t *out, size_t len, const struct traffic_stamp *stamp);
void traffic_write_video(uint8_t *out, size_t len, const struct traffic_video_packet *packet);

/* -EBADMSG: not a byte may differ, but for the picture ids, which a server rewrites. */
int traffic_read_audio(const uint8_t *in, size_t len, struct traffic_stamp *ret_stamp);
int traffic_read_video(const uint8_t *in, size_t len, struct traffic_video_packet *ret_packet);

#endif
