/* SPDX-License-Identifier: MIT */
/*
 * The recording of one class: its row in the database, its folder at the recorder, its event log.
 *
 * Starting asks the database for the row first; what happens until the folder is known waits here.
 * A class has at most one recording; starting again goes on with it. When the recorder has sealed
 * it the row becomes ready, or failed if nothing is playable.
 */
#ifndef SIGNALING_TAPE_H
#define SIGNALING_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/types.h"
#include "room/room.h"

struct classroom;
struct live;
struct wire_sealed;

enum { TAPE_MAX_WAITING = 4096 }; /* lines of the event log before the folder is known */

struct tape {
	int64_t site, id;		    /* id 0: never recorded */
	char folder[LECTERN_MAX_RECORDING]; /* empty: not known yet */
	bool on;
	bool asked; /* the database is asked for the row */
	bool fault; /* as the recorder said last */
	struct room_time started;
	struct list waiting; /* lines of the event log */
	size_t waiting_count;
};

void tape_init(struct tape *tape);
void tape_finish(struct tape *tape);
void tape_start(struct classroom *classroom, struct room_time time);
void tape_stop(struct classroom *classroom);
void tape_note(
	struct classroom *classroom, const struct room_effect *effect, struct room_time time);

/* The recorder sealed a recording, of a class that is held or of one that was. */
void tape_on_sealed(struct live *live, const struct wire_sealed *sealed);

#endif
