/* SPDX-License-Identifier: MIT */
/* The floor as a server: keys and addresses are agreed by arithmetic, so nobody joins anything. */
#include "tests/bench/server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/bench/floor.h"

static int start(struct server *server)
{
	const struct server_config *config = &server->config;
	char program[512], port[16], client_port[16], publishers[16], receivers[16], log[600];
	char *argv[] = {program, (char *)"floor-loop", port, client_port, publishers, receivers,
		(char *)(config->meeting ? "meeting" : "lecture"),
		(char *)(config->floor_gso ? "gso" : "plain"),
		(char *)(config->floor_padding ? "pad" : "asis"), NULL};

	if (config->suite != MEMBER_GCM)
		return server_fail(server, -ENOTSUP, "the floor knows AEAD_AES_128_GCM only");
	snprintf(program, sizeof(program), "%s/tests/bench/lectern-bench", config->programs);
	snprintf(port, sizeof(port), "%u", config->media_port);
	snprintf(client_port, sizeof(client_port), "%u", load_port(server->load));
	snprintf(publishers, sizeof(publishers), "%u", config->publishers);
	snprintf(receivers, sizeof(receivers), "%u", config->receivers);
	snprintf(log, sizeof(log), "%s/floor.log", config->folder);
	snprintf(server->version, sizeof(server->version), "%s, %s%s", floor_cipher(),
		config->floor_gso ? "UDP GSO" : "sendmmsg",
		config->floor_gso && config->floor_padding ? ", padded frames" : "");
	return process_start(&server->process, argv, log, config->preload);
}

/* What the floor "answers": our own numbers, and its address. */
static void describe_floor(const struct server *server, struct sdp *ret_sdp)
{
	*ret_sdp = (struct sdp){.ip = "127.0.0.1", .port = server->config.media_port};
	if (server->config.audio)
		sdp_add(ret_sdp, false, true);
	if (server->config.video)
		sdp_add(ret_sdp, true, true);
	/* To keep packets, or to pass on who asks for a keyframe, is more than the floor. */
	for (unsigned i = 0; i < ret_sdp->count; i++) {
		struct sdp_section *section = &ret_sdp->sections[i];

		section->rtx_pt = 0;
		section->nack = section->pli = false;
	}
}

static int connect_member(struct server *server, struct member *member, struct sdp *ret_remote)
{
	uint8_t send_key[FLOOR_KEY], receive_key[FLOOR_KEY];
	unsigned number = floor_member_of(member_ip(member));
	int err;

	describe_floor(server, ret_remote);
	floor_key(number, true, send_key);
	floor_key(number, false, receive_key);
	err = member_connect_plain(member, ret_remote, send_key, receive_key);
	return err ? server_fail(server, err, "cannot make keys") : 0;
}

static int publish(struct server *server, struct member *member)
{
	struct sdp offer, remote;
	int err = connect_member(server, member, &remote);

	if (err)
		return err;
	server_offer(server, member, floor_member_of(member_ip(member)), true, &offer);
	return member_publish(member, &offer, &remote);
}

static int receive(struct server *server, struct member *member, unsigned number)
{
	unsigned feeds = server_feeds(server);
	struct sdp remote;

	(void)number;
	member_expect(member, server->config.audio ? feeds : 0, server->config.video ? feeds : 0);
	return connect_member(server, member, &remote);
}

const struct server_kind server_floor = {
	.name = "floor",
	.start = start,
	.publish = publish,
	.receive = receive,
};
