/* SPDX-License-Identifier: MIT */
/*
 * A ticket says that its holder gave the right password and has still to show a second factor. It is
 * sealed and kept by the browser, so half a sign-in takes no memory here. It lasts TICKET_MS, and
 * opens nothing by itself; a password that is changed meanwhile ends it.
 *
 * Where a second factor must first be set up, the ticket carries the secret that was proposed.
 * No state, any thread.
 */
#ifndef ACADEMY_TICKET_H
#define ACADEMY_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/totp.h"

struct vault;

enum { TICKET_TEXT = 160 };

#define TICKET_MS (10 * 60 * 1000LL)

struct ticket {
	int64_t person, issued_at;
	int64_t site; /* where the sign-in goes; 0: where the person was last */
	bool setup;   /* `secret` is proposed */
	unsigned char secret[TOTP_SECRET];
};

void ticket_seal(const struct vault *vault, const struct ticket *ticket, char out[TICKET_TEXT]);
/* -EACCES: none of ours, or too old. */
int ticket_open(
	const struct vault *vault, const char *text, int64_t now_ms, struct ticket *ret_ticket);

#endif
