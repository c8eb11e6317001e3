/* SPDX-License-Identifier: MIT */
#include "ingress/feedback.h"

#include <stdlib.h>

#include "rtp/seq.h"
#include "rtp/twcc.h"

enum { ENVELOPE = 64 }; /* bytes on the wire around a feedback: IP, UDP, SRTCP, a report */

static int64_t *place(const struct feedback *feedback, int64_t seq)
{
	return &feedback->arrivals[seq & (FEEDBACK_ROOM - 1)];
}

void feedback_finish(struct feedback *feedback)
{
	free(feedback->arrivals);
	feedback->arrivals = NULL;
}

static void restart(struct feedback *feedback, int64_t seq, uint64_t arrival_us)
{
	for (int64_t i = 0; i < FEEDBACK_ROOM; i++)
		feedback->arrivals[i] = TWCC_LOST;
	feedback->next = feedback->highest = seq;
	*place(feedback, seq) = (int64_t)arrival_us;
}

static bool start(struct feedback *feedback, uint16_t seq, uint64_t arrival_us)
{
	feedback->arrivals = malloc(FEEDBACK_ROOM * sizeof(feedback->arrivals[0]));
	if (feedback->arrivals)
		restart(feedback, (int64_t)seq + 65536, arrival_us);
	return feedback->arrivals;
}

static void advance(struct feedback *feedback, int64_t seq)
{
	for (int64_t i = feedback->highest + 1; i <= seq; i++)
		*place(feedback, i) = TWCC_LOST;
	feedback->highest = seq;
	if (feedback->next <= seq - FEEDBACK_ROOM)
		feedback->next = seq - FEEDBACK_ROOM + 1;
}

/* Whether those that were sent just after it arrived so long ago that nobody waits for it. */
static bool stale(const struct feedback *feedback, int64_t seq, uint64_t arrival_us)
{
	int64_t after = seq + 1;

	while (*place(feedback, after) == TWCC_LOST) /* the highest has arrived */
		after++;
	return arrival_us - (uint64_t)*place(feedback, after) > FEEDBACK_BACK_US;
}

void feedback_arrived(struct feedback *feedback, uint16_t seq, uint64_t arrival_us)
{
	int64_t extended;

	if (!feedback->arrivals) {
		start(feedback, seq, arrival_us);
		return;
	}
	extended = seq_extend(seq, feedback->highest);
	if (extended > feedback->highest + FEEDBACK_ROOM) {
		restart(feedback, extended, arrival_us);
		return;
	}
	if (extended <= feedback->highest - FEEDBACK_ROOM)
		return;
	if (extended > feedback->highest)
		advance(feedback, extended);
	else if (*place(feedback, extended) != TWCC_LOST)
		return;
	*place(feedback, extended) = (int64_t)arrival_us;
	if (extended < feedback->next && !stale(feedback, extended, arrival_us))
		feedback->next = extended;
}

/* Often enough for its congestion control, seldom enough for its bandwidth. */
static uint64_t interval_us(const struct feedback *feedback, uint32_t bps)
{
	uint64_t us = bps > FEEDBACK_FAST_BPS ? FEEDBACK_FAST_US : FEEDBACK_US, least_us;

	if (bps == 0)
		return us;
	if (bps < FEEDBACK_SLOW_BPS)
		return FEEDBACK_SLOW_US;
	least_us = (uint64_t)feedback->sent_bytes * 8 * 1000000 * FEEDBACK_SHARE / bps;
	if (us < least_us)
		us = least_us;
	return us < FEEDBACK_SLOW_US ? us : FEEDBACK_SLOW_US;
}

uint64_t feedback_due_us(const struct feedback *feedback, uint32_t bps)
{
	if (!feedback->arrivals || feedback->next > feedback->highest)
		return UINT64_MAX;
	return feedback->sent_us + interval_us(feedback, bps);
}

bool feedback_write(struct feedback *feedback, struct writer *w, uint32_t sender, uint32_t media,
	uint64_t now_us)
{
	int64_t arrivals[FEEDBACK_ROOM];
	unsigned count = 0, written;
	size_t before = w->len;

	if (!feedback->arrivals || feedback->next > feedback->highest)
		return false;
	for (int64_t i = feedback->next; i <= feedback->highest; i++)
		arrivals[count++] = *place(feedback, i);
	written = twcc_write(
		w, sender, media, feedback->count, (uint16_t)feedback->next, arrivals, count);
	if (!written)
		return false;
	feedback->count++;
	feedback->next += written;
	if (feedback->sent_us != now_us)
		feedback->sent_bytes = 0;
	feedback->sent_bytes += (uint32_t)(w->len - before) + ENVELOPE;
	feedback->sent_us = now_us;
	return true;
}
