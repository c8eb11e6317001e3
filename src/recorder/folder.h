/* SPDX-License-Identifier: MIT */
/*
 * A recording's folder while it is recorded: the event log, the clips' files, the timeline's
 * origin.
 *
 * Belongs to the disk thread, which alone calls it; every call may block on the disk. A clip's file
 * is locked (flock) from before it has its name until it is closed, so that recovery, which runs in
 * another thread, leaves it alone. After an error a clip's file takes nothing more, is cut back to
 * what was whole, and is left to recovery; what an fsync could not write is never believed later.
 */
#ifndef RECORDER_FOLDER_H
#define RECORDER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "recorder/index.h"
#include "recorder/manifest.h"

struct folder;

/* Opens or goes on with `name` ("<site>/<recording>") below root; writes the start or resumed line.
 */
int folder_create(
	int root, const char *name, int64_t wall_ms, uint64_t now_us, struct folder **ret_folder);
/* Opens one that exists, to seal it after recovery: marks it interrupted if it was not stopped. */
int folder_create_again(int root, const char *name, struct folder **ret_folder);
/* Closes without sealing. Accepts NULL. */
void folder_destroy(struct folder *folder);

/* Appends a line: `text` is a JSON object, to which the time is added. */
int folder_event(struct folder *folder, uint64_t at_us, const char *text, size_t len);

/* `clip` is the caller's number for it. */
int folder_clip_begin(struct folder *folder, uint64_t clip, const struct clip_head *head);
int folder_clip_write(
	struct folder *folder, uint64_t clip, int64_t offset, const void *data, size_t len);
int folder_clip_line(struct folder *folder, uint64_t clip, const char *line, size_t len);
/* Syncs and closes; `whole`: it has its end line. The first error that the clip ever had. */
int folder_clip_end(struct folder *folder, uint64_t clip, bool whole);

/* fdatasync of what was written since the last call. An error stays with its file. */
void folder_sync(struct folder *folder);
/* Writes a little, to see whether the disk takes anything. */
int folder_probe(struct folder *folder);
/* at_us 0: no stop line. Ends what is open, writes the manifest. */
int folder_seal(struct folder *folder, uint64_t at_us, struct manifest_sum *ret_sum);
/* A clip was left to recovery since the folder was opened. */
bool folder_needs_repair(const struct folder *folder);

#endif
