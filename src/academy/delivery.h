/* SPDX-License-Identifier: MIT */
/*
 * What is to leave the server: written in the transaction of what causes it, so that it is sent if
 * and only if that was done. Sending and trying again is for those who read the table.
 * Threads: as the store. Errors: the store's.
 */
#ifndef ACADEMY_DELIVERY_H
#define ACADEMY_DELIVERY_H

#include <stdint.h>

struct store;

struct delivery_mail {
	int64_t site;
	const char *event; /* what it is about: "person.invited" */
	const char *to, *subject, *text, *language;
	const char *once; /* a second one of the same text is not written; NULL: always */
};

int delivery_add_mail(struct store *store, const struct delivery_mail *mail, int64_t now_ms);

#endif
