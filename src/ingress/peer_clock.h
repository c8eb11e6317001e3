/* SPDX-License-Identifier: MIT */
/*
 * A sender's NTP clock, moved to the server's monotonic one by a single offset for all tracks of a
 * peer, so that its sound and picture stay in step with each other whatever the network does.
 *
 * The offset is arrival - ntp of the first sender report, and then follows the smallest difference
 * of the last while (the report least delayed), slowly. A step of the sender's clock is followed at
 * once. So a capture time here includes the shortest way from the sender to us, for all its tracks.
 */
#ifndef INGRESS_PEER_CLOCK_H
#define INGRESS_PEER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct peer_clock {
	bool set;
	int64_t offset_us;		     /* server time = ntp + offset */
	int64_t lowest_us, lowest_before_us; /* of arrival - ntp: in this window and the last */
	uint64_t window_us;		     /* when this window began */
	uint64_t slewed_us;
};

/* A report that says `ntp` (32.32) came at arrival_us. Returns its time on the server's clock. */
uint64_t peer_clock_report(struct peer_clock *clock, uint64_t ntp, uint64_t arrival_us);

#endif
