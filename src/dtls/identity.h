/* SPDX-License-Identifier: MIT */
/*
 * Our certificate: self-signed ECDSA P-256 (RFC 8827 6.5), made anew for each process, and known to
 * the other end by its fingerprint. Read-only once made; workers share it.
 */
#ifndef DTLS_IDENTITY_H
#define DTLS_IDENTITY_H

struct dtls_identity;

enum { DTLS_FINGERPRINT = 96 }; /* SHA-256 as "AB:CD:...", and a NUL */

int dtls_identity_create(struct dtls_identity **ret_identity);
/* Accepts NULL. */
void dtls_identity_destroy(struct dtls_identity *identity);
const char *dtls_identity_fingerprint(const struct dtls_identity *identity);

#endif
