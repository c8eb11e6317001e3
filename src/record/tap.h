/* SPDX-License-Identifier: MIT */
/*
 * The tap: hands tracks to lectern-recorder, as one more sink of the router. See record/wire.h.
 *
 * A worker has one tap (its connection); each track that is to be recorded has a tap_track, a sink.
 * It never waits: packets are gathered by reference and go with sendmmsg() at tap_flush() or when
 * TAP_BATCH are waiting; what the socket does not take at once is dropped and counted. A lost
 * recorder is looked for again by tap_tick(), without waiting; then every track begins a new clip.
 *
 * A clip is one complete stream: for video the best live layer of a simulcast, from a keyframe on,
 * with all spatial and temporal layers that are inside it (SVC). When another layer becomes the
 * best for a while (TAP_UPGRADE_US), or the one recorded ceases, the clip ends at a keyframe of the
 * other, and a new clip begins: numbering and timestamps within a clip are
 * always the sender's own, and a clip has one picture size wherever the sender's layer has.
 *
 * No socket is made or connected on the packet path.
 */
#ifndef RECORD_TAP_H
#define RECORD_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lectern/types.h"
#include "route/sink.h"

enum {
	TAP_BATCH = 64,		  /* datagrams waiting for a flush */
	TAP_RETRY_US = 100000,	  /* between attempts to connect */
	TAP_UPGRADE_US = 3000000, /* a better layer must have been live for so long */
};

struct tap;
struct tap_track;

struct tap_ops {
	/* The recorder was found or lost. */
	void (*connected)(void *arg, bool connected);
};

/* `path` of the recorder's socket. Connects at the first tap_tick(). -ENOMEM, -ENAMETOOLONG. */
int tap_create(const char *path, const struct tap_ops *ops, void *arg, struct tap **ret_tap);
/* Its tracks were destroyed. Accepts NULL. */
void tap_destroy(struct tap *tap);
/* At the end of each turn of the worker. */
void tap_flush(struct tap *tap);
/* Every 100 ms or so: connects, takes the recorder's requests. */
void tap_tick(struct tap *tap, uint64_t now_us);
bool tap_connected(const struct tap *tap);
/* Packets that the recorder did not take since the tap was made. */
uint64_t tap_dropped(const struct tap *tap);

struct tap_member {
	char recording[LECTERN_MAX_RECORDING];
	char member[LECTERN_MAX_MEMBER];
	char name[LECTERN_MAX_NAME];
	char role[16];
};

/* Then router_want() its sink. Borrows `member` until return. */
int tap_track_create(
	struct tap *tap, const struct tap_member *member, struct tap_track **ret_track);
/* Ends its clip. The router has forgotten its sink. Accepts NULL. */
void tap_track_destroy(struct tap_track *track);
struct sink *tap_track_sink(struct tap_track *track);

#endif
