/* SPDX-License-Identifier: MIT */
#include "egress/timeline.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "rtp/seq.h"

enum { PICTURE_MASK = 0x7fff };

void timeline_init(
	struct timeline *t, uint16_t seq, uint32_t timestamp, uint16_t picture_id, uint8_t tl0)
{
	assert(seq < 0x8000);
	memset(t, 0, sizeof(*t));
	/* One before the first. An extended number never gets negative. */
	t->highest = (int64_t)seq + 65536 - 1;
	t->first = t->highest + 1;
	t->timestamp = timestamp;
	t->picture_id = picture_id & PICTURE_MASK;
	t->tl0 = tl0;
}

static bool was_used(const struct timeline *t, int64_t seq)
{
	return t->used[(seq & (TIMELINE_WINDOW - 1)) / 64] >> (seq & 63) & 1;
}

static void mark(struct timeline *t, int64_t seq, bool used)
{
	uint64_t bit = (uint64_t)1 << (seq & 63);
	uint64_t *word = &t->used[(seq & (TIMELINE_WINDOW - 1)) / 64];

	*word = used ? *word | bit : *word & ~bit;
}

void timeline_switch(struct timeline *t, const struct pkt_rtp *first, uint32_t timestamp)
{
	t->first = t->highest + 1;
	t->seq_offset = (uint16_t)(t->first - first->seq);
	t->timestamp_offset = timestamp - first->timestamp;
	t->picture_offset = (uint16_t)(t->picture_id + 1 - first->picture_id) & PICTURE_MASK;
	t->tl0_offset = (uint8_t)(t->tl0 + 1 - first->tl0);
	t->started = true;
}

struct timeline_place timeline_again(const struct timeline *t, const struct pkt_rtp *rtp)
{
	uint16_t seq = (uint16_t)(rtp->seq + t->seq_offset);

	return (struct timeline_place){
		.seq = seq_extend(seq, t->highest),
		.timestamp = rtp->timestamp + t->timestamp_offset,
		.picture_id = (rtp->picture_id + t->picture_offset) & PICTURE_MASK,
		.tl0 = (uint8_t)(rtp->tl0 + t->tl0_offset),
	};
}

static void advance(struct timeline *t, int64_t seq)
{
	if (seq - t->highest >= TIMELINE_WINDOW)
		memset(t->used, 0, sizeof(t->used));
	else
		for (int64_t i = t->highest + 1; i <= seq; i++)
			mark(t, i, false);
	t->highest = seq;
}

static bool picture_newer(uint16_t a, uint16_t b)
{
	uint16_t ahead = (uint16_t)(a - b) & PICTURE_MASK;

	return ahead != 0 && ahead < 0x4000;
}

static void remember_newest(
	struct timeline *t, const struct pkt_rtp *rtp, const struct timeline_place *place)
{
	if (timestamp_diff(place->timestamp, t->timestamp) > 0)
		t->timestamp = place->timestamp;
	if (rtp->has_picture_id && picture_newer(place->picture_id, t->picture_id))
		t->picture_id = place->picture_id;
	if (rtp->has_tl0 && (int8_t)(uint8_t)(place->tl0 - t->tl0) > 0)
		t->tl0 = place->tl0;
}

int timeline_take(struct timeline *t, const struct pkt_rtp *rtp, struct timeline_place *ret_place)
{
	struct timeline_place place = timeline_again(t, rtp);

	if (place.seq < t->first || place.seq <= t->highest - TIMELINE_WINDOW)
		return -ERANGE;
	if (place.seq > t->highest)
		advance(t, place.seq);
	else if (was_used(t, place.seq))
		return -EEXIST;
	mark(t, place.seq, true);
	remember_newest(t, rtp, &place);
	*ret_place = place;
	return 0;
}

bool timeline_find(const struct timeline *t, uint16_t seq, uint16_t *ret_source_seq)
{
	int64_t extended = seq_extend(seq, t->highest);

	if (extended < t->first || extended > t->highest ||
		extended <= t->highest - TIMELINE_WINDOW)
		return false;
	*ret_source_seq = (uint16_t)(seq - t->seq_offset);
	return true;
}
