/* SPDX-License-Identifier: MIT */
#include "recorder/repair.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mailbox.h"
#include "recorder/index.h"
#include "recorder/manifest.h"
#include "recorder/remux.h"

enum { MAX_ASKED = 512, MAX_DONE = 4096 };

struct repair {
	/* given */
	int root, wake_fd;
	/* owner's side */
	pthread_t thread;
	unsigned asked;
	bool scanned;
	/* between them */
	struct mailbox *todo, *done; /* names; struct repair_done */
	int todo_fd, stop_fd;
};

static bool stopping(void *user)
{
	const struct repair *repair = user;
	struct pollfd fd = {.fd = repair->stop_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

static void wake(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n;
}

/* An empty name says that the root has been looked through. */
static void tell(struct repair *repair, const char *name, int error, bool asked)
{
	struct repair_done *done = calloc(1, sizeof(*done));

	if (!done)
		return;
	snprintf(done->name, sizeof(done->name), "%s", name);
	done->error = error;
	done->asked = asked;
	/* The owner empties it all the time; if it cannot, shutting down goes first. */
	while (mailbox_push(repair->done, done) < 0) {
		struct pollfd fd = {.fd = repair->stop_fd, .events = POLLIN};

		if (poll(&fd, 1, 10) > 0) {
			free(done);
			return;
		}
	}
	wake(repair->wake_fd);
}

static void repair_clip(struct repair *repair, int dir, const char *name, unsigned number)
{
	struct clip_index index;
	int r = index_load(dir, number, &index);

	if (r == 0 && index.ended)
		return;
	if (r == 0)
		r = remux_clip(dir, &index, stopping, repair);
	if (r == -EBUSY || r == -EINTR)
		return;
	if (r < 0)
		log_warn("repair", "clip not made whole recording=%s clip=%u error=%s", name,
			number, strerror(-r));
	else
		log_info("repair", "clip made whole recording=%s clip=%u", name, number);
}

static int repair_folder(struct repair *repair, int dir, const char *name)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return r;
	}
	while (!stopping(repair) && (entry = readdir(stream))) {
		unsigned number = index_media_number(entry->d_name);

		if (number > 0)
			repair_clip(repair, dir, name, number);
	}
	closedir(stream);
	return 0;
}

static int open_folder(int root, const char *name)
{
	return openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* What was asked for. */
static void serve(struct repair *repair)
{
	char *name;

	while (!stopping(repair) && (name = mailbox_pop(repair->todo))) {
		int dir = open_folder(repair->root, name);
		int r = dir < 0 ? -errno : repair_folder(repair, dir, name);

		if (dir >= 0)
			close(dir);
		if (!stopping(repair))
			tell(repair, name, r, true);
		free(name);
	}
}

static bool is_name(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static void look_at(struct repair *repair, int dir, const char *name)
{
	if (faccessat(dir, "events.jsonl", F_OK, AT_SYMLINK_NOFOLLOW) < 0 ||
		manifest_is_current(dir))
		return;
	repair_folder(repair, dir, name);
	if (!stopping(repair))
		tell(repair, name, 0, false);
}

/* Calls `fn` for each folder of a recorder's names in `dir`. */
static void each_folder(struct repair *repair, int dir, const char *prefix,
	void (*fn)(struct repair *repair, int dir, const char *name))
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream && fd >= 0)
		close(fd);
	while (stream && !stopping(repair) && (entry = readdir(stream))) {
		char name[2 * NAME_MAX];
		int sub;

		if (!is_name(entry->d_name))
			continue;
		snprintf(name, sizeof(name), "%s%s", prefix, entry->d_name);
		sub = open_folder(dir, entry->d_name);
		if (sub < 0)
			continue;
		if (strlen(name) < LECTERN_MAX_RECORDING)
			fn(repair, sub, name);
		close(sub);
		serve(repair);
	}
	if (stream)
		closedir(stream);
}

static void look_at_site(struct repair *repair, int dir, const char *name)
{
	char prefix[LECTERN_MAX_RECORDING + 1];

	snprintf(prefix, sizeof(prefix), "%s/", name);
	each_folder(repair, dir, prefix, look_at);
}

static void *run(void *user)
{
	struct repair *repair = user;
	struct pollfd fds[] = {
		{.fd = repair->todo_fd, .events = POLLIN},
		{.fd = repair->stop_fd, .events = POLLIN},
	};

	serve(repair);
	each_folder(repair, repair->root, "", look_at_site);
	tell(repair, "", 0, false);
	while (!stopping(repair)) {
		uint64_t count;
		ssize_t n;

		serve(repair);
		poll(fds, 2, -1);
		n = read(repair->todo_fd, &count, sizeof(count));
		(void)n;
	}
	return NULL;
}

static int start(struct repair *repair)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&repair->thread, NULL, run, repair);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

static void release(struct repair *repair)
{
	if (repair->todo_fd >= 0)
		close(repair->todo_fd);
	if (repair->stop_fd >= 0)
		close(repair->stop_fd);
	mailbox_destroy(repair->todo, free);
	mailbox_destroy(repair->done, free);
	free(repair);
}

int repair_create(int root, int wake_fd, struct repair **ret_repair)
{
	struct repair *repair = calloc(1, sizeof(*repair));
	int r;

	if (!repair)
		return -ENOMEM;
	repair->root = root;
	repair->wake_fd = wake_fd;
	repair->todo_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	repair->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = repair->todo_fd < 0 || repair->stop_fd < 0 ? -errno : 0;
	if (r == 0)
		r = mailbox_create(MAX_ASKED, &repair->todo);
	if (r == 0)
		r = mailbox_create(MAX_DONE, &repair->done);
	if (r == 0)
		r = start(repair);
	if (r < 0) {
		release(repair);
		return r;
	}
	*ret_repair = repair;
	return 0;
}

void repair_destroy(struct repair *repair)
{
	if (!repair)
		return;
	wake(repair->stop_fd);
	pthread_join(repair->thread, NULL);
	release(repair);
}

int repair_push(struct repair *repair, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return -ENOMEM;
	if (mailbox_push(repair->todo, copy) < 0) {
		free(copy);
		return -ENOSPC;
	}
	repair->asked++;
	wake(repair->todo_fd);
	return 0;
}

struct repair_done *repair_pop(struct repair *repair)
{
	struct repair_done *done = mailbox_pop(repair->done);

	if (done && !*done->name) {
		repair->scanned = true;
		free(done);
		return repair_pop(repair);
	}
	if (done && done->asked)
		repair->asked--;
	return done;
}

bool repair_idle(const struct repair *repair)
{
	return repair->scanned && repair->asked == 0;
}
