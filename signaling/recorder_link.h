/* SPDX-License-Identifier: MIT */
/*
 * The control connection to lectern-recorder (record/wire.h), and that process' supervision.
 *
 * Connects to the recorder's socket; when nobody answers, starts the program in a session of its
 * own, so that neither Ctrl-C nor our death ends it, and tries again with growing pauses. Each
 * recording has a wanted state that is told again after every reconnect: nothing is lost by a
 * recorder that dies. Lines of the event log wait in a bounded queue.
 *
 * Never waits: every call returns at once; recorder_link_tick() moves things on. Control thread.
 */
#ifndef SIGNALING_RECORDER_LINK_H
#define SIGNALING_RECORDER_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "record/wire.h"

struct recorder_link;

enum {
	RECORDER_LINK_MAX_EVENTS = 4096, /* lines waiting for a recorder */
	RECORDER_LINK_MAX_TEXT = 16384,	 /* bytes of a line */
};

struct recorder_link_config {
	const char *socket, *program, *root; /* borrowed until create returns */
	const char *log_level;
	void (*on_sealed)(const struct wire_sealed *sealed, void *arg);
	void (*on_fault)(const struct wire_fault *fault, void *arg);
	/* The connection came or went. */
	void (*on_link)(bool connected, void *arg);
	void *arg;
};

int recorder_link_create(
	const struct recorder_link_config *config, struct recorder_link **ret_link);
/* Disconnects; the recorder seals what is open by itself. Accepts NULL. */
void recorder_link_destroy(struct recorder_link *link);
void recorder_link_tick(struct recorder_link *link, uint64_t now_us);
bool recorder_link_connected(const struct recorder_link *link);

/* -ENOMEM. `folder` as in wire.h; the recording began at this time. */
int recorder_link_open(
	struct recorder_link *link, const char *folder, uint64_t now_us, int64_t wall_ms);
/* A line for the event log, JSON without its time. Dropped and counted when too many wait. */
void recorder_link_event(
	struct recorder_link *link, const char *folder, uint64_t at_us, const char *text);
/* Seals; answered by on_sealed. */
void recorder_link_close(struct recorder_link *link, const char *folder);
/* Asks about a recording of former days; answered by on_sealed. -ENOMEM. */
int recorder_link_query(struct recorder_link *link, const char *folder);

#endif
