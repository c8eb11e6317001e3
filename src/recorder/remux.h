/* SPDX-License-Identifier: MIT */
/*
 * Makes a clip whole that was cut short: what is whole of it is copied, packet by packet and
 * without decoding, into a new file with cues, which takes the old one's place by rename; the index
 * likewise, its last line being what says that the work is done. Done again from the start if it
 * was cut off.
 *
 * Repair thread. Reads with libavformat whatever lies in the file: hostile bytes give an error or
 * fewer frames, never a clip that runs backwards.
 */
#ifndef RECORDER_REMUX_H
#define RECORDER_REMUX_H

#include <stdbool.h>

#include "recorder/index.h"

/* Asked now and then; true: leave off. */
typedef bool remux_stop_fn(void *user);

/* -EBUSY: it is being written. -ENODATA: nothing in it plays (and its index says so now). -EINTR.
 */
int remux_clip(int dir, const struct clip_index *index, remux_stop_fn *stop, void *user);

#endif
