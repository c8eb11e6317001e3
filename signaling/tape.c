/* SPDX-License-Identifier: MIT */
#include "signaling/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/log.h"
#include "record/wire.h"
#include "signaling/classroom.h"
#include "signaling/classroom_priv.h"
#include "signaling/live.h"
#include "signaling/recorder_link.h"
#include "signaling/work.h"
#include "src/academy/recording.h"

#define AREA "tape"

struct waiting_line {
	struct list node;
	uint64_t at_us;
	char *text;
};

struct create_job {
	struct server *server;
	int64_t site, session;
	int64_t started_ms;
	struct recording recording;
	int result;
};

struct state_job {
	struct wire_sealed sealed;
	char folder[LECTERN_MAX_RECORDING];
	int result;
};

void tape_init(struct tape *tape)
{
	memset(tape, 0, sizeof(*tape));
	list_init(&tape->waiting);
}

static void free_line(struct tape *tape, struct waiting_line *line)
{
	list_remove(&line->node);
	tape->waiting_count--;
	free(line->text);
	free(line);
}

void tape_finish(struct tape *tape)
{
	list_each (it, &tape->waiting)
		free_line(tape, list_of(it, struct waiting_line, node));
}

/* The row is there: what waited for the folder's name goes on. */
static void begin(struct classroom *classroom, const struct recording *recording)
{
	struct tape *tape = &classroom->tape;
	struct recorder_link *recorder = classroom->live->recorder;

	tape->site = recording->site;
	tape->id = recording->id;
	memcpy(tape->folder, recording->folder, sizeof(tape->folder));
	if (recorder_link_open(
		    recorder, tape->folder, tape->started.now_us, tape->started.wall_ms) < 0) {
		log_error(AREA, "no memory to record session=%s", classroom->session_id);
		return;
	}
	list_each (it, &tape->waiting) {
		struct waiting_line *line = list_of(it, struct waiting_line, node);

		recorder_link_event(recorder, tape->folder, line->at_us, line->text);
		free_line(tape, line);
	}
	if (classroom->engine_room)
		lectern_engine_room_record(
			classroom->live->server->engine, classroom->engine_room, tape->folder);
	log_info(AREA, "records session=%s into=%s", classroom->session_id, tape->folder);
}

static void run_set_sealing(struct store *store, void *arg)
{
	struct state_job *job = arg;
	struct recording recording;

	job->result = recording_find_by_folder(store, job->folder, &recording);
	if (job->result == 0)
		job->result = recording_set_sealing(store, recording.site, recording.id);
}

static void run_set_sealed(struct store *store, void *arg)
{
	struct state_job *job = arg;
	struct recording recording;

	job->result = recording_find_by_folder(store, job->folder, &recording);
	if (job->result < 0)
		return;
	if (job->sealed.error)
		job->result = recording_set_failed(store, recording.site, recording.id);
	else
		job->result = recording_set_sealed(store, recording.site, recording.id,
			job->sealed.started_ms, job->sealed.duration_ms, job->sealed.bytes);
}

static void done_state(void *arg)
{
	struct state_job *job = arg;

	if (job->result < 0)
		log_error(AREA, "cannot keep the state of recording=%s: %s", job->folder,
			strerror(-job->result));
	free(job);
}

static void submit_state(struct live *live, const char *folder, const struct wire_sealed *sealed)
{
	struct state_job *job = calloc(1, sizeof(*job));

	if (!job)
		return;
	memcpy(job->folder, folder, sizeof(job->folder));
	if (sealed)
		job->sealed = *sealed;
	if (work_submit(live->server->work, sealed ? run_set_sealed : run_set_sealing, done_state,
		    job) < 0)
		free(job);
}

static void seal(struct live *live, const char *folder)
{
	recorder_link_close(live->recorder, folder);
	submit_state(live, folder, NULL);
	log_info(AREA, "seals recording=%s", folder);
}

static void run_create(struct store *store, void *arg)
{
	struct create_job *job = arg;

	job->result =
		recording_create(store, job->site, job->session, job->started_ms, &job->recording);
}

/* The recording may be over by now: then it is sealed at once, with what was noted. */
static void created(struct classroom *classroom, const struct create_job *job)
{
	struct tape *tape = &classroom->tape;

	tape->asked = false;
	if (job->result < 0) {
		log_error(AREA, "no row for a recording session=%s: %s", classroom->session_id,
			strerror(-job->result));
		tape->fault = true;
	} else {
		begin(classroom, &job->recording);
		if (!tape->on)
			tape_stop(classroom);
	}
	if (classroom->ending)
		classroom_send_away(classroom);
}

static void done_create(void *arg)
{
	struct create_job *job = arg;
	struct live *live = job->server->live;
	struct classroom *classroom = live ? live_find_classroom(live, job->session) : NULL;

	if (classroom)
		created(classroom, job);
	free(job);
}

void tape_start(struct classroom *classroom, struct room_time time)
{
	struct tape *tape = &classroom->tape;
	struct create_job *job;

	tape->on = true;
	tape->fault = false;
	tape->started = time;
	if (tape->asked)
		return;
	job = calloc(1, sizeof(*job));
	if (!job)
		return;
	job->server = classroom->live->server;
	job->site = classroom->session.site;
	job->session = classroom->session.id;
	job->started_ms = time.wall_ms;
	tape->folder[0] = '\0';
	tape->asked = true;
	if (work_submit(classroom->live->server->work, run_create, done_create, job) < 0) {
		tape->asked = false;
		free(job);
	}
}

void tape_stop(struct classroom *classroom)
{
	struct tape *tape = &classroom->tape;

	tape->on = false;
	if (classroom->engine_room)
		lectern_engine_room_record(
			classroom->live->server->engine, classroom->engine_room, NULL);
	if (tape->folder[0])
		seal(classroom->live, tape->folder);
	tape->folder[0] = '\0';
}

static void wait_for_folder(struct tape *tape, uint64_t at_us, char *text)
{
	struct waiting_line *line = NULL;

	if (tape->waiting_count < TAPE_MAX_WAITING)
		line = calloc(1, sizeof(*line));
	if (!line) {
		free(text);
		return;
	}
	line->at_us = at_us;
	line->text = text;
	list_append(&tape->waiting, &line->node);
	tape->waiting_count++;
}

static const char *role_name(enum room_role role)
{
	static const char *const names[] = {
		[ROOM_INSTRUCTOR] = "instructor",
		[ROOM_COORDINATOR] = "coordinator",
		[ROOM_TRAINEE] = "trainee",
		[ROOM_GUEST] = "guest",
	};

	return names[role];
}

/* One line of the event log, as src/recorder/FORMAT.md says. */
static json_t *note_object(const struct classroom *classroom, const struct room_effect *effect)
{
	static const char *const types[] = {
		[ROOM_NOTE_JOIN] = "join",
		[ROOM_NOTE_LEAVE] = "leave",
		[ROOM_NOTE_MIC] = "mic",
		[ROOM_NOTE_CAMERA] = "camera",
		[ROOM_NOTE_SCREEN] = "screen",
		[ROOM_NOTE_SPEAKER] = "speaker",
		[ROOM_NOTE_HAND] = "hand",
		[ROOM_NOTE_FLOOR] = "floor",
		[ROOM_NOTE_CHAT] = "chat",
	};
	const struct chat *chat = room_chat_lines(classroom->room);
	unsigned value = effect->u.note.value;
	json_t *note = json_pack("{s:s,s:s,s:s}", "type", types[effect->u.note.note], "member",
		effect->member, "name", effect->u.note.name);

	switch (effect->u.note.note) {
	case ROOM_NOTE_JOIN:
	case ROOM_NOTE_LEAVE:
		json_object_set_new(note, "role", json_string(role_name(effect->u.note.role)));
		break;
	case ROOM_NOTE_MIC:
	case ROOM_NOTE_CAMERA:
	case ROOM_NOTE_SCREEN:
		json_object_set_new(note, "on", json_boolean(value));
		break;
	case ROOM_NOTE_HAND:
		json_object_set_new(note, "raised", json_boolean(value));
		break;
	case ROOM_NOTE_FLOOR:
		json_object_set_new(note, "speak", json_boolean(value & 1u << LECTERN_MIC));
		json_object_set_new(note, "show", json_boolean(value & 1u << LECTERN_CAMERA));
		json_object_set_new(note, "share", json_boolean(value & 1u << LECTERN_SCREEN));
		break;
	case ROOM_NOTE_CHAT:
		json_object_set_new(note, "line", json_integer((json_int_t)chat->last));
		json_object_set_new(
			note, "text", json_string(chat_at(chat, chat_count(chat) - 1)->text));
		break;
	case ROOM_NOTE_SPEAKER:
		break;
	}
	return note;
}

void tape_note(struct classroom *classroom, const struct room_effect *effect, struct room_time time)
{
	struct tape *tape = &classroom->tape;
	json_t *note = note_object(classroom, effect);
	char *text = note ? json_dumps(note, JSON_COMPACT) : NULL;

	json_decref(note);
	if (!text)
		return;
	if (!tape->folder[0]) {
		wait_for_folder(tape, time.now_us, text);
		return;
	}
	recorder_link_event(classroom->live->recorder, tape->folder, time.now_us, text);
	free(text);
}

void tape_on_sealed(struct live *live, const struct wire_sealed *sealed)
{
	if (sealed->error)
		log_warn(AREA, "nothing to play in recording=%s: %s", sealed->recording,
			strerror(-sealed->error));
	else
		log_info(AREA, "sealed recording=%s clips=%u duration_ms=%lld bytes=%lld",
			sealed->recording, sealed->clips, (long long)sealed->duration_ms,
			(long long)sealed->bytes);
	submit_state(live, sealed->recording, sealed);
}
