/* SPDX-License-Identifier: MIT */
#include "signaling/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/work.h"

#define AREA "ledger"

enum { FIRST_ROOM = 256 };

struct batch {
	struct ledger *ledger; /* NULL: it is gone, nobody waits */
	struct attendance_row *rows;
	size_t count;
	int result;
};

struct ledger {
	struct work *work;
	struct attendance_row *rows;
	size_t count, room;
	struct batch *writing; /* at most one, so that rows are written in order */
	uint64_t tried_us;
};

int ledger_create(struct work *work, struct ledger **ret_ledger)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return -ENOMEM;
	ledger->work = work;
	*ret_ledger = ledger;
	return 0;
}

static void free_batch(struct batch *batch)
{
	free(batch->rows);
	free(batch);
}

/* -ENOBUFS: LEDGER_MAX; -ENOMEM. */
static int make_room(struct ledger *ledger, size_t more)
{
	size_t room = ledger->room > 0 ? ledger->room : FIRST_ROOM;
	struct attendance_row *rows;

	if (ledger->count + more > LEDGER_MAX)
		return -ENOBUFS;
	while (room < ledger->count + more)
		room *= 2;
	if (room == ledger->room)
		return 0;
	rows = realloc(ledger->rows, room * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	ledger->rows = rows;
	ledger->room = room;
	return 0;
}

void ledger_note(struct ledger *ledger, const struct attendance_row *row)
{
	if (make_room(ledger, 1) < 0) {
		log_error(AREA, "attendance is lost: too much of it waits for the database");
		return;
	}
	ledger->rows[ledger->count++] = *row;
}

/* Before what came since. */
static void put_back(struct ledger *ledger, const struct batch *batch)
{
	if (make_room(ledger, batch->count) < 0) {
		log_error(AREA, "%zu lines of attendance are lost: the database takes none",
			batch->count);
		return;
	}
	memmove(ledger->rows + batch->count, ledger->rows, ledger->count * sizeof(*ledger->rows));
	memcpy(ledger->rows, batch->rows, batch->count * sizeof(*batch->rows));
	ledger->count += batch->count;
}

static void run(struct store *store, void *arg)
{
	struct batch *batch = arg;

	batch->result = attendance_add(store, batch->rows, batch->count);
}

static void done(void *arg)
{
	struct batch *batch = arg;
	struct ledger *ledger = batch->ledger;

	if (batch->result < 0)
		log_error(AREA, "cannot write attendance%s: %s", ledger ? ", trying again" : "",
			strerror(-batch->result));
	if (ledger) {
		ledger->writing = NULL;
		if (batch->result < 0)
			put_back(ledger, batch);
	}
	free_batch(batch);
}

static void write_out(struct ledger *ledger)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return; /* the next try may have memory */
	batch->ledger = ledger;
	batch->rows = ledger->rows;
	batch->count = ledger->count;
	if (work_submit(ledger->work, run, done, batch) < 0) {
		free(batch);
		return;
	}
	ledger->writing = batch;
	ledger->rows = NULL;
	ledger->count = ledger->room = 0;
}

void ledger_tick(struct ledger *ledger, uint64_t now_us)
{
	if (ledger->count == 0 || ledger->writing ||
		!clock_passed(ledger->tried_us, LEDGER_WRITE_US, now_us))
		return;
	ledger->tried_us = now_us;
	write_out(ledger);
}

void ledger_destroy(struct ledger *ledger)
{
	if (!ledger)
		return;
	if (ledger->writing)
		ledger->writing->ledger = NULL;
	if (ledger->count > 0)
		write_out(ledger);
	if (ledger->writing)
		ledger->writing->ledger = NULL;
	free(ledger->rows);
	free(ledger);
}
