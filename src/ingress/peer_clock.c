/* SPDX-License-Identifier: MIT */
#include "ingress/peer_clock.h"

#include "rtp/rtcp.h"

enum {
	STEP_US = 1000000,    /* a difference that no network makes: the clock was set */
	WINDOW_US = 20000000, /* a few reports of each track */
	SLEW = 1000,	      /* one microsecond in so many: 1 ms a second */
};

static void restart(struct peer_clock *clock, int64_t sample_us, uint64_t arrival_us)
{
	*clock = (struct peer_clock){
		.set = true,
		.offset_us = sample_us,
		.lowest_us = sample_us,
		.lowest_before_us = sample_us,
		.window_us = arrival_us,
		.slewed_us = arrival_us,
	};
}

static void slew(struct peer_clock *clock, uint64_t arrival_us)
{
	int64_t target = clock->lowest_us < clock->lowest_before_us ? clock->lowest_us
								    : clock->lowest_before_us;
	int64_t most = (int64_t)(arrival_us - clock->slewed_us) / SLEW;
	int64_t change = target - clock->offset_us;

	if (change > most)
		change = most;
	else if (change < -most)
		change = -most;
	clock->offset_us += change;
	clock->slewed_us = arrival_us;
}

uint64_t peer_clock_report(struct peer_clock *clock, uint64_t ntp, uint64_t arrival_us)
{
	int64_t ntp_us = rtcp_us_of_ntp(ntp);
	int64_t sample_us = (int64_t)arrival_us - ntp_us;
	int64_t off_us = sample_us - clock->offset_us;

	if (!clock->set || off_us > STEP_US || off_us < -STEP_US) {
		restart(clock, sample_us, arrival_us);
		return arrival_us;
	}
	if (arrival_us - clock->window_us >= WINDOW_US) {
		clock->lowest_before_us = clock->lowest_us;
		clock->lowest_us = sample_us;
		clock->window_us = arrival_us;
	}
	if (sample_us < clock->lowest_us)
		clock->lowest_us = sample_us;
	slew(clock, arrival_us);
	return (uint64_t)(ntp_us + clock->offset_us);
}
