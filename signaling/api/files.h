/* SPDX-License-Identifier: MIT */
/*
 * The files of a recording, below <data>/recordings/<site>/<recording>/ (src/recorder/FORMAT.md).
 * The folder comes from the database; `name` is a word of our own or one that was checked. Not
 * control thread: reading waits for the disk. Private to this folder.
 */
#ifndef SIGNALING_API_FILES_H
#define SIGNALING_API_FILES_H

#include <stddef.h>

struct recording;
struct request;

/* A file descriptor, or a negative errno. */
int files_open(const struct request *request, const struct recording *recording, const char *name);
/* The whole file, to be freed by the caller. -EFBIG: more than ANSWER_MAX_FILE. */
int files_read(const struct request *request, const struct recording *recording, const char *name,
	char **ret_text, size_t *ret_len);

#endif
