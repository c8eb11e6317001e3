/* SPDX-License-Identifier: MIT */
/*
 * What a changing request with an Idempotency-Key was answered, so that one who did not get the
 * answer may ask again without doing it twice (draft-ietf-httpapi-idempotency-key-header). A key is
 * the person's own and is kept IDEMPOTENCY_KEPT_MS. Both calls belong into the transaction of the
 * change. Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_IDEMPOTENCY_H
#define ACADEMY_IDEMPOTENCY_H

#include <stdint.h>

struct store;

enum {
	IDEMPOTENCY_KEY = 128, /* characters of a key, with its NUL */
	IDEMPOTENCY_HASH = 65, /* hex of 256 bits, with the NUL */
};

#define IDEMPOTENCY_KEPT_MS (48LL * 3600 * 1000)

struct idempotency {
	int64_t person;
	const char *key;
	const char *asked; /* a hash of all that was asked */
};

/*
 * -ENOENT: it is new. -EEXIST: the key was used for something else. 0: it was done before; *ret_answer
 * is JSON to be freed, "" where there was none.
 */
int idempotency_find(struct store *store, const struct idempotency *what, int64_t now_ms,
	unsigned *ret_status, char **ret_answer);
int idempotency_keep(struct store *store, const struct idempotency *what, int64_t now_ms,
	unsigned status, const char *answer);

#endif
