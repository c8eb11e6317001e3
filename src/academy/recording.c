/* SPDX-License-Identifier: MIT */
#include "academy/recording.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/part.h"
#include "academy/webhook.h"
#include "base/clock.h"
#include "store/id.h"
#include "store/store.h"

static const char *const states[] = {"recording", "sealing", "ready", "failed"};

const char *recording_state_name(enum recording_state state)
{
	return states[state];
}

#define RECORDING_COLUMNS                                                                          \
	"r.site, r.id, r.session, r.folder, r.state, r.started_at, r.duration_ms, r.bytes"

static void read_recording(const struct rows *rows, struct recording *recording)
{
	*recording = (struct recording){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.session = row_int(rows, 2),
		.started_at = row_int(rows, 5),
		.duration_ms = row_int(rows, 6),
		.bytes = row_int(rows, 7),
	};
	row_copy(rows, 3, recording->folder, sizeof(recording->folder));
	for (unsigned i = 0; i < 4; i++)
		if (strcmp(row_text(rows, 4), states[i]) == 0)
			recording->state = i;
}

static int one(struct rows rows, struct recording *ret_recording)
{
	struct recording recording = {0};
	int r;

	if (rows_next(&rows))
		read_recording(&rows, &recording);
	r = rows_close(&rows);
	if (r == 0 && recording.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_recording = recording;
	return r;
}

static int each(
	struct rows rows, void (*found)(const struct recording *recording, void *arg), void *arg)
{
	while (rows_next(&rows)) {
		struct recording recording;

		read_recording(&rows, &recording);
		found(&recording, arg);
	}
	return rows_close(&rows);
}

int recording_create(struct store *store, int64_t site, int64_t session, int64_t now_ms,
	struct recording *ret_recording)
{
	int64_t id = id_new();
	char folder[LECTERN_MAX_RECORDING], site_name[ID_TEXT], name[ID_TEXT];
	int r;

	snprintf(folder, sizeof(folder), "%s/%s", id_text(site, site_name), id_text(id, name));
	r = store_run(store,
		"INSERT INTO recording (site, id, session, folder, state, started_at)"
		" VALUES ($1, $2, $3, $4, 'recording', $5)"
		" ON CONFLICT (site, session) DO UPDATE SET state = 'recording'",
		V_INT(site), V_INT(id), V_INT(session), V_TEXT(folder), V_INT(now_ms));
	if (r < 0)
		return r == -EEXIST ? -ENOENT : r; /* no such session in the site */
	return recording_find_by_session(store, site, session, ret_recording);
}

int recording_get(struct store *store, int64_t site, int64_t id, struct recording *ret_recording)
{
	return one(store_select(store,
			   "SELECT " RECORDING_COLUMNS
			   " FROM recording r WHERE r.site = $1 AND r.id = $2",
			   V_INT(site), V_INT(id)),
		ret_recording);
}

int recording_find_by_session(
	struct store *store, int64_t site, int64_t session, struct recording *ret_recording)
{
	return one(store_select(store,
			   "SELECT " RECORDING_COLUMNS
			   " FROM recording r WHERE r.site = $1 AND r.session = $2",
			   V_INT(site), V_INT(session)),
		ret_recording);
}

int recording_find_by_folder(
	struct store *store, const char *folder, struct recording *ret_recording)
{
	return one(store_select(store,
			   "SELECT " RECORDING_COLUMNS " FROM recording r WHERE r.folder = $1",
			   V_TEXT(folder)),
		ret_recording);
}

static int changed(int r)
{
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

static int set_state(struct store *store, int64_t site, int64_t id, enum recording_state state)
{
	return changed(
		store_run(store, "UPDATE recording SET state = $3 WHERE site = $1 AND id = $2",
			V_INT(site), V_INT(id), V_TEXT(states[state])));
}

int recording_set_sealing(struct store *store, int64_t site, int64_t id)
{
	return set_state(store, site, id, RECORDING_SEALING);
}

/* Ends with the transaction that was begun: who listens is told, of a state that is new. */
static int finish_and_tell(
	struct store *store, int64_t site, int64_t id, enum recording_state before, int r)
{
	struct recording now;

	if (r == 0)
		r = recording_get(store, site, id, &now);
	if (r == 0 && now.state != before)
		r = webhook_tell_recording(store,
			now.state == RECORDING_READY ? WEBHOOK_RECORDING_READY
						     : WEBHOOK_RECORDING_FAILED,
			site, id, clock_wall_ms());
	return store_finish(store, r);
}

int recording_set_failed(struct store *store, int64_t site, int64_t id)
{
	struct recording before = {0};
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = recording_get(store, site, id, &before);
	if (r == 0)
		r = set_state(store, site, id, RECORDING_FAILED);
	return finish_and_tell(store, site, id, before.state, r);
}

int recording_set_sealed(struct store *store, int64_t site, int64_t id, int64_t started_at,
	int64_t duration_ms, int64_t bytes)
{
	struct recording before = {0};
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = recording_get(store, site, id, &before);
	if (r == 0)
		r = changed(store_run(store,
			"UPDATE recording SET state = 'ready', started_at = $3, duration_ms = $4,"
			" bytes = $5 WHERE site = $1 AND id = $2",
			V_INT(site), V_INT(id), V_INT(started_at), V_INT(duration_ms),
			V_INT(bytes)));
	return finish_and_tell(store, site, id, before.state, r);
}

int recording_get_visible(struct store *store, int64_t site, int64_t person, int64_t id,
	struct recording *ret_recording)
{
	return one(store_select(store,
			   "SELECT " RECORDING_COLUMNS " FROM recording r"
			   " JOIN session s ON s.site = r.site AND s.id = r.session"
			   " WHERE r.site = $1 AND r.id = $3 AND " HAS_PART,
			   V_INT(site), V_INT(person), V_INT(id)),
		ret_recording);
}

int recording_each_visible(struct store *store, int64_t site, int64_t person,
	void (*found)(const struct recording *recording, void *arg), void *arg)
{
	return each(store_select(store,
			    "SELECT " RECORDING_COLUMNS " FROM recording r"
			    " JOIN session s ON s.site = r.site AND s.id = r.session"
			    " WHERE r.site = $1 AND " HAS_PART
			    " ORDER BY r.started_at DESC, r.id LIMIT $3",
			    V_INT(site), V_INT(person), V_INT(RECORDING_MAX_LIST)),
		found, arg);
}

int recording_each_unfinished(
	struct store *store, void (*found)(const struct recording *recording, void *arg), void *arg)
{
	return each(
		store_select(store, "SELECT " RECORDING_COLUMNS
				    " FROM recording r WHERE r.state IN ('recording', 'sealing')"),
		found, arg);
}
