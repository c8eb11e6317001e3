/* SPDX-License-Identifier: MIT */
/*
 * The post: sends what stands in the table of deliveries, mail and webhooks, on a thread of its own.
 *
 * It has a connection to the database of its own, which reads without a lock (WAL) and writes only
 * what became of deliveries: all that ended in one turn in one short transaction. So neither a mail
 * server nor a webhook can hold up the lane that writes, nor a long job of that lane the post; where
 * they meet at the lock one waits for the other's commit. A database that is locked for longer is
 * asked again, and what ended is kept in memory until it is written; nothing new is begun meanwhile.
 *
 * A delivery is marked as sent after the other side took it. If the server dies in between, it is
 * sent twice and never not at all; a mail's Message-ID and a webhook's id stay the same.
 *
 * At most POST_MAILS mails and POST_HOOKS webhooks are under way, of one webhook one at a time, so
 * that one that hangs holds up itself alone. When a mail server is not to be reached, or refuses us
 * and not the mail, one mail asks again for all of them.
 *
 * post_create() and post_destroy() on the thread of main. Errors while it runs are logged and tried
 * again.
 */
#ifndef DELIVERY_POST_H
#define DELIVERY_POST_H

#include "lectern/config.h"

struct post;
struct vault;

enum { POST_MAILS = 4, POST_HOOKS = 8 };

struct post_params {
	const char *database; /* was set up */
	const struct lectern_config *config;
	const struct vault *vault; /* both borrowed until the end */
};

/* Whether what the configuration names is there. `why`: LECTERN_MAX_WHY. */
int post_check(const struct lectern_config *config, char *why);
/* `why` (LECTERN_MAX_WHY, and STORE_WHY) holds one line on failure. */
int post_create(const struct post_params *params, struct post **ret_post, char *why);
/* Any thread: deliveries may have been written; `arg` is the struct post. */
void post_wake(void *arg);
/* Waits a moment for what is under way; the rest is sent after the next start. Accepts NULL. */
void post_destroy(struct post *post);

#endif
