/* SPDX-License-Identifier: MIT */
#include "recorder/remux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/clip.h"
#include "recorder/demuxer.h"
#include "recorder/index.h"
#include "recorder/io.h"
#include "recorder/jsonl.h"
#include "recorder/muxer.h"
#include "recorder/scan.h"

enum {
	STOP_EVERY = 256,	    /* packets between two looks at whether to leave off */
	MAX_STEP_MS = 24 * 3600000, /* a frame this far after the last one is a flipped bit */
};

struct remux {
	int dir;
	unsigned number;
	const char *suffix; /* of the media */
	int in, out, index; /* fds */
	struct scan_source source;
	struct scan scan;
	struct demuxer *demuxer;
	struct muxer *muxer;
	struct muxer_track track;
	int error; /* the first of writing */
	int64_t cluster_ms, cluster_offset, last_ms, end_ms;
	bool cluster_open;
};

static int64_t read_file(void *user, int64_t offset, void *out, size_t len)
{
	const struct remux *x = user;
	ssize_t n = pread(x->in, out, len, offset);

	return n < 0 ? -errno : n;
}

static void on_write(void *user, int64_t offset, const void *data, size_t len)
{
	struct remux *x = user;

	if (x->error == 0)
		x->error = io_write_at(x->out, data, len, offset);
}

/* Takes `line`. */
static void add_line(struct remux *x, char *line, size_t len)
{
	if (x->error == 0)
		x->error = line ? io_write(x->index, line, len) : -ENOMEM;
	free(line);
}

/* The head, the sync points and the gaps are still true; where the clusters lie is not. */
static void copy_line(void *user, json_t *line)
{
	size_t len;
	char *copy;

	if (json_object_get(line, "offset") || json_object_get(line, "end_ms"))
		return;
	copy = jsonl_line(json_incref(line), &len);
	add_line(user, copy, len);
}

static void end_cluster(struct remux *x)
{
	size_t len;
	char *line;

	if (!x->cluster_open)
		return;
	x->cluster_open = false;
	if (muxer_flush(x->muxer) < 0 && x->error == 0)
		x->error = -EIO;
	line = index_cluster_line(x->cluster_ms, x->cluster_offset, &len);
	add_line(x, line, len);
}

static void copy_packet(struct remux *x, const struct demuxer_packet *packet)
{
	bool video = x->track.width > 0;

	if (packet->at_ms < x->last_ms || packet->at_ms - x->last_ms > MAX_STEP_MS)
		return;
	if (packet->at_ms - x->cluster_ms >= CLIP_CLUSTER_MS || (video && packet->keyframe))
		end_cluster(x);
	if (!x->cluster_open) {
		x->cluster_open = true;
		x->cluster_ms = packet->at_ms;
		x->cluster_offset = muxer_size(x->muxer);
	}
	if (muxer_frame(x->muxer, packet->data, packet->len, packet->at_ms, packet->duration_ms,
		    packet->keyframe) < 0 &&
		x->error == 0)
		x->error = -EIO;
	x->end_ms = packet->at_ms +
		    (packet->duration_ms > 0 ? packet->duration_ms : packet->at_ms - x->last_ms);
	x->last_ms = packet->at_ms;
}

static int copy_packets(struct remux *x, remux_stop_fn *stop, void *user)
{
	struct demuxer_packet packet;

	for (unsigned i = 1; demuxer_read(x->demuxer, &packet) == 0 && x->error == 0; i++) {
		copy_packet(x, &packet);
		if (i % STOP_EVERY == 0 && stop(user))
			return -EINTR;
	}
	end_cluster(x);
	return x->error;
}

static int open_temp(struct remux *x, const char *suffix, int *ret_fd)
{
	char file[INDEX_FILE], temp[INDEX_FILE + 8];

	snprintf(temp, sizeof(temp), "%s.tmp", index_file(x->number, suffix, file));
	*ret_fd = openat(x->dir, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? -errno : 0;
}

/* The new file takes the old one's place; `keep` false: it is thrown away. */
static int close_temp(struct remux *x, const char *suffix, int *fd, bool keep)
{
	char file[INDEX_FILE], temp[INDEX_FILE + 8];
	int r = 0;

	if (*fd < 0)
		return 0;
	snprintf(temp, sizeof(temp), "%s.tmp", index_file(x->number, suffix, file));
	if (keep && fsync(*fd) < 0)
		r = -errno;
	close(*fd);
	*fd = -1;
	if (keep && r == 0 && renameat(x->dir, temp, x->dir, file) < 0)
		r = -errno;
	if (!keep || r < 0)
		unlinkat(x->dir, temp, 0);
	else if (fsync(x->dir) < 0)
		r = -errno;
	return r;
}

static int finish(struct remux *x)
{
	size_t len;
	char *line;

	if (muxer_finish(x->muxer) < 0 && x->error == 0)
		x->error = -EIO;
	line = index_end_line(
		x->end_ms, muxer_size(x->muxer), x->track.width, x->track.height, true, &len);
	add_line(x, line, len);
	return x->error;
}

static int copy_clip(struct remux *x, remux_stop_fn *stop, void *user)
{
	char file[INDEX_FILE];
	int r = demuxer_create(&x->source, &x->scan, &x->demuxer);

	if (r < 0)
		return r == -EBADMSG ? -ENODATA : r;
	x->track = demuxer_track(x->demuxer);
	r = open_temp(x, x->suffix, &x->out);
	if (r == 0)
		r = open_temp(x, "jsonl", &x->index);
	if (r == 0)
		r = jsonl_read(x->dir, index_file(x->number, "jsonl", file), copy_line, x, NULL);
	if (r == 0)
		r = muxer_create(&x->track, on_write, x, &x->muxer);
	if (r == 0)
		r = copy_packets(x, stop, user);
	if (r == 0)
		r = finish(x);
	return r;
}

/* Nothing in it plays: say so, or every start would look at it again. */
static int give_up(struct remux *x)
{
	char file[INDEX_FILE];
	size_t len;
	char *line = index_end_line(0, 0, 0, 0, true, &len);
	int fd = openat(x->dir, index_file(x->number, "jsonl", file),
		O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && line && io_trim_lines(fd) == 0)
		io_append(fd, line, len);
	if (fd >= 0)
		close(fd);
	free(line);
	return -ENODATA;
}

static int open_clip(struct remux *x)
{
	char file[INDEX_FILE];
	struct stat st;

	x->in = openat(
		x->dir, index_file(x->number, x->suffix, file), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (x->in < 0)
		return -errno;
	if (flock(x->in, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (fstat(x->in, &st) < 0)
		return -errno;
	x->source = (struct scan_source){.read = read_file, .user = x, .size = st.st_size};
	return 0;
}

int remux_clip(int dir, const struct clip_index *index, remux_stop_fn *stop, void *user)
{
	struct remux x = {.dir = dir, .number = index->number, .in = -1, .out = -1, .index = -1};
	int r, done;

	x.suffix = index_suffix_of(index->codec);
	r = open_clip(&x);

	if (r == 0) {
		r = scan_clip(&x.source, &x.scan);
		if (r == 0)
			r = copy_clip(&x, stop, user);
		if (r == -EBADMSG || r == -ENODATA)
			r = give_up(&x);
	}
	/* The media first: with the new index alone, recovery would take the old media for whole.
	 */
	done = close_temp(&x, x.suffix, &x.out, r == 0);
	if (r == 0)
		r = done;
	done = close_temp(&x, "jsonl", &x.index, r == 0);
	if (r == 0)
		r = done;
	muxer_destroy(x.muxer);
	demuxer_destroy(x.demuxer);
	if (x.in >= 0)
		close(x.in);
	return r;
}
