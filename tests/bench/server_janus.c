/* SPDX-License-Identifier: MIT */
/*
 * Debian's Janus and its VideoRoom, by Janus' HTTP API, in a folder of its own and with its defaults
 * but for what is written here.
 *
 * libnice offers no candidate on the loopback interface and binds its sockets to the interface whose
 * address it offers. So Janus gets a bridge of its own with an address, to which the load's addresses
 * are local; packets go over loopback all the same. That takes root.
 */
#include "tests/bench/server.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <jansson.h>

enum {
	ROOM = 4711,
	EVENTS = 32, /* of one poll */
	POLLS = 40,  /* until an answer must have come */
	BITRATE = 10000000,
	FEEDS = 32,
	FIRST_PORT = 30000, /* one for each connection; below those of the system */
	PORTS = 2700,
};

#define BRIDGE "lecternbench0"
#define BRIDGE_ADDRESS "127.0.0.2"
#define MEMBERS "127.1.0.0/16" /* the load's */

struct janus {
	char session_url[160];
	uint64_t transaction;
	bool made_bridge;
	unsigned feed_count;
	json_int_t feeds[FEEDS]; /* ids of publishers, by number */
};

static int run(char *const argv[])
{
	pid_t pid;
	int status;
	int err = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);

	if (err)
		return -err;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

/* Words of one command line; "ip" and what it is told. */
static int run_ip(const char *words)
{
	char text[160], *argv[16], *at = text;
	size_t count = 0;

	snprintf(text, sizeof(text), "%s", words);
	for (char *word; count < 15 && (word = strsep(&at, " "));)
		argv[count++] = word;
	argv[count] = NULL;
	return run(argv);
}

static void remove_bridge(void)
{
	run_ip("ip link delete " BRIDGE);
}

static int make_bridge(void)
{
	int err;

	if (if_nametoindex(BRIDGE)) /* of a run that was ended hard */
		remove_bridge();
	err = run_ip("ip link add " BRIDGE " type bridge");
	if (!err)
		err = run_ip("ip address add " BRIDGE_ADDRESS "/32 dev " BRIDGE);
	if (!err)
		err = run_ip("ip link set " BRIDGE " up");
	if (!err)
		err = run_ip("ip route add local " MEMBERS " dev " BRIDGE " table local");
	return err;
}

static int write_file(struct server *server, const char *name, const char *text)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", server->config.folder, name);
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		return server_fail(server, -errno, "cannot write %s", path);
	return 0;
}

/* What differs from a Janus that was just installed. */
static int configure(struct server *server)
{
	const struct server_config *config = &server->config;
	char text[2048], loops[64] = "";
	int err;

	if (config->workers)
		snprintf(loops, sizeof(loops), "\tevent_loops = %u\n", config->workers);
	snprintf(text, sizeof(text),
		"general: {\n\tdebug_level = 2\n\tsession_timeout = 0\n%s}\n"
		"media: {\n\trtp_port_range = \"%u-%u\"\n}\n"
		"nat: {\n\tice_enforce_list = \"%s\"\n}\n"
		"plugins: {\n\tdisable = \"libjanus_audiobridge.so,libjanus_duktape.so,"
		"libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,"
		"libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,"
		"libjanus_videocall.so,libjanus_voicemail.so\"\n}\n"
		"transports: {\n\tdisable = \"libjanus_mqtt.so,libjanus_nanomsg.so,"
		"libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_websockets.so\"\n}\n"
		"loggers: {\n\tdisable = \"libjanus_jsonlog.so\"\n}\n"
		"events: {\n\tbroadcast = false\n}\n",
		loops, FIRST_PORT, FIRST_PORT + PORTS, BRIDGE_ADDRESS);
	err = write_file(server, "janus.jcfg", text);
	if (err)
		return err;
	snprintf(text, sizeof(text),
		"general: {\n\tjson = \"compact\"\n\tbase_path = \"/janus\"\n\thttp = true\n"
		"\tip = \"127.0.0.1\"\n\tport = %u\n\thttps = false\n}\n"
		"admin: {\n\tadmin_http = false\n}\n",
		config->http_port);
	err = write_file(server, "janus.transport.http.jcfg", text);
	if (!err)
		err = write_file(server, "janus.plugin.videoroom.jcfg", "general: {\n}\n");
	return err;
}

/* Sends a request; takes `body`. The reply is the caller's, or NULL with the reason kept. */
static json_t *request(struct server *server, const char *url, json_t *body)
{
	struct janus *janus = server->own;
	struct http_request post = {.method = "POST", .url = url, .type = "application/json"};
	json_t *reply = NULL;
	const char *kind;
	char *text;
	int err;

	json_object_set_new(body, "transaction", json_sprintf("t%" PRIu64, ++janus->transaction));
	text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	post.body = text;
	err = text ? http_do(server->http, &post, server->reply) : -ENOMEM;
	free(text);
	if (!err)
		reply = json_loads(server->reply->body, 0, NULL);
	kind = json_string_value(json_object_get(reply, "janus"));
	if (kind && strcmp(kind, "error") != 0)
		return reply;
	json_decref(reply);
	server_fail(server, -EPROTO, "Janus answered: %.500s", server->reply->body);
	return NULL;
}

static json_int_t request_id(struct server *server, const char *url, json_t *body)
{
	json_t *reply = request(server, url, body);
	json_int_t id = 0;

	json_unpack(reply, "{s:{s:I}}", "data", "id", &id);
	json_decref(reply);
	return id;
}

/* The event of this transaction, among others which are of no interest. */
static json_t *await(struct server *server)
{
	struct janus *janus = server->own;
	struct http_request get = {.method = "GET"};
	char url[200], wanted[32];

	snprintf(url, sizeof(url), "%s?maxev=%d", janus->session_url, EVENTS);
	snprintf(wanted, sizeof(wanted), "t%" PRIu64, janus->transaction);
	get.url = url;
	for (int i = 0; i < POLLS; i++) {
		json_t *events, *event, *found = NULL;
		size_t at;

		if (http_do(server->http, &get, server->reply) < 0)
			break;
		events = json_loads(server->reply->body, 0, NULL);
		json_array_foreach(events, at, event)
		{
			const char *tag = json_string_value(json_object_get(event, "transaction"));

			if (tag && strcmp(tag, wanted) == 0 && json_object_get(event, "plugindata"))
				found = json_incref(event);
		}
		json_decref(events);
		if (found)
			return found;
	}
	server_fail(server, -ETIMEDOUT, "Janus sent no event: %.500s", server->reply->body);
	return NULL;
}

static json_t *message(struct server *server, json_int_t handle, json_t *body, json_t *jsep)
{
	struct janus *janus = server->own;
	json_t *whole = json_pack("{s:s,s:o}", "janus", "message", "body", body), *reply;
	char url[200];

	snprintf(url, sizeof(url), "%s/%" JSON_INTEGER_FORMAT, janus->session_url, handle);
	if (jsep)
		json_object_set_new(whole, "jsep", jsep);
	reply = request(server, url, whole);
	if (!reply || strcmp(json_string_value(json_object_get(reply, "janus")), "ack") != 0)
		return reply;
	json_decref(reply);
	return await(server);
}

static json_int_t attach(struct server *server)
{
	struct janus *janus = server->own;

	return request_id(server, janus->session_url,
		json_pack("{s:s,s:s}", "janus", "attach", "plugin", "janus.plugin.videoroom"));
}

static json_t *jsep_of(const char *type, const struct sdp *sdp)
{
	static char text[SDP_TEXT];

	if (sdp_write(sdp, text, sizeof(text)) < 0)
		return NULL;
	return json_pack("{s:s,s:s,s:b}", "type", type, "sdp", text, "trickle", 0);
}

static int read_jsep(struct server *server, json_t *event, struct sdp *ret_sdp)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(event, "jsep"), "sdp"));
	char *dump;

	if (text && sdp_read(text, ret_sdp) == 0)
		return 0;
	dump = json_dumps(event, JSON_COMPACT);
	server_fail(server, -EPROTO, "Janus sent no usable SDP: %.1500s", dump ? dump : "");
	free(dump);
	return -EPROTO;
}

static int create_room(struct server *server)
{
	json_int_t handle = attach(server);
	json_t *reply;

	if (!handle)
		return -EPROTO;
	reply = message(server, handle,
		json_pack("{s:s,s:i,s:i,s:i,s:b,s:s,s:s}", "request", "create", "room", ROOM,
			"publishers", FEEDS, "bitrate", BITRATE, "notify_joining", 0, "audiocodec",
			"opus", "videocodec", "vp8"),
		NULL);
	json_decref(reply);
	return reply ? 0 : -EPROTO;
}

static int open_session(struct server *server)
{
	struct janus *janus = server->own;
	char url[128], info[160];
	json_int_t id;
	json_t *about;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/janus", server->config.http_port);
	snprintf(info, sizeof(info), "%s/info", url);
	if (server_await(server, info) < 0)
		return -ETIMEDOUT;
	about = json_loads(server->reply->body, 0, NULL);
	snprintf(server->version, sizeof(server->version), "Janus %s, %s%u",
		json_string_value(json_object_get(about, "version_string")),
		server->config.workers ? "event_loops=" : "a thread a handle, event_loops=",
		server->config.workers);
	json_decref(about);
	id = request_id(server, url, json_pack("{s:s}", "janus", "create"));
	if (!id)
		return -EPROTO;
	snprintf(janus->session_url, sizeof(janus->session_url), "%s/%" JSON_INTEGER_FORMAT, url,
		id);
	return create_room(server);
}

static int start(struct server *server)
{
	struct janus *janus = calloc(1, sizeof(*janus));
	char folder[600], log[600];
	char *argv[] = {(char *)"janus", (char *)"-F", folder, NULL};
	int err;

	server->own = janus;
	if (!janus)
		return -ENOMEM;
	if (make_bridge() < 0) {
		remove_bridge();
		return server_fail(server, -EPERM,
			"Janus needs a network interface beside lo, and root to make it");
	}
	janus->made_bridge = true;
	err = configure(server);
	if (err)
		return err;
	snprintf(folder, sizeof(folder), "%s", server->config.folder);
	snprintf(log, sizeof(log), "%s/janus.log", server->config.folder);
	err = process_start(&server->process, argv, log, server->config.preload);
	return err ? server_fail(server, err, "cannot start janus") : open_session(server);
}

static int publish(struct server *server, struct member *member)
{
	struct janus *janus = server->own;
	unsigned number = janus->feed_count;
	json_int_t handle = attach(server), id = 0;
	struct sdp offer, answer;
	json_t *event;
	int err;

	if (!handle)
		return -EPROTO;
	server_offer(server, member, number, true, &offer);
	event = message(server, handle,
		json_pack("{s:s,s:s,s:i,s:s}", "request", "joinandconfigure", "ptype", "publisher",
			"room", ROOM, "display", "load"),
		jsep_of("offer", &offer));
	if (!event)
		return -EPROTO;
	json_unpack(event, "{s:{s:{s:I}}}", "plugindata", "data", "id", &id);
	err = read_jsep(server, event, &answer);
	json_decref(event);
	if (!err)
		err = member_publish(member, &offer, &answer);
	if (!err)
		err = member_connect(member, &answer, true);
	janus->feeds[janus->feed_count++] = id;
	return err;
}

/* An answer to Janus' offer: everything is taken as it was offered. */
static void answer_to(const struct member *member, const struct sdp *offer, struct sdp *ret_answer)
{
	member_describe(member, ret_answer);
	ret_answer->count = offer->count;
	for (unsigned i = 0; i < offer->count; i++) {
		ret_answer->sections[i] = offer->sections[i];
		ret_answer->sections[i].sends = false;
	}
}

static json_t *streams_for(const struct server *server, unsigned number)
{
	const struct janus *janus = server->own;
	json_t *streams = json_array();

	for (unsigned i = 0; i < janus->feed_count; i++) {
		if (!server->config.meeting || i != number)
			json_array_append_new(streams, json_pack("{s:I}", "feed", janus->feeds[i]));
	}
	return streams;
}

static int receive(struct server *server, struct member *member, unsigned number)
{
	unsigned audio = 0, video = 0;
	struct sdp offer, answer;
	json_int_t handle = attach(server);
	json_t *event;
	int err;

	if (!handle)
		return -EPROTO;
	event = message(server, handle,
		json_pack("{s:s,s:s,s:i,s:o}", "request", "join", "ptype", "subscriber", "room",
			ROOM, "streams", streams_for(server, number)),
		NULL);
	if (!event)
		return -EPROTO;
	err = read_jsep(server, event, &offer);
	json_decref(event);
	if (err)
		return err;
	answer_to(member, &offer, &answer);
	for (unsigned i = 0; i < offer.count; i++)
		*(offer.sections[i].video ? &video : &audio) += offer.sections[i].sends;
	member_expect(member, audio, video);
	err = member_connect(member, &offer, false);
	if (err)
		return err;
	event = message(
		server, handle, json_pack("{s:s}", "request", "start"), jsep_of("answer", &answer));
	json_decref(event);
	return event ? 0 : -EPROTO;
}

static void stop(struct server *server)
{
	const struct janus *janus = server->own;

	if (janus && janus->made_bridge)
		remove_bridge();
}

const struct server_kind server_janus = {
	.name = "janus",
	.joins_by = "Janus HTTP API: attach, join, start",
	.start = start,
	.publish = publish,
	.receive = receive,
	.stop = stop,
};
