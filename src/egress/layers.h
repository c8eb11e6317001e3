/* SPDX-License-Identifier: MIT */
/*
 * Which layers of a source to show: a simulcast layer (another stream), and inside of it a spatial
 * and a temporal layer (rtp/targets).
 *
 * layers_choose() says what would be best; struct layers follows it inside a stream, from picture to
 * picture: it keeps to its target until the better one can be decoded, and then changes at once. It
 * knows by the packets' marks which targets the receiver was sent all frames of since the last
 * keyframe, so that the same rule serves up and down, spatial and temporal, and every codec: at a
 * keyframe to any target, else to those that are whole (L3T3 goes down at the next picture; temporal
 * layers go up at a switching point).
 *
 * L3T3_KEY goes down at a keyframe only. Its spatial layers do not depend on each other between
 * keyframes, but each depends on its own past, and of those below the highest nothing was sent since
 * the keyframe: that is what makes this mode cheap. To send them just in case would cost each
 * receiver a third more all the time; a keyframe comes within a round trip and a frame.
 *
 * Pure: knows packets by struct pkt_rtp only.
 */
#ifndef EGRESS_LAYERS_H
#define EGRESS_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pkt.h"
#include "route/source.h"
#include "rtp/targets.h"

/* What bounds the choice. */
struct layers_limit {
	unsigned height;  /* pixels; 0: nothing is shown */
	uint8_t temporal; /* highest temporal layer */
};

struct layers_aim {
	int layer; /* simulcast; negative: none */
	uint8_t spatial, temporal;
};

/* The highest live layer that is not higher than the limit, the lowest live one if all are; a layer
 * of unknown height is tried. The same for the spatial layers inside of it. */
struct layers_aim layers_choose(const struct source *source, const struct layers_limit *limit);

struct layers {
	uint8_t spatial, temporal; /* now */
	uint32_t whole;		   /* targets of which all was sent */
	uint32_t timestamp;	   /* of the newest picture */
	/* before the last change */
	uint8_t spatial_before, temporal_before;
	uint32_t changed; /* timestamp of the first picture after it */
};

/* `first` begins a keyframe. */
void layers_begin(struct layers *layers, const struct layers_aim *aim, const struct pkt_rtp *first);
/* What is sent now (rtp/targets). */
uint32_t layers_target(const struct layers *layers);
/* A packet in order: whether it is to be sent. */
bool layers_take(struct layers *layers, const struct layers_aim *aim, const struct pkt_rtp *packet);
/* A packet that came late: whether the picture that it is of was sent with its layer. */
bool layers_took(const struct layers *layers, const struct pkt_rtp *packet);
/* Whether nothing can be decoded any more before a keyframe. */
bool layers_are_lost(const struct layers *layers);
/* Whether only a keyframe leads to the aim. */
bool layers_need_keyframe(const struct layers *layers, const struct layers_aim *aim);
/* Whether it is the last packet of its picture that this receiver gets. */
bool layers_end(const struct layers *layers, const struct pkt_rtp *packet);

#endif
