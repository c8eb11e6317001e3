/* SPDX-License-Identifier: MIT */
#include "engine/mirror.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "ingress/uptrack.h"

static struct mirror *of_source(struct source *source)
{
	return list_of(source, struct mirror, source);
}

static void tell_source(struct mirror *mirror, enum parcel_type type, unsigned layer)
{
	struct parcel parcel = {
		.type = (uint8_t)type,
		.kind = mirror->source.kind,
		.layer = (uint8_t)layer,
		.opening = mirror->opening,
		.room = mirror->room,
		.peer = mirror->source.peer,
	};

	bridge_send(mirror->bridge, bridge_bit(mirror->from), &parcel);
}

static int make_histories(struct mirror *mirror)
{
	unsigned room =
		mirror->source.kind == LECTERN_MIC ? UPTRACK_HISTORY_AUDIO : UPTRACK_HISTORY_VIDEO;

	for (unsigned i = 0; i < mirror->source.layer_count; i++) {
		if (!mirror->histories[i].ring && history_init(&mirror->histories[i], room))
			return -ENOMEM;
	}
	return 0;
}

static void want(struct mirror *mirror)
{
	if (mirror->wanted)
		return;
	if (make_histories(mirror)) {
		log_error("engine", "room=%" PRIx64 " peer=%" PRIx64 " no memory to mirror a track",
			mirror->room, mirror->source.peer);
		return;
	}
	mirror->wanted = true;
	tell_source(mirror, PARCEL_WANT, 0);
}

static void on_watched(struct source *source, bool watched)
{
	struct mirror *mirror = of_source(source);

	mirror->watched = watched;
	if (watched)
		want(mirror);
}

static void on_need_keyframe(struct source *source, unsigned layer, uint64_t now_us)
{
	struct mirror *mirror = of_source(source);

	if (mirror->asked_us[layer] && now_us < mirror->asked_us[layer] + MIRROR_ASK_US)
		return;
	mirror->asked_us[layer] = now_us;
	tell_source(mirror, PARCEL_KEYFRAME, layer);
}

static struct pkt *on_find(struct source *source, unsigned layer, uint16_t seq)
{
	const struct history *history = &of_source(source)->histories[layer];

	return history->ring ? history_find(history, seq) : NULL;
}

static const struct source_ops source_ops = {
	.need_keyframe = on_need_keyframe,
	.find = on_find,
	.watched = on_watched,
};

int mirror_create(struct router *router, struct bridge *bridge, unsigned from,
	const struct parcel *open, bool always, uint64_t now_us, struct mirror **ret_mirror)
{
	struct mirror *mirror = calloc(1, sizeof(*mirror));

	if (!mirror)
		return -ENOMEM;
	source_init(&mirror->source, &source_ops, open->peer, open->kind, open->u.open.codec,
		open->u.open.clock_rate, open->u.open.layer_count);
	mirror->source.profile = open->u.open.profile;
	mirror->router = router;
	mirror->bridge = bridge;
	mirror->from = from;
	mirror->room = open->room;
	mirror->opening = open->opening;
	mirror->always = always;
	list_init(&mirror->of_span);
	router_add(router, &mirror->source);
	if (always)
		want(mirror);
	router_permit(router, &mirror->source, true, now_us);
	*ret_mirror = mirror;
	return 0;
}

void mirror_destroy(struct mirror *mirror, uint64_t now_us)
{
	router_remove(mirror->router, &mirror->source, now_us);
	for (unsigned i = 0; i < SOURCE_LAYERS; i++) {
		if (mirror->histories[i].ring)
			history_finish(&mirror->histories[i]);
	}
	list_remove(&mirror->of_span);
	free(mirror);
}

bool mirror_is(const struct source *source)
{
	return source->ops == &source_ops;
}

bool mirror_is_of(const struct mirror *mirror, const struct parcel *parcel)
{
	return mirror->source.peer == parcel->peer && mirror->opening == parcel->opening;
}

/* A stream whose numbering began anew has nothing to do with what it was. */
static struct source_layer *follow(struct mirror *mirror, const struct parcel *parcel)
{
	struct source_layer *layer = &mirror->source.layers[parcel->layer];

	assert(parcel->layer < mirror->source.layer_count && mirror->histories[0].ring);
	if (layer->restarts != parcel->restarts) {
		layer->restarts = parcel->restarts;
		layer->has_report = false;
		history_clear(&mirror->histories[parcel->layer]);
	}
	return layer;
}

void mirror_packet(
	struct mirror *mirror, const struct parcel *parcel, struct pkt *view, uint64_t now_us)
{
	struct source_layer *layer = follow(mirror, parcel);

	layer->newest = parcel->newest;
	parcel_layer_apply(&parcel->u.packet.layer, layer);
	if (view->rtp.keyframe)
		mirror->asked_us[parcel->layer] = 0;
	history_put(&mirror->histories[parcel->layer], view);
	router_packet(mirror->router, &mirror->source, view, now_us);
}

void mirror_layer(struct mirror *mirror, const struct parcel *parcel)
{
	assert(parcel->layer < mirror->source.layer_count);
	parcel_layer_apply(&parcel->u.layer, &mirror->source.layers[parcel->layer]);
}

void mirror_report(struct mirror *mirror, const struct parcel *parcel, uint64_t now_us)
{
	struct source_layer *layer = follow(mirror, parcel);

	layer->report = parcel->u.report;
	layer->has_report = true;
	router_report(mirror->router, &mirror->source, parcel->layer, now_us);
}

/* Nobody watches any more: a while later, for slots change their minds. */
static void stop_wanting(struct mirror *mirror)
{
	mirror->wanted = false;
	tell_source(mirror, PARCEL_UNWANT, 0);
}

void mirror_tick(struct mirror *mirror, uint64_t now_us)
{
	bool needed = mirror->watched || mirror->always;
	uint64_t held_us = uptrack_hold_us(&mirror->source);

	if (needed && !mirror->wanted)
		want(mirror); /* there was no memory */
	else if (!needed && mirror->wanted)
		stop_wanting(mirror);
	for (unsigned i = 0; i < mirror->source.layer_count; i++) {
		if (mirror->histories[i].ring && now_us > held_us)
			history_prune(&mirror->histories[i], now_us - held_us);
	}
}
