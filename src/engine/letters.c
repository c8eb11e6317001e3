/* SPDX-License-Identifier: MIT */
#include "engine/letters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct waiting {
	struct list of_backlog;
	unsigned char letter[];
};

int letters_init(struct letters *letters, size_t room, size_t size)
{
	letters->size = size;
	list_init(&letters->backlog);
	return ring_create(room, size, &letters->ring);
}

static void remove_first(struct letters *letters)
{
	struct waiting *waiting = list_of(letters->backlog.next, struct waiting, of_backlog);

	list_remove(&waiting->of_backlog);
	free(waiting);
}

void letters_finish(struct letters *letters, void (*discard)(const void *letter))
{
	const void *letter;

	if (!letters->ring)
		return;
	while ((letter = letters_front(letters)) != NULL) {
		if (discard)
			discard(letter);
		letters_pop(letters);
	}
	while (letters_wait(letters)) {
		if (discard)
			discard(list_of(letters->backlog.next, struct waiting, of_backlog)->letter);
		remove_first(letters);
	}
	ring_destroy(letters->ring);
	letters->ring = NULL;
}

static bool put(struct letters *letters, const void *letter)
{
	void *place = ring_place(letters->ring);

	if (!place)
		return false;
	memcpy(place, letter, letters->size);
	ring_push(letters->ring);
	return true;
}

void letters_push_backlog(struct letters *letters)
{
	while (letters_wait(letters)) {
		if (!put(letters,
			    list_of(letters->backlog.next, struct waiting, of_backlog)->letter))
			return;
		remove_first(letters);
	}
}

int letters_offer(struct letters *letters, const void *letter)
{
	letters_push_backlog(letters);
	return !letters_wait(letters) && put(letters, letter) ? 0 : -ENOSPC;
}

int letters_post(struct letters *letters, const void *letter)
{
	struct waiting *waiting;

	if (letters_offer(letters, letter) == 0)
		return 0;
	waiting = malloc(sizeof(*waiting) + letters->size);
	if (!waiting)
		return -ENOMEM;
	memcpy(waiting->letter, letter, letters->size);
	list_append(&letters->backlog, &waiting->of_backlog);
	return 0;
}

bool letters_wait(const struct letters *letters)
{
	return !list_empty(&letters->backlog);
}

const void *letters_front(struct letters *letters)
{
	return ring_front(letters->ring);
}

void letters_pop(struct letters *letters)
{
	ring_pop(letters->ring);
}
