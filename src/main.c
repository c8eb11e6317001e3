/* SPDX-License-Identifier: MIT */
/*
 * lecternd: reads what it is told, starts the parts in order, turns the loop, ends them in order.
 *
 * Whatever stops it from starting is one line on standard error that says what to do, and exit
 * code 1. The log goes to standard error, the links of a demo to standard output.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <sodium.h>

#include "academy/demo.h"
#include "academy/vault.h"
#include "base/clock.h"
#include "base/log.h"
#include "delivery/post.h"
#include "lectern/config.h"
#include "lectern/engine.h"
#include "options.h"
#include "data_folder.h"
#include "signaling/api/table.h"
#include "signaling/clerk.h"
#include "signaling/http.h"
#include "signaling/live.h"
#include "signaling/upload.h"
#include "signaling/work.h"
#include "signaling/ws.h"
#include "store/store.h"

/* Members are told, recordings sealed; then it ends whoever is still there. */
#define END_US 2500000

/* More than LECTERN_MAX_WHY and STORE_WHY. */
enum { WHY = 2048 };

/* Everything that runs, in the order in which it starts. */
struct lecternd {
	struct options options;
	struct lectern_config config;
	struct data_folder data;
	struct demo demo;
	struct vault *vault;
	struct server server;
	struct http *http;
	struct post *post;
	struct live *live;
	struct clerk *clerk;
	char why[WHY];
};

static struct http *volatile to_wake;
static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
	if (to_wake)
		http_wake(to_wake);
}

/* Only the control thread takes signals: threads are started while they are blocked. */
static void take_signals(int how)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(how, &set, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int fail(struct lecternd *d, int error, const char *text)
{
	snprintf(d->why, sizeof(d->why), "%s: %s", text, strerror(-error));
	return error;
}

static int read_config(struct lecternd *d)
{
	int r = 0;

	lectern_config_defaults(&d->config);
	if (d->options.config)
		r = lectern_config_read(&d->config, d->options.config, d->why);
	if (r == 0)
		r = options_override(&d->options, &d->config, d->why);
	if (r == 0)
		log_set_level(d->config.log_level);
	return r;
}

/* --link: a person of the database gets a way in; a running server sees it at once. */
static int print_link(struct lecternd *d)
{
	char token[SIGNIN_TOKEN], hash[SIGNIN_HASH], url[LECTERN_MAX_URL];
	struct person person;
	struct store *store;
	int r = store_open(d->data.database, STORE_WRITE, &store, d->why);

	if (r < 0)
		return r;
	r = person_find_email(store, d->options.link, &person);
	if (r == 0) {
		signin_secret(token, hash);
		r = signin_link_add(store, person.site, person.id, hash,
			clock_wall_ms() + 24 * 3600 * 1000LL, 1);
	}
	store_close(store);
	if (r == -ENOENT)
		snprintf(d->why, sizeof(d->why),
			"nobody has the address %s; check how it is written", d->options.link);
	else if (r < 0)
		fail(d, r, "cannot make a sign-in link");
	if (r == 0)
		printf("%s/signin/%s\n", lectern_config_url(&d->config, url), token);
	return r;
}

static int prepare_database(struct lecternd *d)
{
	const int64_t now_ms = clock_wall_ms();
	struct store *store;
	int r = store_open(d->data.database, STORE_SETUP, &store, d->why);

	if (r < 0)
		return r;
	if (d->options.demo && !d->options.check) {
		r = demo_prepare(store, now_ms, &d->demo);
		if (r == -EEXIST)
			snprintf(d->why, sizeof(d->why),
				"%s holds an academy already; name another data folder for the "
				"demo",
				d->config.data);
		else if (r < 0)
			fail(d, r, "cannot make the demo academy");
	}
	if (r == 0) {
		r = auth_create(store, now_ms, &d->server.auth);
		if (r < 0)
			fail(d, r, "cannot load the sign-ins");
	}
	store_close(store);
	return r;
}

static int start_engine(struct lecternd *d)
{
	const char *announce[LECTERN_MAX_CANDIDATES];
	struct lectern_engine_config config = {
		.workers = d->config.media.workers,
		.bind_address = d->config.media.address,
		.port = d->config.media.port,
		.announce = announce,
		.announce_count = d->config.media.announce_count,
		.announce_loopback = !lectern_config_tls(&d->config),
		.recorder_socket = d->config.recorder.program[0] ? d->data.recorder_socket : NULL,
		.wake = http_wake,
		.wake_arg = d->http,
	};
	int r;

	for (size_t i = 0; i < config.announce_count; i++)
		announce[i] = d->config.media.announce[i];
	r = lectern_engine_create(&config, &d->server.engine);
	if (r == -EADDRINUSE)
		snprintf(d->why, sizeof(d->why),
			"port %u, UDP or TCP, or one after it is in use; choose others with "
			"media.port",
			config.port);
	else if (r < 0)
		fail(d, r, "cannot start the media workers (media.address, media.port)");
	return r;
}

static int start_post(struct lecternd *d)
{
	const struct post_params params = {d->data.database, &d->config, d->vault};
	int r = post_create(&params, &d->post, d->why);

	if (r == 0)
		work_on_written(d->server.work, post_wake, d->post);
	else if (d->why[0] == '\0')
		fail(d, r, "cannot start the post");
	return r;
}

/* Nothing may be logged before the last step that can fail on what the operator gave. */
static int start(struct lecternd *d)
{
	int r;

	r = data_folder_open(&d->data, d->why);
	if (r == 0)
		r = vault_open(d->data.vault, &d->vault, d->why);
	if (r == 0)
		r = prepare_database(d);
	if (r == 0)
		r = post_check(&d->config, d->why);
	if (r < 0 || d->options.check)
		return r;
	upload_clear(d->config.data);
	d->server.config = &d->config;
	d->server.pages = page_routes;
	d->server.api = api_routes;
	d->server.vault = d->vault;
	r = http_create(&d->server, &ws_protocol, &d->http, d->why);
	if (r == 0)
		r = work_create(d->data.database, http_wake, d->http, &d->server.work, d->why);
	if (r == 0)
		r = start_post(d);
	if (r == 0)
		r = start_engine(d);
	if (r == 0)
		r = live_create(&d->server, &d->live, d->why);
	if (r == 0)
		r = clerk_create(&d->server, &d->clerk);
	return r;
}

static void tell(struct lecternd *d)
{
	char origin[128];

	http_origin(d->http, origin);
	if (!lectern_config_tls(&d->config))
		log_warn("http", "without a certificate pages and classes are reached from this "
				 "machine (localhost) only");
	log_info("main", "serving %s data=%s media=%s udp and tcp port=%u", origin, d->config.data,
		d->config.media.address[0] ? d->config.media.address : "every address",
		d->config.media.port);
	if (!d->options.demo)
		return;
	for (size_t i = 0; i < DEMO_PEOPLE; i++)
		printf("%-13s %s/signin/%s\n", d->demo.links[i].label, origin,
			d->demo.links[i].token);
	fflush(stdout);
}

static void turn(struct lecternd *d)
{
	uint64_t end_us = 0;
	bool told = false;

	to_wake = d->http;
	take_signals(SIG_UNBLOCK);
	while (end_us == 0 || (!live_idle(d->live) && clock_now_us() < end_us)) {
		if (stop && end_us == 0) {
			end_us = clock_now_us() + END_US;
			log_info("main", "ending");
			live_shutdown(d->live);
			continue;
		}
		if (!told && end_us == 0 && live_ready(d->live)) {
			tell(d);
			told = true;
		}
		if (http_service(d->http) < 0)
			break;
	}
	take_signals(SIG_BLOCK);
	to_wake = NULL;
}

/* Reverse order; what never started is NULL. Jobs of the live classes are done before they go. */
static void end(struct lecternd *d)
{
	struct work *work = d->server.work;

	live_destroy(d->live);
	d->server.work = NULL;
	work_destroy(work);
	clerk_destroy(d->clerk);
	post_destroy(d->post);
	lectern_engine_destroy(d->server.engine);
	http_destroy(d->http);
	auth_destroy(d->server.auth);
	vault_close(d->vault);
	data_folder_close(&d->data);
}

int main(int argc, char **argv)
{
	struct lecternd d = {0};
	int r;

	take_signals(SIG_BLOCK);
	raise_limits();
	if (sodium_init() < 0) {
		fprintf(stderr, "lecternd: the cryptographic library cannot start\n");
		return 1;
	}
	options_parse(&d.options, argc, argv);
	r = read_config(&d);
	if (r == 0)
		r = data_folder_init(&d.data, &d.config, d.why);
	if (r == 0)
		r = d.options.link ? print_link(&d) : start(&d);
	if (r == 0 && d.options.check)
		printf("configuration and database are in order\n");
	if (r == 0 && !d.options.check && !d.options.link) {
		turn(&d);
	}
	end(&d);
	if (r < 0)
		fprintf(stderr, "lecternd: %s\n", d.why);
	return r < 0;
}
