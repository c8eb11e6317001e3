/* SPDX-License-Identifier: MIT */
#include "recorder/disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "recorder/folder.h"

struct open_folder {
	struct list of_disk;
	uint64_t recording;
	struct folder *folder;
};

struct disk {
	/* given */
	int root, wake_fd;
	/* owner's side */
	pthread_t thread;
	struct list waiting; /* struct disk_job.of_disk: pushed, not back; the oldest first */
	size_t waiting_bytes;
	unsigned waiting_count;
	/* between them */
	struct mailbox *todo, *done;
	int todo_fd;
	/* disk thread only */
	struct list folders;
	uint64_t synced_us;
};

/* What ends the thread: pushed last. */
static char stop_mark;

static struct open_folder *find(struct disk *disk, uint64_t recording)
{
	list_each (node, &disk->folders) {
		struct open_folder *open = list_of(node, struct open_folder, of_disk);

		if (open->recording == recording)
			return open;
	}
	return NULL;
}

static void close_folder(struct open_folder *open)
{
	list_remove(&open->of_disk);
	folder_destroy(open->folder);
	free(open);
}

static int keep_folder(struct disk *disk, uint64_t recording, struct folder *folder)
{
	struct open_folder *open = malloc(sizeof(*open));

	if (!open) {
		folder_destroy(folder);
		return -ENOMEM;
	}
	open->recording = recording;
	open->folder = folder;
	list_append(&disk->folders, &open->of_disk);
	return 0;
}

static int do_open(struct disk *disk, struct disk_job *job)
{
	struct folder *folder;
	int r = folder_create(disk->root, job->name, job->wall_ms, job->at_us, &folder);

	return r < 0 ? r : keep_folder(disk, job->recording, folder);
}

static int do_seal(struct disk *disk, struct disk_job *job)
{
	struct open_folder *open = find(disk, job->recording);
	struct folder *folder;
	bool repaired = job->at_us == 0;
	int r;

	if (!open) {
		r = folder_create_again(disk->root, job->name, &folder);
		if (r == 0)
			r = keep_folder(disk, job->recording, folder);
		if (r < 0)
			return r;
		open = find(disk, job->recording);
	}
	r = folder_seal(open->folder, job->at_us, &job->sum);
	if (!repaired && folder_needs_repair(open->folder))
		r = -EUCLEAN;
	close_folder(open);
	return r;
}

static int do_query(struct disk *disk, struct disk_job *job)
{
	int dir = openat(disk->root, job->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), r;

	if (dir < 0)
		return errno == ENOTDIR || errno == ELOOP ? -ENOENT : -errno;
	r = manifest_read(dir, &job->sum);
	close(dir);
	return r == -ENOENT ? -EUCLEAN : r;
}

static int do_in_folder(struct folder *folder, struct disk_job *job)
{
	switch (job->kind) {
	case DISK_EVENT:
		return folder_event(folder, job->at_us, (const char *)job->data, job->len);
	case DISK_CLIP_BEGIN:
		return folder_clip_begin(folder, job->clip, &job->head);
	case DISK_CLIP_WRITE:
		return folder_clip_write(folder, job->clip, job->offset, job->data, job->len);
	case DISK_CLIP_LINE:
		return folder_clip_line(folder, job->clip, (const char *)job->data, job->len);
	case DISK_CLIP_END:
		return folder_clip_end(folder, job->clip, job->whole);
	case DISK_PROBE:
		return folder_probe(folder);
	default:
		assert(!"a job without a folder");
		return -EINVAL;
	}
}

static int do_job(struct disk *disk, struct disk_job *job)
{
	struct open_folder *open;

	if (job->kind == DISK_OPEN)
		return do_open(disk, job);
	if (job->kind == DISK_SEAL)
		return do_seal(disk, job);
	if (job->kind == DISK_QUERY)
		return do_query(disk, job);
	open = find(disk, job->recording);
	return open ? do_in_folder(open->folder, job) : -EBADF;
}

static void wake(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n; /* full: whoever sleeps on it is awake already */
}

static void sync_all(struct disk *disk)
{
	uint64_t now_us = clock_now_us();

	if (now_us - disk->synced_us < DISK_SYNC_US)
		return;
	list_each (node, &disk->folders)
		folder_sync(list_of(node, struct open_folder, of_disk)->folder);
	disk->synced_us = now_us;
}

static void *run(void *user)
{
	struct disk *disk = user;
	struct pollfd fd = {.fd = disk->todo_fd, .events = POLLIN};
	struct disk_job *job;

	for (;;) {
		uint64_t count;
		ssize_t n;

		while ((job = mailbox_pop(disk->todo)) && (void *)job != &stop_mark) {
			int r;

			job->error = do_job(disk, job);
			r = mailbox_push(disk->done, job);
			assert(r == 0); /* as much room as there is in todo */
			wake(disk->wake_fd);
			sync_all(disk);
		}
		if (job)
			break;
		sync_all(disk);
		poll(&fd, 1, DISK_SYNC_US / 1000);
		n = read(disk->todo_fd, &count, sizeof(count));
		(void)n;
	}
	list_each (node, &disk->folders)
		close_folder(list_of(node, struct open_folder, of_disk));
	return NULL;
}

/* Signals are for the first thread. */
static int start(struct disk *disk)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&disk->thread, NULL, run, disk);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

static void release(struct disk *disk)
{
	if (disk->todo_fd >= 0)
		close(disk->todo_fd);
	mailbox_destroy(disk->todo, free);
	mailbox_destroy(disk->done, free);
	free(disk);
}

int disk_create(int root, int wake_fd, struct disk **ret_disk)
{
	struct disk *disk = calloc(1, sizeof(*disk));
	int r;

	if (!disk)
		return -ENOMEM;
	disk->root = root;
	disk->wake_fd = wake_fd;
	list_init(&disk->waiting);
	list_init(&disk->folders);
	disk->todo_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = disk->todo_fd < 0 ? -errno : mailbox_create(DISK_MAX_JOBS, &disk->todo);
	if (r == 0)
		r = mailbox_create(DISK_MAX_JOBS, &disk->done);
	if (r == 0)
		r = start(disk);
	if (r < 0) {
		release(disk);
		return r;
	}
	*ret_disk = disk;
	return 0;
}

void disk_destroy(struct disk *disk)
{
	if (!disk)
		return;
	while (mailbox_push(disk->todo, &stop_mark) < 0)
		free(disk_pop(disk));
	wake(disk->todo_fd);
	pthread_join(disk->thread, NULL);
	release(disk);
}

struct disk_job *disk_job(enum disk_kind kind, uint64_t recording, const void *data, size_t len)
{
	struct disk_job *job = calloc(1, sizeof(*job) + len);

	if (!job)
		return NULL;
	list_init(&job->of_disk);
	job->kind = kind;
	job->recording = recording;
	job->len = len;
	if (len)
		memcpy(job->data, data, len);
	return job;
}

static bool has_room(const struct disk *disk, const struct disk_job *job, uint64_t now_us)
{
	bool media = job->kind == DISK_CLIP_WRITE || job->kind == DISK_CLIP_BEGIN;

	if (disk->waiting_count >= (media ? DISK_MAX_MEDIA_JOBS : DISK_MAX_JOBS - 1))
		return false;
	return !media || (disk->waiting_bytes + job->len <= DISK_MAX_BYTES &&
				 disk_lag_us(disk, now_us) < DISK_MAX_WAIT_US);
}

int disk_push(struct disk *disk, struct disk_job *job, uint64_t now_us)
{
	int r;

	if (!has_room(disk, job, now_us)) {
		free(job);
		return -ENOBUFS;
	}
	job->pushed_us = now_us;
	disk->waiting_count++;
	disk->waiting_bytes += job->len;
	list_append(&disk->waiting, &job->of_disk);
	r = mailbox_push(disk->todo, job);
	assert(r == 0);
	wake(disk->todo_fd);
	return 0;
}

struct disk_job *disk_pop(struct disk *disk)
{
	struct disk_job *job = mailbox_pop(disk->done);

	if (!job)
		return NULL;
	list_remove(&job->of_disk);
	disk->waiting_count--;
	disk->waiting_bytes -= job->len;
	return job;
}

uint64_t disk_lag_us(const struct disk *disk, uint64_t now_us)
{
	const struct disk_job *oldest;

	if (list_empty(&disk->waiting))
		return 0;
	oldest = list_of(disk->waiting.next, struct disk_job, of_disk);
	return now_us > oldest->pushed_us ? now_us - oldest->pushed_us : 0;
}

bool disk_idle(const struct disk *disk)
{
	return list_empty(&disk->waiting);
}
