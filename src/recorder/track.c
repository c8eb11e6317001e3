/* SPDX-License-Identifier: MIT */
#include "recorder/track.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "lectern/engine.h"
#include "recorder/clip.h"
#include "recorder/depacketize.h"
#include "recorder/jsonl.h"

struct track {
	/* given */
	struct disk *disk;
	struct wire_track wire;
	const struct track_ops *ops;
	void *user;
	/* owned */
	struct depacketizer in;
	struct clip *clip;
	/* state */
	bool started;
	uint64_t recording;
	struct clip_head head;
	uint64_t now_us;    /* of the call that is being made */
	uint64_t asked_us;  /* for a keyframe */
	uint64_t failed_us; /* to begin a clip: a header that cannot be muxed */
	bool has_report;
	struct wire_report report; /* the latest */
};

static void ask_keyframe(struct track *track)
{
	if (track->asked_us && track->now_us - track->asked_us < TRACK_KEYFRAME_US)
		return;
	track->asked_us = track->now_us ? track->now_us : 1;
	track->ops->keyframe(track->user, track);
}

static void write_sync(struct track *track)
{
	clip_sync(track->clip, depacketizer_extend(&track->in, track->report.rtp_timestamp),
		track->report.capture_us, track->now_us);
}

static void begin_clip(struct track *track, const struct frame *first)
{
	int r = clip_create(track->disk, track->recording, track->ops->next_clip(track->user),
		&track->head, first, track->now_us, &track->clip);

	if (r < 0) {
		track->failed_us = track->now_us;
		log_warn("recorder", "clip not begun member=%s error=%s", track->wire.member,
			strerror(-r));
		return;
	}
	track->failed_us = 0;
	track->head.why = "gap";
	if (track->has_report)
		write_sync(track);
}

/* Each attempt costs the recording a number. */
static bool may_begin(const struct track *track)
{
	return !track->failed_us || track->now_us - track->failed_us >= TRACK_RETRY_US;
}

static void on_frame(void *user, const struct frame *frame)
{
	struct track *track = user;

	if (!track->started)
		return;
	if (!track->clip && frame->keyframe && may_begin(track))
		begin_clip(track, frame);
	if (track->clip)
		clip_frame(track->clip, frame, track->now_us);
}

static void on_keyframe(void *user, uint64_t now_us)
{
	struct track *track = user;

	(void)now_us;
	if (track->started)
		ask_keyframe(track);
}

static void on_gap(void *user, int64_t from_rtp, int64_t until_rtp)
{
	struct track *track = user;

	if (track->clip)
		clip_gap(track->clip, from_rtp, until_rtp, track->now_us);
}

static void on_restart(void *user)
{
	struct track *track = user;

	clip_end(track->clip, track->now_us);
	track->clip = NULL;
	track->has_report = false; /* of a timeline that is over */
}

static void on_reconfigure(void *user)
{
	struct track *track = user;

	clip_end(track->clip, track->now_us);
	track->clip = NULL;
	track->head.why = "format";
}

static const struct depacketize_ops in_ops = {
	.frame = on_frame,
	.keyframe = on_keyframe,
	.gap = on_gap,
	.restart = on_restart,
	.reconfigure = on_reconfigure,
};

static bool kind_fits(const struct wire_track *wire)
{
	if (wire->codec == LECTERN_CODEC_OPUS)
		return wire->kind == LECTERN_MIC;
	return wire->kind == LECTERN_CAMERA || wire->kind == LECTERN_SCREEN;
}

/* Names go into JSON, which takes only UTF-8. */
static void copy_text(char *out, size_t room, const char *text)
{
	json_t *string = json_string(text);

	snprintf(out, room, "%s", string ? text : "?");
	json_decref(string);
}

int track_create(struct disk *disk, const struct wire_track *wire, const struct track_ops *ops,
	void *user, struct track **ret_track)
{
	struct track *track;
	int r;

	if (!kind_fits(wire))
		return -EINVAL;
	track = calloc(1, sizeof(*track));
	if (!track)
		return -ENOMEM;
	r = depacketizer_init(&track->in, wire->codec, wire->clock_rate, &in_ops, track);
	if (r < 0) {
		free(track);
		return r;
	}
	track->disk = disk;
	track->wire = *wire;
	track->ops = ops;
	track->user = user;
	track->head.kind = wire->kind;
	track->head.codec = wire->codec;
	track->head.clock_rate = wire->clock_rate;
	copy_text(track->head.member, sizeof(track->head.member), wire->member);
	copy_text(track->head.name, sizeof(track->head.name), wire->name);
	copy_text(track->head.role, sizeof(track->head.role), wire->role);
	*ret_track = track;
	return 0;
}

void track_destroy(struct track *track, uint64_t now_us)
{
	if (!track)
		return;
	track_stop(track, false, now_us);
	depacketizer_finish(&track->in);
	free(track);
}

void track_start(struct track *track, uint64_t recording, const char *why, uint64_t now_us)
{
	track->started = true;
	track->recording = recording;
	track->head.why = why;
	track->now_us = now_us;
	track->asked_us = 0;
	depacketizer_restart(&track->in);
	if (track->wire.codec != LECTERN_CODEC_OPUS)
		ask_keyframe(track);
}

void track_stop(struct track *track, bool failed, uint64_t now_us)
{
	if (!track->started)
		return;
	track->now_us = now_us;
	if (!failed)
		depacketizer_tick(&track->in, UINT64_MAX);
	track->started = false;
	if (failed)
		clip_abandon(track->clip, now_us);
	else
		clip_end(track->clip, now_us);
	track->clip = NULL;
}

bool track_started(const struct track *track)
{
	return track->started;
}

/* Nothing of what comes while it is stopped may reach the disk, not even later. */
void track_packet(struct track *track, struct pkt *pkt, uint64_t now_us)
{
	track->now_us = now_us;
	if (track->started)
		depacketizer_push(&track->in, pkt, now_us);
}

void track_report(struct track *track, const struct wire_report *report, uint64_t now_us)
{
	track->now_us = now_us;
	track->report = *report;
	track->has_report = true;
	if (track->clip)
		write_sync(track);
}

void track_tick(struct track *track, uint64_t now_us)
{
	if (!track->started)
		return;
	track->now_us = now_us;
	depacketizer_tick(&track->in, now_us);
	if (track->clip)
		clip_tick(track->clip, now_us);
	else if (track->wire.codec != LECTERN_CODEC_OPUS)
		ask_keyframe(track);
}

void track_relieve(struct track *track, uint64_t now_us)
{
	track->now_us = now_us;
	depacketizer_tick(&track->in, UINT64_MAX);
}

int track_error(const struct track *track)
{
	return track->clip ? clip_error(track->clip) : 0;
}

const struct wire_track *track_wire(const struct track *track)
{
	return &track->wire;
}
