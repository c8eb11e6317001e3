/* SPDX-License-Identifier: MIT */
/*
 * The two files of a clip while it is written: cNNNN.webm (or .mp4) and cNNNN.jsonl. Disk thread
 * only; part of folder.h, which says what is promised. The first error stays: from then on nothing is written.
 */
#ifndef RECORDER_CLIPFILE_H
#define RECORDER_CLIPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct clipfile {
	struct list of_folder;
	uint64_t clip;
	int media, index; /* fds */
	int64_t size;	  /* of the media, without what failed */
	bool dirty;
	int error; /* the first one */
};

/* Makes both files, the media with `suffix`, the index with its head line. -EEXIST when the number
 * is taken. */
int clipfile_create(int dir, unsigned number, const char *suffix, uint64_t clip, const char *head,
	size_t head_len, struct clipfile **ret_file);
int clipfile_write(struct clipfile *file, int64_t offset, const void *data, size_t len);
int clipfile_line(struct clipfile *file, const char *line, size_t len);
int clipfile_sync(struct clipfile *file);
/* Closes; returns the first error. Frees `file`, which must be in no list. */
int clipfile_destroy(struct clipfile *file);

#endif
