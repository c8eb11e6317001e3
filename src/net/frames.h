/* SPDX-License-Identifier: MIT */
/*
 * Packets out of a byte stream: each has its length in front, in two bytes (RFC 4571 2).
 *
 * Takes bytes as TCP gives them, cut anywhere, and hands over each packet when it is whole. Holds
 * at most the one that is not. An empty frame is passed over, as the RFC wants. Embedded in its
 * owner, no thread of its own.
 */
#ifndef NET_FRAMES_H
#define NET_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "lectern/types.h"

enum { FRAMES_HEAD = 2 };

struct frames {
	size_t have; /* bytes of `part` */
	uint8_t part[FRAMES_HEAD + LECTERN_MAX_PACKET];
};

/* One packet; borrowed until return. Anything but 0 ends frames_push(), which returns it. */
typedef int(frames_fn)(void *arg, const uint8_t *packet, size_t len);

void frames_init(struct frames *frames);
/*
 * -EMSGSIZE: a packet above LECTERN_MAX_PACKET is announced. What follows cannot be told apart any
 * more: the stream is to be given up, as it is when `each` has ended it.
 */
int frames_push(struct frames *frames, const uint8_t *data, size_t len, frames_fn *each, void *arg);

#endif
