/* SPDX-License-Identifier: MIT */
/*
 * The only queue between threads: one producer, one consumer, no lock, never waits, and nothing is
 * allocated after it was made. What goes through lies in the ring itself, as `size` bytes each:
 *
 *   producer: ring_place(), fill it, ring_push()     consumer: ring_front(), use it, ring_pop()
 *
 * Ownership of what an entry points to passes with the push. Waking the consumer is the producer's
 * business (an eventfd, lws_cancel_service). base/mailbox is the same for plain pointers.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stddef.h>

struct ring;

/* `room` entries, a power of two; `size` is a multiple of 8. -ENOMEM. */
int ring_create(size_t room, size_t size, struct ring **ret_ring);
/* When both threads are done with it; what was never taken is forgotten. Accepts NULL. */
void ring_destroy(struct ring *ring);
/* Producer. The next entry, which holds what it held a round ago; NULL when full. */
void *ring_place(struct ring *ring);
/* Producer. The consumer may have it from now on. */
void ring_push(struct ring *ring);
/* Consumer. The oldest entry, to be used until ring_pop(); NULL when empty. */
void *ring_front(struct ring *ring);
/* Consumer. */
void ring_pop(struct ring *ring);

#endif
