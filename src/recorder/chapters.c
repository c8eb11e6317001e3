/* SPDX-License-Identifier: MIT */
#include "recorder/chapters.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "recorder/jsonl.h"

static void add(struct chapters *c, json_t *chapter, int64_t at_ms)
{
	if (json_array_size(c->array) < CHAPTERS_MAX)
		json_array_append_new(c->array, chapter);
	else
		json_decref(chapter);
	c->last_ms = at_ms;
}

static json_t *member_chapter(int64_t at_ms, const char *type, const char *member, const char *name)
{
	return json_pack("{s:I, s:s, s:s, s:s}", "at_ms", (json_int_t)at_ms, "type", type, "member",
		member, "name", name);
}

int chapters_init(struct chapters *c)
{
	memset(c, 0, sizeof(*c));
	c->array = json_array();
	if (!c->array)
		return -ENOMEM;
	add(c, json_pack("{s:i, s:s}", "at_ms", 0, "type", "start"), 0);
	return 0;
}

void chapters_finish(struct chapters *c)
{
	json_decref(c->array);
	c->array = NULL;
}

/* The present speaker's turn has lasted until `until_ms`. */
static void settle(struct chapters *c, int64_t until_ms)
{
	if (!*c->now.member || until_ms - c->now.since_ms < CHAPTERS_SPEAKS_MS)
		return;
	if (strcmp(c->now.member, c->speaker) == 0)
		return;
	/* Whoever speaks in the first seconds of a chapter is the one that it is about. */
	memcpy(c->speaker, c->now.member, sizeof(c->speaker));
	if (c->now.since_ms - c->last_ms >= CHAPTERS_APART_MS)
		add(c, member_chapter(c->now.since_ms, "speaker", c->now.member, c->now.name),
			c->now.since_ms);
}

void chapters_event(struct chapters *c, int64_t at_ms, const json_t *event)
{
	const char *type = jsonl_string(event, "type");
	bool of_speaker = strcmp(jsonl_string(event, "member"), c->now.member) == 0;

	if (strcmp(type, "screen") == 0 && json_is_true(json_object_get(event, "on"))) {
		char member[LECTERN_MAX_MEMBER], name[LECTERN_MAX_NAME];

		settle(c, at_ms);
		jsonl_copy(event, "member", member, sizeof(member));
		jsonl_copy(event, "name", name, sizeof(name));
		add(c, member_chapter(at_ms, "screen", member, name), at_ms);
	} else if (strcmp(type, "speaker") == 0 && !of_speaker) {
		settle(c, at_ms);
		jsonl_copy(event, "member", c->now.member, sizeof(c->now.member));
		jsonl_copy(event, "name", c->now.name, sizeof(c->now.name));
		c->now.since_ms = at_ms;
	} else if (strcmp(type, "stop") == 0 || strcmp(type, "interrupted") == 0 ||
		   (strcmp(type, "leave") == 0 && of_speaker)) {
		settle(c, at_ms);
		*c->now.member = 0;
	}
}

json_t *chapters_take(struct chapters *c, int64_t end_ms)
{
	json_t *array = c->array;

	settle(c, end_ms);
	c->array = NULL;
	return array;
}
