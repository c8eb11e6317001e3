/* SPDX-License-Identifier: MIT */
/*
 * The Range header of a request (RFC 9110 14.1.2): one range of bytes, or none.
 *
 * More than one range is refused rather than served: it would make a small request cost a large
 * answer. Numbers are 64 bits wide and checked; a last position past the end is cut to the end.
 */
#ifndef SIGNALING_RANGE_H
#define SIGNALING_RANGE_H

#include <stdint.h>

/*
 * `size` is of the whole file, 0 or more. 0: no range that we know, send it whole. 1: send `length`
 * bytes, 1 or more, from `start`. -ERANGE: answer 416.
 */
int range_parse(const char *header, int64_t size, int64_t *ret_start, int64_t *ret_length);

#endif
