/* SPDX-License-Identifier: MIT */
/*
 * Where a clip lies on the recording's timeline, out of its sync points: the offset, and how fast
 * the sender's media clock runs against the server's. Pure; any thread.
 *
 * The slope is the median of slopes over half the points' span each (Theil's incomplete method):
 * a quarter of the points may be wild. It is trusted only over FIT_SPAN_US and FIT_POINTS, and up to
 * FIT_PPM; otherwise it is 0 and the offset the median.
 */
#ifndef RECORDER_FIT_H
#define RECORDER_FIT_H

#include <stdint.h>

#define FIT_SPAN_US (INT64_C(180) * 1000 * 1000)

enum { FIT_POINTS = 20, FIT_PPM = 500 };

struct fit_point {
	int64_t at_us;	  /* in the file */
	int64_t start_us; /* where time 0 lies on the timeline, by this point alone */
};

struct fit {
	int64_t start_us; /* where time 0 lies */
	double rate;	  /* timeline time per file time */
};

/* At least one point; they are put in another order and changed. */
struct fit fit_points(struct fit_point *points, unsigned count);

#endif
