/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The two counters only grow; their difference is the fill. Each has a cache line of its own, so
 * that producer and consumer do not take it from each other. */
struct mailbox {
	_Alignas(64) atomic_size_t pushed; /* written by the producer */
	_Alignas(64) atomic_size_t popped; /* written by the consumer */
	_Alignas(64) size_t room;
	void *messages[];
};

int mailbox_create(size_t room, struct mailbox **ret_box)
{
	struct mailbox *box;
	size_t size;

	assert(room > 0 && (room & (room - 1)) == 0);
	size = (sizeof(*box) + room * sizeof(void *) + 63) & ~(size_t)63;
	box = aligned_alloc(64, size);
	if (!box)
		return -ENOMEM;
	atomic_init(&box->pushed, 0);
	atomic_init(&box->popped, 0);
	box->room = room;
	*ret_box = box;
	return 0;
}

void mailbox_destroy(struct mailbox *box, void (*discard)(void *message))
{
	void *message;

	if (!box)
		return;
	while ((message = mailbox_pop(box)))
		discard(message);
	free(box);
}

int mailbox_push(struct mailbox *box, void *message)
{
	size_t pushed = atomic_load_explicit(&box->pushed, memory_order_relaxed);

	assert(message);
	if (pushed - atomic_load_explicit(&box->popped, memory_order_acquire) == box->room)
		return -ENOSPC;
	box->messages[pushed & (box->room - 1)] = message;
	atomic_store_explicit(&box->pushed, pushed + 1, memory_order_release);
	return 0;
}

void *mailbox_pop(struct mailbox *box)
{
	size_t popped = atomic_load_explicit(&box->popped, memory_order_relaxed);
	void *message;

	if (popped == atomic_load_explicit(&box->pushed, memory_order_acquire))
		return NULL;
	message = box->messages[popped & (box->room - 1)];
	atomic_store_explicit(&box->popped, popped + 1, memory_order_release);
	return message;
}
