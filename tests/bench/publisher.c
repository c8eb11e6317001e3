/* SPDX-License-Identifier: MIT */
#include "tests/bench/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/traffic.h"
#include "tests/bench/wire.h"
#include "tests/client/put.h"

enum { AUDIO_LEVEL = 30, AUDIO_VOICE = 0x80 };

struct kept {
	uint16_t seq;
	uint16_t len; /* 0: none */
	uint8_t bytes[PUBLISHER_PACKET];
};

struct track {
	struct publisher_track config;
	uint16_t seq, rtx_seq;
	uint32_t timestamp;
	uint64_t number, packets, octets, last_us;
};

/* The frame that is being sent. */
struct frame {
	uint64_t number;
	bool keyframe;
	unsigned count, next;
	size_t lens[TRAFFIC_MAX_PACKETS];
};

struct publisher {
	struct publisher_config config;
	struct track audio, video;
	uint16_t twcc;
	uint64_t begun_us, frames_due, audio_due; /* counted from the beginning */
	uint64_t frame_number, keyframes, keyframe_us, paced_us;
	bool keyframe_wanted;
	struct frame frame;
	struct kept history[PUBLISHER_HISTORY];
};

int publisher_create(
	const struct publisher_config *config, uint64_t now_us, struct publisher **ret_publisher)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));

	if (!publisher)
		return -ENOMEM;
	publisher->config = *config;
	publisher->audio.config = config->audio;
	publisher->video.config = config->video;
	publisher->audio.seq = (uint16_t)(config->audio.ssrc * 7 & 0x7fff);
	publisher->video.seq = (uint16_t)(config->video.ssrc * 13 & 0x7fff);
	publisher->begun_us = now_us;
	publisher->keyframe_wanted = true;
	*ret_publisher = publisher;
	return 0;
}

void publisher_destroy(struct publisher *publisher)
{
	free(publisher);
}

/* RFC 8285 4.2: one-byte elements. */
static size_t put_extensions(struct publisher *publisher, const struct track *track, uint8_t *at)
{
	const struct publisher_track *config = &track->config;
	uint8_t twcc[2], level = AUDIO_VOICE | AUDIO_LEVEL;
	size_t len = 4;

	if (!config->ext_mid && !config->ext_level && !config->ext_twcc)
		return 0;
	put_u16(at, 0xbede);
	if (config->mid[0])
		len += put_element(at + len, config->ext_mid, config->mid, strlen(config->mid));
	len += put_element(at + len, config->ext_level, &level, 1);
	put_u16(twcc, publisher->twcc++);
	len += put_element(at + len, config->ext_twcc, twcc, 2);
	while (len % 4)
		at[len++] = 0;
	put_u16(at + 2, (uint16_t)(len / 4 - 1));
	return len;
}

static size_t put_header(struct publisher *publisher, const struct track *track, uint8_t *at,
	bool rtx, bool marker, uint16_t seq, uint32_t timestamp)
{
	const struct publisher_track *config = &track->config;
	size_t len;

	put_u16(at + 2, seq);
	put_u32(at + 4, timestamp);
	put_u32(at + 8, rtx ? config->rtx_ssrc : config->ssrc);
	len = put_extensions(publisher, track, at + 12);
	at[0] = len ? 0x90 : 0x80;
	at[1] = (uint8_t)((marker ? 0x80 : 0) | (rtx ? config->rtx_pt : config->pt));
	return 12 + len;
}

static void keep(struct publisher *publisher, uint16_t seq, const uint8_t *packet, size_t len)
{
	struct kept *kept = &publisher->history[seq % PUBLISHER_HISTORY];

	kept->seq = seq;
	kept->len = (uint16_t)len;
	memcpy(kept->bytes, packet, len);
}

/* `packet` has its header and its payload. */
static void send_packet(struct publisher *publisher, struct track *track, uint8_t *packet,
	size_t len, size_t payload_len, uint64_t now_us)
{
	if (track == &publisher->video)
		keep(publisher, track->seq, packet, len);
	track->seq++;
	track->number++;
	track->packets++;
	track->octets += payload_len;
	track->last_us = now_us;
	publisher->config.send(publisher->config.arg, packet, len);
}

static void send_audio(struct publisher *publisher, uint64_t now_us)
{
	struct track *track = &publisher->audio;
	struct traffic_stamp stamp = {.number = track->number, .sent_ns = wire_now_ns()};
	uint8_t packet[PUBLISHER_PACKET];
	size_t head = put_header(
		publisher, track, packet, false, !track->number, track->seq, track->timestamp);

	traffic_write_audio(packet + head, TRAFFIC_AUDIO_PAYLOAD, &stamp);
	send_packet(publisher, track, packet, head + TRAFFIC_AUDIO_PAYLOAD, TRAFFIC_AUDIO_PAYLOAD,
		now_us);
	track->timestamp += TRAFFIC_AUDIO_STEP;
}

static void begin_frame(struct publisher *publisher, bool keyframe, uint64_t now_us)
{
	struct frame *frame = &publisher->frame;

	frame->number = publisher->frame_number++;
	frame->keyframe = keyframe;
	frame->next = 0;
	frame->count = traffic_frame(frame->number, keyframe, frame->lens);
	publisher->video.timestamp =
		(uint32_t)((now_us - publisher->begun_us) * 90 / 1000 + 1234567);
	if (!keyframe)
		return;
	publisher->keyframe_wanted = false;
	publisher->keyframe_us = now_us;
	publisher->paced_us = now_us;
	publisher->keyframes++;
}

static void send_video(struct publisher *publisher, uint64_t now_us)
{
	struct track *track = &publisher->video;
	struct frame *frame = &publisher->frame;
	size_t len = frame->lens[frame->next], head;
	bool last = frame->next + 1 == frame->count;
	struct traffic_video_packet video = {
		.frame = frame->number,
		.first = frame->next == 0,
		.keyframe = frame->keyframe,
		.stamp = {.number = track->number, .sent_ns = wire_now_ns()},
	};
	uint8_t packet[PUBLISHER_PACKET];

	head = put_header(publisher, track, packet, false, last, track->seq, track->timestamp);
	traffic_write_video(packet + head, len, &video);
	frame->next++;
	send_packet(publisher, track, packet, head + len, len, now_us);
}

static void send_frame(struct publisher *publisher, uint64_t now_us)
{
	struct frame *frame = &publisher->frame;

	while (frame->next < frame->count) {
		if (frame->keyframe && publisher->paced_us > now_us)
			return;
		send_video(publisher, now_us);
		publisher->paced_us += PUBLISHER_PACE_US;
	}
}

static void tick_video(struct publisher *publisher, uint64_t now_us)
{
	uint64_t due;

	send_frame(publisher, now_us);
	if (publisher->frame.next < publisher->frame.count)
		return;
	if (publisher->keyframe_wanted &&
		now_us >= publisher->keyframe_us + PUBLISHER_KEYFRAME_APART_US) {
		begin_frame(publisher, true, now_us);
		send_frame(publisher, now_us);
		return;
	}
	due = publisher->begun_us + publisher->frames_due * 1000000 / TRAFFIC_FRAMES_A_SECOND;
	if (now_us < due)
		return;
	publisher->frames_due++;
	begin_frame(publisher, false, now_us);
	send_frame(publisher, now_us);
}

void publisher_tick(struct publisher *publisher, uint64_t now_us)
{
	uint64_t due = publisher->begun_us + publisher->audio_due * TRAFFIC_AUDIO_US;

	if (publisher->config.audio.pt && now_us >= due) {
		publisher->audio_due++;
		send_audio(publisher, now_us);
	}
	if (publisher->config.video.pt)
		tick_video(publisher, now_us);
}

void publisher_keyframe(struct publisher *publisher, uint32_t ssrc)
{
	if (ssrc == publisher->config.video.ssrc)
		publisher->keyframe_wanted = true;
}

/* RFC 4588 4: the original sequence number goes in front of the payload. */
static void send_rtx(struct publisher *publisher, const struct kept *kept, size_t head)
{
	struct track *track = &publisher->video;
	uint8_t packet[PUBLISHER_PACKET + 64];
	uint32_t timestamp = (uint32_t)kept->bytes[4] << 24 | (uint32_t)kept->bytes[5] << 16 |
			     (uint32_t)kept->bytes[6] << 8 | kept->bytes[7];
	size_t len = put_header(
		publisher, track, packet, true, kept->bytes[1] & 0x80, track->rtx_seq++, timestamp);

	len += put_u16(packet + len, kept->seq);
	memcpy(packet + len, kept->bytes + head, kept->len - head);
	publisher->config.send(publisher->config.arg, packet, len + kept->len - head);
}

void publisher_nack(struct publisher *publisher, uint32_t ssrc, uint16_t seq)
{
	const struct kept *kept = &publisher->history[seq % PUBLISHER_HISTORY];
	uint8_t packet[PUBLISHER_PACKET];
	size_t head = 12;

	if (ssrc != publisher->config.video.ssrc || !kept->len || kept->seq != seq)
		return;
	if (kept->bytes[0] & 0x10)
		head += 4 + 4 * (size_t)(kept->bytes[14] << 8 | kept->bytes[15]);
	if (publisher->config.video.rtx_pt) {
		send_rtx(publisher, kept, head);
		return;
	}
	memcpy(packet, kept->bytes, kept->len);
	publisher->config.send(publisher->config.arg, packet, kept->len);
}

bool publisher_report(
	const struct publisher *publisher, bool video, uint64_t now_us, struct rtcp_sr *ret_sr)
{
	const struct track *track = video ? &publisher->video : &publisher->audio;
	uint64_t rate = video ? 90 : 48;

	if (!track->packets)
		return false;
	*ret_sr = (struct rtcp_sr){
		.ssrc = track->config.ssrc,
		.ntp = rtcp_ntp_of_us(now_us),
		.rtp_timestamp =
			track->timestamp + (uint32_t)((now_us - track->last_us) * rate / 1000),
		.packets = (uint32_t)track->packets,
		.octets = (uint32_t)track->octets,
	};
	return true;
}

uint64_t publisher_sent(const struct publisher *publisher)
{
	return publisher->audio.packets + publisher->video.packets;
}

uint64_t publisher_keyframes(const struct publisher *publisher)
{
	return publisher->keyframes;
}
