/* SPDX-License-Identifier: MIT */
/*
 * What stands between the wire and a handler: who asks, which object is meant, whether the route's
 * right is theirs (academy/access.h); a transaction around whatever writes; the answer that an
 * Idempotency-Key was given before; the lines of the audit.
 *
 * A route of WORK_WRITE, its audit and its remembered answer are one transaction, which commits
 * before anybody is told. A status of 400 or more takes everything back. A reading route that
 * discloses (`saw`) is answered only when the audit says so.
 *
 * On a thread of the work pool, of the lane that the route names.
 */
#ifndef SIGNALING_PERFORM_H
#define SIGNALING_PERFORM_H

#include <stdbool.h>

struct request;
struct store;

/* Judges and runs; leaves an answer. */
void perform(struct store *store, struct request *request);
/* Only judges, before a file of `body_length` bytes is taken; leaves an answer if it may not. On a
 * lane that reads. */
void perform_admit(struct store *store, struct request *request);

/* After it: the answer may go out only after perform_saw() on the lane that writes. */
bool perform_must_tell(const struct request *request);
/* Writes the line of a `saw` route, or makes the answer an error. */
void perform_saw(struct store *store, struct request *request);

#endif
