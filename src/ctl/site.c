/* SPDX-License-Identifier: MIT */
/*
 * lecternctl site: makes a site, the topmost of a network or one below it; lecternctl person: gives it an
 * administrator, or a network its first person, and prints a link to sign in by.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/audit.h"
#include "academy/signin.h"
#include "academy/site.h"
#include "base/clock.h"
#include "base/text.h"
#include "ctl/ctl.h"
#include "store/id.h"
#include "store/store.h"

#define LINK_LIFETIME_MS (72LL * 3600 * 1000)

enum { SLUG = 256, NAME, ZONE, LANGUAGE, PARENT, EMAIL, SITE };

struct site_options {
	struct ctl_place place;
	bool add;
	const char *slug, *name, *zone, *language, *parent, *email;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct site_options *options = state->input;

	if (ctl_take_place(&options->place, key, arg))
		return 0;
	switch (key) {
	case SLUG:
	case SITE:
		options->slug = arg;
		return 0;
	case NAME:
		options->name = arg;
		return 0;
	case ZONE:
		options->zone = arg;
		return 0;
	case LANGUAGE:
		options->language = arg;
		return 0;
	case PARENT:
		options->parent = arg;
		return 0;
	case EMAIL:
		options->email = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (strcmp(arg, "add") != 0)
			argp_error(state, "there is only `add'");
		options->add = true;
		return 0;
	case ARGP_KEY_END:
		if (!options->add || !options->slug || !options->name)
			argp_error(state, "say `add', and what --help lists as needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The server itself did it: nobody is named. */
static int tell_audit(struct store *store, const char *object, int64_t site, int64_t id)
{
	const struct audit_line line = {
		.site = site,
		.action = "create",
		.object = object,
		.object_id = id,
		.detail = "{\"by\":\"lecternctl\"}",
		.at_ms = clock_wall_ms(),
	};

	return audit_add(store, &line);
}

static int add_site(struct store *store, const struct site_options *options)
{
	struct site_params params = {
		0, options->slug, options->name, options->zone, options->language};
	int64_t id;
	int r = store_begin(store);

	if (r < 0)
		return r;
	if (options->parent)
		r = site_find(store, options->parent, &params.parent);
	if (r == 0)
		r = site_add(store, &params, &id);
	if (r == 0)
		r = tell_audit(store, "site", id, id);
	return store_finish(store, r);
}

int ctl_site(int argc, char **argv)
{
	static const struct argp_option table[] = {
		{"slug", SLUG, "SLUG", 0, "Needed: its name in addresses, of a-z, 0-9 and -", 0},
		{"name", NAME, "TEXT", 0, "Needed: its name", 0},
		{"zone", ZONE, "ZONE", 0, "Its time zone, like America/Curacao: UTC", 0},
		{"language", LANGUAGE, "CODE", 0, "en, es, fr or nl: en", 0},
		{"parent", PARENT, "SLUG", 0, "The site that it is below; else it is topmost", 0},
		CTL_PLACE_OPTIONS,
		{0},
	};
	static const struct argp argp = {table, parse, "add", "Make a site.", NULL, NULL, NULL};
	struct site_options options = {.zone = "UTC", .language = "en"};
	struct lectern_config config;
	struct site site = {.colour = "#0b5a69"};
	struct store *store;
	const char *wrong;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	snprintf(site.slug, sizeof(site.slug), "%s", options.slug);
	snprintf(site.name, sizeof(site.name), "%s", options.name);
	snprintf(site.time_zone, sizeof(site.time_zone), "%s", options.zone);
	snprintf(site.language, sizeof(site.language), "%s", options.language);
	wrong = site_check(&site);
	if (wrong)
		return ctl_fail("%s", wrong);
	if (ctl_configure(&options.place, &config) < 0 || ctl_open(&config, &store) < 0)
		return 1;
	r = add_site(store, &options);
	store_close(store);
	if (r == -EEXIST)
		return ctl_fail("a site has the slug \"%s\" already", options.slug);
	if (r == -ENOENT)
		return ctl_fail("there is no site \"%s\" to be below", options.parent);
	return r < 0 ? ctl_fail("cannot make the site: %s", strerror(-r)) : 0;
}

static int add_person(
	struct store *store, const struct site_options *options, char token[SIGNIN_TOKEN])
{
	const int64_t now_ms = clock_wall_ms();
	char hash[SIGNIN_HASH];
	int64_t site, person;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = site_find(store, options->slug, &site);
	if (r == 0)
		r = site_add_admin(store, site, options->email, options->name, now_ms, &person);
	if (r >= 0)
		r = tell_audit(store, "person", site, person);
	signin_secret(token, hash);
	if (r == 0)
		r = signin_link_add(store, site, person, hash, now_ms + LINK_LIFETIME_MS, 1);
	return store_finish(store, r);
}

int ctl_person(int argc, char **argv)
{
	static const struct argp_option table[] = {
		{"site", SITE, "SLUG", 0, "Needed: the site", 0},
		{"email", EMAIL, "ADDRESS", 0, "Needed", 0},
		{"name", NAME, "TEXT", 0, "Needed", 0},
		CTL_PLACE_OPTIONS,
		{0},
	};
	static const struct argp argp = {table, parse, "add",
		"Make somebody an administrator of a site, and print a link to sign in by, which "
		"is "
		"good for three days and once.",
		NULL, NULL, NULL};
	struct site_options options = {0};
	char token[SIGNIN_TOKEN], url[LECTERN_MAX_URL];
	struct lectern_config config;
	struct store *store;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!options.email || !strchr(options.email, '@') ||
		strpbrk(options.email, " \t<>,;\"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return ctl_fail("--email is an address in small letters");
	if (!text_is_line(options.name, LECTERN_MAX_NAME))
		return ctl_fail("--name is one line of at most %d bytes", LECTERN_MAX_NAME - 1);
	if (ctl_configure(&options.place, &config) < 0 || ctl_open(&config, &store) < 0)
		return 1;
	r = add_person(store, &options, token);
	store_close(store);
	if (r == -ENOENT)
		return ctl_fail("there is no site \"%s\"", options.slug);
	if (r < 0)
		return ctl_fail("cannot make the account: %s", strerror(-r));
	printf("%s/signin/%s\n", lectern_config_url(&config, url), token);
	return 0;
}
