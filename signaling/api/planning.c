/* SPDX-License-Identifier: MIT */
#include "signaling/api/planning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/conflict.h"
#include "signaling/api/objects.h"
#include "store/id.h"

/* Of people or groups; in order, each once. */
static const char *read_ids(const json_t *list, int64_t *ids, size_t room, size_t *ret_count)
{
	size_t count = 0;

	if (!json_is_array(list) || json_array_size(list) > room)
		return "instructors has at most 16 ids, groups at most 32.";
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || id_parse(text, &ids[i]) < 0)
			return "instructors and groups are lists of ids.";
	}
	qsort(ids, json_array_size(list), sizeof(ids[0]), plan_compare_ids);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (count == 0 || ids[count - 1] != ids[i])
			ids[count++] = ids[i];
	*ret_count = count;
	return NULL;
}

static const char *read_text(const json_t *value, char *out, size_t room)
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) >= room)
		return "A text is too long, or none.";
	memcpy(out, text, strlen(text) + 1);
	return NULL;
}

static const char *read_minutes(const json_t *value, unsigned *ret_minutes)
{
	json_int_t minutes = json_integer_value(value);

	if (!json_is_integer(value) || minutes < 0 || minutes > 24 * 60)
		return "Minutes are 0 to 1440.";
	*ret_minutes = (unsigned)minutes;
	return NULL;
}

/* "starts_at": an instant, 0 being now; in the zone of the plan, which was read before. */
static const char *read_instant(const json_t *value, struct plan *plan)
{
	const json_int_t end_of_time = 253402300799000; /* of the year 9999 */
	json_int_t at = json_integer_value(value);
	struct zone *zone;

	if (!json_is_integer(value) || at < 0 || at > end_of_time)
		return "starts_at is milliseconds since 1970 UTC.";
	if (zone_open(plan->time_zone, &zone) < 0)
		return "There is no such time zone.";
	plan->local = zone_local(zone, at);
	zone_close(zone);
	return NULL;
}

static const char *read_when(const json_t *body, struct plan *plan, struct planning *planning)
{
	const json_t *zone = json_object_get(body, "time_zone");
	const json_t *local = json_object_get(body, "local_start");
	const json_t *instant = json_object_get(body, "starts_at");
	const json_t *rule = json_object_get(body, "rrule");
	const char *wrong = zone ? read_text(zone, plan->time_zone, sizeof(plan->time_zone)) : NULL;

	if (!wrong && local && instant)
		return "Send local_start or starts_at, not both.";
	if (!wrong && local &&
		(!json_is_string(local) || local_parse(json_string_value(local), &plan->local) < 0))
		return "local_start is a time like 2026-11-02T09:00.";
	if (!wrong && instant)
		wrong = read_instant(instant, plan);
	if (!wrong && rule && !json_is_null(rule)) {
		planning->new_rule = true;
		wrong = read_text(rule, plan->rule, sizeof(plan->rule));
	}
	return wrong;
}

static const char *read_venue(const json_t *venue, struct plan *plan)
{
	if (json_is_null(venue)) {
		plan->venue = 0;
		return NULL;
	}
	return json_is_string(venue) && id_parse(json_string_value(venue), &plan->venue) == 0
		       ? NULL
		       : "The venue is an id, or null.";
}

static const char *read_rules(const json_t *body, struct plan *plan)
{
	const json_t *policy = json_object_get(body, "policy");
	const json_t *entry = json_object_get(body, "entry");
	const json_t *opens = json_object_get(body, "opens_min");
	const json_t *lobby = json_object_get(body, "lobby_min");
	const char *wrong = NULL;

	if (policy && (!json_is_string(policy) ||
			      session_policy_parse(json_string_value(policy), &plan->policy) < 0))
		return "The policy is one of always, on_demand, never.";
	if (entry && (!json_is_string(entry) ||
			     session_entry_parse(json_string_value(entry), &plan->entry) < 0))
		return "Entry is one of enrolled, approval.";
	if (opens)
		wrong = read_minutes(opens, &plan->opens_min);
	if (!wrong && lobby)
		wrong = read_minutes(lobby, &plan->lobby_min);
	return wrong;
}

/* A name that is none of ours is a mistake that would be missed otherwise. */
static bool knows_all(const json_t *body)
{
	static const char *const known[] = {"course", "session", "scope", "title", "instructors",
		"groups", "venue", "local_start", "starts_at", "time_zone", "length_min", "policy",
		"entry", "opens_min", "lobby_min", "rrule", "despite"};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)body, key, value)
	{
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= strcmp(key, known[i]) == 0;
		if (!found)
			return false;
	}
	return true;
}

const char *planning_read(const json_t *body, struct plan *plan, struct planning *ret_planning)
{
	const json_t *title = json_object_get(body, "title");
	const json_t *instructors = json_object_get(body, "instructors");
	const json_t *groups = json_object_get(body, "groups");
	const json_t *venue = json_object_get(body, "venue");
	const json_t *length = json_object_get(body, "length_min");
	struct planning planning = {.despite = json_is_true(json_object_get(body, "despite"))};
	const char *wrong = knows_all(body) ? NULL : "There is a field that no session has.";

	if (!wrong && title)
		wrong = read_text(title, plan->title, sizeof(plan->title));
	if (!wrong)
		wrong = read_when(body, plan, &planning);
	if (!wrong && instructors)
		wrong = read_ids(instructors, plan->instructors, PLAN_MAX_INSTRUCTORS,
			&plan->instructor_count);
	if (!wrong && groups)
		wrong = read_ids(groups, plan->groups, PLAN_MAX_GROUPS, &plan->group_count);
	if (!wrong && venue)
		wrong = read_venue(venue, plan);
	if (!wrong && length)
		wrong = read_minutes(length, &plan->length_min);
	if (!wrong)
		wrong = read_rules(body, plan);
	if (!wrong)
		*ret_planning = planning;
	return wrong;
}

struct clashes {
	const struct change *change;
	json_t *lists[RULE_MAX_OCCURRENCES]; /* by occurrence */
	int error;
};

static void add_clash(const struct conflict *conflict, void *arg)
{
	struct clashes *clashes = arg;
	size_t i = (size_t)(conflict->occurrence - clashes->change->occurrences);
	json_t *object = json_pack("{s:s, s:s, s:b}", "kind", conflict_kind_name(conflict->kind),
		"name", conflict->name, "elsewhere",
		conflict->session == 0 && conflict->kind != CONFLICT_BLACKOUT);

	if (!clashes->lists[i])
		clashes->lists[i] = json_array();
	if (conflict->who)
		json_object_set_new(object, "id", object_id(conflict->who));
	if (conflict->kind == CONFLICT_PEOPLE)
		json_object_set_new(object, "people", json_integer(conflict->people));
	if (conflict->session)
		json_object_set_new(object, "session",
			json_pack("{s:o, s:s, s:I, s:i}", "id", object_id(conflict->session),
				"title", conflict->title, "starts_at",
				(json_int_t)conflict->starts_at, "length_min",
				(int)conflict->length_min));
	object_append(clashes->lists[i], object, &clashes->error);
}

static json_t *occurrence_json(const struct occurrence *at, json_t *clashes)
{
	char local[LOCAL_TEXT];

	return json_pack("{s:o, s:s, s:I, s:b, s:o}", "session",
		at->session ? object_id(at->session) : json_null(), "local_start",
		local_text(at->local, local), "starts_at", (json_int_t)at->starts_at, "cancelled",
		at->cancelled, "clashes", clashes ? clashes : json_array());
}

json_t *planning_clashes(struct store *store, const struct change *change, bool only,
	unsigned *ret_clashes, int *ret_error)
{
	struct clashes clashes = {.change = change};
	json_t *list = json_array();
	unsigned count = 0;
	int r = conflict_each(store, change, add_clash, &clashes, &count);

	for (size_t i = 0; i < change->count; i++) {
		if (only && !clashes.lists[i])
			continue;
		object_append(list, occurrence_json(&change->occurrences[i], clashes.lists[i]),
			&clashes.error);
	}
	if (r == 0)
		r = clashes.error;
	if (r < 0) {
		json_decref(list);
		*ret_error = r;
		return NULL;
	}
	*ret_clashes = count;
	return json_pack("{s:o, s:i, s:i}", "occurrences", list, "clashes", (int)count, "removed",
		(int)change->gone_count);
}

static json_t *ids_json(const int64_t *ids, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, object_id(ids[i]));
	return list;
}

int planning_add(json_t *object, struct store *store, const struct session *session)
{
	struct plan plan;
	int r = plan_of(store, session, &plan);
	json_t *json;

	if (r < 0)
		return r;
	json = json_pack("{s:o, s:o, s:s*}", "instructors",
		ids_json(plan.instructors, plan.instructor_count), "groups",
		ids_json(plan.groups, plan.group_count), "rrule", plan.rule[0] ? plan.rule : NULL);
	return json && json_object_set_new(object, "plan", json) == 0 ? 0 : -ENOMEM;
}
