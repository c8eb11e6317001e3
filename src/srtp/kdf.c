/* SPDX-License-Identifier: MIT */
#include "srtp/kdf.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

enum { LABEL_AT = 7 }; /* in the 14 bytes of x: label and 48 bits of index at its low end */

/* The key stream is what zeros are encrypted to. */
static const uint8_t zeros[KDF_MAX_OUT];

int kdf_derive(const uint8_t key[KDF_MASTER_KEY], const uint8_t salt[KDF_MASTER_SALT],
	enum kdf_label label, uint8_t *out, size_t out_len)
{
	uint8_t x[16] = {0}; /* and two bytes of block counter */
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int done, ok;

	assert(out_len <= KDF_MAX_OUT);
	if (!ctx)
		return -ENOMEM;
	memcpy(x, salt, KDF_MASTER_SALT);
	x[LABEL_AT] ^= (uint8_t)label;
	ok = EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key, x) == 1 &&
	     EVP_EncryptUpdate(ctx, out, &done, zeros, (int)out_len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -EIO;
}
