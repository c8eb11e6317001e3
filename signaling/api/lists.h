/* SPDX-License-Identifier: MIT */
/*
 * Lists in pages: what is asked (?q=&after=&limit=), and {"<name>":[...],"next":id|null}. Private to
 * this folder.
 */
#ifndef SIGNALING_API_LISTS_H
#define SIGNALING_API_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "academy/search.h"

struct request;
struct store;

struct listing {
	struct store *store;
	int64_t site;
	json_t *list;
	int64_t last; /* the id of the last one */
	int error;
};

/* `q` is what search->q points to. False: 400 was answered. */
bool lists_read(struct request *request, char q[SEARCH_TEXT + 1], struct search *ret_search);
/* Ends the listing; `r` is what reading it came to, `limit` 0 that it is whole. */
void lists_answer(
	struct request *request, const char *name, struct listing *listing, unsigned limit, int r);

#endif
