/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lectern/config.h"

enum { ANNOUNCE = 256, WEB_CLIENT, RECORDER, DEMO, CHECK, LINK };

static const struct argp_option table[] = {
	{"config", 'c', "FILE", 0, "Read the configuration from FILE (see config/lectern.conf)", 0},
	{"data", 'd', "DIR", 0, "Keep database and recordings in DIR", 0},
	{"port", 'p', "N", 0, "Listen on port N; 0 takes any free one", 0},
	{"announce", ANNOUNCE, "A[,B]", 0, "Tell clients to send media to these IP addresses", 0},
	{"web-client", WEB_CLIENT, "DIR", 0, "Serve the built web client from DIR", 0},
	{"recorder", RECORDER, "PROGRAM", 0, "Record by PROGRAM; \"\" records nothing", 0},
	{"demo", DEMO, NULL, 0, "Make a demo academy and print three sign-in links", 0},
	{"check", CHECK, NULL, 0, "Check configuration and database, then end", 0},
	{"link", LINK, "EMAIL", 0, "Print a sign-in link for this person, then end", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'c':
		options->config = arg;
		return 0;
	case 'd':
		options->data = arg;
		return 0;
	case 'p':
		options->port = arg;
		return 0;
	case ANNOUNCE:
		options->announce = arg;
		return 0;
	case WEB_CLIENT:
		options->web_client = arg;
		return 0;
	case RECORDER:
		options->recorder = arg;
		return 0;
	case DEMO:
		options->demo = true;
		return 0;
	case CHECK:
		options->check = true;
		return 0;
	case LINK:
		options->link = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.doc = "The live classroom server of an academy.",
	};

	argp_program_version = "lecternd " LECTERN_VERSION;
	argp_err_exit_status = 1;
	argp_parse(&argp, argc, argv, 0, NULL, options);
}

static int override(const char *given, const char *name, char *out, size_t room, char *why)
{
	if (!given)
		return 0;
	if ((size_t)snprintf(out, room, "%s", given) >= room) {
		snprintf(why, LECTERN_MAX_WHY, "--%s is too long: at most %zu bytes", name,
			room - 1);
		return -EINVAL;
	}
	return 0;
}

static int override_port(const char *given, uint16_t *out, char *why)
{
	char *rest;
	unsigned long port;

	if (!given)
		return 0;
	port = strtoul(given, &rest, 10);
	if (given[0] < '0' || given[0] > '9' || *rest != '\0' || port > UINT16_MAX) {
		snprintf(why, LECTERN_MAX_WHY, "--port must be a number from 0 to %d", UINT16_MAX);
		return -EINVAL;
	}
	*out = (uint16_t)port;
	return 0;
}

/* A list of addresses with commas between them, instead of the file's. */
static int override_announce(const char *given, struct lectern_config *config, char *why)
{
	char address[LECTERN_MAX_ADDRESS];
	int r = 0;

	if (!given)
		return 0;
	config->media.announce_count = 0;
	for (const char *at = given; r == 0 && at;) {
		size_t len = strcspn(at, ",");
		int wrote = snprintf(address, sizeof(address), "%.*s", (int)len, at);

		r = wrote < (int)sizeof(address) ? lectern_config_announce(config, address)
						 : -EINVAL;
		at = at[len] ? at + len + 1 : NULL;
	}
	if (r == -ENOSPC)
		snprintf(why, LECTERN_MAX_WHY, "--announce has at most %d addresses",
			LECTERN_MAX_CANDIDATES);
	else if (r < 0)
		snprintf(why, LECTERN_MAX_WHY,
			"--announce must be IP addresses that browsers can send to, with commas "
			"between them; \"%s\" is none",
			address);
	return r;
}

int options_override(const struct options *options, struct lectern_config *config, char *why)
{
	int r = override(options->data, "data", config->data, sizeof(config->data), why);

	if (r == 0)
		r = override(options->web_client, "web-client", config->http.web_client,
			sizeof(config->http.web_client), why);
	if (r == 0)
		r = override(options->recorder, "recorder", config->recorder.program,
			sizeof(config->recorder.program), why);
	if (r == 0)
		r = override_announce(options->announce, config, why);
	return r == 0 ? override_port(options->port, &config->http.port, why) : r;
}
