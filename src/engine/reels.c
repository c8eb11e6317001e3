/* SPDX-License-Identifier: MIT */
#include "engine/reels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

struct reel {
	lectern_id peer;
	struct tap_member who;
	bool sends[LECTERN_KINDS];
	struct tap_track *tracks[LECTERN_KINDS]; /* NULL: not recorded */
	struct list of_reels;
};

void reel_peer_init(struct reel_peer *peer, lectern_id id, const struct lectern_peer_params *params)
{
	*peer = (struct reel_peer){.id = id};
	snprintf(peer->member, sizeof(peer->member), "%s", params->member);
	snprintf(peer->name, sizeof(peer->name), "%s", params->name);
	snprintf(peer->role, sizeof(peer->role), "%s", params->role);
	for (size_t i = 0; i < params->section_count; i++) {
		if (params->sections[i].use == LECTERN_SECTION_UP)
			peer->sends[params->sections[i].kind] = true;
	}
}

static void untap(struct reel *reel)
{
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		if (!reel->tracks[kind])
			continue;
		router_forget(tap_track_sink(reel->tracks[kind]));
		tap_track_destroy(reel->tracks[kind]);
		reel->tracks[kind] = NULL;
	}
}

static void tap_reel(struct reels *reels, struct reel *reel, uint64_t now_us)
{
	if (!reels->tap || !*reels->recording)
		return;
	snprintf(reel->who.recording, sizeof(reel->who.recording), "%s", reels->recording);
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		if (!reel->sends[kind])
			continue;
		if (tap_track_create(reels->tap, &reel->who, &reel->tracks[kind]) < 0) {
			log_error("engine", "no memory to record a track");
			continue;
		}
		router_want(reels->router, tap_track_sink(reel->tracks[kind]), reel->peer,
			(uint8_t)kind, now_us);
	}
}

void reels_init(struct reels *reels, struct tap *tap, struct router *router)
{
	*reels = (struct reels){.tap = tap, .router = router};
	list_init(&reels->list);
}

static void destroy(struct reel *reel)
{
	untap(reel);
	list_remove(&reel->of_reels);
	free(reel);
}

void reels_finish(struct reels *reels)
{
	list_each (it, &reels->list)
		destroy(list_of(it, struct reel, of_reels));
}

int reels_add(struct reels *reels, const struct reel_peer *peer, uint64_t now_us)
{
	struct reel *reel = calloc(1, sizeof(*reel));

	if (!reel)
		return -ENOMEM;
	reel->peer = peer->id;
	snprintf(reel->who.member, sizeof(reel->who.member), "%s", peer->member);
	snprintf(reel->who.name, sizeof(reel->who.name), "%s", peer->name);
	snprintf(reel->who.role, sizeof(reel->who.role), "%s", peer->role);
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++)
		reel->sends[kind] = peer->sends[kind];
	list_append(&reels->list, &reel->of_reels);
	tap_reel(reels, reel, now_us);
	return 0;
}

void reels_remove(struct reels *reels, lectern_id peer)
{
	list_each (it, &reels->list) {
		struct reel *reel = list_of(it, struct reel, of_reels);

		if (reel->peer == peer)
			destroy(reel);
	}
}

void reels_record(struct reels *reels, const char *recording, uint64_t now_us)
{
	list_each (it, &reels->list)
		untap(list_of(it, struct reel, of_reels));
	snprintf(reels->recording, sizeof(reels->recording), "%s", recording);
	list_each (it, &reels->list)
		tap_reel(reels, list_of(it, struct reel, of_reels), now_us);
}
