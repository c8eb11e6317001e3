/* SPDX-License-Identifier: MIT */
#include "tests/bench/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AWAIT_STEPS = 1000, AWAIT_STEP_MS = 10 };

const struct server_kind *server_kind_of(const char *name)
{
	static const struct server_kind *const kinds[] = {
		&server_lectern, &server_janus, &server_floor};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	}
	return NULL;
}

int server_start(struct server *server, const struct server_kind *kind,
	const struct server_config *config, struct load *load)
{
	int err;

	*server = (struct server){.kind = kind, .config = *config, .load = load};
	server->reply = malloc(sizeof(*server->reply));
	err = server->reply ? http_create(&server->http) : -ENOMEM;
	if (err)
		return server_fail(server, err, "no memory");
	return kind->start(server);
}

void server_stop(struct server *server)
{
	process_stop(&server->process);
	if (server->kind && server->kind->stop)
		server->kind->stop(server);
	http_destroy(server->http);
	free(server->reply);
	free(server->own);
	server->http = NULL;
	server->reply = NULL;
	server->own = NULL;
}

int server_fail(struct server *server, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(server->why, sizeof(server->why), format, args);
	va_end(args);
	return err < 0 ? err : -EIO;
}

unsigned server_feeds(const struct server *server)
{
	return server->config.publishers - (server->config.meeting ? 1 : 0);
}

uint32_t server_ssrc(unsigned publisher, bool video, bool rtx)
{
	return 0x10000000 + publisher * 0x10 + (video ? 1 : 0) + (rtx ? 1 : 0);
}

void server_offer(const struct server *server, const struct member *member, unsigned number,
	bool sends, struct sdp *ret_offer)
{
	struct sdp_section *section;

	member_describe(member, ret_offer);
	if (server->config.audio) {
		section = sdp_add(ret_offer, false, sends);
		section->ssrc = sends ? server_ssrc(number, false, false) : 0;
	}
	if (server->config.video) {
		section = sdp_add(ret_offer, true, sends);
		section->ssrc = sends ? server_ssrc(number, true, false) : 0;
		section->rtx_ssrc = sends ? server_ssrc(number, true, true) : 0;
	}
}

int server_await(struct server *server, const char *url)
{
	struct timespec step = {.tv_nsec = AWAIT_STEP_MS * 1000000L};
	struct http_request request = {.method = "GET", .url = url};
	char tail[512];

	for (int i = 0; i < AWAIT_STEPS && process_runs(&server->process); i++) {
		if (http_do(server->http, &request, server->reply) == 0)
			return 0;
		nanosleep(&step, NULL);
	}
	process_tail(&server->process, tail, sizeof(tail));
	return server_fail(server, -ETIMEDOUT, "%s did not start; its log ends:\n%s",
		server->kind->name, tail);
}
