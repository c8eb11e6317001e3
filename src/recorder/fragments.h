/* SPDX-License-Identifier: MIT */
/*
 * What libavformat leaves out of a fragmented MP4 that is written as it comes (ISO/IEC 14496-12):
 * how long it is (mehd, 8.8.2) and where one may begin to read (sidx, 8.16.3), without which a
 * browser would have to ask for the head of every fragment before it can seek.
 *
 * Both are known at the end only. So the header is given free boxes of their size, which they then
 * take the place of: nothing else of the file is ever written again. The index has at most
 * FRAGMENTS_MAX entries; of a long recording with many keyframes not every one is in it.
 * Pure: bytes in, bytes out.
 */
#ifndef RECORDER_FRAGMENTS_H
#define RECORDER_FRAGMENTS_H

#include <stddef.h>
#include <stdint.h>

enum {
	FRAGMENTS_MAX = 500,
	FRAGMENTS_LENGTH = 20,			       /* bytes of mehd */
	FRAGMENTS_INDEX = 40 + 12 * FRAGMENTS_MAX + 8, /* of sidx, and of a free box behind it */
};

struct fragments {
	int64_t length_at, index_at; /* where mehd and sidx go */
	int64_t media_at;	     /* where the first fragment begins: the header's length */
	int64_t apart_ms;	     /* entries are at least so far apart */
	unsigned count;
	struct {
		int64_t offset, at_ms;
	} entries[FRAGMENTS_MAX];
};

/* `header` is ftyp and moov as libavformat writes them; the new one is malloced. -EBADMSG: it is
 * not; -ENOMEM. */
int fragments_header(
	struct fragments *f, const void *header, size_t len, uint8_t **ret_header, size_t *ret_len);
/* A fragment that begins with a keyframe. The first one does. */
void fragments_add(struct fragments *f, int64_t offset, int64_t at_ms);
/* For length_at and index_at, when the file ends at this byte and this time. */
void fragments_length(int64_t end_ms, uint8_t out[FRAGMENTS_LENGTH]);
void fragments_index(const struct fragments *f, int64_t end_offset, int64_t end_ms,
	uint8_t out[FRAGMENTS_INDEX]);

#endif
