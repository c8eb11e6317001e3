/* SPDX-License-Identifier: MIT */
/*
 * Recordings as the database knows them: one for each session that was recorded. What was recorded
 * lies in `folder` below the recorder's root ("<site>/<recording>", see src/recorder/FORMAT.md).
 *
 * recording -> sealing -> ready or failed. Recording again in the same session goes on with the
 * same recording. Every function takes the site; an id of another site is -ENOENT. Threads: as the
 * store.
 */
#ifndef ACADEMY_RECORDING_H
#define ACADEMY_RECORDING_H

#include <stdint.h>

#include "lectern/types.h"

struct store;

enum { RECORDING_MAX_LIST = 1000 };

enum recording_state { RECORDING_RUNNING, RECORDING_SEALING, RECORDING_READY, RECORDING_FAILED };

struct recording {
	int64_t site, id, session;
	char folder[LECTERN_MAX_RECORDING];
	enum recording_state state;
	int64_t started_at, duration_ms, bytes;
};

/* Creates the session's recording, or sets the one it has back to RECORDING_RUNNING. */
int recording_create(struct store *store, int64_t site, int64_t session, int64_t now_ms,
	struct recording *ret_recording);
int recording_get(struct store *store, int64_t site, int64_t id, struct recording *ret_recording);
int recording_find_by_session(
	struct store *store, int64_t site, int64_t session, struct recording *ret_recording);
/* By the name that the recorder uses for it, of whatever site. */
int recording_find_by_folder(
	struct store *store, const char *folder, struct recording *ret_recording);

/* Recording stopped, the recorder was asked to seal it. */
int recording_set_sealing(struct store *store, int64_t site, int64_t id);
int recording_set_sealed(struct store *store, int64_t site, int64_t id, int64_t started_at,
	int64_t duration_ms, int64_t bytes);
int recording_set_failed(struct store *store, int64_t site, int64_t id);

/* -ENOENT too where the person has no part in the session: what one may not see is not there. */
int recording_get_visible(struct store *store, int64_t site, int64_t person, int64_t id,
	struct recording *ret_recording);
/* Newest first, RECORDING_MAX_LIST at most. `found` may use the store. */
int recording_each_visible(struct store *store, int64_t site, int64_t person,
	void (*found)(const struct recording *recording, void *arg), void *arg);

/* At start-up: every recording of every site that is running or sealing. `found` may use the store.
 */
int recording_each_unfinished(struct store *store,
	void (*found)(const struct recording *recording, void *arg), void *arg);

const char *recording_state_name(enum recording_state state);

#endif
