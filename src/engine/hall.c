/* SPDX-License-Identifier: MIT */
#include "engine/hall.h"

#include <errno.h>
#include <stdlib.h>

static void on_heard(void *arg, const uint64_t heard[LECTERN_AUDIO_SLOTS], uint64_t speaker)
{
	struct hall *hall = arg;
	struct lectern_event event = {
		.type = LECTERN_EVENT_HEARD,
		.room = hall->id,
		.u.heard.speaker = speaker,
	};

	span_heard(&hall->span, heard);
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		if (heard[i])
			event.u.heard.peers[event.u.heard.count++] = heard[i];
	}
	hall->host->event(hall->host->arg, &event);
}

static void on_gate(void *arg, struct source *source, bool open, uint64_t now_us)
{
	struct hall *hall = arg;

	(void)now_us;
	span_gate(&hall->span, source, open);
}

static const struct router_ops router_ops = {.heard = on_heard, .gate = on_gate};

static void on_state(void *arg, struct peer *peer, enum lectern_peer_state state)
{
	struct hall *hall = arg;
	struct lectern_event event = {
		.type = LECTERN_EVENT_PEER,
		.room = hall->id,
		.peer = peer_id(peer),
		.u.peer_state.state = state,
	};

	hall->host->event(hall->host->arg, &event);
}

static void on_flowing(void *arg, struct peer *peer, enum lectern_kind kind, bool flowing)
{
	struct hall *hall = arg;
	struct lectern_event event = {
		.type = LECTERN_EVENT_TRACK,
		.room = hall->id,
		.peer = peer_id(peer),
		.u.track = {.kind = kind, .flowing = flowing},
	};

	hall->host->event(hall->host->arg, &event);
}

static const struct peer_ops peer_ops = {.state = on_state, .flowing = on_flowing};

int hall_create(lectern_id id, bool home, const struct hall_host *host, struct hall **ret_hall)
{
	struct hall *hall = calloc(1, sizeof(*hall));

	if (!hall)
		return -ENOMEM;
	hall->id = id;
	hall->host = host;
	hall->home = home;
	list_init(&hall->members);
	router_init(&hall->router, &router_ops, hall);
	router_hold(&hall->router, host->holding);
	if (!home)
		router_follow(&hall->router);
	reels_init(&hall->reels, home ? host->tap : NULL, &hall->router);
	span_init(&hall->span, id, home, &hall->router, host->bridge);
	*ret_hall = hall;
	return 0;
}

void hall_destroy(struct hall *hall, uint64_t now_us)
{
	if (!hall)
		return;
	reels_finish(&hall->reels);
	span_finish(&hall->span, now_us);
	router_finish(&hall->router, now_us);
	free(hall);
}

/* ---- members ---- */

int hall_add(struct hall *hall, lectern_id id, const struct lectern_peer_params *params,
	uint64_t now_us, struct hall_member **ret_member)
{
	struct hall_member *member = calloc(1, sizeof(*member));
	struct peer_config config = {
		.id = id,
		.params = params,
		.host = hall->host->peers,
		.router = &hall->router,
		.ops = &peer_ops,
		.arg = hall,
	};
	int err;

	if (!member)
		return -ENOMEM;
	err = peer_create(&config, now_us, &member->peer);
	if (err) {
		free(member);
		return err;
	}
	member->hall = hall;
	member->id = id;
	list_append(&hall->members, &member->of_hall);
	*ret_member = member;
	return 0;
}

void hall_remove(struct hall_member *member, uint64_t now_us)
{
	list_remove(&member->of_hall);
	peer_destroy(member->peer, now_us);
	free(member);
}

/* ---- time ---- */

void hall_tick(struct hall *hall, uint64_t now_us)
{
	router_tick(&hall->router, now_us);
	span_tick(&hall->span, now_us);
}

void hall_tell_links(struct hall *hall)
{
	list_each (it, &hall->members) {
		struct hall_member *member = list_of(it, struct hall_member, of_hall);
		struct lectern_event event = {
			.type = LECTERN_EVENT_LINK,
			.room = hall->id,
			.peer = member->id,
		};
		struct peer_link link;

		if (peer_state(member->peer) != LECTERN_PEER_CONNECTED)
			continue;
		peer_link(member->peer, &link);
		event.u.link.rtt_us = link.rtt_us;
		event.u.link.up_bps = link.up_bps;
		event.u.link.down_bps = link.down_bps;
		event.u.link.up_loss = link.up_loss;
		event.u.link.down_loss = link.down_loss;
		event.u.link.audio_sent = link.audio_sent;
		event.u.link.audio_acked = link.audio_acked;
		hall->host->event(hall->host->arg, &event);
	}
}
