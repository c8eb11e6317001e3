/* SPDX-License-Identifier: MIT */
/*
 * The objects of signaling/API.md as JSON. NULL: out of memory. Where the database must be asked
 * further, *ret_error is set and NULL returned. Private to this folder.
 */
#ifndef SIGNALING_API_OBJECTS_H
#define SIGNALING_API_OBJECTS_H

#include <stdint.h>

#include <jansson.h>

struct person;
struct course;
struct session;
struct recording;
struct server;
struct store;

json_t *object_id(int64_t id);
json_t *object_person(const struct person *person);
json_t *object_course(const struct course *course);
/* As `person` sees it now. `state` and `present` are as if nobody were there: see
 * object_session_live(). */
json_t *object_session(struct store *store, int64_t person, const struct session *session,
	int64_t now_ms, int *ret_error);
/* Control thread: what goes on in the session now. */
void object_session_live(json_t *object, struct server *server, int64_t site);
json_t *object_recording(struct store *store, const struct recording *recording, int *ret_error);

/* Steals `item`. */
void object_append(json_t *array, json_t *item, int *error);

#endif
