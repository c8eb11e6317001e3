/* SPDX-License-Identifier: MIT */
#include "srtp/aead.h"

#include <assert.h>
#include <errno.h>

#include <openssl/evp.h>

struct key {
	EVP_CIPHER_CTX *ctx;
};

static int openssl_key_init(void *at, enum aead_direction direction, const uint8_t *bytes)
{
	struct key *key = at;

	key->ctx = EVP_CIPHER_CTX_new();
	if (!key->ctx)
		return -ENOMEM;
	if (EVP_CipherInit_ex(
		    key->ctx, EVP_aes_128_gcm(), NULL, bytes, NULL, direction == AEAD_SEAL) == 1)
		return 0;
	EVP_CIPHER_CTX_free(key->ctx);
	key->ctx = NULL;
	return -EIO;
}

static void openssl_key_finish(void *at)
{
	struct key *key = at;

	EVP_CIPHER_CTX_free(key->ctx); /* wipes it */
	key->ctx = NULL;
}

static int run(EVP_CIPHER_CTX *ctx, const uint8_t *iv, const struct aead_text *text)
{
	int done;

	assert(text->len <= AEAD_MAX_TEXT);
	if (EVP_CipherInit_ex(ctx, NULL, NULL, NULL, iv, -1) != 1 ||
		EVP_CipherUpdate(ctx, NULL, &done, text->aad, (int)text->aad_len) != 1)
		return -EIO;
	if (text->len && EVP_CipherUpdate(ctx, text->data, &done, text->data, (int)text->len) != 1)
		return -EIO;
	return 0;
}

static int openssl_seal(
	void *at, const uint8_t *iv, const struct aead_text *text, uint8_t tag[AEAD_TAG])
{
	struct key *key = at;
	uint8_t none[AEAD_TAG];
	int done;

	if (run(key->ctx, iv, text) < 0 || EVP_CipherFinal_ex(key->ctx, none, &done) != 1 ||
		EVP_CIPHER_CTX_ctrl(key->ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, tag) != 1)
		return -EIO;
	return 0;
}

static int openssl_open(
	void *at, const uint8_t *iv, const struct aead_text *text, const uint8_t tag[AEAD_TAG])
{
	struct key *key = at;
	uint8_t none[AEAD_TAG];
	int done;

	/* The tag is only read; OpenSSL's interface does not say so. */
	if (run(key->ctx, iv, text) < 0 ||
		EVP_CIPHER_CTX_ctrl(
			key->ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, (void *)(uintptr_t)tag) != 1 ||
		EVP_CipherFinal_ex(key->ctx, none, &done) != 1)
		return -EBADMSG;
	return 0;
}

static const struct aead openssl = {
	.name = "openssl",
	.key_room = AEAD_ALIGN,
	.key_init = openssl_key_init,
	.key_finish = openssl_key_finish,
	.seal = openssl_seal,
	.open = openssl_open,
};

_Static_assert(sizeof(struct key) <= AEAD_ALIGN, "a key fits its room");

const struct aead *aead_openssl(void)
{
	return &openssl;
}
