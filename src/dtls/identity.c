/* SPDX-License-Identifier: MIT */
#include "dtls/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>

#include "base/rand.h"
#include "dtls/dtls_priv.h"

enum {
	CERTIFICATE_BEFORE_S = 24 * 3600,      /* clocks differ */
	CERTIFICATE_AFTER_S = 365 * 24 * 3600, /* browsers do not look */
};

int dtls_fingerprint_write(const X509 *certificate, char *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!X509_digest(certificate, EVP_sha256(), digest, &len))
		return -EIO;
	for (unsigned i = 0; i < len; i++)
		snprintf(out + 3 * i, DTLS_FINGERPRINT - 3 * i, i + 1 < len ? "%02X:" : "%02X",
			digest[i]);
	return 0;
}

/* The name says nothing: it would be the same for whoever looks at two calls. */
static int sign_certificate(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	char text[17];

	rand_ice_chars(text, sizeof(text) - 1);
	if (!X509_set_version(certificate, X509_VERSION_3) ||
		!ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), rand_u32()) ||
		!X509_gmtime_adj(X509_getm_notBefore(certificate), -CERTIFICATE_BEFORE_S) ||
		!X509_gmtime_adj(X509_getm_notAfter(certificate), CERTIFICATE_AFTER_S) ||
		!X509_NAME_add_entry_by_txt(
			name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0) ||
		!X509_set_issuer_name(certificate, name) || !X509_set_pubkey(certificate, key) ||
		!X509_sign(certificate, key, EVP_sha256()))
		return -EIO;
	return 0;
}

int dtls_identity_create(struct dtls_identity **ret_identity)
{
	struct dtls_identity *identity = calloc(1, sizeof(*identity));
	int err = -ENOMEM;

	if (!identity)
		return -ENOMEM;
	identity->key = EVP_EC_gen("P-256");
	identity->certificate = X509_new();
	if (!identity->key || !identity->certificate)
		goto failed;
	err = sign_certificate(identity->certificate, identity->key);
	if (err)
		goto failed;
	err = dtls_fingerprint_write(identity->certificate, identity->fingerprint);
	if (err)
		goto failed;
	*ret_identity = identity;
	return 0;

failed:
	dtls_identity_destroy(identity);
	return err;
}

void dtls_identity_destroy(struct dtls_identity *identity)
{
	if (!identity)
		return;
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
	free(identity);
}

const char *dtls_identity_fingerprint(const struct dtls_identity *identity)
{
	return identity->fingerprint;
}
