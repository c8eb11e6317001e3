/* SPDX-License-Identifier: MIT */
#include "signaling/upload.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "lectern/config.h"
#include "store/id.h"

enum { PATH = LECTERN_MAX_PATH + 256, ROOM = UPLOAD_CHUNK + 64 * 1024 };

static const char folder_name[] = "uploads";

struct upload {
	/* given */
	const char *folder;
	int64_t size;
	/* control thread: what comes in */
	unsigned char *filling;
	size_t filled;
	int64_t taken;
	/* the thread for files: what goes out */
	struct {
		unsigned char *bytes;
		size_t len;
		int fd;
		int failure;
		int64_t written;
		crypto_generichash_state hashing;
	} out;
	/* then */
	unsigned char head[UPLOAD_HEAD];
	char hash[UPLOAD_HASH];
	char path[PATH];
	char kept[PATH]; /* "": nowhere */
	bool placed;
};

int upload_create(const char *folder, int64_t size, struct upload **ret_upload)
{
	struct upload *upload = calloc(1, sizeof(*upload));
	char name[ID_TEXT];

	if (!upload)
		return -ENOMEM;
	upload->folder = folder;
	upload->size = size;
	snprintf(upload->path, sizeof(upload->path), "%s/%s/%s", folder, folder_name,
		id_text(id_new(), name));
	upload->out.fd = -1;
	upload->filling = malloc(ROOM);
	upload->out.bytes = malloc(ROOM);
	if (!upload->filling || !upload->out.bytes) {
		upload_destroy(upload);
		return -ENOMEM;
	}
	crypto_generichash_init(&upload->out.hashing, NULL, 0, (UPLOAD_HASH - 1) / 2);
	*ret_upload = upload;
	return 0;
}

void upload_destroy(struct upload *upload)
{
	if (!upload)
		return;
	if (upload->out.fd >= 0) {
		close(upload->out.fd);
		if (!upload->placed)
			unlink(upload->path);
	}
	free(upload->filling);
	free(upload->out.bytes);
	free(upload);
}

void upload_clear(const char *folder)
{
	char path[PATH];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", folder, folder_name);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
}

int upload_add(struct upload *upload, const void *data, size_t len)
{
	if ((int64_t)len > upload->size - upload->taken || len > ROOM - upload->filled)
		return -EMSGSIZE;
	memcpy(upload->filling + upload->filled, data, len);
	upload->filled += len;
	upload->taken += (int64_t)len;
	return 0;
}

bool upload_is_full(const struct upload *upload)
{
	return upload->filled >= UPLOAD_CHUNK;
}

void upload_turn(struct upload *upload)
{
	unsigned char *bytes = upload->out.bytes;

	assert(upload->out.len == 0);
	upload->out.bytes = upload->filling;
	upload->out.len = upload->filled;
	upload->filling = bytes;
	upload->filled = 0;
}

static int open_file(struct upload *upload)
{
	char path[PATH];

	snprintf(path, sizeof(path), "%s/%s", upload->folder, folder_name);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	upload->out.fd = open(upload->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return upload->out.fd < 0 ? -errno : 0;
}

static int write_all(int fd, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static void keep_head(struct upload *upload)
{
	const int64_t at = upload->out.written;

	for (size_t i = 0; i < upload->out.len && at + (int64_t)i < UPLOAD_HEAD; i++)
		upload->head[at + (int64_t)i] = upload->out.bytes[i];
}

void upload_write(struct upload *upload)
{
	int r = upload->out.failure;

	if (r == 0 && upload->out.fd < 0)
		r = open_file(upload);
	if (r == 0)
		r = write_all(upload->out.fd, upload->out.bytes, upload->out.len);
	keep_head(upload);
	crypto_generichash_update(
		&upload->out.hashing, upload->out.bytes, (unsigned long long)upload->out.len);
	upload->out.written += (int64_t)upload->out.len;
	upload->out.len = 0;
	upload->out.failure = r;
}

void upload_end(struct upload *upload)
{
	unsigned char bytes[(UPLOAD_HASH - 1) / 2];

	upload_write(upload);
	crypto_generichash_final(&upload->out.hashing, bytes, sizeof(bytes));
	sodium_bin2hex(upload->hash, UPLOAD_HASH, bytes, sizeof(bytes));
	if (upload->out.failure == 0 && fsync(upload->out.fd) < 0)
		upload->out.failure = -errno;
}

int upload_failure(const struct upload *upload)
{
	return upload->out.failure;
}

int64_t upload_size(const struct upload *upload)
{
	return upload->out.written;
}

const char *upload_hash(const struct upload *upload)
{
	return upload->hash;
}

const unsigned char *upload_head(const struct upload *upload, size_t *ret_len)
{
	*ret_len = upload->out.written < UPLOAD_HEAD ? (size_t)upload->out.written : UPLOAD_HEAD;
	return upload->head;
}

const char *upload_path(const struct upload *upload)
{
	return upload->path;
}

void upload_keep(struct upload *upload, const char *path)
{
	assert(path[0] != '/' && !strstr(path, ".."));
	snprintf(upload->kept, sizeof(upload->kept), "%s/%s", upload->folder, path);
}

/* A name is durable when its folder is. */
static int sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* Every folder between the data folder and the file, outermost first. */
static int make_folders(struct upload *upload)
{
	char *const from = upload->kept + strlen(upload->folder) + 1;

	for (char *slash = strchr(from, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r;

		*slash = '\0';
		r = mkdir(upload->kept, 0700) < 0 && errno != EEXIST ? -errno : 0;
		*slash = '/';
		if (r < 0)
			return r;
	}
	return 0;
}

/* Each folder holds the name of the next. */
static int sync_folders(struct upload *upload)
{
	char path[PATH];
	const size_t stop = strlen(upload->folder);
	int r = 0;

	snprintf(path, sizeof(path), "%s", upload->kept);
	while (r == 0 && strlen(path) > stop) {
		*strrchr(path, '/') = '\0';
		r = sync_folder(path);
	}
	return r;
}

int upload_place(struct upload *upload)
{
	int r;

	if (upload->kept[0] == '\0')
		return 0;
	r = make_folders(upload);
	if (r == 0 && rename(upload->path, upload->kept) < 0)
		r = -errno;
	if (r < 0)
		return r;
	upload->placed = true;
	r = sync_folders(upload);
	if (r < 0)
		upload_unplace(upload);
	return r;
}

void upload_unplace(struct upload *upload)
{
	if (upload->placed)
		unlink(upload->kept);
}
