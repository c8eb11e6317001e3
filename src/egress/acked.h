/* SPDX-License-Identifier: MIT */
/*
 * How many packets of one stream its receiver says to have got, out of its receiver reports
 * (RFC 3550 6.4.1). Counts from the first report on, which tells only where it stands: never more
 * than what arrived. Embedded; sans-I/O.
 */
#ifndef EGRESS_ACKED_H
#define EGRESS_ACKED_H

#include <stdbool.h>
#include <stdint.h>

struct rtcp_block;

struct acked {
	bool known; /* a report came */
	uint32_t highest;
	int32_t lost;
	uint64_t packets;
};

void acked_report(struct acked *acked, const struct rtcp_block *block);

#endif
