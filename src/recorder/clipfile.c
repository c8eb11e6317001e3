/* SPDX-License-Identifier: MIT */
#include "recorder/clipfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "recorder/index.h"
#include "recorder/io.h"

/* The media file gets its name only once it is locked: recovery may look at any that has one. */
static int make_media(int dir, unsigned number, const char *suffix, int *ret_fd)
{
	char file[INDEX_FILE], temp[INDEX_FILE + 8];
	int fd, r = 0;

	snprintf(temp, sizeof(temp), "%s.new", index_file(number, suffix, file));
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 ||
		renameat2(dir, temp, dir, file, RENAME_NOREPLACE) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dir, temp, 0);
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int clipfile_create(int dir, unsigned number, const char *suffix, uint64_t clip, const char *head,
	size_t head_len, struct clipfile **ret_file)
{
	struct clipfile *file = calloc(1, sizeof(*file));
	char name[INDEX_FILE];
	int r;

	if (!file)
		return -ENOMEM;
	list_init(&file->of_folder);
	file->clip = clip;
	file->media = -1;
	file->dirty = true;
	file->index = openat(dir, index_file(number, "jsonl", name),
		O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = file->index < 0 ? -errno : io_append(file->index, head, head_len);
	if (r == 0)
		r = make_media(dir, number, suffix, &file->media);
	if (r == 0 && fsync(dir) < 0)
		r = -errno;
	if (r < 0) {
		clipfile_destroy(file);
		return r;
	}
	*ret_file = file;
	return 0;
}

int clipfile_write(struct clipfile *file, int64_t offset, const void *data, size_t len)
{
	int r;

	if (file->error)
		return file->error;
	r = io_write_at(file->media, data, len, offset);
	if (r < 0) {
		file->error = r;
		/* Gives the space back at once; if it cannot, recovery cuts it as well. */
		if (ftruncate(file->media, file->size) < 0)
			return r;
		return r;
	}
	file->dirty = true;
	if (offset + (int64_t)len > file->size)
		file->size = offset + (int64_t)len;
	return 0;
}

int clipfile_line(struct clipfile *file, const char *line, size_t len)
{
	if (file->error)
		return file->error;
	file->error = io_append(file->index, line, len);
	file->dirty = true;
	return file->error;
}

int clipfile_sync(struct clipfile *file)
{
	if (file->error || !file->dirty)
		return file->error;
	file->dirty = false;
	/* The media first: the index must not speak of clusters that are not there. */
	if (fdatasync(file->media) < 0 || fdatasync(file->index) < 0)
		file->error = -errno;
	return file->error;
}

int clipfile_destroy(struct clipfile *file)
{
	int error = file->error;

	if (file->media >= 0)
		close(file->media);
	if (file->index >= 0)
		close(file->index);
	free(file);
	return error;
}
