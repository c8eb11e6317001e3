/* SPDX-License-Identifier: MIT */
#include "egress/timeline.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "rtp/seq.h"

enum {
	PICTURE_MASK = 0x7fff,
	PICTURES = 0x8000,
	FIRST_CYCLE = 65536, /* an extended number never gets negative */
};

void timeline_init(
	struct timeline *t, uint16_t seq, uint32_t timestamp, uint16_t picture_id, uint8_t tl0)
{
	assert(seq < 0x8000);
	memset(t, 0, sizeof(*t));
	t->highest = (int64_t)seq + FIRST_CYCLE - 1; /* one before the first */
	t->timestamp = timestamp;
	t->picture_id = picture_id & PICTURE_MASK;
	t->tl0 = tl0;
	/* nothing is of a stretch yet */
	numbering_begin(&t->seqs, FIRST_CYCLE, t->highest + 1);
	t->first = FIRST_CYCLE;
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
	t->first = (int64_t)first->seq + FIRST_CYCLE;
	numbering_begin(&t->seqs, t->first, t->highest + 1);
	memset(t->used, 0, sizeof(t->used));
	t->timestamp_offset = timestamp - first->timestamp;
	t->picture_offset = (uint16_t)(t->picture_id + 1 - first->picture_id) & PICTURE_MASK;
	t->number_offset = (uint16_t)(t->number + 1 - first->number);
	t->tl0_offset = (uint8_t)(t->tl0 + 1 - first->tl0);
	t->has_pictures = false;
	t->started = true;
}

static int64_t source_seq(const struct timeline *t, uint16_t seq)
{
	return seq_extend(seq, t->seqs.highest);
}

/* The same for picture ids of 15 bits. */
static int64_t source_picture(const struct timeline *t, uint16_t picture_id)
{
	uint16_t ahead = (uint16_t)(picture_id - t->pictures.highest) & PICTURE_MASK;

	return t->pictures.highest + ahead - (ahead >= PICTURES / 2 ? PICTURES : 0);
}

static uint16_t picture_of(const struct timeline *t, const struct pkt_rtp *rtp)
{
	if (rtp->picture_dense && t->has_pictures)
		return (uint16_t)numbering_of(&t->pictures, source_picture(t, rtp->picture_id)) &
		       PICTURE_MASK;
	return (rtp->picture_id + t->picture_offset) & PICTURE_MASK;
}

struct timeline_place timeline_again(const struct timeline *t, const struct pkt_rtp *rtp)
{
	return (struct timeline_place){
		.seq = numbering_of(&t->seqs, source_seq(t, rtp->seq)),
		.timestamp = rtp->timestamp + t->timestamp_offset,
		.picture_id = picture_of(t, rtp),
		.number = (uint16_t)(rtp->number + t->number_offset),
		.tl0 = (uint8_t)(rtp->tl0 + t->tl0_offset),
	};
}

/* Forgets what was used a window ago. */
static void advance(struct timeline *t, int64_t seq)
{
	if (seq - t->seqs.highest >= TIMELINE_WINDOW)
		memset(t->used, 0, sizeof(t->used));
	else
		for (int64_t i = t->seqs.highest + 1; i <= seq; i++)
			mark(t, i, false);
}

static bool newer(uint16_t a, uint16_t b, uint16_t mask)
{
	uint16_t ahead = (uint16_t)(a - b) & mask;

	return ahead != 0 && ahead <= mask / 2;
}

static void remember_newest(
	struct timeline *t, const struct pkt_rtp *rtp, const struct timeline_place *place)
{
	if (place->seq > t->highest)
		t->highest = place->seq;
	if (timestamp_diff(place->timestamp, t->timestamp) > 0)
		t->timestamp = place->timestamp;
	if (rtp->has_picture_id && newer(place->picture_id, t->picture_id, PICTURE_MASK))
		t->picture_id = place->picture_id;
	if (rtp->dd_len && seq_newer(place->number, t->number))
		t->number = place->number;
	if (rtp->has_tl0 && (int8_t)(uint8_t)(place->tl0 - t->tl0) > 0)
		t->tl0 = place->tl0;
}

/* The first picture of a stretch that has a dense id. */
static void begin_pictures(struct timeline *t, const struct pkt_rtp *rtp)
{
	int64_t first = (int64_t)rtp->picture_id + PICTURES;

	numbering_begin(&t->pictures, first, first + t->picture_offset);
	t->has_pictures = true;
}

static bool has_dense(const struct pkt_rtp *rtp)
{
	return rtp->has_picture_id && rtp->picture_dense;
}

bool timeline_is_late(const struct timeline *t, const struct pkt_rtp *rtp)
{
	return numbering_is_late(&t->seqs, source_seq(t, rtp->seq));
}

int timeline_take(struct timeline *t, const struct pkt_rtp *rtp, struct timeline_place *ret_place)
{
	int64_t seq = source_seq(t, rtp->seq);

	if (seq < t->first || numbering_is_lost(&t->seqs, seq))
		return -ERANGE;
	if (numbering_is_late(&t->seqs, seq) &&
		(was_used(t, seq) || numbering_left_out(&t->seqs, seq)))
		return -EEXIST;
	advance(t, seq);
	numbering_keep(&t->seqs, seq);
	mark(t, seq, true);
	if (has_dense(rtp)) {
		if (!t->has_pictures)
			begin_pictures(t, rtp);
		numbering_keep(&t->pictures, source_picture(t, rtp->picture_id));
	}
	*ret_place = timeline_again(t, rtp);
	remember_newest(t, rtp, ret_place);
	return 0;
}

void timeline_drop(struct timeline *t, const struct pkt_rtp *rtp)
{
	int64_t seq = source_seq(t, rtp->seq), picture;

	advance(t, seq);
	numbering_leave_out(&t->seqs, seq);
	if (!has_dense(rtp) || !t->has_pictures)
		return;
	/* A picture of which something was sent keeps its id. */
	picture = source_picture(t, rtp->picture_id);
	if (!numbering_is_late(&t->pictures, picture))
		numbering_leave_out(&t->pictures, picture);
}

bool timeline_find(const struct timeline *t, uint16_t seq, uint16_t *ret_source_seq)
{
	int64_t extended = seq_extend(seq, t->highest), old;

	if (extended > t->highest || !numbering_find(&t->seqs, extended, &old) || old < t->first)
		return false;
	*ret_source_seq = (uint16_t)old;
	return true;
}
