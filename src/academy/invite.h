/* SPDX-License-Identifier: MIT */
/*
 * Invitations, and links by which a password is set.
 *
 * Inviting makes an account, or makes one that is there a member of the site; whoever invites is not
 * told which. A link then lets its holder set the password of an account that has none; where there is
 * one, it asks for that. So a link never opens an account that somebody already uses.
 *
 * A link that was shown to the one who invites (signin_link.given_to) is no proof of the address. It
 * sets no password for an account which is a member of other sites too: for those the mail does.
 *
 * Threads: as the store. Errors: -ENOENT, the store's, and as told.
 */
#ifndef ACADEMY_INVITE_H
#define ACADEMY_INVITE_H

#include <stdint.h>

#include "academy/signin.h"

struct store;

#define INVITE_MS (14 * 24 * 3600 * 1000LL)
#define RESET_MS (24 * 3600 * 1000LL)

enum { INVITE_URL = 512 };

struct invitation {
	int64_t site;
	const char *email, *name; /* clean */
	const char *language;	  /* NULL or "": that of the site */
	unsigned roles;
};

int invite_person(struct store *store, const struct invitation *invitation, int64_t now_ms,
	int64_t *ret_person);
/*
 * Makes a link, for SIGNIN_INVITE or SIGNIN_RESET, and a mail with it. `base` is what addresses of this
 * server begin with. Earlier links for a reset stop to work.
 */
int invite_mail(struct store *store, int64_t site, int64_t person, enum signin_purpose purpose,
	const char *base, int64_t now_ms);
/* A second link like that, to be handed over by `given_to`; `url` holds INVITE_URL. */
int invite_link(struct store *store, const struct signin_link *link, const char *base, char *url);
/* -EPERM: the link was given by hand and may not set the first password of its account. */
int invite_may_set(struct store *store, const struct signin_link *link);
/* Tells the person by mail that the password was changed. */
int invite_tell_changed(struct store *store, int64_t site, int64_t person, int64_t now_ms);

#endif
