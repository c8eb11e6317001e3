/* SPDX-License-Identifier: MIT */
/*
 * Intel IPsec-MB's direct calls. Its manager (about 250 KiB) schedules jobs over many buffers,
 * which is not needed here: it only tells which functions are the best for this CPU. Those keep
 * their state in the key and in a context on our stack, so that every thread may call them and the
 * manager goes away again.
 */
#include "srtp/aead.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

static struct {
	aes_gcm_pre_t pre;
	aes_gcm_enc_dec_t seal, open;
} best;

static int ipsec_mb_key_init(void *key, enum aead_direction direction, const uint8_t *bytes)
{
	(void)direction; /* the same for both */
	best.pre(bytes, key);
	return 0;
}

static void ipsec_mb_key_finish(void *key)
{
	explicit_bzero(key, sizeof(struct gcm_key_data));
}

static int ipsec_mb_seal(
	void *key, const uint8_t *iv, const struct aead_text *text, uint8_t tag[AEAD_TAG])
{
	struct gcm_context_data ctx;

	assert(text->len <= AEAD_MAX_TEXT);
	best.seal(key, &ctx, text->data, text->data, text->len, iv, text->aad, text->aad_len, tag,
		AEAD_TAG);
	return 0;
}

static int ipsec_mb_open(
	void *key, const uint8_t *iv, const struct aead_text *text, const uint8_t tag[AEAD_TAG])
{
	struct gcm_context_data ctx;
	uint8_t computed[AEAD_TAG];

	assert(text->len <= AEAD_MAX_TEXT);
	best.open(key, &ctx, text->data, text->data, text->len, iv, text->aad, text->aad_len,
		computed, AEAD_TAG);
	return CRYPTO_memcmp(computed, tag, AEAD_TAG) == 0 ? 0 : -EBADMSG;
}

static const struct aead ipsec_mb = {
	.name = "ipsec-mb",
	.key_room = sizeof(struct gcm_key_data) + (-sizeof(struct gcm_key_data) & (AEAD_ALIGN - 1)),
	.key_init = ipsec_mb_key_init,
	.key_finish = ipsec_mb_key_finish,
	.seal = ipsec_mb_seal,
	.open = ipsec_mb_open,
};

void aead_start(void)
{
	const uint64_t needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
	IMB_MGR *manager;

	if (best.seal)
		return;
	manager = alloc_mb_mgr(0);
	if (!manager)
		return;
	init_mb_mgr_auto(manager, NULL);
	/* Without AES-NI it emulates: OpenSSL is better at that. */
	if (imb_get_errno(manager) == 0 && (manager->features & needed) == needed) {
		best.pre = manager->gcm128_pre;
		best.open = manager->gcm128_dec;
		best.seal = manager->gcm128_enc;
	}
	free_mb_mgr(manager);
}

const struct aead *aead_ipsec_mb(void)
{
	return best.seal ? &ipsec_mb : NULL;
}
