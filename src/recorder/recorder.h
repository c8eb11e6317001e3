/* SPDX-License-Identifier: MIT */
/*
 * What is recorded, and by whom: recordings, their tracks, their faults. Belongs to intake's
 * thread, which hands it validated messages; it owns the disk and the repair thread and never waits
 * for them.
 *
 * A recording is open from recorder_open() to recorder_close(). Closing ends its clips and has the
 * disk thread seal it; if a clip was left cut short, repair comes first. A fault of the disk ends
 * the clips, is told at once, and the disk is tried until it takes bytes again; then new clips
 * begin.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pkt.h"
#include "record/wire.h"

enum {
	RECORDER_MAX_OPEN = 256,
	RECORDER_MAX_TRACKS = 4096,
	RECORDER_MAX_EVENT = 16 * 1024, /* bytes of a line */
	RECORDER_MAX_HELD_EVENTS =
		1024 * 1024, /* bytes kept of a recording while the disk is full */
	RECORDER_PROBE_US = 1000 * 1000,
	RECORDER_SLOW_US = 1500 * 1000, /* the disk is this far behind: told as a fault */
};

struct recorder;
struct track;

struct recorder_ops {
	void (*sealed)(void *user, const struct wire_sealed *sealed);
	void (*fault)(void *user, const struct wire_fault *fault);
	/* To the worker that sends `track`; `owner` as it was given to recorder_track(). */
	void (*keyframe)(void *user, void *owner, uint32_t track);
};

/* `root` (folder) is borrowed; `wake_fd` becomes readable when recorder_turn() has something to do.
 */
int recorder_create(int root, int wake_fd, const struct recorder_ops *ops, void *user,
	struct recorder **ret_recorder);
/* After recorder_idle(), or what is queued is still written and nothing sealed. Accepts NULL. */
void recorder_destroy(struct recorder *recorder);

void recorder_open(struct recorder *recorder, const struct wire_open *open, uint64_t now_us);
/* -EINVAL: no such line. -ENOENT: not open. -ENOSPC: too many held back. */
int recorder_event(struct recorder *recorder, const struct wire_event *event, const char *text,
	uint64_t now_us);
void recorder_close(struct recorder *recorder, const char *name, uint64_t now_us);
void recorder_close_all(struct recorder *recorder, uint64_t now_us);
void recorder_query(struct recorder *recorder, const char *name, uint64_t now_us);

/* -EINVAL, -EMFILE. The caller keeps the track until recorder_end(). */
int recorder_track(struct recorder *recorder, const struct wire_track *wire, void *owner,
	uint64_t now_us, struct track **ret_track);
void recorder_packet(
	struct recorder *recorder, struct track *track, struct pkt *pkt, uint64_t now_us);
void recorder_report(struct recorder *recorder, struct track *track,
	const struct wire_report *report, uint64_t now_us);
void recorder_end(struct recorder *recorder, struct track *track, uint64_t now_us);
/* A buffer for a packet, or NULL: all are held back, waiting for others. */
struct pkt *recorder_buffer(struct recorder *recorder, uint64_t now_us);

/* What the threads have done. */
void recorder_turn(struct recorder *recorder, uint64_t now_us);
/* Every 100 ms or so. */
void recorder_tick(struct recorder *recorder, uint64_t now_us);
/* Nothing is open, being sealed or being repaired. */
bool recorder_idle(const struct recorder *recorder);

#endif
