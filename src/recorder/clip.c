/* SPDX-License-Identifier: MIT */
#include "recorder/clip.h"

#include <errno.h>
#include <stdlib.h>

#include "recorder/muxer.h"

struct clip {
	/* given */
	struct disk *disk;
	uint64_t recording, id;
	/* owned */
	struct muxer *muxer;
	/* state */
	int64_t first_rtp;
	uint32_t clock_rate;
	uint64_t now_us; /* for the muxer's callback */
	int64_t last_ms, end_ms;
	unsigned width, height; /* the largest seen */
	struct {
		bool open;
		int64_t at_ms, offset;
		uint64_t since_us;
	} cluster;
	int error;
};

static void push(struct clip *clip, struct disk_job *job)
{
	int r = -ENOMEM;

	if (job) {
		job->clip = clip->id;
		r = disk_push(clip->disk, job, clip->now_us);
	}
	if (r < 0 && !clip->error)
		clip->error = r;
}

static void on_write(void *user, int64_t offset, const void *data, size_t len)
{
	struct clip *clip = user;
	struct disk_job *job;

	if (clip->error)
		return;
	job = disk_job(DISK_CLIP_WRITE, clip->recording, data, len);
	if (job)
		job->offset = offset;
	push(clip, job);
}

/* Takes `line`. */
static void push_line(struct clip *clip, char *line, size_t len)
{
	if (!clip->error)
		push(clip, line ? disk_job(DISK_CLIP_LINE, clip->recording, line, len) : NULL);
	free(line);
}

static int64_t to_ms(const struct clip *clip, int64_t rtp)
{
	return (rtp - clip->first_rtp) * 1000 / clip->clock_rate;
}

int clip_create(struct disk *disk, uint64_t recording, uint64_t id, const struct clip_head *head,
	const struct frame *first, uint64_t now_us, struct clip **ret_clip)
{
	struct clip *clip = calloc(1, sizeof(*clip));
	struct disk_job *job;
	int r;

	if (!clip)
		return -ENOMEM;
	clip->disk = disk;
	clip->recording = recording;
	clip->id = id;
	clip->first_rtp = first->rtp;
	clip->clock_rate = head->clock_rate;
	clip->now_us = now_us;
	job = disk_job(DISK_CLIP_BEGIN, recording, NULL, 0);
	if (job) {
		job->head = *head;
		job->head.arrival_us = first->arrival_us;
		job->head.rtp = first->rtp;
	}
	push(clip, job);
	r = clip->error;
	if (r == 0)
		r = muxer_create(&(struct muxer_track){head->codec, first->width, first->height,
					 first->config, first->config_len},
			on_write, clip, &clip->muxer);
	if (r < 0) {
		clip_abandon(clip, now_us);
		return r;
	}
	*ret_clip = clip;
	return 0;
}

static void end_cluster(struct clip *clip)
{
	size_t len;
	char *line;
	int r;

	if (!clip->cluster.open || clip->error)
		return;
	clip->cluster.open = false;
	r = muxer_flush(clip->muxer);
	if (r < 0 && !clip->error)
		clip->error = r;
	line = index_cluster_line(clip->cluster.at_ms, clip->cluster.offset, &len);
	push_line(clip, line, len);
}

/* A keyframe begins a cluster, so that a seek finds it by the index. */
static bool begins_cluster(const struct clip *clip, const struct frame *frame, int64_t at_ms)
{
	bool video = clip->width > 0;

	return at_ms - clip->cluster.at_ms >= CLIP_CLUSTER_MS || (video && frame->keyframe);
}

void clip_frame(struct clip *clip, const struct frame *frame, uint64_t now_us)
{
	int64_t at_ms = to_ms(clip, frame->rtp);
	int64_t until_ms = to_ms(clip, frame->rtp + frame->ticks);
	int r;

	clip->now_us = now_us;
	if (clip->error)
		return;
	if (frame->width > clip->width)
		clip->width = frame->width;
	if (frame->height > clip->height)
		clip->height = frame->height;
	if (begins_cluster(clip, frame, at_ms))
		end_cluster(clip);
	if (!clip->cluster.open) {
		clip->cluster.open = true;
		clip->cluster.at_ms = at_ms;
		clip->cluster.offset = muxer_size(clip->muxer);
		clip->cluster.since_us = frame->arrival_us < now_us ? frame->arrival_us : now_us;
	}
	r = muxer_frame(
		clip->muxer, frame->data, frame->len, at_ms, until_ms - at_ms, frame->keyframe);
	if (r < 0 && !clip->error)
		clip->error = r;
	/* A video frame is taken to last as long as the one before it. */
	clip->end_ms = frame->ticks ? until_ms : at_ms + (at_ms - clip->last_ms);
	clip->last_ms = at_ms;
}

void clip_sync(struct clip *clip, int64_t rtp, uint64_t capture_us, uint64_t now_us)
{
	size_t len;
	char *line = index_sync_line(rtp, capture_us, &len);

	clip->now_us = now_us;
	push_line(clip, line, len);
}

void clip_gap(struct clip *clip, int64_t from_rtp, int64_t until_rtp, uint64_t now_us)
{
	int64_t at_ms = to_ms(clip, from_rtp);
	size_t len;
	char *line = index_gap_line(at_ms, to_ms(clip, until_rtp) - at_ms, &len);

	clip->now_us = now_us;
	push_line(clip, line, len);
}

void clip_tick(struct clip *clip, uint64_t now_us)
{
	clip->now_us = now_us;
	if (clip->cluster.open && now_us > clip->cluster.since_us &&
		now_us - clip->cluster.since_us >= CLIP_CLUSTER_MS * 1000)
		end_cluster(clip);
}

int clip_error(const struct clip *clip)
{
	return clip->error;
}

static void release(struct clip *clip, bool whole)
{
	struct disk_job *job = disk_job(DISK_CLIP_END, clip->recording, NULL, 0);

	/* Should even this fail, the seal closes the file and has it recovered. */
	if (job)
		job->whole = whole;
	push(clip, job);
	muxer_destroy(clip->muxer);
	free(clip);
}

void clip_end(struct clip *clip, uint64_t now_us)
{
	size_t len;
	char *line;
	int r;

	if (!clip)
		return;
	clip->now_us = now_us;
	end_cluster(clip);
	if (!clip->error) {
		r = muxer_finish(clip->muxer);
		if (r < 0 && !clip->error)
			clip->error = r;
		line = index_end_line(clip->end_ms, muxer_size(clip->muxer), clip->width,
			clip->height, false, &len);
		push_line(clip, line, len);
	}
	release(clip, clip->error == 0);
}

void clip_abandon(struct clip *clip, uint64_t now_us)
{
	if (!clip)
		return;
	clip->now_us = now_us;
	if (!clip->error)
		clip->error = -ECANCELED; /* nothing more comes out of the muxer */
	release(clip, false);
}
