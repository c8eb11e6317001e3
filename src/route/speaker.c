/* SPDX-License-Identifier: MIT */
#include "route/speaker.h"

#include <string.h>

enum {
	DB = 256,		 /* loudness units */
	SILENCE = 127,		 /* RFC 6464 level of digital silence */
	FLOOR = (127 - 60) * DB, /* speech is above -60 dBov, a quiet room below */
	CLEARLY = 6 * DB,
	RANK_US = 20000,    /* between two rankings: the packets of one microphone */
	STALE_US = 100000,  /* no level for so long (DTX, mute): falls silent */
	FALL_US = 600000,   /* time in which a loudness falls to a third */
	QUIET_US = 2000000, /* a pause for breath is shorter */
	FREE_US = 20000000, /* silent for so long: its slot is free */
	LOUDER_US = 500000, /* clearly louder for so long: takes the slot */
	TURN_US = 400000,   /* likewise the turn to speak */
};

void speaker_init(struct speaker *speaker)
{
	memset(speaker, 0, sizeof(*speaker));
	list_init(&speaker->voices);
}

static struct voice *find(const struct speaker *speaker, uint64_t peer)
{
	list_each (it, &speaker->voices) {
		struct voice *voice = list_of(it, struct voice, of_speaker);

		if (peer && voice->peer == peer)
			return voice;
	}
	return NULL;
}

/* The shared slot of `peer`, or of nobody with 0; negative: there is none. */
static int slot_of(const struct speaker *speaker, uint64_t peer)
{
	for (int i = 1; i <= SPEAKER_SHARED; i++) {
		if (speaker->heard[i] == peer)
			return i;
	}
	return -1;
}

static bool take_free_slot(struct speaker *speaker, const struct voice *voice)
{
	int slot = slot_of(speaker, 0);

	if (slot < 0 || voice->peer == speaker->reserved || slot_of(speaker, voice->peer) > 0)
		return false;
	speaker->heard[slot] = voice->peer;
	return true;
}

static bool quiet_for(const struct voice *voice, uint64_t us, uint64_t now_us)
{
	return now_us - voice->spoke_us >= us;
}

static void fall(struct voice *voice, uint64_t passed_us)
{
	uint64_t share = passed_us < FALL_US ? passed_us : FALL_US;

	voice->loudness -= (int32_t)((uint64_t)voice->loudness * share / FALL_US);
}

static bool free_slots(struct speaker *speaker, uint64_t now_us)
{
	bool changed = false;

	for (int i = 1; i <= SPEAKER_SHARED; i++) {
		struct voice *voice = find(speaker, speaker->heard[i]);

		if (speaker->heard[i] && (!voice || quiet_for(voice, FREE_US, now_us))) {
			speaker->heard[i] = 0;
			changed = true;
		}
	}
	return changed;
}

/* The loudest of those above the floor that are not heard yet. */
static struct voice *loudest_waiting(const struct speaker *speaker)
{
	struct voice *best = NULL;

	list_each (it, &speaker->voices) {
		struct voice *voice = list_of(it, struct voice, of_speaker);

		if (voice->loudness <= FLOOR || voice->peer == speaker->reserved ||
			slot_of(speaker, voice->peer) > 0)
			continue;
		if (!best || voice->loudness > best->loudness)
			best = voice;
	}
	return best;
}

/* For its slot a voice is as loud in a pause for breath (in DTX its levels fall at once) as it was
 * before. */
static int32_t standing(const struct voice *voice, uint64_t now_us)
{
	return quiet_for(voice, QUIET_US, now_us) || voice->loudness > voice->spoken
		       ? voice->loudness
		       : voice->spoken;
}

static struct voice *weakest_heard(const struct speaker *speaker, uint64_t now_us)
{
	struct voice *worst = NULL;

	for (int i = 1; i <= SPEAKER_SHARED; i++) {
		struct voice *voice = find(speaker, speaker->heard[i]);

		if (voice && (!worst || standing(voice, now_us) < standing(worst, now_us)))
			worst = voice;
	}
	return worst;
}

static bool replace_weakest(struct speaker *speaker, uint64_t now_us)
{
	struct voice *voice = loudest_waiting(speaker), *weakest;

	if (!voice)
		return false;
	if (take_free_slot(speaker, voice))
		return true;
	weakest = weakest_heard(speaker, now_us);
	if (voice->loudness < standing(weakest, now_us) + CLEARLY) {
		voice->louder_us = 0;
		return false;
	}
	if (!voice->louder_us)
		voice->louder_us = now_us;
	if (!quiet_for(weakest, QUIET_US, now_us) && now_us - voice->louder_us < LOUDER_US)
		return false;
	voice->louder_us = 0;
	speaker->heard[slot_of(speaker, weakest->peer)] = voice->peer;
	return true;
}

static bool set_speaker(struct speaker *speaker, uint64_t peer)
{
	bool changed = speaker->speaker != peer;

	speaker->speaker = peer;
	speaker->rival = 0;
	return changed;
}

static struct voice *loudest_but(const struct speaker *speaker, uint64_t peer)
{
	struct voice *best = NULL;

	list_each (it, &speaker->voices) {
		struct voice *voice = list_of(it, struct voice, of_speaker);

		if (voice->peer != peer && voice->loudness > FLOOR &&
			(!best || voice->loudness > best->loudness))
			best = voice;
	}
	return best;
}

static bool turn(struct speaker *speaker, uint64_t now_us)
{
	struct voice *current = find(speaker, speaker->speaker);
	struct voice *rival = loudest_but(speaker, speaker->speaker);
	bool quiet = !current || quiet_for(current, QUIET_US, now_us);

	if (!rival || (!quiet && rival->loudness < current->loudness + CLEARLY)) {
		speaker->rival = 0;
		return quiet && set_speaker(speaker, 0);
	}
	if (speaker->rival != rival->peer) {
		speaker->rival = rival->peer;
		speaker->rival_us = now_us;
	}
	if (now_us - speaker->rival_us < TURN_US)
		return false;
	return set_speaker(speaker, rival->peer);
}

static bool rank(struct speaker *speaker, uint64_t now_us)
{
	uint64_t passed_us = now_us - speaker->ranked_us;
	bool changed = false;

	if (passed_us < RANK_US)
		return false;
	speaker->ranked_us = now_us;
	list_each (it, &speaker->voices) {
		struct voice *voice = list_of(it, struct voice, of_speaker);

		if (now_us - voice->level_us >= STALE_US)
			fall(voice, passed_us);
	}
	changed |= free_slots(speaker, now_us);
	changed |= replace_weakest(speaker, now_us);
	changed |= turn(speaker, now_us);
	return changed;
}

bool speaker_add(struct speaker *speaker, struct voice *voice, uint64_t peer, uint64_t now_us)
{
	*voice = (struct voice){.peer = peer, .level_us = now_us, .spoke_us = now_us};
	list_append(&speaker->voices, &voice->of_speaker);
	/* While there is room, its first word is not missed. */
	return take_free_slot(speaker, voice);
}

bool speaker_remove(struct speaker *speaker, struct voice *voice, uint64_t now_us)
{
	bool changed = false;
	int slot;

	if (list_empty(&voice->of_speaker))
		return false;
	list_remove(&voice->of_speaker);
	slot = slot_of(speaker, voice->peer);
	if (slot > 0) {
		speaker->heard[slot] = 0;
		changed = true;
		replace_weakest(speaker, now_us);
	}
	if (speaker->speaker == voice->peer)
		changed |= set_speaker(speaker, 0);
	return changed;
}

bool speaker_reserve(struct speaker *speaker, uint64_t peer, uint64_t now_us)
{
	struct voice *before = find(speaker, speaker->reserved);
	int slot = slot_of(speaker, peer);

	if (speaker->reserved == peer)
		return false;
	speaker->reserved = speaker->heard[0] = peer;
	if (peer && slot > 0)
		speaker->heard[slot] = 0;
	if (before)
		take_free_slot(speaker, before);
	replace_weakest(speaker, now_us);
	return true;
}

bool speaker_level(struct speaker *speaker, struct voice *voice, uint8_t level, uint64_t now_us)
{
	int32_t loudness = (SILENCE - (level < SILENCE ? level : SILENCE)) * DB;
	bool changed = false;

	if (list_empty(&voice->of_speaker))
		return false;
	if (loudness > voice->loudness)
		voice->loudness += (loudness - voice->loudness) / 2;
	else
		voice->loudness -= (voice->loudness - loudness) / 32;
	voice->level_us = now_us;
	if (loudness > FLOOR) {
		voice->spoke_us = now_us;
		voice->spoken = voice->loudness;
		changed = take_free_slot(speaker, voice);
	}
	return rank(speaker, now_us) || changed;
}

bool speaker_tick(struct speaker *speaker, uint64_t now_us)
{
	return rank(speaker, now_us);
}
