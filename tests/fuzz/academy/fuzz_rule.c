/* SPDX-License-Identifier: MIT */
/*
 * Any text is either a rule whose days are found at once, ascending and within the limits, and whose
 * own spelling means the same; or it is refused with a reason. Also as local times and names of
 * zones.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "academy/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct zone *zone;

static void check_rule(const char *text)
{
	int64_t locals[RULE_MAX_OCCURRENCES], again[RULE_MAX_OCCURRENCES], start = 0, first;
	char rule[RULE_TEXT], same[RULE_TEXT];
	const char *why = NULL;
	size_t count = 0, count_again = 0;

	assert(local_parse("2026-10-28T01:30", &start) == 0);
	first = start;
	if (rule_parse(text, &first, zone, rule, &why) < 0) {
		assert(why && first == start);
		return;
	}
	assert(first >= start && rule_expand(rule, first, locals, &count) == 0);
	assert(count >= 1 && count <= RULE_MAX_OCCURRENCES && locals[0] == first);
	for (size_t i = 1; i < count; i++)
		assert(locals[i] > locals[i - 1]);
	assert(rule_parse(rule, &first, zone, same, &why) == 0 && strcmp(rule, same) == 0);
	assert(rule_expand(same, first, again, &count_again) == 0 && count == count_again);
	assert(memcmp(locals, again, count * sizeof(locals[0])) == 0);
	assert(rule_cut(rule, locals[count / 2], same) == 0);
	assert(rule_expand(same, first, again, &count_again) == 0 && count_again == count / 2 + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), out[LOCAL_TEXT];
	struct zone *other;
	int64_t local;

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (!zone)
		assert(zone_open("America/Nassau", &zone) == 0);
	check_rule(text);
	if (local_parse(text, &local) == 0)
		assert(strcmp(local_text(local, out), text) == 0);
	if (size < 20 && zone_open(text, &other) == 0)
		zone_close(other);
	free(text);
	return 0;
}
