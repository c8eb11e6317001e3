/* SPDX-License-Identifier: MIT */
/* lecternctl room: a class that is open now, to teach by WHIP and to watch by WHEP. */
#include "ctl/ctl.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "academy/stream.h"
#include "base/clock.h"
#include "store/id.h"
#include "store/store.h"

#define HOUR_MS (3600 * 1000LL)

enum { HOURS = 24, MOST_HOURS = 24 * 366 };

enum { SITE = 256, COURSE, NAME, RECORD, HOURS_OPTION, URL, JSON };

struct room_options {
	struct ctl_place place;
	struct stream_room_params params;
	const char *url; /* NULL: as the configuration says */
	bool json;
};

static const struct argp_option table[] = {
	{"title", 't', "TEXT", 0, "What the class is called", 0},
	{"name", NAME, "TEXT", 0, "What the class sees of whoever teaches by WHIP", 0},
	{"site", SITE, "SLUG", 0, "The academy; else the one with the most people", 0},
	{"course", COURSE, "TITLE", 0,
		"A course of it, whose people may join by browser; else one that is made for "
		"streams, which its coordinators see",
		0},
	{"record", RECORD, "WHEN", 0, "always (default), on_demand or never", 0},
	{"hours", HOURS_OPTION, "N", 0, "How long the tokens are good for: 24", 0},
	{"url", URL, "URL", 0, "Where the server is found; else http.url of the configuration", 0},
	{"json", JSON, NULL, 0, "Print one JSON object", 0},
	CTL_PLACE_OPTIONS,
	{0},
};

static void take_hours(const char *text, struct argp_state *state, int64_t *out)
{
	char *rest;
	long hours = strtol(text, &rest, 10);

	if (text[0] < '0' || text[0] > '9' || *rest != '\0' || hours < 1 || hours > MOST_HOURS)
		argp_error(state, "--hours is a number from 1 to %d, not '%s'", MOST_HOURS, text);
	*out = hours * HOUR_MS;
}

/* Text that everybody will read: not empty, and no longer than the column. */
static const char *take_text(
	const char *name, const char *text, size_t room, struct argp_state *state)
{
	if (text[0] == '\0' || strlen(text) >= room)
		argp_error(state, "--%s has 1 to %zu bytes", name, room - 1);
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			argp_error(state, "--%s is one line of text", name);
	return text;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct room_options *options = state->input;
	struct stream_room_params *params = &options->params;

	if (ctl_take_place(&options->place, key, arg))
		return 0;
	switch (key) {
	case 't':
		params->title = take_text("title", arg, SESSION_TITLE, state);
		return 0;
	case NAME:
		params->teacher = take_text("name", arg, LECTERN_MAX_NAME, state);
		return 0;
	case SITE:
		params->site = arg;
		return 0;
	case COURSE:
		params->course = arg;
		return 0;
	case RECORD:
		if (session_policy_parse(arg, &params->policy) < 0)
			argp_error(state, "--record is always, on_demand or never, not '%s'", arg);
		return 0;
	case HOURS_OPTION:
		take_hours(arg, state, &params->lifetime_ms);
		return 0;
	case URL:
		if (!lectern_config_url_is_good(arg) || strlen(arg) >= LECTERN_MAX_URL)
			argp_error(state, "--url is like https://class.example.org, not '%s'", arg);
		options->url = arg;
		return 0;
	case JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not an option", arg);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int make(const struct lectern_config *config, const struct stream_room_params *params,
	struct stream_room *ret_room)
{
	struct store *store;
	int r = ctl_open(config, &store);

	if (r < 0)
		return r;
	r = stream_room_add(store, params, clock_wall_ms(), ret_room);
	store_close(store);
	if (r == -ENOENT)
		return -ctl_fail("there is no academy \"%s\"; --site takes its slug", params->site);
	if (r == -ESRCH)
		return -ctl_fail("the academy has no course \"%s\"; --course takes its whole title",
			params->course);
	if (r == -EBUSY)
		return -ctl_fail("the database is locked by another program; try again");
	return r < 0 ? -ctl_fail("cannot make the room: %s", strerror(-r)) : 0;
}

static int print(const struct room_options *options, const char *url, const char *room,
	const struct stream_room *made)
{
	const char *whip_token = made->tokens[STREAM_PUBLISH],
		   *whep_token = made->tokens[STREAM_WATCH];
	char whip[LECTERN_MAX_URL + 32], whep[LECTERN_MAX_URL + 32];
	json_t *json;
	int r = 0;

	snprintf(whip, sizeof(whip), "%s/whip/%s", url, room);
	snprintf(whep, sizeof(whep), "%s/whep/%s", url, room);
	if (!options->json) {
		printf("teach by WHIP  %s\n        token  %s\n", whip, whip_token);
		printf("watch by WHEP  %s\n        token  %s\n", whep, whep_token);
	} else {
		json = json_pack("{s:s, s:s, s:s, s:s, s:s}", "room", room, "whip", whip,
			"whip_token", whip_token, "whep", whep, "whep_token", whep_token);
		r = json ? json_dumpf(json, stdout, JSON_COMPACT) : -1;
		putchar('\n');
		json_decref(json);
	}
	return r == 0 && fflush(stdout) == 0 ? 0 : ctl_fail("cannot write the result");
}

int ctl_room(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.doc = "Make a room: a class that is open now, which a program such as OBS or "
		       "GStreamer teaches by WHIP and any player watches by WHEP.",
	};
	struct room_options options = {
		.params = {.policy = POLICY_ALWAYS, .lifetime_ms = HOURS * HOUR_MS}};
	char url[LECTERN_MAX_URL], room[ID_TEXT];
	struct lectern_config config;
	struct stream_room made;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (ctl_configure(&options.place, &config) < 0)
		return 1;
	if (options.url)
		snprintf(config.http.url, sizeof(config.http.url), "%s", options.url);
	if (make(&config, &options.params, &made) < 0)
		return 1;
	return print(
		&options, lectern_config_url(&config, url), id_text(made.session, room), &made);
}
