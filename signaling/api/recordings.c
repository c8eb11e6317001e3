/* SPDX-License-Identifier: MIT */
/* /recordings: the library of a person, and what the recorder wrote about one recording. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/recording.h"
#include "signaling/api/files.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

struct listing {
	struct store *store;
	json_t *list;
	int error;
};

static void add_recording(const struct recording *recording, void *arg)
{
	struct listing *listing = arg;
	json_t *object = object_recording(listing->store, recording, &listing->error);

	if (object)
		object_append(listing->list, object, &listing->error);
}

void api_recordings(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	struct listing listing = {.store = store, .list = json_array()};
	int r = recording_each_visible(store, who->site, who->id, add_recording, &listing);

	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200, json_pack("{s:O}", "recordings", listing.list));
	else
		request_fail(request, r);
	json_decref(listing.list);
}

static int find(struct store *store, struct request *request, struct recording *ret_recording)
{
	return recording_get(store, request->site, request->object, ret_recording);
}

/* null until it is sealed. */
static json_t *read_manifest(struct request *request, const struct recording *recording)
{
	json_t *manifest = NULL;
	char *text;
	size_t len;

	if (files_read(request, recording, "manifest.json", &text, &len) == 0) {
		manifest = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
		free(text);
	}
	return manifest ? manifest : json_null();
}

void api_recording(struct store *store, struct request *request)
{
	struct recording recording;
	char base[64], id[ID_TEXT];
	json_t *object = NULL;
	int r = find(store, request, &recording);

	if (r == 0)
		object = object_recording(store, &recording, &r);
	if (!object) {
		request_fail(request, r);
		return;
	}
	snprintf(base, sizeof(base), "/u/%u/media/%s/", request->who.person.n,
		id_text(recording.id, id));
	json_object_set_new(object, "manifest", read_manifest(request, &recording));
	json_object_set_new(object, "base", json_string(base));
	request_json(request, 200, object);
}

/* A line that was cut short by a crash, or is being written now, is left out. */
static json_t *parse_lines(const char *text, size_t len)
{
	json_t *events = json_array();

	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end ? (size_t)(end - text) - at : len - at;
		json_t *event = json_loadb(text + at, line, JSON_REJECT_DUPLICATES, NULL);

		if (event)
			json_array_append_new(events, event);
		at += line + 1;
	}
	return events;
}

void api_recording_events(struct store *store, struct request *request)
{
	struct recording recording;
	json_t *events;
	char *text;
	size_t len;
	int r = find(store, request, &recording);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	r = files_read(request, &recording, "events.jsonl", &text, &len);
	if (r == -ENOENT) {
		request_json(request, 200, json_pack("{s:[]}", "events"));
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	events = parse_lines(text, len);
	free(text);
	request_json(request, 200, json_pack("{s:o}", "events", events));
}
