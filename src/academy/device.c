/* SPDX-License-Identifier: MIT */
#include "academy/device.h"

#include <stdio.h>
#include <string.h>

struct mark {
	const char *part, *name;
};

/* The first that is found counts: most browsers claim to be others as well. */
static const struct mark browsers[] = {
	{"Edg", "Edge"},
	{"OPR/", "Opera"},
	{"SamsungBrowser/", "Samsung Internet"},
	{"Firefox/", "Firefox"},
	{"FxiOS/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"Chrome/", "Chrome"},
	{"Chromium/", "Chromium"},
	{"Safari/", "Safari"},
	{NULL, "a browser"},
};
static const struct mark systems[] = {
	{"Android", "Android"},
	{"iPhone", "iPhone"},
	{"iPad", "iPad"},
	{"Windows", "Windows"},
	{"Macintosh", "macOS"},
	{"CrOS", "ChromeOS"},
	{"Linux", "Linux"},
	{NULL, NULL},
};

static const char *find(const struct mark *marks, const char *text)
{
	while (marks->part && !strstr(text, marks->part))
		marks++;
	return marks->name;
}

void device_name(const char *user_agent, char *out, size_t room)
{
	const char *system = find(systems, user_agent);

	snprintf(out, room, "%s%s%s", find(browsers, user_agent), system ? " on " : "",
		system ? system : "");
}
