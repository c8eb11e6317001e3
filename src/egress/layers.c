/* SPDX-License-Identifier: MIT */
#include "egress/layers.h"

#include "rtp/seq.h"

enum { FORGOTTEN = 90000 * 60 }; /* ticks */

static uint8_t choose_spatial(const struct source_layer *layer, unsigned limit)
{
	uint8_t best = 0;

	if (layer->spatial_count <= 1)
		return TARGETS_SPATIAL - 1;
	for (uint8_t i = 0; i < layer->spatial_count && i < TARGETS_SPATIAL; i++) {
		if (layer->heights[i] <= limit)
			best = i;
	}
	/* Whatever comes above the highest is welcome too. */
	return best + 1 == layer->spatial_count ? TARGETS_SPATIAL - 1 : best;
}

struct layers_aim layers_choose(const struct source *source, const struct layers_limit *limit)
{
	struct layers_aim aim = {.layer = -1, .temporal = limit->temporal};

	if (limit->height == 0)
		return aim;
	for (unsigned i = 0; i < source->layer_count; i++) {
		const struct source_layer *layer = &source->layers[i];

		if (layer->live && (aim.layer < 0 || layer->height <= limit->height))
			aim.layer = (int)i;
	}
	if (aim.layer >= 0)
		aim.spatial = choose_spatial(&source->layers[aim.layer], limit->height);
	if (aim.temporal >= TARGETS_TEMPORAL)
		aim.temporal = TARGETS_TEMPORAL - 1;
	return aim;
}

void layers_begin(struct layers *layers, const struct layers_aim *aim, const struct pkt_rtp *first)
{
	*layers = (struct layers){
		.spatial = aim->spatial,
		.temporal = aim->temporal,
		.spatial_before = aim->spatial,
		.temporal_before = aim->temporal,
		.whole = TARGETS_ALL,
		.timestamp = first->timestamp,
		.changed = first->timestamp,
	};
}

uint32_t layers_target(const struct layers *layers)
{
	return target_of(layers->spatial, layers->temporal);
}

static void change(struct layers *layers, unsigned spatial, unsigned temporal, uint32_t timestamp)
{
	if (spatial == layers->spatial && temporal == layers->temporal)
		return;
	if (timestamp != layers->changed) {
		layers->spatial_before = layers->spatial;
		layers->temporal_before = layers->temporal;
		layers->changed = timestamp;
	}
	layers->spatial = (uint8_t)spatial;
	layers->temporal = (uint8_t)temporal;
}

/* To the best of `possible` in one spatial layer. */
static bool change_within(struct layers *layers, uint32_t possible, unsigned spatial,
	unsigned temporal, uint32_t timestamp)
{
	for (int i = (int)temporal; i >= 0; i--) {
		if (possible & target_of(spatial, (unsigned)i)) {
			change(layers, spatial, (unsigned)i, timestamp);
			return true;
		}
	}
	return false;
}

/* At the first packet of a picture. */
static void follow(struct layers *layers, const struct layers_aim *aim, uint32_t timestamp)
{
	/* What was before is forgotten, before its timestamp could seem to lie ahead. */
	if (timestamp_diff(timestamp, layers->changed) > FORGOTTEN) {
		layers->spatial_before = layers->spatial;
		layers->temporal_before = layers->temporal;
		layers->changed = timestamp;
	}
	if (!change_within(layers, layers->whole, aim->spatial, aim->temporal, timestamp))
		change_within(layers, layers->whole, layers->spatial, aim->temporal, timestamp);
}

/* A frame above the temporal layer by which one may climb: it refers to nothing that was left out,
 * and from it on the higher target can be decoded. */
static bool climb(struct layers *layers, const struct layers_aim *aim, const struct pkt_rtp *packet)
{
	uint32_t steps = packet->switches & packet->targets;

	if (!packet->frame_start || !(packet->after & layers->whole & layers_target(layers)) ||
		aim->spatial != layers->spatial)
		return false;
	for (unsigned i = aim->temporal; i > layers->temporal; i--) {
		if (steps & target_of(layers->spatial, i)) {
			change(layers, layers->spatial, i, packet->timestamp);
			return true;
		}
	}
	return false;
}

bool layers_take(struct layers *layers, const struct layers_aim *aim, const struct pkt_rtp *packet)
{
	bool taken;

	if (packet->keyframe)
		layers->whole = TARGETS_ALL;
	layers->whole &= ~packet->breaks;
	if (packet->keyframe || packet->timestamp != layers->timestamp)
		follow(layers, aim, packet->timestamp);
	if (timestamp_diff(packet->timestamp, layers->timestamp) > 0)
		layers->timestamp = packet->timestamp;
	taken = packet->targets & layers_target(layers) ? !layers_are_lost(layers)
							: climb(layers, aim, packet);
	if (taken)
		layers->whole |= packet->switches;
	else
		layers->whole &= ~packet->targets;
	return taken;
}

static bool is_before(const struct layers *layers, const struct pkt_rtp *packet)
{
	return timestamp_diff(packet->timestamp, layers->changed) < 0;
}

bool layers_took(const struct layers *layers, const struct pkt_rtp *packet)
{
	if (is_before(layers, packet))
		return packet->targets & target_of(layers->spatial_before, layers->temporal_before);
	return packet->targets & layers_target(layers);
}

bool layers_are_lost(const struct layers *layers)
{
	return !(layers->whole & layers_target(layers));
}

bool layers_need_keyframe(const struct layers *layers, const struct layers_aim *aim)
{
	return layers_are_lost(layers) ||
	       (aim->spatial != layers->spatial && !(layers->whole & targets_at(aim->spatial) &
							   ~targets_above(aim->temporal + 1u)));
}

bool layers_end(const struct layers *layers, const struct pkt_rtp *packet)
{
	uint8_t spatial = is_before(layers, packet) ? layers->spatial_before : layers->spatial;

	return packet->marker || (packet->frame_end && packet->spatial == spatial);
}
