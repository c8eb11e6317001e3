/* SPDX-License-Identifier: MIT */
/*
 * When a session lets people in, and how: those who teach some minutes before the start, the others
 * into the lobby. Threads and errors: as the store; -ENOENT: no such session.
 */
#ifndef ACADEMY_DOOR_H
#define ACADEMY_DOOR_H

#include <stdbool.h>
#include <stdint.h>

struct store;

struct door {
	int64_t opens_at; /* for those who teach */
	int64_t lobby_at; /* for everybody else */
	int64_t starts_at, ends_at;
	bool approval;	/* a host lets each one in */
	bool cancelled; /* nobody enters */
};

int door_get(struct store *store, int64_t site, int64_t session, struct door *ret_door);

#endif
