/* SPDX-License-Identifier: MIT */
#include "recorder/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int io_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int io_write_at(int fd, const void *data, size_t len, int64_t offset)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = pwrite(fd, at, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		offset += n;
		len -= (size_t)n;
	}
	return 0;
}

int io_append(int fd, const void *data, size_t len)
{
	off_t before = lseek(fd, 0, SEEK_END);
	int r;

	if (before < 0)
		return -errno;
	r = io_write(fd, data, len);
	if (r < 0 && ftruncate(fd, before) < 0)
		return r; /* the cut line is dropped by whoever reads the file */
	return r;
}

int io_folder(int dir, const char *name, int *ret_fd)
{
	bool made = mkdirat(dir, name, 0700) == 0;
	int fd;

	if (!made && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (made && fsync(dir) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int io_replace(int dir, const char *name, const void *data, size_t len)
{
	char temp[NAME_MAX + 1];
	int fd, r;

	if (snprintf(temp, sizeof(temp), "%s.tmp", name) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = io_write(fd, data, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(dir, temp, dir, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dir, temp, 0);
		return r;
	}
	return fsync(dir) < 0 ? -errno : 0;
}

int io_trim_lines(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END), keep = end;
	char tail[4096];

	if (end < 0)
		return -errno;
	while (keep > 0) {
		size_t want = keep < (off_t)sizeof(tail) ? (size_t)keep : sizeof(tail);
		ssize_t n = pread(fd, tail, want, keep - (off_t)want);
		const char *newline;

		if (n != (ssize_t)want)
			return n < 0 ? -errno : -EIO;
		newline = memrchr(tail, '\n', want);
		if (newline) {
			keep = keep - (off_t)want + (newline - tail) + 1;
			break;
		}
		keep -= (off_t)want;
	}
	return keep < end && ftruncate(fd, keep) < 0 ? -errno : 0;
}
