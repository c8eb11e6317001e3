/* SPDX-License-Identifier: MIT */
/*
 * The one component that asks for keyframes of a layer: whoever wants one says so here, and as few
 * requests as possible go out.
 *
 * The first request after a quiet while goes at once, so that who joins need not wait. Further ones
 * are held back while the answer to the last may be on its way, and more join in the meantime. One
 * is repeated until a keyframe is seen, for a still screen share makes none by itself; a sender
 * that never answers is asked less and less often. However many want one, no more than
 * KEYFRAME_BURST and one each KEYFRAME_EARN_US go out: a keyframe is paid for by everybody.
 */
#ifndef INGRESS_KEYFRAME_H
#define INGRESS_KEYFRAME_H

#include <stdbool.h>
#include <stdint.h>

enum {
	KEYFRAME_LOWEST_US = 500000, /* least time between requests: lowest layer, others */
	KEYFRAME_OTHERS_US = 1000000,
	KEYFRAME_BURST = 2,	    /* requests in a row, and then ... */
	KEYFRAME_EARN_US = 1000000, /* ... one in so long */
	KEYFRAME_PATIENCE = 5,	    /* unanswered requests after which it is asked less often */
	KEYFRAME_SELDOM_US = 3000000,
};

/* All zero: nothing wanted, nothing asked. */
struct keyframe {
	bool wanted;
	bool asked;	   /* at all: asked_us counts */
	uint64_t asked_us; /* the last request */
	int64_t empty_us;  /* what may still be asked for is what was earned since */
	unsigned unanswered;
	uint8_t command; /* RFC 5104 4.3.1.1: a new number for each command, not for repeats */
};

void keyframe_want(struct keyframe *k);
void keyframe_seen(struct keyframe *k);
/* Nobody is there to answer, or to be shown one. */
void keyframe_forget(struct keyframe *k);
/* Whether to ask now; the caller then does. */
bool keyframe_due(struct keyframe *k, bool lowest, uint32_t rtt_us, uint64_t now_us);

#endif
