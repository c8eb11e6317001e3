/* SPDX-License-Identifier: MIT */
/*
 * The one component that asks for keyframes of a layer: whoever wants one says so here, and as few
 * requests as possible go out. One is repeated until a keyframe is seen, for a still screen
 * share makes none by itself; a sender that never answers is asked less and less often.
 */
#ifndef INGRESS_KEYFRAME_H
#define INGRESS_KEYFRAME_H

#include <stdbool.h>
#include <stdint.h>

enum {
	KEYFRAME_LOWEST_US = 500000, /* least time between requests: lowest layer, others */
	KEYFRAME_OTHERS_US = 1000000,
	KEYFRAME_PATIENCE = 5, /* unanswered requests after which it is asked less often */
	KEYFRAME_SELDOM_US = 3000000,
};

struct keyframe {
	bool wanted;
	bool asked; /* at all: asked_us counts */
	uint64_t asked_us;
	unsigned unanswered;
};

static inline void keyframe_want(struct keyframe *k)
{
	k->wanted = true;
}

static inline void keyframe_seen(struct keyframe *k)
{
	k->wanted = false;
	k->unanswered = 0;
}

/* Whether to ask now; the caller then does. */
static inline bool keyframe_due(struct keyframe *k, bool lowest, uint32_t rtt_us, uint64_t now_us)
{
	uint64_t least_us = lowest ? KEYFRAME_LOWEST_US : KEYFRAME_OTHERS_US;

	if (least_us < 3 * (uint64_t)rtt_us / 2) /* the answer may still be on its way */
		least_us = 3 * (uint64_t)rtt_us / 2;
	if (k->unanswered >= KEYFRAME_PATIENCE)
		least_us = KEYFRAME_SELDOM_US;
	if (!k->wanted || (k->asked && now_us - k->asked_us < least_us))
		return false;
	k->asked = true;
	k->asked_us = now_us;
	k->unanswered++;
	return true;
}

#endif
