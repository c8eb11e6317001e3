/* SPDX-License-Identifier: MIT */
#include "recorder/reorder.h"

#include <string.h>

#include "rtp/seq.h"

/* Two packets in a row that are this far from the others are a new numbering (RFC 3550 A.1). */
enum { FAR_JUMPS = 2, FIRST_NUMBER = 1 << 16 };

static struct pkt **slot(struct reorder *r, int64_t number)
{
	return &r->slots[number & (REORDER_SLOTS - 1)];
}

void reorder_init(struct reorder *r)
{
	memset(r, 0, sizeof(*r));
	r->next = -1;
}

void reorder_finish(struct reorder *r)
{
	for (unsigned i = 0; i < REORDER_SLOTS; i++) {
		pkt_put(r->slots[i]);
		r->slots[i] = NULL;
	}
	r->held = 0;
}

/* The sender numbers anew. What is held of the old numbering can never be completed. */
static void begin_at(struct reorder *r, uint16_t seq)
{
	reorder_finish(r);
	r->next = r->highest = FIRST_NUMBER + seq;
	r->waiting_us = 0;
	r->jumps = 0;
}

/* False: the packet is far from the others, and stays alone for now. */
static bool jump(struct reorder *r, uint16_t seq)
{
	r->jumps = r->jumps > 0 && seq == r->jump_next ? r->jumps + 1 : 1;
	r->jump_next = (uint16_t)(seq + 1);
	if (r->jumps < FAR_JUMPS)
		return false;
	begin_at(r, seq);
	return true;
}

void reorder_push(struct reorder *r, struct pkt *pkt)
{
	int64_t number;
	struct pkt **at;

	if (r->next < 0)
		begin_at(r, pkt->rtp.seq);
	number = seq_extend(pkt->rtp.seq, r->next);
	if (number >= r->next + REORDER_SLOTS || number < r->next - REORDER_SLOTS) {
		if (!jump(r, pkt->rtp.seq)) {
			r->drops[REORDER_JUMP]++;
			return;
		}
		number = r->next;
	}
	r->jumps = 0;
	if (number < r->next) {
		r->drops[REORDER_LATE]++;
		return;
	}
	at = slot(r, number);
	if (*at) {
		r->drops[REORDER_TWICE]++;
		return;
	}
	*at = pkt_ref(pkt);
	r->held++;
	if (number > r->highest)
		r->highest = number;
}

/* Gives up on what is missing before the first packet that is there. */
static unsigned skip(struct reorder *r)
{
	unsigned missing = 0;

	while (!*slot(r, r->next)) {
		r->next++;
		missing++;
	}
	return missing;
}

/* Since when the missing ones are missing: when the first packet after them came. */
static uint64_t gap_seen_us(struct reorder *r, uint64_t now_us)
{
	int64_t number = r->next;

	while (!*slot(r, number))
		number++;
	return (*slot(r, number))->arrival_us < now_us ? (*slot(r, number))->arrival_us : now_us;
}

struct pkt *reorder_pop(struct reorder *r, uint64_t now_us, unsigned *ret_missing)
{
	struct pkt *pkt;

	*ret_missing = 0;
	if (r->held == 0)
		return NULL;
	if (!*slot(r, r->next)) {
		if (r->waiting_us == 0)
			r->waiting_us = gap_seen_us(r, now_us);
		/* Half full: to wait on would lose what comes now. */
		if (now_us - r->waiting_us < REORDER_WAIT_US && r->held < REORDER_SLOTS / 2)
			return NULL;
		*ret_missing = skip(r);
	}
	r->waiting_us = 0;
	pkt = *slot(r, r->next);
	*slot(r, r->next) = NULL;
	r->next++;
	r->held--;
	return pkt;
}
