/* SPDX-License-Identifier: MIT */
/* Lectern, by WHIP and WHEP: one lecternd with a database of its own, one room made by lecternctl. */
#include "tests/bench/server.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

enum {
	AUDIO_SECTIONS = 4, /* what a browser of a class asks for */
	VIDEO_SECTIONS = 9,
};

struct lectern {
	unsigned published;
	json_t *room; /* what lecternctl printed */
};

static const char *of_room(const struct server *server, const char *name)
{
	const struct lectern *lectern = server->own;
	const char *value = json_string_value(json_object_get(lectern->room, name));

	return value ? value : "";
}

static int write_config(struct server *server, const char *path)
{
	const struct server_config *config = &server->config;
	FILE *file = fopen(path, "we");

	if (!file)
		return server_fail(server, -errno, "cannot write %s", path);
	fprintf(file,
		"http: { port = %u; };\n"
		"media: { workers = %u; port = %u; announce = [ \"127.0.0.1\" ]; };\n"
		"recorder: { program = \"\"; };\n"
		"log: { level = \"warn\"; };\n",
		config->http_port, config->workers, config->media_port);
	fclose(file);
	return 0;
}

/* Runs argv and reads what it prints, as JSON; NULL with the reason kept. */
static json_t *read_command(struct server *server, char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int pipes[2], status = -1, err;
	json_t *value = NULL;
	char text[4096];
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	err = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	while (!err && len < sizeof(text) - 1 &&
		(got = read(pipes[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	close(pipes[0]);
	if (!err && waitpid(pid, &status, 0) == pid && status == 0)
		value = json_loads(text, 0, NULL);
	if (!value)
		server_fail(server, -EPROTO, "%s failed%s%s; it printed: %.500s", argv[0],
			err ? ": " : "", err ? strerror(err) : "", text);
	return value;
}

static int make_room(struct server *server, const char *data, const char *config)
{
	struct lectern *lectern = server->own;
	char program[600], url[64];
	char *argv[] = {program, (char *)"room", (char *)"--config", (char *)(uintptr_t)config,
		(char *)"--data", (char *)(uintptr_t)data, (char *)"--title", (char *)"Load",
		(char *)"--record", (char *)"never", (char *)"--url", url, (char *)"--json", NULL};

	snprintf(program, sizeof(program), "%s/src/ctl/lecternctl", server->config.programs);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", server->config.http_port);
	lectern->room = read_command(server, argv);
	return lectern->room ? 0 : -EPROTO;
}

static int start(struct server *server)
{
	struct lectern *lectern = calloc(1, sizeof(*lectern));
	char program[600], config[600], data[600], log[600], url[64];
	char *argv[] = {program, (char *)"--config", config, (char *)"--data", data, NULL};
	int err;

	server->own = lectern;
	if (!lectern)
		return -ENOMEM;
	snprintf(program, sizeof(program), "%s/src/lecternd", server->config.programs);
	snprintf(config, sizeof(config), "%s/lectern.conf", server->config.folder);
	snprintf(data, sizeof(data), "%s/data", server->config.folder);
	snprintf(log, sizeof(log), "%s/lecternd.log", server->config.folder);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server->config.http_port);
	snprintf(server->version, sizeof(server->version), "Lectern, %u workers",
		server->config.workers);
	err = write_config(server, config);
	if (!err)
		err = make_room(server, data, config);
	if (err)
		return err;
	err = process_start(&server->process, argv, log, server->config.preload);
	return err ? server_fail(server, err, "cannot start %s", program)
		   : server_await(server, url);
}

/* Posts an offer and reads the answer. */
static int exchange(
	struct server *server, const char *kind, const struct sdp *offer, struct sdp *ret_answer)
{
	static char text[SDP_TEXT];
	char token[32];
	struct http_request post = {
		.method = "POST",
		.url = of_room(server, kind),
		.type = "application/sdp",
		.body = text,
	};

	snprintf(token, sizeof(token), "%s_token", kind);
	post.token = of_room(server, token);
	if (sdp_write(offer, text, sizeof(text)) < 0)
		return server_fail(server, -ENOSPC, "the offer is too long");
	if (http_do(server->http, &post, server->reply) < 0)
		return server_fail(server, -EIO, "%.500s", server->reply->body);
	if (server->reply->status != 201 || sdp_read(server->reply->body, ret_answer) < 0)
		return server_fail(server, -EPROTO, "POST %s: %ld %.1500s", post.url,
			server->reply->status, server->reply->body);
	return 0;
}

static int publish(struct server *server, struct member *member)
{
	struct lectern *lectern = server->own;
	struct sdp offer, answer;
	int err;

	server_offer(server, member, lectern->published++, true, &offer);
	err = exchange(server, "whip", &offer, &answer);
	if (!err)
		err = member_publish(member, &offer, &answer);
	return err ? err : member_connect(member, &answer, true);
}

/* In a meeting as many sections as a browser in class has; else one of each medium. */
static void receiving_offer(
	const struct server *server, const struct member *member, struct sdp *ret_offer)
{
	server_offer(server, member, 0, false, ret_offer);
	if (!server->config.meeting)
		return;
	ret_offer->count = 0;
	for (unsigned i = 0; i < AUDIO_SECTIONS && server->config.audio; i++)
		sdp_add(ret_offer, false, false);
	for (unsigned i = 0; i < VIDEO_SECTIONS && server->config.video; i++)
		sdp_add(ret_offer, true, false);
}

static int receive(struct server *server, struct member *member, unsigned number)
{
	unsigned feeds = server_feeds(server);
	struct sdp offer, answer;
	int err;

	(void)number;
	receiving_offer(server, member, &offer);
	err = exchange(server, "whep", &offer, &answer);
	/* Who is heard is the server's choice, so one voice is enough. */
	member_expect(member, server->config.audio ? 1 : 0, server->config.video ? feeds : 0);
	return err ? err : member_connect(member, &answer, true);
}

static void stop(struct server *server)
{
	struct lectern *lectern = server->own;

	if (lectern)
		json_decref(lectern->room);
}

const struct server_kind server_lectern = {
	.name = "lectern",
	.joins_by = "WHEP: one POST",
	.start = start,
	.publish = publish,
	.receive = receive,
	.stop = stop,
};
