/* SPDX-License-Identifier: MIT */
/*
 * A track that a worker sends: its packets become clips of a recording. Belongs to intake's thread.
 *
 * It records only between track_start() and track_stop(): the recording is open and its disk takes
 * bytes. Whenever one clip ends (a gap, another stream, a fault) the next begins with the next
 * frame that can begin one; for video a keyframe, which is asked for at most once a second.
 */
#ifndef RECORDER_TRACK_H
#define RECORDER_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/pkt.h"
#include "record/wire.h"
#include "recorder/disk.h"

enum {
	TRACK_KEYFRAME_US = 1000 * 1000,
	TRACK_RETRY_US = 2000 * 1000, /* after a clip that could not begin */
};

struct track;

struct track_ops {
	/* Wants a keyframe of it. */
	void (*keyframe)(void *user, struct track *track);
	/* A number for a new clip. */
	uint64_t (*next_clip)(void *user);
};

/* `wire` is copied. -EINVAL: a codec or kind that cannot be recorded. */
int track_create(struct disk *disk, const struct wire_track *wire, const struct track_ops *ops,
	void *user, struct track **ret_track);
/* Ends its clip. Accepts NULL. */
void track_destroy(struct track *track, uint64_t now_us);

void track_start(struct track *track, uint64_t recording, const char *why, uint64_t now_us);
/* `failed`: what was written of the clip is not known; it is left to recovery. */
void track_stop(struct track *track, bool failed, uint64_t now_us);
bool track_started(const struct track *track);

void track_packet(struct track *track, struct pkt *pkt, uint64_t now_us);
void track_report(struct track *track, const struct wire_report *report, uint64_t now_us);
void track_tick(struct track *track, uint64_t now_us);
/* Gives out what waits for missing packets, to free their buffers. */
void track_relieve(struct track *track, uint64_t now_us);
/* The clip could not be given to the disk: 0 or why. */
int track_error(const struct track *track);
const struct wire_track *track_wire(const struct track *track);

#endif
