/* SPDX-License-Identifier: MIT */
#include "recorder/recorder.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "recorder/disk.h"
#include "recorder/jsonl.h"
#include "recorder/repair.h"
#include "recorder/track.h"

enum { PACKETS = 8192 /* held back in all reorder buffers together */ };

enum state {
	OPEN,
	SEALING,   /* the disk thread has it */
	REPAIRING, /* the repair thread has it */
	QUERIED,
	ANY, /* for find() */
};

struct held_event {
	struct list of_recording;
	uint64_t at_us;
	size_t len;
	char text[];
};

struct recording {
	struct list of_recorder;
	uint64_t id; /* what the disk thread knows it by */
	char name[LECTERN_MAX_RECORDING];
	enum state state;
	bool opened; /* its folder is there */
	int fault;   /* 0, or why nothing reaches the disk now */
	bool slow;   /* told so; media is still queued */
	bool probing;
	uint64_t probed_us;
	struct list held; /* struct held_event: the disk did not take them */
	size_t held_bytes;
};

/* A track and whose it is. */
struct entry {
	struct list of_recorder;
	struct recorder *recorder;
	struct track *track;
	void *owner;
};

struct recorder {
	const struct recorder_ops *ops;
	void *user;
	struct disk *disk;
	struct repair *repair;
	struct pkt_pool *pool;
	struct list recordings, entries;
	unsigned entry_count, open_count;
	uint64_t last_id, last_clip;
};

static struct recording *find(struct recorder *r, const char *name, enum state state)
{
	list_each (node, &r->recordings) {
		struct recording *rec = list_of(node, struct recording, of_recorder);

		if (strcmp(rec->name, name) == 0 && (state == ANY || rec->state == state))
			return rec;
	}
	return NULL;
}

static struct recording *find_id(struct recorder *r, uint64_t id)
{
	list_each (node, &r->recordings) {
		struct recording *rec = list_of(node, struct recording, of_recorder);

		if (rec->id == id)
			return rec;
	}
	return NULL;
}

static struct recording *add_recording(struct recorder *r, const char *name, enum state state)
{
	struct recording *rec = calloc(1, sizeof(*rec));

	if (!rec) {
		log_error("recorder", "out of memory recording=%s", name);
		return NULL;
	}
	snprintf(rec->name, sizeof(rec->name), "%s", name);
	rec->id = ++r->last_id;
	rec->state = state;
	list_init(&rec->held);
	list_append(&r->recordings, &rec->of_recorder);
	return rec;
}

static void drop_recording(struct recording *rec)
{
	list_each (node, &rec->held) {
		list_remove(node);
		free(list_of(node, struct held_event, of_recording));
	}
	list_remove(&rec->of_recorder);
	free(rec);
}

/* The disk refuses only media and, in the end, anything when it is far behind. */
static int push(struct recorder *r, struct disk_job *job, uint64_t now_us)
{
	return job ? disk_push(r->disk, job, now_us) : -ENOMEM;
}

/* at_us: when the recording was opened, which is long ago if another recorder had it before. */
static void push_open(
	struct recorder *r, struct recording *rec, int64_t wall_ms, uint64_t at_us, uint64_t now_us)
{
	struct disk_job *job = disk_job(DISK_OPEN, rec->id, NULL, 0);

	if (job) {
		memcpy(job->name, rec->name, sizeof(job->name));
		job->wall_ms = wall_ms;
		job->at_us = at_us;
	}
	rec->probing = push(r, job, now_us) == 0;
}

/* at_us 0: after recovery, no stop line. */
static void push_seal(struct recorder *r, struct recording *rec, uint64_t at_us, uint64_t now_us)
{
	struct disk_job *job = disk_job(DISK_SEAL, rec->id, NULL, 0);

	if (job) {
		memcpy(job->name, rec->name, sizeof(job->name));
		job->at_us = at_us;
	}
	rec->state = SEALING;
	if (push(r, job, now_us) < 0) {
		log_error("recorder", "cannot seal, left to recovery recording=%s", rec->name);
		drop_recording(rec);
	}
}

static void tell_fault(struct recorder *r, const struct recording *rec, int error)
{
	struct wire_fault fault = {.error = error};

	memcpy(fault.recording, rec->name, sizeof(fault.recording));
	if (error)
		log_error("recorder", "not recording recording=%s error=%s", rec->name,
			strerror(-error));
	else
		log_info("recorder", "recording again recording=%s", rec->name);
	r->ops->fault(r->user, &fault);
}

static void tell_sealed(
	struct recorder *r, const struct recording *rec, int error, const struct manifest_sum *sum)
{
	struct wire_sealed sealed = {
		.error = error,
		.started_ms = sum->started_ms,
		.duration_ms = sum->duration_ms,
		.bytes = sum->bytes,
		.clips = sum->clips,
	};

	memcpy(sealed.recording, rec->name, sizeof(sealed.recording));
	log_info("recorder", "sealed recording=%s clips=%u duration_ms=%lld error=%d", rec->name,
		sum->clips, (long long)sum->duration_ms, error);
	r->ops->sealed(r->user, &sealed);
}

/* --- events --- */

static int hold_event(struct recording *rec, uint64_t at_us, const char *text, size_t len)
{
	struct held_event *event;

	if (rec->held_bytes + len > RECORDER_MAX_HELD_EVENTS)
		return -ENOSPC;
	event = malloc(sizeof(*event) + len);
	if (!event)
		return -ENOMEM;
	event->at_us = at_us;
	event->len = len;
	memcpy(event->text, text, len);
	rec->held_bytes += len;
	list_append(&rec->held, &event->of_recording);
	return 0;
}

static int write_event(struct recorder *r, struct recording *rec, uint64_t at_us, const char *text,
	size_t len, uint64_t now_us)
{
	struct disk_job *job;

	if (!rec->opened || rec->fault || !list_empty(&rec->held))
		return hold_event(rec, at_us, text, len);
	job = disk_job(DISK_EVENT, rec->id, text, len);
	if (job)
		job->at_us = at_us;
	return push(r, job, now_us);
}

static void write_held(struct recorder *r, struct recording *rec, uint64_t now_us)
{
	list_each (node, &rec->held) {
		struct held_event *event = list_of(node, struct held_event, of_recording);
		struct disk_job *job = disk_job(DISK_EVENT, rec->id, event->text, event->len);

		if (job)
			job->at_us = event->at_us;
		if (push(r, job, now_us) < 0)
			return;
		rec->held_bytes -= event->len;
		list_remove(node);
		free(event);
	}
}

static void write_fault_event(struct recorder *r, struct recording *rec, int error, uint64_t now_us)
{
	char text[128];
	int len;

	len = snprintf(text, sizeof(text), "{\"type\":\"fault\",\"on\":%s,\"error\":\"%s\"}",
		error ? "true" : "false", error ? strerrorname_np(-error) : "");
	write_event(r, rec, now_us, text, (size_t)len, now_us);
}

/* Lines that only the recorder writes: the manifest is built on them. */
static bool is_ours(const char *type)
{
	static const char *const types[] = {"start", "stop", "interrupted", "resumed", "fault"};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

int recorder_event(
	struct recorder *r, const struct wire_event *event, const char *text, uint64_t now_us)
{
	struct recording *rec = find(r, event->recording, OPEN);
	json_t *line;
	bool good;

	if (!rec)
		return -ENOENT;
	line = event->text_len <= RECORDER_MAX_EVENT ? jsonl_parse(text, event->text_len) : NULL;
	good = line && *jsonl_string(line, "type") && !is_ours(jsonl_string(line, "type"));
	json_decref(line);
	return good ? write_event(r, rec, event->at_us, text, event->text_len, now_us) : -EINVAL;
}

/* --- tracks --- */

static bool is_of(const struct entry *entry, const struct recording *rec)
{
	return strcmp(track_wire(entry->track)->recording, rec->name) == 0;
}

static void start_tracks(
	struct recorder *r, struct recording *rec, const char *why, uint64_t now_us)
{
	list_each (node, &r->entries) {
		struct entry *entry = list_of(node, struct entry, of_recorder);

		if (is_of(entry, rec) && !track_started(entry->track))
			track_start(entry->track, rec->id, why, now_us);
	}
}

static void stop_tracks(struct recorder *r, struct recording *rec, bool failed, uint64_t now_us)
{
	list_each (node, &r->entries) {
		struct entry *entry = list_of(node, struct entry, of_recorder);

		if (is_of(entry, rec))
			track_stop(entry->track, failed, now_us);
	}
}

static void begin_fault(struct recorder *r, struct recording *rec, int error, uint64_t now_us)
{
	if (rec->state != OPEN || rec->fault)
		return;
	write_fault_event(r, rec, error, now_us);
	rec->fault = error;
	rec->probed_us = now_us;
	stop_tracks(r, rec, true, now_us);
	tell_fault(r, rec, error);
}

static void end_fault(struct recorder *r, struct recording *rec, uint64_t now_us)
{
	if (!rec->fault)
		return;
	rec->fault = 0;
	write_held(r, rec, now_us);
	write_fault_event(r, rec, 0, now_us);
	tell_fault(r, rec, 0);
	start_tracks(r, rec, "fault", now_us);
}

static void on_keyframe(void *user, struct track *track)
{
	struct entry *entry = user;

	entry->recorder->ops->keyframe(
		entry->recorder->user, entry->owner, track_wire(track)->track);
}

static uint64_t on_next_clip(void *user)
{
	struct entry *entry = user;

	return ++entry->recorder->last_clip;
}

static const struct track_ops track_ops = {
	.keyframe = on_keyframe,
	.next_clip = on_next_clip,
};

static struct entry *entry_of(struct recorder *r, const struct track *track)
{
	list_each (node, &r->entries) {
		struct entry *entry = list_of(node, struct entry, of_recorder);

		if (entry->track == track)
			return entry;
	}
	return NULL;
}

int recorder_track(struct recorder *r, const struct wire_track *wire, void *owner, uint64_t now_us,
	struct track **ret_track)
{
	struct recording *rec = find(r, wire->recording, OPEN);
	struct entry *entry;
	int error;

	if (r->entry_count == RECORDER_MAX_TRACKS)
		return -EMFILE;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->recorder = r;
	entry->owner = owner;
	error = track_create(r->disk, wire, &track_ops, entry, &entry->track);
	if (error < 0) {
		free(entry);
		return error;
	}
	list_append(&r->entries, &entry->of_recorder);
	r->entry_count++;
	if (rec && !rec->fault)
		track_start(entry->track, rec->id, "start", now_us);
	*ret_track = entry->track;
	return 0;
}

/* A clip that the disk would not take any more: it has fallen too far behind. */
static void check(struct recorder *r, struct track *track, uint64_t now_us)
{
	int error = track_error(track);
	struct recording *rec;

	if (error == 0)
		return;
	rec = find(r, track_wire(track)->recording, OPEN);
	if (error == -ENOBUFS && rec)
		begin_fault(r, rec, -ETIMEDOUT, now_us);
	else
		track_stop(track, true, now_us);
	if (rec && !rec->fault) /* this track's own trouble: on with a new clip */
		track_start(track, rec->id, "fault", now_us);
}

void recorder_packet(struct recorder *r, struct track *track, struct pkt *pkt, uint64_t now_us)
{
	track_packet(track, pkt, now_us);
	check(r, track, now_us);
}

void recorder_report(
	struct recorder *r, struct track *track, const struct wire_report *report, uint64_t now_us)
{
	track_report(track, report, now_us);
	check(r, track, now_us);
}

void recorder_end(struct recorder *r, struct track *track, uint64_t now_us)
{
	struct entry *entry = entry_of(r, track);

	assert(entry);
	track_destroy(track, now_us);
	list_remove(&entry->of_recorder);
	r->entry_count--;
	free(entry);
}

struct pkt *recorder_buffer(struct recorder *r, uint64_t now_us)
{
	struct pkt *pkt = pkt_get(r->pool);

	if (pkt)
		return pkt;
	list_each (node, &r->entries)
		track_relieve(list_of(node, struct entry, of_recorder)->track, now_us);
	return pkt_get(r->pool);
}

/* --- recordings --- */

void recorder_open(struct recorder *r, const struct wire_open *open, uint64_t now_us)
{
	struct recording *rec = find(r, open->recording, OPEN);

	if (rec)
		return; /* a server that came back within the same turn */
	if (r->open_count == RECORDER_MAX_OPEN) {
		log_error("recorder", "too many recordings recording=%s", open->recording);
		return;
	}
	rec = add_recording(r, open->recording, OPEN);
	if (!rec)
		return;
	r->open_count++;
	push_open(r, rec, open->wall_ms, open->now_us, now_us);
	start_tracks(r, rec, "start", now_us);
	log_info("recorder", "open recording=%s", rec->name);
}

static void close_recording(struct recorder *r, struct recording *rec, uint64_t now_us)
{
	r->open_count--;
	stop_tracks(r, rec, rec->fault != 0, now_us);
	write_held(r, rec, now_us);
	push_seal(r, rec, now_us, now_us);
}

void recorder_close(struct recorder *r, const char *name, uint64_t now_us)
{
	struct recording *rec = find(r, name, OPEN);

	if (rec)
		close_recording(r, rec, now_us);
	else
		recorder_query(r, name, now_us); /* sealed already: say so again */
}

void recorder_close_all(struct recorder *r, uint64_t now_us)
{
	list_each (node, &r->recordings) {
		struct recording *rec = list_of(node, struct recording, of_recorder);

		if (rec->state == OPEN)
			close_recording(r, rec, now_us);
	}
}

void recorder_query(struct recorder *r, const char *name, uint64_t now_us)
{
	struct recording *rec = find(r, name, ANY);
	struct disk_job *job;

	if (rec)
		return; /* it is answered when it is sealed */
	rec = add_recording(r, name, QUERIED);
	if (!rec)
		return;
	job = disk_job(DISK_QUERY, rec->id, NULL, 0);
	if (job)
		memcpy(job->name, rec->name, sizeof(job->name));
	if (push(r, job, now_us) < 0)
		drop_recording(rec);
}

static void send_to_repair(struct recorder *r, struct recording *rec, uint64_t now_us)
{
	rec->state = REPAIRING;
	if (repair_push(r->repair, rec->name) < 0)
		push_seal(r, rec, 0, now_us); /* as it is; the next start repairs it */
}

/* --- what the threads have done --- */

static void on_opened(struct recorder *r, struct recording *rec, int error, uint64_t now_us)
{
	rec->probing = false;
	rec->opened = error == 0;
	if (error < 0) {
		begin_fault(r, rec, error, now_us);
	} else if (rec->state == OPEN) {
		end_fault(r, rec, now_us);
		write_held(r, rec, now_us);
	}
}

static void on_sealed(
	struct recorder *r, struct recording *rec, struct disk_job *job, uint64_t now_us)
{
	/* It was opened again meanwhile: this one's part is sealed with the new one's. */
	if (find(r, rec->name, OPEN)) {
		drop_recording(rec);
	} else if (job->error == -EUCLEAN) {
		send_to_repair(r, rec, now_us);
	} else {
		tell_sealed(r, rec, job->error, &job->sum);
		drop_recording(rec);
	}
}

static void on_clip_job(
	struct recorder *r, struct recording *rec, struct disk_job *job, uint64_t now_us)
{
	if (job->error == 0 || job->error == -EBADF)
		return; /* -EBADF: what was queued after a clip that could not begin */
	if (job->kind == DISK_CLIP_END && job->whole == false)
		return; /* the error that we know of */
	begin_fault(r, rec, job->error, now_us);
}

static void on_job(struct recorder *r, struct disk_job *job, uint64_t now_us)
{
	struct recording *rec = find_id(r, job->recording);

	if (!rec)
		return;
	switch (job->kind) {
	case DISK_OPEN:
		on_opened(r, rec, job->error, now_us);
		break;
	case DISK_EVENT:
		if (job->error < 0 && job->error != -EINVAL) {
			hold_event(rec, job->at_us, (const char *)job->data, job->len);
			begin_fault(r, rec, job->error, now_us);
		}
		break;
	case DISK_CLIP_BEGIN:
	case DISK_CLIP_WRITE:
	case DISK_CLIP_LINE:
	case DISK_CLIP_END:
		on_clip_job(r, rec, job, now_us);
		break;
	case DISK_PROBE:
		rec->probing = false;
		if (job->error == 0 && rec->state == OPEN)
			end_fault(r, rec, now_us);
		break;
	case DISK_SEAL:
	case DISK_QUERY:
		on_sealed(r, rec, job, now_us);
		break;
	}
}

static void on_repaired(struct recorder *r, const struct repair_done *done, uint64_t now_us)
{
	struct recording *rec = find(r, done->name, REPAIRING);

	if (find(r, done->name, OPEN)) { /* open again: sealed when it is closed */
		if (rec)
			drop_recording(rec);
		return;
	}
	if (!rec && !find(r, done->name, ANY))
		rec = add_recording(r, done->name, REPAIRING); /* found at start */
	if (rec)
		push_seal(r, rec, 0, now_us);
}

void recorder_turn(struct recorder *r, uint64_t now_us)
{
	struct disk_job *job;
	struct repair_done *done;

	while ((job = disk_pop(r->disk))) {
		on_job(r, job, now_us);
		free(job);
	}
	while ((done = repair_pop(r->repair))) {
		on_repaired(r, done, now_us);
		free(done);
	}
}

/* A folder that never opened is opened again; else a little is written, to see. */
static void probe(struct recorder *r, struct recording *rec, uint64_t now_us)
{
	if (rec->probing || now_us - rec->probed_us < RECORDER_PROBE_US)
		return;
	rec->probed_us = now_us;
	if (!rec->opened)
		push_open(r, rec, clock_wall_ms(), now_us, now_us);
	else
		rec->probing = push(r, disk_job(DISK_PROBE, rec->id, NULL, 0), now_us) == 0;
}

/* A disk that has stalled: nothing is lost yet, but people should know within two seconds. */
static void watch_lag(struct recorder *r, struct recording *rec, uint64_t now_us)
{
	bool slow = disk_lag_us(r->disk, now_us) >= RECORDER_SLOW_US;

	if (slow != rec->slow && !rec->fault)
		tell_fault(r, rec, slow ? -ETIMEDOUT : 0);
	rec->slow = slow;
}

void recorder_tick(struct recorder *r, uint64_t now_us)
{
	list_each (node, &r->entries) {
		struct track *track = list_of(node, struct entry, of_recorder)->track;

		track_tick(track, now_us);
		check(r, track, now_us);
	}
	list_each (node, &r->recordings) {
		struct recording *rec = list_of(node, struct recording, of_recorder);

		if (rec->state != OPEN)
			continue;
		watch_lag(r, rec, now_us);
		if (rec->fault)
			probe(r, rec, now_us);
	}
}

bool recorder_idle(const struct recorder *r)
{
	return list_empty(&r->recordings) && disk_idle(r->disk) && repair_idle(r->repair);
}

int recorder_create(int root, int wake_fd, const struct recorder_ops *ops, void *user,
	struct recorder **ret_recorder)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	r->ops = ops;
	r->user = user;
	list_init(&r->recordings);
	list_init(&r->entries);
	error = pkt_pool_create(PACKETS, &r->pool);
	if (error == 0)
		error = disk_create(root, wake_fd, &r->disk);
	if (error == 0)
		error = repair_create(root, wake_fd, &r->repair);
	if (error < 0) {
		recorder_destroy(r);
		return error;
	}
	*ret_recorder = r;
	return 0;
}

void recorder_destroy(struct recorder *r)
{
	if (!r)
		return;
	assert(r->entry_count == 0);
	repair_destroy(r->repair);
	disk_destroy(r->disk);
	list_each (node, &r->recordings)
		drop_recording(list_of(node, struct recording, of_recorder));
	pkt_pool_destroy(r->pool);
	free(r);
}
