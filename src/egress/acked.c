/* SPDX-License-Identifier: MIT */
#include "egress/acked.h"

#include "rtp/rtcp.h"

void acked_report(struct acked *acked, const struct rtcp_block *block)
{
	int64_t expected = (int32_t)(block->highest - acked->highest);
	int64_t got = expected - ((int64_t)block->lost - acked->lost);

	if (acked->known && expected <= 0)
		return; /* an old report, or nothing new */
	/* Duplicates count as got (RFC 3550 A.3), so more than all may seem to be. */
	if (acked->known && got > 0)
		acked->packets += (uint64_t)(got < expected ? got : expected);
	acked->known = true;
	acked->highest = block->highest;
	acked->lost = block->lost;
}
