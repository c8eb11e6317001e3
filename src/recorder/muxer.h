/* SPDX-License-Identifier: MIT */
/*
 * One track's frames into WebM, by libavformat, into memory: what comes out goes to a callback with
 * its place in the file. Everything but muxer_finish() only ever appends.
 *
 * A cluster comes out whole when it is flushed, never in parts, so that a file cut anywhere plays
 * up to its last whole cluster. muxer_finish() appends the cues and writes duration and seek head
 * into the room that was left for them: its cost goes with the number of clusters, not with the
 * bytes.
 */
#ifndef RECORDER_MUXER_H
#define RECORDER_MUXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct muxer;

typedef void muxer_write_fn(void *user, int64_t offset, const void *data, size_t len);

/* `codec`: enum lectern_codec; the size is that of the first keyframe. Writes the header. */
int muxer_create(uint8_t codec, unsigned width, unsigned height, muxer_write_fn *fn, void *user,
	struct muxer **ret_muxer);
/* Without finishing the file. Accepts NULL. */
void muxer_destroy(struct muxer *muxer);
/* Times in milliseconds, never going back. duration_ms 0: unknown. */
int muxer_frame(struct muxer *muxer, const void *data, size_t len, int64_t at_ms,
	int64_t duration_ms, bool keyframe);
/* Ends the cluster. */
int muxer_flush(struct muxer *muxer);
int muxer_finish(struct muxer *muxer);
/* Bytes that came out so far. */
int64_t muxer_size(const struct muxer *muxer);

#endif
