/* SPDX-License-Identifier: MIT */
#include "engine/letters.h"

#include <stdlib.h>

int letters_init(struct letters *letters)
{
	list_init(&letters->backlog);
	return mailbox_create(LETTERS_ROOM, &letters->box);
}

void letters_finish(struct letters *letters)
{
	while (!list_empty(&letters->backlog)) {
		struct letter *letter = list_of(letters->backlog.next, struct letter, of_backlog);

		list_remove(&letter->of_backlog);
		free(letter);
	}
	mailbox_destroy(letters->box, free);
	letters->box = NULL;
}

void letters_post(struct letters *letters, struct letter *letter)
{
	list_append(&letters->backlog, &letter->of_backlog);
	letters_push_backlog(letters);
}

void letters_push_backlog(struct letters *letters)
{
	while (!list_empty(&letters->backlog)) {
		struct letter *letter = list_of(letters->backlog.next, struct letter, of_backlog);

		list_remove(&letter->of_backlog);
		if (mailbox_push(letters->box, letter) < 0) {
			/* back to the front of the list */
			letter->of_backlog.prev = &letters->backlog;
			letter->of_backlog.next = letters->backlog.next;
			letters->backlog.next->prev = &letter->of_backlog;
			letters->backlog.next = &letter->of_backlog;
			return;
		}
	}
}

struct letter *letters_take(struct letters *letters)
{
	return mailbox_pop(letters->box);
}
