/* SPDX-License-Identifier: MIT */
/*
 * Rows of attendance on their way into the database.
 *
 * They are written a few seconds after they were noted, many at once, and kept until the database
 * took them: a locked database costs no evidence while the server lives. A crash costs what was not
 * written yet. Owned by struct live; control thread. Limit: LEDGER_MAX rows, then the oldest are
 * lost and the log says so.
 */
#ifndef SIGNALING_LEDGER_H
#define SIGNALING_LEDGER_H

#include <stdint.h>

#include "src/academy/attendance.h"

struct ledger;
struct work;

enum { LEDGER_WRITE_US = 5 * 1000000, LEDGER_MAX = 65536 };

/* `work` must outlive it. -ENOMEM. */
int ledger_create(struct work *work, struct ledger **ret_ledger);
/* What waits is submitted for the last time. Accepts NULL. */
void ledger_destroy(struct ledger *ledger);
void ledger_note(struct ledger *ledger, const struct attendance_row *row);
/* Several times a second. */
void ledger_tick(struct ledger *ledger, uint64_t now_us);

#endif
