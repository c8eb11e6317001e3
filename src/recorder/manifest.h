/* SPDX-License-Identifier: MIT */
/*
 * The manifest: a pure function of a recording's other files, so that a normal end and a recovery
 * give the same. Written by rename; a folder with a manifest that is newer than its clips is
 * sealed.
 *
 * Blocks on the disk: only the disk thread calls it. Clips whose index cannot be used, or which
 * hold nothing, are left out and stay on disk.
 */
#ifndef RECORDER_MANIFEST_H
#define RECORDER_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

struct manifest_sum {
	int64_t started_ms, duration_ms, bytes;
	unsigned clips;
};

/* Builds and writes manifest.json. -ENODATA when there is nothing to play: it is written all the
 * same. */
int manifest_write(int dir, const char *recording, struct manifest_sum *ret_sum);
/* Of a sealed folder, read back. -ENOENT: no manifest, or a clip is newer than it. */
int manifest_read(int dir, struct manifest_sum *ret_sum);
bool manifest_is_current(int dir);

#endif
