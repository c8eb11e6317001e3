/* SPDX-License-Identifier: MIT */
/*
 * Post between the control thread and one worker, in one direction: a mailbox, and behind it a list
 * of what the mailbox had no room for, in order. So a sender never waits and never loses a letter.
 *
 * letters_post(), letters_push_backlog(): the sender's thread. letters_take(): the receiver's. A
 * letter is heap memory which the receiver frees.
 */
#ifndef ENGINE_LETTERS_H
#define ENGINE_LETTERS_H

#include <stddef.h>

#include "base/list.h"
#include "base/mailbox.h"

enum { LETTERS_ROOM = 8192 };

/* Begins every letter. */
struct letter {
	struct list of_backlog;
};

struct letters {
	struct mailbox *box;
	struct list backlog; /* sender's thread */
};

int letters_init(struct letters *letters);
/* When both threads are done with it. */
void letters_finish(struct letters *letters);
/* Takes `letter`. */
void letters_post(struct letters *letters, struct letter *letter);
void letters_push_backlog(struct letters *letters);
/* NULL: none. */
struct letter *letters_take(struct letters *letters);

#endif
