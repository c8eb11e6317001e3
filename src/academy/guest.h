/* SPDX-License-Identifier: MIT */
/*
 * Guests of a session: links that let somebody without an account into one session, so many times
 * and until so long. Each who comes gives a name, and becomes a person of kind 'guest' whose name says
 * so, with a part in that session and nothing else. A link that is taken back takes its guests along.
 *
 * Threads: as the store. Errors: -ENOENT, the store's, and as told.
 */
#ifndef ACADEMY_GUEST_H
#define ACADEMY_GUEST_H

#include <stdint.h>

#include "academy/signin.h"

struct store;

enum { GUEST_LABEL = 128, GUEST_MAX_USES = 500, GUEST_MAX_LINKS = 50 };

#define GUEST_MAX_MS (90 * 24 * 3600 * 1000LL)
/* How long a guest stays signed in. */
#define GUEST_STAY_MS (12 * 3600 * 1000LL)

struct guest_link {
	int64_t site, id, session;
	char label[GUEST_LABEL];
	unsigned max_uses, uses;
	int64_t created_at, expires_at;
};

/* Of `link`, all but id, uses and created_at is read. -EDQUOT: the session has GUEST_MAX_LINKS. */
int guest_link_add(struct store *store, const struct guest_link *link, int64_t by, int64_t now_ms,
	int64_t *ret_id, char token[SIGNIN_TOKEN]);
/* Those of the session, newest first, expired ones too. */
int guest_link_each(struct store *store, int64_t site, int64_t session,
	void (*found)(const struct guest_link *link, void *arg), void *arg);
/* Ends the sign-ins of its guests; `found` gets each of them. */
int guest_link_remove(struct store *store, int64_t site, int64_t id,
	void (*found)(int64_t person, void *arg), void *arg);
/* By the hash of its token, while it is good for one more. */
int guest_link_find(
	struct store *store, const char *hash, int64_t now_ms, struct guest_link *ret_link);
/* Counts a use and makes the guest. -EINVAL: the name. */
int guest_enter(struct store *store, const char *hash, const char *name, int64_t now_ms,
	struct guest_link *ret_link, int64_t *ret_person);

#endif
