/* SPDX-License-Identifier: MIT */
#include "tests/bench/traffic.h"

#include <errno.h>
#include <string.h>

enum {
	TOC = 0xf8,	/* Opus: CELT, full band, 20 ms, mono, one frame */
	DESCRIPTOR = 6, /* X and S; I, L, T; 15 bits of picture id; TL0PICIDX; temporal id */
	TAG = 3,
	KEY_HEADER = 10,
	SMALLEST = 1060,
	SIZES = 90,
};

static const uint8_t magic[4] = {'L', 'e', 'c', 't'};

/* SplitMix64: the same sizes and the same fill in every run. */
static uint64_t mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return value ^ (value >> 31);
}

unsigned traffic_frame(uint64_t frame, bool keyframe, size_t lens[TRAFFIC_MAX_PACKETS])
{
	uint64_t chance = mix(frame);
	unsigned percent = (unsigned)(chance % 100), count, larger;
	size_t base = SMALLEST + (chance >> 16) % SIZES - TRAFFIC_VIDEO_OVERHEAD;

	count = percent < 50 ? 5 : percent < 80 ? 6 : 7;
	if (keyframe)
		count = TRAFFIC_KEYFRAME_PACKETS;
	larger = (unsigned)((chance >> 32) % count);
	for (unsigned i = 0; i < count; i++)
		lens[i] = base + (i + larger >= count ? 1 : 0);
	return count;
}

static void put_u64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

static uint64_t get_u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Magic, number, moment; then words that grow by an odd step of the number. */
static void write_body(uint8_t *out, size_t len, const struct traffic_stamp *stamp)
{
	uint64_t word = mix(stamp->number), step = word | 1;
	size_t at = sizeof(magic);

	memcpy(out, magic, sizeof(magic));
	put_u64(out + at, stamp->number);
	put_u64(out + at + 8, stamp->sent_ns);
	for (at += 16; at + 8 <= len; at += 8, word += step)
		put_u64(out + at, word);
	memset(out + at, (int)(word & 0xff), len - at);
}

static int read_body(const uint8_t *in, size_t len, struct traffic_stamp *ret_stamp)
{
	struct traffic_stamp stamp;
	uint64_t word, step;
	size_t at = sizeof(magic);

	if (len < sizeof(magic) + 16 || memcmp(in, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	stamp.number = get_u64(in + at);
	stamp.sent_ns = get_u64(in + at + 8);
	word = mix(stamp.number);
	step = word | 1;
	for (at += 16; at + 8 <= len; at += 8, word += step) {
		if (get_u64(in + at) != word)
			return -EBADMSG;
	}
	for (; at < len; at++) {
		if (in[at] != (uint8_t)word)
			return -EBADMSG;
	}
	*ret_stamp = stamp;
	return 0;
}

void traffic_write_audio(uint8_t *out, size_t len, const struct traffic_stamp *stamp)
{
	out[0] = TOC;
	write_body(out + 1, len - 1, stamp);
}

int traffic_read_audio(const uint8_t *in, size_t len, struct traffic_stamp *ret_stamp)
{
	if (!len || in[0] != TOC)
		return -EBADMSG;
	return read_body(in + 1, len - 1, ret_stamp);
}

/* RFC 6386 9.1: a frame that is shown, and for a keyframe its start code and size. */
static size_t write_frame_header(uint8_t *out, bool keyframe)
{
	unsigned first_partition = 1000, tag = (keyframe ? 0 : 1) | 1 << 4 | first_partition << 5;

	out[0] = (uint8_t)tag;
	out[1] = (uint8_t)(tag >> 8);
	out[2] = (uint8_t)(tag >> 16);
	if (!keyframe)
		return TAG;
	out[3] = 0x9d;
	out[4] = 0x01;
	out[5] = 0x2a;
	out[6] = TRAFFIC_WIDTH & 0xff;
	out[7] = TRAFFIC_WIDTH >> 8;
	out[8] = TRAFFIC_HEIGHT & 0xff;
	out[9] = TRAFFIC_HEIGHT >> 8;
	return KEY_HEADER;
}

void traffic_write_video(uint8_t *out, size_t len, const struct traffic_video_packet *packet)
{
	size_t at = DESCRIPTOR;

	out[0] = packet->first ? 0x90 : 0x80;
	out[1] = 0xe0;
	out[2] = (uint8_t)(0x80 | ((packet->frame >> 8) & 0x7f));
	out[3] = (uint8_t)packet->frame;
	out[4] = (uint8_t)packet->frame; /* every frame is of the base layer */
	out[5] = 0x20;			 /* temporal layer 0, Y */
	if (packet->first)
		at += write_frame_header(out + at, packet->keyframe);
	write_body(out + at, len - at, &packet->stamp);
}

/* The descriptor that came may be shorter or longer than the one that was sent. */
static size_t descriptor_len(const uint8_t *in, size_t len)
{
	size_t at = 2;

	if (len < DESCRIPTOR || !(in[0] & 0x80))
		return 1;
	if (in[1] & 0x80)
		at += in[at] & 0x80 ? 2 : 1;
	at += in[1] & 0x40 ? 1 : 0;
	at += in[1] & 0x30 ? 1 : 0;
	return at;
}

int traffic_read_video(const uint8_t *in, size_t len, struct traffic_video_packet *ret_packet)
{
	struct traffic_video_packet packet = {0};
	size_t at = descriptor_len(in, len);
	uint8_t header[KEY_HEADER];
	size_t header_len;

	if (len < at + KEY_HEADER)
		return -EBADMSG;
	packet.first = in[0] & 0x10;
	if (packet.first) {
		packet.keyframe = !(in[at] & 1);
		header_len = write_frame_header(header, packet.keyframe);
		if (memcmp(in + at, header, header_len) != 0)
			return -EBADMSG;
		at += header_len;
	}
	if (read_body(in + at, len - at, &packet.stamp) < 0)
		return -EBADMSG;
	*ret_packet = packet;
	return 0;
}
