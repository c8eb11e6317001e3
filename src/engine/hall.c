/* SPDX-License-Identifier: MIT */
#include "engine/hall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

static void on_heard(void *arg, const uint64_t heard[LECTERN_AUDIO_SLOTS], uint64_t speaker)
{
	struct hall *hall = arg;
	struct lectern_event event = {
		.type = LECTERN_EVENT_HEARD,
		.room = hall->id,
		.u.heard.speaker = speaker,
	};

	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		if (heard[i])
			event.u.heard.peers[event.u.heard.count++] = heard[i];
	}
	hall->event(hall->arg, &event);
}

static const struct router_ops router_ops = {.heard = on_heard};

static void on_state(void *arg, struct peer *peer, enum lectern_peer_state state)
{
	struct hall *hall = arg;
	struct lectern_event event = {
		.type = LECTERN_EVENT_PEER,
		.room = hall->id,
		.peer = peer_id(peer),
		.u.peer_state.state = state,
	};

	hall->event(hall->arg, &event);
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

	hall->event(hall->arg, &event);
}

static const struct peer_ops peer_ops = {.state = on_state, .flowing = on_flowing};

int hall_create(lectern_id id, struct peer_host *host, struct tap *tap, hall_event_fn *event,
	void *arg, struct hall **ret_hall)
{
	struct hall *hall = calloc(1, sizeof(*hall));

	if (!hall)
		return -ENOMEM;
	hall->id = id;
	hall->host = host;
	hall->tap = tap;
	hall->event = event;
	hall->arg = arg;
	list_init(&hall->members);
	router_init(&hall->router, &router_ops, hall);
	*ret_hall = hall;
	return 0;
}

void hall_destroy(struct hall *hall, uint64_t now_us)
{
	if (!hall)
		return;
	router_finish(&hall->router, now_us);
	free(hall);
}

/* ---- recording ---- */

static void untap(struct hall_member *member)
{
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		if (!member->tracks[kind])
			continue;
		router_forget(tap_track_sink(member->tracks[kind]));
		tap_track_destroy(member->tracks[kind]);
		member->tracks[kind] = NULL;
	}
}

/* The router keeps from the taps what is not permitted, as from every sink. */
static void tap_member(struct hall_member *member, uint64_t now_us)
{
	struct hall *hall = member->hall;

	if (!hall->tap || !*hall->recording)
		return;
	snprintf(member->who.recording, sizeof(member->who.recording), "%s", hall->recording);
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		if (!member->sends[kind])
			continue;
		if (tap_track_create(hall->tap, &member->who, &member->tracks[kind]) < 0) {
			log_error("engine", "no memory to record a track");
			continue;
		}
		router_want(&hall->router, tap_track_sink(member->tracks[kind]), member->id,
			(uint8_t)kind, now_us);
	}
}

void hall_record(struct hall *hall, const char *recording, uint64_t now_us)
{
	list_each (it, &hall->members)
		untap(list_of(it, struct hall_member, of_hall));
	snprintf(hall->recording, sizeof(hall->recording), "%s", recording);
	list_each (it, &hall->members)
		tap_member(list_of(it, struct hall_member, of_hall), now_us);
}

/* ---- members ---- */

int hall_add(struct hall *hall, lectern_id id, const struct lectern_peer_params *params,
	uint64_t now_us, struct hall_member **ret_member)
{
	struct hall_member *member = calloc(1, sizeof(*member));
	struct peer_config config = {
		.id = id,
		.params = params,
		.host = hall->host,
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
	for (size_t i = 0; i < params->section_count; i++) {
		if (params->sections[i].use == LECTERN_SECTION_UP)
			member->sends[params->sections[i].kind] = true;
	}
	snprintf(member->who.member, sizeof(member->who.member), "%s", params->member);
	snprintf(member->who.name, sizeof(member->who.name), "%s", params->name);
	snprintf(member->who.role, sizeof(member->who.role), "%s", params->role);
	list_append(&hall->members, &member->of_hall);
	tap_member(member, now_us);
	*ret_member = member;
	return 0;
}

void hall_remove(struct hall_member *member, uint64_t now_us)
{
	untap(member);
	list_remove(&member->of_hall);
	peer_destroy(member->peer, now_us);
	free(member);
}

/* ---- time ---- */

void hall_tick(struct hall *hall, uint64_t now_us)
{
	router_tick(&hall->router, now_us);
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
		hall->event(hall->arg, &event);
	}
}
