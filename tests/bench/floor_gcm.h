/* SPDX-License-Identifier: MIT */
/* AES-128-GCM of one SRTP direction for the floor (RFC 7714 8), with its key derivation (RFC 3711
 * 4.3). Written apart from src/srtp, so that each can show the other wrong. */
#ifndef BENCH_FLOOR_GCM_H
#define BENCH_FLOOR_GCM_H

#include <stddef.h>
#include <stdint.h>

struct floor_gcm;

enum { FLOOR_TAG = 16 };

/* `master`: 16 bytes of key, 12 of salt. NULL: no memory, or no cipher. */
struct floor_gcm *floor_gcm_create(const uint8_t *master);
/* Accepts NULL. */
void floor_gcm_destroy(struct floor_gcm *gcm);

struct floor_packet {
	const uint8_t *header;
	size_t header_len;
	uint64_t index; /* ROC and sequence number */
	const uint8_t *in;
	size_t len; /* without the tag */
	uint8_t *out;
};

/* Writes the tag behind `out`. */
void floor_gcm_seal(struct floor_gcm *gcm, const struct floor_packet *packet);
/* The tag is behind `in`. -EBADMSG. */
int floor_gcm_open(struct floor_gcm *gcm, const struct floor_packet *packet);

#endif
