/* SPDX-License-Identifier: MIT */
/*
 * From the RTP packets of one track to whole frames on one rising timeline, in order.
 *
 * Packets go through the reorder buffer, get a timestamp of 64 bits that agrees with when they came
 * (a hostile or broken clock is bounded by DEPACKETIZE_SKEW_US), and then go to the codec: one file
 * and one row in the table for each. A frame of which something is missing is never given out, nor
 * is a video frame between it and the next keyframe. Belongs to intake's thread; the time is given.
 *
 * A frame is what one block or sample of the file holds: a VP8 frame; a VP9 picture with all of its
 * spatial layers, as a superframe; an AV1 temporal unit without its delimiter; an H.264 access unit
 * with lengths of 4 bytes. Frames are given out in the order of decoding, and time rises: pictures
 * that are shown before one that was sent earlier (B frames, which live senders do not use) are
 * dropped.
 */
#ifndef RECORDER_DEPACKETIZE_H
#define RECORDER_DEPACKETIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pkt.h"
#include "recorder/reorder.h"

enum {
	DEPACKETIZE_SKEW_US = 10 * 1000 * 1000, /* timestamps may run off from the arrivals */
	DEPACKETIZE_MAX_FRAME = 4 * 1024 * 1024,
	DEPACKETIZE_MAX_SIDE = 4096,	    /* pixels */
	DEPACKETIZE_FILL_TICKS = 2 * 48000, /* Opus: a longer gap begins a new clip */
	DEPACKETIZE_MAX_SETS = 16,	    /* H.264: parameter sets of a stream ... */
	DEPACKETIZE_MAX_SET = 256,	    /* ... and the bytes of one, or of AV1's header */
	DEPACKETIZE_MAX_CONFIG = 32 + DEPACKETIZE_MAX_SETS * (DEPACKETIZE_MAX_SET + 2),
	DEPACKETIZE_CONFIG_US = 2 * 1000 * 1000, /* between two new ones, or it goes on without */
	DEPACKETIZE_VP9_LAYERS = 8,		 /* frames of a superframe */
};

/* Borrowed by the callee until it returns. */
struct frame {
	const uint8_t *data;
	size_t len;
	int64_t rtp;	     /* unwrapped timestamp; rises within a clip */
	uint32_t ticks;	     /* how long it lasts, 0 unknown */
	uint64_t arrival_us; /* of its first packet */
	bool keyframe;
	uint16_t width, height; /* of a video keyframe */
	/* Of a keyframe of H.264: avcC (ISO/IEC 14496-15 5.3.3.1); of AV1: the sequence header. */
	const uint8_t *config;
	size_t config_len;
};

struct depacketize_ops {
	void (*frame)(void *user, const struct frame *frame);
	/* Cannot go on without a keyframe. Called for each frame that waits for it. */
	void (*keyframe)(void *user, uint64_t now_us);
	/* Media between these timestamps never came. */
	void (*gap)(void *user, int64_t from_rtp, int64_t until_rtp);
	/* What follows is not on the timeline of what was: another stream, or a long gap. */
	void (*restart)(void *user);
	/* What follows, a keyframe, has another configuration than what was; on the same timeline. */
	void (*reconfigure)(void *user);
};

enum depacketize_drop {
	DEPACKETIZE_BAD,    /* not this codec's payload */
	DEPACKETIZE_OLD,    /* of a stream that is over, or of a time that is over */
	DEPACKETIZE_SKEW,   /* a timestamp far off */
	DEPACKETIZE_BROKEN, /* a frame of which something is missing, or too large */
	DEPACKETIZE_WAITS,  /* a frame before the keyframe that is waited for */
	DEPACKETIZE_DROPS
};

struct depacketize_codec;

struct h264_set {
	uint8_t type;
	uint16_t id, len;
	uint8_t data[DEPACKETIZE_MAX_SET];
};

/* An access unit in the making, and the parameter sets of the stream. */
struct h264_unit {
	struct h264_set sets[DEPACKETIZE_MAX_SETS];
	unsigned set_count;
	uint16_t width, height; /* of the newest sequence parameter set */
	bool in_nal, has_sets, coded, idr;
	bool after_other; /* nothing is missing between the unit before and this one */
	bool from_first;  /* its first slice is the first of the picture */
	bool pending;	  /* the clip has not this configuration yet: sets stay in the unit */
	size_t nal_at, sets_end; /* in the frame; it begins with sets up to sets_end */
};

struct vp9_picture {
	unsigned layers;
	size_t at[DEPACKETIZE_VP9_LAYERS]; /* where in the frame each begins */
};

struct av1_unit {
	bool in_obu, has_frame, key;
	size_t obu_at, sequence_at, sequence_len; /* in the frame */
};

struct depacketizer {
	/* given */
	const struct depacketize_codec *codec;
	const struct depacketize_ops *ops;
	void *user;
	uint32_t clock_rate;
	/* stream */
	struct reorder reorder;
	bool has_ssrc, has_old_ssrc;
	uint32_t ssrc, old_ssrc;
	uint64_t switched_us;
	/* timeline: where it began, and how far it is */
	bool begun;
	int64_t first_rtp, rtp;
	uint64_t first_us;
	unsigned jumps;
	uint32_t jump_rtp;
	unsigned missing; /* numbers given up since the last packet that went to the codec */
	/* frame in the making (video), next expected timestamp (audio) */
	uint8_t *frame; /* owned */
	size_t frame_len, frame_room;
	bool in_frame, waits_key;
	struct frame head;
	int64_t last_rtp;   /* of the last frame given out, -1 none */
	int64_t packet_rtp; /* H.264: of the packet before, -1 none or one is missing */
	int64_t next_rtp;
	int64_t gap_rtp; /* video: what is missing begins here, -1 nothing is */
	/* configuration of the keyframes, as last given out */
	uint8_t config[DEPACKETIZE_MAX_CONFIG];
	size_t config_len;
	uint64_t config_us;
	union {
		struct h264_unit h264;
		struct vp9_picture vp9;
		struct av1_unit av1;
	} u;
	uint64_t drops[DEPACKETIZE_DROPS];
};

/* `codec`: enum lectern_codec. -EINVAL: unknown codec, or a clock rate that is not its own. */
int depacketizer_init(struct depacketizer *d, uint8_t codec, uint32_t clock_rate,
	const struct depacketize_ops *ops, void *user);
void depacketizer_finish(struct depacketizer *d);
/* A parsed packet; keeps a reference if it must wait. */
void depacketizer_push(struct depacketizer *d, struct pkt *pkt, uint64_t now_us);
/* Gives up what was waited for long enough; UINT64_MAX: all of it. */
void depacketizer_tick(struct depacketizer *d, uint64_t now_us);
/* The unwrapped timestamp nearest to now. */
int64_t depacketizer_extend(const struct depacketizer *d, uint32_t rtp_timestamp);
/* Forget the timeline, e.g. because the clip could not be written: video waits for a keyframe. */
void depacketizer_restart(struct depacketizer *d);

#endif
