/* SPDX-License-Identifier: MIT */
#include "tests/bench/floor_gcm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "tests/bench/floor.h"

#ifdef BENCH_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

enum { KEY = 16, SALT = 12, LABEL_KEY = 0, LABEL_SALT = 2 };

struct floor_gcm {
#ifdef BENCH_IPSEC_MB
	struct gcm_key_data key; /* first, since it must be aligned and does not say so */
#else
	EVP_CIPHER_CTX *context;
	uint8_t key[KEY];
#endif
	uint8_t salt[SALT];
};

/* RFC 3711 4.3.1 with a key derivation rate of 0; RFC 7714 11 fills the salt up with zeros. */
static int derive(const uint8_t *master, uint8_t label, uint8_t *out, int len)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t iv[16] = {0}, zeros[16] = {0};
	int written, ok;

	memcpy(iv, master + KEY, SALT);
	iv[7] ^= label;
	ok = context && EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, master, iv) == 1 &&
	     EVP_EncryptUpdate(context, out, &written, zeros, len) == 1;
	EVP_CIPHER_CTX_free(context);
	return ok ? 0 : -EIO;
}

/* RFC 7714 8.1: two zero bytes, SSRC, ROC and sequence number, XOR the salt. */
static void make_iv(const struct floor_gcm *gcm, const struct floor_packet *packet, uint8_t iv[12])
{
	iv[0] = iv[1] = 0;
	memcpy(iv + 2, packet->header + 8, 4);
	for (int i = 0; i < 6; i++)
		iv[6 + i] = (uint8_t)(packet->index >> (40 - 8 * i));
	for (int i = 0; i < SALT; i++)
		iv[i] ^= gcm->salt[i];
}

#ifdef BENCH_IPSEC_MB

static IMB_MGR *manager(void)
{
	static IMB_MGR *mgr;

	if (!mgr) {
		mgr = alloc_mb_mgr(0);
		if (mgr)
			init_mb_mgr_auto(mgr, NULL);
	}
	return mgr;
}

const char *floor_cipher(void)
{
	return "IPsec-MB";
}

struct floor_gcm *floor_gcm_create(const uint8_t *master)
{
	struct floor_gcm *gcm;
	uint8_t key[KEY];

	if (!manager() || derive(master, LABEL_KEY, key, KEY) < 0)
		return NULL;
	gcm = aligned_alloc(64, (sizeof(*gcm) + 63) / 64 * 64);
	if (!gcm || derive(master, LABEL_SALT, gcm->salt, SALT) < 0) {
		free(gcm);
		return NULL;
	}
	IMB_AES128_GCM_PRE(manager(), key, &gcm->key);
	return gcm;
}

void floor_gcm_destroy(struct floor_gcm *gcm)
{
	free(gcm);
}

void floor_gcm_seal(struct floor_gcm *gcm, const struct floor_packet *packet)
{
	struct gcm_context_data context;
	uint8_t iv[12];

	make_iv(gcm, packet, iv);
	IMB_AES128_GCM_ENC(manager(), &gcm->key, &context, packet->out, packet->in, packet->len, iv,
		packet->header, packet->header_len, packet->out + packet->len, FLOOR_TAG);
}

int floor_gcm_open(struct floor_gcm *gcm, const struct floor_packet *packet)
{
	struct gcm_context_data context;
	uint8_t iv[12], tag[FLOOR_TAG];
	const uint8_t *theirs = packet->in + packet->len;

	make_iv(gcm, packet, iv);
	IMB_AES128_GCM_DEC(manager(), &gcm->key, &context, packet->out, packet->in, packet->len, iv,
		packet->header, packet->header_len, tag, FLOOR_TAG);
	return CRYPTO_memcmp(tag, theirs, FLOOR_TAG) == 0 ? 0 : -EBADMSG;
}

#else

const char *floor_cipher(void)
{
	return "OpenSSL EVP";
}

struct floor_gcm *floor_gcm_create(const uint8_t *master)
{
	struct floor_gcm *gcm = calloc(1, sizeof(*gcm));

	if (!gcm)
		return NULL;
	gcm->context = EVP_CIPHER_CTX_new();
	if (!gcm->context || derive(master, LABEL_KEY, gcm->key, KEY) < 0 ||
		derive(master, LABEL_SALT, gcm->salt, SALT) < 0 ||
		EVP_CipherInit_ex(gcm->context, EVP_aes_128_gcm(), NULL, gcm->key, NULL, 1) != 1) {
		floor_gcm_destroy(gcm);
		return NULL;
	}
	return gcm;
}

void floor_gcm_destroy(struct floor_gcm *gcm)
{
	if (!gcm)
		return;
	EVP_CIPHER_CTX_free(gcm->context);
	free(gcm);
}

void floor_gcm_seal(struct floor_gcm *gcm, const struct floor_packet *packet)
{
	uint8_t iv[12];
	int len;

	make_iv(gcm, packet, iv);
	EVP_EncryptInit_ex(gcm->context, NULL, NULL, NULL, iv);
	EVP_EncryptUpdate(gcm->context, NULL, &len, packet->header, (int)packet->header_len);
	EVP_EncryptUpdate(gcm->context, packet->out, &len, packet->in, (int)packet->len);
	EVP_EncryptFinal_ex(gcm->context, packet->out + packet->len, &len);
	EVP_CIPHER_CTX_ctrl(
		gcm->context, EVP_CTRL_AEAD_GET_TAG, FLOOR_TAG, packet->out + packet->len);
}

int floor_gcm_open(struct floor_gcm *gcm, const struct floor_packet *packet)
{
	uint8_t iv[12], tag[FLOOR_TAG];
	int len;

	make_iv(gcm, packet, iv);
	memcpy(tag, packet->in + packet->len, FLOOR_TAG);
	EVP_DecryptInit_ex(gcm->context, NULL, NULL, NULL, iv);
	EVP_DecryptUpdate(gcm->context, NULL, &len, packet->header, (int)packet->header_len);
	EVP_DecryptUpdate(gcm->context, packet->out, &len, packet->in, (int)packet->len);
	EVP_CIPHER_CTX_ctrl(gcm->context, EVP_CTRL_AEAD_SET_TAG, FLOOR_TAG, tag);
	return EVP_DecryptFinal_ex(gcm->context, packet->out + packet->len, &len) == 1 ? 0
										       : -EBADMSG;
}

#endif
