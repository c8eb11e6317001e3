/* SPDX-License-Identifier: MIT */
#include "recorder/fit.h"

#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
	const struct fit_point *x = a, *y = b;

	return (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

static int by_start(const void *a, const void *b)
{
	const struct fit_point *x = a, *y = b;

	return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* `points` are in order of time. 0: not known. */
static double slope_of(const struct fit_point *points, unsigned count)
{
	unsigned half = count / 2, n = 0;
	double *slopes, slope;

	if (count < FIT_POINTS || points[count - 1].at_us - points[0].at_us < FIT_SPAN_US)
		return 0;
	slopes = calloc(half, sizeof(*slopes));
	if (!slopes)
		return 0;
	for (unsigned i = 0; i < half; i++) {
		const struct fit_point *a = &points[i], *b = &points[i + count - half];

		if (b->at_us - a->at_us >= FIT_SPAN_US / 4)
			slopes[n++] =
				(double)(b->start_us - a->start_us) / (double)(b->at_us - a->at_us);
	}
	qsort(slopes, n, sizeof(*slopes), by_value);
	slope = n >= FIT_POINTS / 2 ? slopes[n / 2] : 0;
	free(slopes);
	return slope > FIT_PPM / 1e6 || slope < -FIT_PPM / 1e6 ? 0 : slope;
}

struct fit fit_points(struct fit_point *points, unsigned count)
{
	struct fit fit;
	double slope;

	qsort(points, count, sizeof(*points), by_time);
	slope = slope_of(points, count);
	for (unsigned i = 0; i < count; i++)
		points[i].start_us -= (int64_t)(slope * (double)points[i].at_us);
	qsort(points, count, sizeof(*points), by_start);
	fit.start_us = points[count / 2].start_us;
	fit.rate = 1 + slope;
	return fit;
}
