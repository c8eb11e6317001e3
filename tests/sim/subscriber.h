/* SPDX-License-Identifier: MIT */
/*
 * A viewer's browser: takes what arrives for its slots, asks for what is missing, for keyframes
 * when it cannot decode, reports, and keeps score of what it could show.
 */
#ifndef TESTS_SIM_SUBSCRIBER_H
#define TESTS_SIM_SUBSCRIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingress/feedback.h"
#include "lectern/engine.h"

#include "link.h"
#include "publisher.h"

enum {
	SIM_SLOT_SSRC = 70000, /* and the next; repair: + 100 */
	SIM_SLOTS = 3,	       /* audio 0 and 1, video 0 */
	SIM_VIDEO_SLOT = 2,
	SIM_FRAMES = 4096, /* a stream, at most */
	SIM_PEERS = 4,
};

struct sim_frame {
	uint32_t got; /* bits */
	uint32_t refs[SIM_REFS];
	uint32_t picture;
	uint64_t at_us; /* its first packet came */
	uint16_t id;	/* by the numbering of its codec, if that has one */
	uint8_t count, spatial, temporal;
	bool key, has_id;
	bool decodes; /* as far as is known */
};

struct sim_slot {
	bool started;
	int64_t highest;
	uint8_t seen[65536 * 4]; /* by extended number */
	uint64_t missing_us[65536 * 4], asked_us[65536 * 4];
	uint64_t packets, repaired;
	uint32_t last_peer;
	/* the last sender report, and how far packets are off by it */
	bool has_sr;
	int64_t sr_us;
	uint64_t sr_arrival_us;
	uint32_t lsr;
	uint32_t sr_timestamp;
	int64_t offset_us, offset_min_us, offset_max_us; /* by reports: play time - capture time */
	bool has_offset;
};

struct subscriber {
	struct link *up; /* for feedback */
	struct feedback feedback;
	enum lectern_codec codec;
	struct sim_slot slots[SIM_SLOTS];
	struct sim_frame frames[SIM_PEERS][SIM_LAYERS][SIM_FRAMES];
	bool heard[SIM_PEERS][SIM_FRAMES]; /* by itself or in another packet */
	unsigned audio_frames[SIM_PEERS];
	unsigned from[SIM_PEERS]; /* packets of media, by sender */
	uint64_t now_us, run_us, report_us, pli_us;
	uint64_t video_us; /* the last time that a frame could be shown */
	uint32_t shown_frame;
	uint8_t shown_layer, shown_peer;
	/* the last packet of video that came in order */
	struct sim_end {
		bool known, marked;
		uint16_t seq;
		uint32_t timestamp, peer;
		uint8_t layer;
	} end;
	unsigned plis;
};

/* Decodes `codec`. */
void subscriber_init(struct subscriber *s, enum lectern_codec codec, struct link *up);
void subscriber_finish(struct subscriber *s);
void subscriber_sections(const struct subscriber *s, struct lectern_section sections[SIM_SLOTS]);
void subscriber_packet(struct subscriber *s, const uint8_t *data, size_t len, uint64_t now_us);
void subscriber_run(struct subscriber *s, uint64_t now_us);
/* Frames of that stream that were begun, and of those that could be decoded. */
void subscriber_score(struct subscriber *s, uint32_t peer, unsigned layer, unsigned *ret_begun,
	unsigned *ret_decoded);
/* The longest time without a frame that could be decoded, of what came from `from_us` on. */
uint64_t subscriber_still_us(struct subscriber *s, uint32_t peer, uint64_t from_us);

#endif
