/* SPDX-License-Identifier: MIT */
/*
 * One track's frames into a file, by libavformat, into memory: what comes out goes to a callback
 * with its place in the file. Everything but muxer_finish() only ever appends. H.264 goes into
 * fragmented MP4, which every browser plays; everything else into WebM.
 *
 * A cluster (in MP4: a fragment, moof and mdat) comes out whole when it is flushed, never before, so
 * that a file cut anywhere plays up to its last whole one. muxer_finish() writes how long the file
 * is and where a seek may go (WebM: cues at the end, duration and seek head; MP4: see fragments.h)
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

struct muxer_track {
	uint8_t codec;		/* enum lectern_codec */
	unsigned width, height; /* of the first keyframe */
	const uint8_t *config;	/* as in struct frame */
	size_t config_len;
};

/* Writes the header. */
int muxer_create(
	const struct muxer_track *track, muxer_write_fn *fn, void *user, struct muxer **ret_muxer);
/* Without finishing the file. Accepts NULL. */
void muxer_destroy(struct muxer *muxer);
/* Times in milliseconds, never going back (MP4: rising). duration_ms 0: unknown. */
int muxer_frame(struct muxer *muxer, const void *data, size_t len, int64_t at_ms,
	int64_t duration_ms, bool keyframe);
/* Ends the cluster. */
int muxer_flush(struct muxer *muxer);
int muxer_finish(struct muxer *muxer);
/* Bytes that came out so far. */
int64_t muxer_size(const struct muxer *muxer);

#endif
