/* SPDX-License-Identifier: MIT */
/*
 * A clip that is being made: frames in, jobs for the disk thread out. Belongs to intake's thread.
 *
 * It gives the disk whole clusters of at most CLIP_CLUSTER_MS each, with their lines of the index.
 * The first refusal or error stays (clip->error): from then on it takes nothing, and its owner lets
 * it go with clip_abandon(); what reached the disk is made whole by recovery.
 */
#ifndef RECORDER_CLIP_H
#define RECORDER_CLIP_H

#include "recorder/depacketize.h"
#include "recorder/disk.h"

enum { CLIP_CLUSTER_MS = 500 };

struct clip;

/* The first frame, a keyframe, tells time 0 and size; it is not yet written. `head` is copied. */
int clip_create(struct disk *disk, uint64_t recording, uint64_t id, const struct clip_head *head,
	const struct frame *first, uint64_t now_us, struct clip **ret_clip);
void clip_frame(struct clip *clip, const struct frame *frame, uint64_t now_us);
/* A sender report: `rtp` (unwrapped) was captured at capture_us. */
void clip_sync(struct clip *clip, int64_t rtp, uint64_t capture_us, uint64_t now_us);
void clip_gap(struct clip *clip, int64_t from_rtp, int64_t until_rtp, uint64_t now_us);
/*
 * Lets no frame wait in memory for more than a cluster's length after it came. What waited that
 * long for a missing packet before it got here goes out at once: the two waits do not add up.
 */
void clip_tick(struct clip *clip, uint64_t now_us);
int clip_error(const struct clip *clip);

/* Finishes the file and frees the clip. Accept NULL. */
void clip_end(struct clip *clip, uint64_t now_us);
void clip_abandon(struct clip *clip, uint64_t now_us);

#endif
