/* SPDX-License-Identifier: MIT */
/*
 * How much of a WebM file is whole: walks the elements below the Segment (RFC 8794, RFC 9559) by
 * their ids and sizes, reading only their heads. Where the walk meets nonsense (a flipped bit,
 * zeros after a power cut) it looks for the next cluster that is whole. Trusts nothing of the file;
 * the bytes come by a callback, so that a file, memory or a fuzzer can give them. Any thread.
 */
#ifndef RECORDER_SCAN_H
#define RECORDER_SCAN_H

#include <stddef.h>
#include <stdint.h>

struct scan_source {
	/* Reads up to len bytes at offset; how many, 0 at the end, or negative errno. */
	int64_t (*read)(void *user, int64_t offset, void *out, size_t len);
	void *user;
	int64_t size;
};

struct scan {
	int64_t whole;	   /* bytes up to the end of the last whole cluster or what follows it */
	unsigned clusters; /* whole ones */
};

/* -EBADMSG: not WebM at all. -ENODATA: not one whole cluster. */
int scan_webm(const struct scan_source *source, struct scan *ret_scan);

#endif
