/* SPDX-License-Identifier: MIT */
/*
 * The disk thread: the only one that writes recordings, so that taking in media never waits.
 *
 * The owner (one thread) fills jobs and pushes them; they are done in order and come back, with
 * their result, from disk_pop() when `wake_fd` is readable. Jobs name recordings and clips by
 * numbers that the owner chooses. What is pushed and not yet back is bounded: media is refused
 * (-ENOBUFS) when it is DISK_MAX_BYTES or the oldest job has waited for DISK_MAX_WAIT_US; the few
 * jobs that are not media have room kept for them. What has been written is synced once a second.
 */
#ifndef RECORDER_DISK_H
#define RECORDER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/types.h"
#include "recorder/index.h"
#include "recorder/manifest.h"

enum {
	DISK_MAX_BYTES = 64 * 1024 * 1024,
	DISK_MAX_WAIT_US = 10 * 1000 * 1000,
	DISK_SYNC_US = 1000 * 1000,
	DISK_MAX_JOBS = 32768, /* a power of two */
	DISK_MAX_MEDIA_JOBS = 24576,
};

enum disk_kind {
	DISK_OPEN,	 /* name, wall_ms, at_us */
	DISK_EVENT,	 /* at_us, data */
	DISK_CLIP_BEGIN, /* clip, head */
	DISK_CLIP_WRITE, /* clip, offset, data */
	DISK_CLIP_LINE,	 /* clip, data */
	DISK_CLIP_END,	 /* clip, whole */
	DISK_PROBE,
	DISK_SEAL,  /* name, at_us (0: after recovery): sum. Closes the folder. -EUCLEAN: a clip
		     * needs recovery first, then seal again */
	DISK_QUERY, /* name: sum of a sealed recording, or -EUCLEAN: needs recovery */
};

struct disk_job {
	struct list of_disk; /* disk's */
	uint64_t pushed_us;  /* disk's */
	enum disk_kind kind;
	uint64_t recording, clip;
	char name[LECTERN_MAX_RECORDING];
	int64_t wall_ms, offset;
	uint64_t at_us;
	bool whole;
	struct clip_head head;
	struct manifest_sum sum; /* out */
	int error;		 /* out: 0 or negative errno */
	size_t len;
	uint8_t data[];
};

struct disk;

/* `root` and `wake_fd` (an eventfd) are borrowed until disk_destroy(). */
int disk_create(int root, int wake_fd, struct disk **ret_disk);
/* Does what is still queued first. Accepts NULL. */
void disk_destroy(struct disk *disk);

/* Data is copied, NULL only with len 0. NULL when out of memory. */
struct disk_job *disk_job(enum disk_kind kind, uint64_t recording, const void *data, size_t len);
/* Takes `job` always; -ENOBUFS when it was refused and freed. */
int disk_push(struct disk *disk, struct disk_job *job, uint64_t now_us);
/* NULL: none is done. The caller frees it. */
struct disk_job *disk_pop(struct disk *disk);
/* How long the oldest job has been waiting. */
uint64_t disk_lag_us(const struct disk *disk, uint64_t now_us);
bool disk_idle(const struct disk *disk);

#endif
