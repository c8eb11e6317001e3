/* SPDX-License-Identifier: MIT */
/* Shared by identity.c and dtls.c. */
#ifndef DTLS_PRIV_H
#define DTLS_PRIV_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "dtls/identity.h"

struct dtls_identity {
	EVP_PKEY *key;
	X509 *certificate;
	char fingerprint[DTLS_FINGERPRINT];
};

/* `out` holds DTLS_FINGERPRINT. */
int dtls_fingerprint_write(const X509 *certificate, char *out);

#endif
