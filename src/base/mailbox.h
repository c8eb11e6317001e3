/* SPDX-License-Identifier: MIT */
/*
 * A base/ring of pointers: one producer, one consumer, no lock, never waits.
 *
 * Messages are pointers to heap memory that the queue does not look into; ownership passes with
 * them. Waking the consumer is the producer's business (an eventfd, lws_cancel_service).
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stddef.h>

struct mailbox;

/* `room` is a power of two. -ENOMEM. */
int mailbox_create(size_t room, struct mailbox **ret_box);
/* Calls `discard` on what was never taken. Accepts NULL. */
void mailbox_destroy(struct mailbox *box, void (*discard)(void *message));
/* Producer. Takes `message` on success; -ENOSPC when full: the caller still owns it. */
int mailbox_push(struct mailbox *box, void *message);
/* Consumer. NULL when empty. */
void *mailbox_pop(struct mailbox *box);

#endif
