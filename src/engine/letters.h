/* SPDX-License-Identifier: MIT */
/*
 * Post between two threads, in one direction: a ring, and behind it a list of what the ring had no
 * room for, in order. So a sender never waits and never loses a letter.
 *
 * A letter is plain data of one size, copied into the ring; only the backlog is heap memory. What
 * may be lost is offered instead of posted. letters_post(), letters_offer(),
 * letters_push_backlog(): the sender's thread. letters_front(), letters_pop(): the receiver's.
 */
#ifndef ENGINE_LETTERS_H
#define ENGINE_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/ring.h"

struct letters {
	struct ring *ring;
	size_t size;
	struct list backlog; /* sender's thread */
};

/* `room` letters in the ring, a power of two; `size` is a multiple of 8. -ENOMEM. */
int letters_init(struct letters *letters, size_t room, size_t size);
/* When both threads are done with it. Calls `discard`, which may be NULL, on what was not taken. */
void letters_finish(struct letters *letters, void (*discard)(const void *letter));
/* -ENOMEM: it is lost, for want of room and of memory. */
int letters_post(struct letters *letters, const void *letter);
/* -ENOSPC: no room, or others wait for some. */
int letters_offer(struct letters *letters, const void *letter);
void letters_push_backlog(struct letters *letters);
bool letters_wait(const struct letters *letters); /* whether there is a backlog */
/* The oldest, to be used until letters_pop(). NULL: none. */
const void *letters_front(struct letters *letters);
void letters_pop(struct letters *letters);

#endif
