/* SPDX-License-Identifier: MIT */
/*
 * Blocking work, away from the control thread: the database never blocks a class.
 *
 * Each lane is a thread with a FIFO of jobs. WORK_WRITE is one thread with the one connection that
 * writes: what is submitted first is committed first. WORK_READ is a few threads with read-only
 * connections, WORK_FILE one thread that reads files (its store is a read-only connection too), and
 * WORK_PROOF one that hashes passwords: a flood of those waits for itself alone.
 *
 * `run` is called on the lane's thread with the lane's own store; `done` afterwards on the control
 * thread, in the order of the lane. `arg` belongs to `run` until `done` is called. Submitting,
 * polling and destroying happen on the control thread only.
 *
 * Limit: WORK_MAX_JOBS a lane. HTTP can never fill that (HTTP_MAX_CONNECTIONS, one job each), so a
 * job of the live class always finds room.
 */
#ifndef SIGNALING_WORK_H
#define SIGNALING_WORK_H

#include <stddef.h>

struct store;
struct work;

enum { WORK_READERS = 2, WORK_MAX_JOBS = 4096 };

enum work_lane { WORK_WRITE, WORK_READ, WORK_FILE, WORK_PROOF };

/*
 * Opens the connections (the database must have been set up) and starts the threads. `wake` is
 * called on a lane's thread when done jobs wait for work_poll(): it must only signal.
 * `why` as in store_open().
 */
int work_create(const char *database, void (*wake)(void *arg), void *wake_arg,
	struct work **ret_work, char *why);
/*
 * `written` is called on the thread of the lane that writes after each job that changed rows: it must
 * only signal. Before the first job.
 */
void work_on_written(struct work *work, void (*written)(void *arg), void *arg);
/* Runs every job that was submitted, then ends the threads and calls the last `done`s. Accepts
 * NULL. */
void work_destroy(struct work *work);

/* -ENOSPC: the lane is full; -ESHUTDOWN: work_destroy() has begun. Then neither `run` nor `done` is
 * called. `done` may be NULL. */
int work_submit_to(struct work *work, enum work_lane lane,
	void (*run)(struct store *store, void *arg), void (*done)(void *arg), void *arg);

/*
 * To the lane that writes, for what nobody would ask again: the state of a class or a recording. A
 * locked database is waited for STORE_PATIENT_MS, where a request over HTTP is told to come back.
 */
int work_submit(struct work *work, void (*run)(struct store *store, void *arg),
	void (*done)(void *arg), void *arg);

/* Calls `done` of every job that was run. The server calls it on LWS_CALLBACK_EVENT_WAIT_CANCELLED.
 */
void work_poll(struct work *work);

#endif
