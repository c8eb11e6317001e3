/* SPDX-License-Identifier: MIT */
#include "ingress/keyframe.h"

void keyframe_want(struct keyframe *k)
{
	k->wanted = true;
}

void keyframe_seen(struct keyframe *k)
{
	k->wanted = false;
	k->unanswered = 0;
}

void keyframe_forget(struct keyframe *k)
{
	keyframe_seen(k);
}

static uint64_t least_us(const struct keyframe *k, bool lowest, uint32_t rtt_us)
{
	uint64_t us = lowest ? KEYFRAME_LOWEST_US : KEYFRAME_OTHERS_US;

	if (k->unanswered >= KEYFRAME_PATIENCE)
		us = KEYFRAME_SELDOM_US;
	/* The answer may still be on its way. */
	return us < 3 * (uint64_t)rtt_us / 2 ? 3 * (uint64_t)rtt_us / 2 : us;
}

/* A bucket of KEYFRAME_BURST, kept as the time at which it was last empty. */
static bool spend(struct keyframe *k, uint64_t now_us)
{
	const int64_t full_us = (int64_t)KEYFRAME_BURST * KEYFRAME_EARN_US;
	int64_t now = (int64_t)now_us;

	if (!k->asked || now - k->empty_us > full_us)
		k->empty_us = now - full_us;
	if (now - k->empty_us < KEYFRAME_EARN_US)
		return false;
	k->empty_us += KEYFRAME_EARN_US;
	return true;
}

bool keyframe_due(struct keyframe *k, bool lowest, uint32_t rtt_us, uint64_t now_us)
{
	if (!k->wanted || (k->asked && now_us - k->asked_us < least_us(k, lowest, rtt_us)) ||
		!spend(k, now_us))
		return false;
	k->asked = true;
	k->asked_us = now_us;
	k->command += k->unanswered == 0;
	k->unanswered++;
	return true;
}
