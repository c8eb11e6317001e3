/* SPDX-License-Identifier: MIT */
/*
 * Files that must survive a kill at any instruction: whole writes, lines that are there or are not,
 * replacement by rename. Everything is relative to an open folder and follows no symbolic link.
 * Used by the disk and the repair thread; keeps nothing. Errors are negative errno.
 */
#ifndef RECORDER_IO_H
#define RECORDER_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes all of it or reports the error; short writes are gone on with. */
int io_write(int fd, const void *data, size_t len);
int io_write_at(int fd, const void *data, size_t len, int64_t offset);
/* Appends to a file that is open with O_APPEND; on an error takes back what was written of it. */
int io_append(int fd, const void *data, size_t len);
/* Opens a folder below `dir`, making it 0700 if it is not there. */
int io_folder(int dir, const char *name, int *ret_fd);
/* Writes `name` in `dir` by way of a temporary file, synced before and after the rename. */
int io_replace(int dir, const char *name, const void *data, size_t len);
/* Drops what follows the last newline: a line cut short by a kill. */
int io_trim_lines(int fd);

#endif
