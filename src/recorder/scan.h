/* SPDX-License-Identifier: MIT */
/*
 * How much of a clip is whole: walks the elements below the Segment of a WebM file (RFC 8794,
 * RFC 9559), or the boxes of a fragmented MP4 (ISO/IEC 14496-12), by their ids and sizes, reading
 * only their heads. Where the walk meets nonsense (a flipped bit, zeros after a power cut) it looks
 * for the next cluster or fragment that is whole. Trusts nothing of the file; the bytes come by a
 * callback, so that a file, memory or a fuzzer can give them. Any thread.
 */
#ifndef RECORDER_SCAN_H
#define RECORDER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_source {
	/* Reads up to len bytes at offset; how many, 0 at the end, or negative errno. */
	int64_t (*read)(void *user, int64_t offset, void *out, size_t len);
	void *user;
	int64_t size;
};

enum { SCAN_HOLES = 32 };

struct scan {
	bool mp4;
	int64_t whole;	   /* bytes up to the end of the last whole cluster or what follows it */
	unsigned clusters; /* whole ones; of MP4, fragments */
	/* MP4: nonsense between fragments, which its readers, unlike those of WebM, do not step over.
	 * What lies behind more than SCAN_HOLES of them does not count as whole. */
	unsigned hole_count;
	struct {
		int64_t from, until;
	} holes[SCAN_HOLES];
};

/* -EBADMSG: neither WebM nor MP4. -ENODATA: not one whole cluster. */
int scan_clip(const struct scan_source *source, struct scan *ret_scan);

#endif
