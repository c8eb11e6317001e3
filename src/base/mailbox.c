/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/ring.h"

struct mailbox {
	struct ring *ring; /* void * each */
};

int mailbox_create(size_t room, struct mailbox **ret_box)
{
	struct mailbox *box = malloc(sizeof(*box));
	int err;

	if (!box)
		return -ENOMEM;
	err = ring_create(room, sizeof(void *), &box->ring);
	if (err) {
		free(box);
		return err;
	}
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
	ring_destroy(box->ring);
	free(box);
}

int mailbox_push(struct mailbox *box, void *message)
{
	void **place = ring_place(box->ring);

	assert(message);
	if (!place)
		return -ENOSPC;
	*place = message;
	ring_push(box->ring);
	return 0;
}

void *mailbox_pop(struct mailbox *box)
{
	void **front = ring_front(box->ring), *message;

	if (!front)
		return NULL;
	message = *front;
	ring_pop(box->ring);
	return message;
}
