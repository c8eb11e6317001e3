/* SPDX-License-Identifier: MIT */
/*
 * What waits to be written to one TCP connection: whole packets, each with its length in front
 * (RFC 4571 2), in a ring of bytes.
 *
 * Nothing is ever taken back out of it, so that the other end never sees a part of a packet; what
 * does not fit is not put in. When the other end is slow, large packets, which are video, are
 * refused first: above TCP_QUEUE_BYTES less what is reserved for small ones, and above what the other
 * end takes in TCP_STALE_US. Late pictures are of no use to a class, and sound, reports
 * and ICE checks are not to wait behind them.
 *
 * Memory is taken with the first packet and kept. Embedded in its connection.
 */
#ifndef NET_TCP_QUEUE_H
#define NET_TCP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
	TCP_QUEUE_BYTES = 128 * 1024, /* a large keyframe */
	TCP_QUEUE_RESERVE = 16 * 1024,
	TCP_QUEUE_SMALL = 400, /* bytes of a packet that may use the reserve */
	TCP_STALE_US = 400 * 1000,
	TCP_WINDOW_US = 200 * 1000,
};

struct tcp_queue {
	/* owned */
	uint8_t *bytes; /* NULL until the first packet */
	/* state */
	size_t at, used;
	/* While it is not empty: how fast does the other end take it? */
	size_t limit; /* what it took in the last window, as for TCP_STALE_US */
	size_t taken; /* in this window */
	uint64_t window_us;
};

/* On zeroed memory there is nothing to init. */
void tcp_queue_finish(struct tcp_queue *queue);
/* False: refused, for lack of room, time or memory. */
bool tcp_queue_push(struct tcp_queue *queue, const uint8_t *packet, size_t len, uint64_t now_us);
/* What to write, in order; returns how many of the two are used. */
unsigned tcp_queue_pieces(const struct tcp_queue *queue, struct iovec pieces[2]);
/* `n` bytes of it were written. */
void tcp_queue_sent(struct tcp_queue *queue, size_t n);

#endif
