/* SPDX-License-Identifier: MIT */
/*
 * Keyed hash of bytes, for hash tables whose keys a remote can choose: SipHash-2-4 under a key that
 * the process draws once, so that nobody can aim at one bucket. Not for passwords or signatures.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k0, k1;
};

uint64_t hash_keyed(const struct hash_key *key, const void *data, size_t len);
/* Under the key of this process. */
uint64_t hash_bytes(const void *data, size_t len);

#endif
