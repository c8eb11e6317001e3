/* SPDX-License-Identifier: MIT */
/*
 * A member's browser as far as the server can tell: sends Opus and a camera in any codec, answers
 * NACKs on the repair stream and requests by keyframes, and has a clock of its own. Every payload
 * ends in a struct sim_mark, which tells what it is.
 */
#ifndef TESTS_SIM_PUBLISHER_H
#define TESTS_SIM_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lectern/engine.h"

#include "link.h"
#include "payload.h"

enum {
	SIM_LAYERS = 3,
	SIM_MIC_PT = 111,
	SIM_MIC_RED_PT = 63,
	SIM_CAMERA_PT = 96,
	SIM_CAMERA_RTX_PT = 97,
	SIM_EXT_MID = 1,
	SIM_EXT_RID = 2,
	SIM_EXT_RRID = 3,
	SIM_EXT_TWCC = 4,
	SIM_EXT_LEVEL = 5,
	SIM_EXT_DD = 6,
	SIM_HELD = 512, /* packets of a stream kept for repair */
	SIM_FRAME_US = 33333,
	SIM_AUDIO_US = 20000,
};

struct sim_stream {
	uint32_t ssrc, repair_ssrc;
	uint16_t seq, repair_seq;
	uint32_t timestamp_base;
	uint32_t frame, picture;
	struct sim_past past;
	bool key_wanted;
	uint64_t key_us; /* the last keyframe */
	uint32_t packets, octets;
	size_t held_len[SIM_HELD];
	uint8_t held[SIM_HELD][LINK_PACKET];
};

struct publisher {
	uint32_t peer;
	uint64_t random;
	struct link *up;
	const struct sim_camera *how;
	unsigned layers; /* of simulcast, that are live */
	uint8_t level;	 /* of its voice */
	bool red;	 /* sends each packet of sound with a copy of the one before */
	size_t sound_len;
	uint8_t sound[256]; /* the one before */
	int64_t clock_us;   /* its NTP clock is ahead of the fake one by so much */
	uint64_t frame_us, audio_us, report_us; /* next due */
	uint16_t twcc;
	struct sim_stream mic, camera[SIM_LAYERS];
	/* truth and what it was told */
	uint8_t arrived[65536];
	uint8_t told[65536]; /* 1 lost, 2 arrived */
	unsigned nacked, key_requests, keyframes, blocks;
	uint32_t last_fraction;
};

/* Keeps `how`. */
void publisher_init(struct publisher *p, const struct sim_camera *how, uint32_t peer, uint64_t seed,
	struct link *up, uint64_t now_us);
/* Its two sections as the server negotiated them. */
void publisher_sections(const struct publisher *p, struct lectern_section sections[2]);
void publisher_run(struct publisher *p, uint64_t now_us);
void publisher_rtcp(struct publisher *p, const uint8_t *data, size_t len);

#endif
