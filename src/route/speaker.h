/* SPDX-License-Identifier: MIT */
/*
 * Who is heard and who speaks: from the audio levels that microphones send with each packet
 * (RFC 6464), without decoding.
 *
 * Each voice has a loudness that rises fast and falls slowly. The loudest few hold the shared audio
 * slots; one of them loses its slot only to a voice that is clearly louder for a while, or by being
 * silent for long, so that slots do not flutter. The speaker is who has been clearly louder than
 * the speaker so far. The reserved microphone needs no slot among the shared, but can be the
 * speaker.
 *
 * Pure rules: the time comes with each call, nothing is allocated. Only permitted microphones are
 * added (by the router).
 */
#ifndef ROUTE_SPEAKER_H
#define ROUTE_SPEAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "lectern/types.h"

enum { SPEAKER_SHARED = LECTERN_AUDIO_SLOTS - 1 }; /* heard[1] to heard[SPEAKER_SHARED] */

/* One microphone; embedded in its source. */
struct voice {
	uint64_t peer;
	int32_t loudness;   /* 1/256 dB above silence, smoothed */
	int32_t spoken;	    /* its loudness when it was last above the floor */
	uint64_t level_us;  /* the last level; 0: none yet */
	uint64_t spoke_us;  /* the last time it was above the floor; 0: never */
	uint64_t louder_us; /* since when it beats the weakest of the heard; 0: it does not */
	struct list of_speaker;
};

struct speaker {
	struct list voices;
	uint64_t heard[LECTERN_AUDIO_SLOTS]; /* peers; [0] the reserved one; 0: free */
	uint64_t reserved;
	uint64_t speaker;  /* 0: silence */
	uint64_t rival;	   /* who is louder than the speaker ... */
	uint64_t rival_us; /* ... since */
	uint64_t ranked_us;
};

void speaker_init(struct speaker *speaker);

/* Each of these tells whether heard[] or the speaker changed. */
bool speaker_add(struct speaker *speaker, struct voice *voice, uint64_t peer, uint64_t now_us);
/* Harmless for a voice that was not added (and was list_init()ed). */
bool speaker_remove(struct speaker *speaker, struct voice *voice, uint64_t now_us);
bool speaker_reserve(struct speaker *speaker, uint64_t peer, uint64_t now_us);
/* level: -dBov, 0 loudest, 127 silence. */
bool speaker_level(struct speaker *speaker, struct voice *voice, uint8_t level, uint64_t now_us);
bool speaker_tick(struct speaker *speaker, uint64_t now_us);

#endif
