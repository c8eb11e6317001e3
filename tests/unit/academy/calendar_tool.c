/* SPDX-License-Identifier: MIT */
/*
 * What academy/calendar.h says, for test_calendar.py to hold against other libraries. Each line of
 * standard input is one question, its words separated by spaces; each answer is one line:
 *
 *	expand <zone> <local start> <rule>   the rule as kept, then each occurrence as ms since 1970
 *	instant <zone> <local>               ms since 1970
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/calendar.h"

static struct zone *zone;

static void expand(int64_t start, const char *text)
{
	int64_t locals[RULE_MAX_OCCURRENCES];
	char rule[RULE_TEXT];
	const char *why;
	size_t count;

	if (rule_parse(text, &start, zone, rule, &why) < 0) {
		printf("refused %s", why);
		return;
	}
	if (rule_expand(rule, start, locals, &count) < 0)
		abort(); /* rule_parse() said it can */
	printf("%s", rule);
	for (size_t i = 0; i < count; i++)
		printf(" %lld", (long long)zone_instant(zone, locals[i]));
}

/* Questions about one zone come in a row. */
static int use_zone(const char *name)
{
	if (zone && strcmp(zone_name(zone), name) == 0)
		return 0;
	zone_close(zone);
	zone = NULL;
	return zone_open(name, &zone);
}

static void answer(const char *what, const char *name, const char *start, const char *rule)
{
	int64_t local;

	if (use_zone(name) < 0) {
		printf("no zone");
		return;
	}
	if (local_parse(start, &local) < 0)
		printf("no local time");
	else if (strcmp(what, "instant") == 0)
		printf("%lld", (long long)zone_instant(zone, local));
	else
		expand(local, rule);
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		char empty[] = "", *words[4] = {empty, empty, empty, empty}, *rest = line, *word;

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < 4 && (word = strsep(&rest, " ")); i++)
			words[i] = word;
		answer(words[0], words[1], words[2], words[3]);
		putchar('\n');
	}
	zone_close(zone);
	return 0;
}
