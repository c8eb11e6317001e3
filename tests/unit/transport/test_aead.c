/* SPDX-License-Identifier: MIT */
/* The implementations of AES-128-GCM against each other, at every length that a packet may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/aead.h"
#include "tests/unit/transport/dice.h"

enum { MAX_AAD = 200, MAX_TEXT = 1500, CIPHERS = 2 };

struct cipher {
	const struct aead *aead; /* NULL: this machine lacks it */
	void *seal, *open;	 /* keys */
};

struct message {
	uint8_t iv[AEAD_IV], aad[MAX_AAD], text[MAX_TEXT], tag[AEAD_TAG];
	size_t aad_len, len;
};

static const uint8_t key[AEAD_KEY] = "0123456789abcdef";

static void make_cipher(const struct aead *aead, struct cipher *ret_cipher)
{
	*ret_cipher = (struct cipher){aead};
	if (!aead)
		return;
	ret_cipher->seal = aligned_alloc(AEAD_ALIGN, aead->key_room);
	ret_cipher->open = aligned_alloc(AEAD_ALIGN, aead->key_room);
	assert_int_equal(aead->key_init(ret_cipher->seal, AEAD_SEAL, key), 0);
	assert_int_equal(aead->key_init(ret_cipher->open, AEAD_OPEN, key), 0);
}

static int set_up(void **state)
{
	struct cipher *ciphers = calloc(CIPHERS, sizeof(*ciphers));

	aead_start();
	make_cipher(aead_openssl(), &ciphers[0]);
	make_cipher(aead_ipsec_mb(), &ciphers[1]);
	*state = ciphers;
	return 0;
}

static int tear_down(void **state)
{
	struct cipher *ciphers = *state;

	for (unsigned i = 0; i < CIPHERS; i++) {
		if (ciphers[i].aead) {
			ciphers[i].aead->key_finish(ciphers[i].seal);
			ciphers[i].aead->key_finish(ciphers[i].open);
		}
		free(ciphers[i].seal);
		free(ciphers[i].open);
	}
	free(ciphers);
	return 0;
}

static void fill(uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)dice();
}

static void seal(const struct cipher *cipher, struct message *message)
{
	struct aead_text text = {message->aad, message->aad_len, message->text, message->len};

	assert_int_equal(cipher->aead->seal(cipher->seal, message->iv, &text, message->tag), 0);
}

static int open(const struct cipher *cipher, const struct message *message, uint8_t *out)
{
	struct aead_text text = {message->aad, message->aad_len, out, message->len};

	memcpy(out, message->text, message->len);
	return cipher->aead->open(cipher->open, message->iv, &text, message->tag);
}

static void make_message(struct message *ret_message, size_t len)
{
	memset(ret_message, 0, sizeof(*ret_message));
	fill(ret_message->iv, AEAD_IV);
	ret_message->aad_len = 12 + (size_t)dice() % (MAX_AAD - 12);
	fill(ret_message->aad, ret_message->aad_len);
	ret_message->len = len;
	fill(ret_message->text, len);
}

static void what_one_seals_the_other_opens(void **state)
{
	struct cipher *ciphers = *state;
	struct message plain, sealed[CIPHERS];
	uint8_t out[MAX_TEXT];

	dice_seed(2);
	for (size_t len = 0; len <= MAX_TEXT; len++) {
		make_message(&plain, len);
		for (unsigned i = 0; i < CIPHERS && ciphers[i].aead; i++) {
			sealed[i] = plain;
			seal(&ciphers[i], &sealed[i]);
			assert_memory_equal(&sealed[i], &sealed[0], sizeof(sealed[0]));
			assert_int_equal(open(&ciphers[i], &sealed[0], out), 0);
			assert_memory_equal(out, plain.text, len);
		}
	}
}

static void what_was_touched_is_refused(void **state)
{
	struct cipher *ciphers = *state;
	struct message sealed;
	uint8_t out[MAX_TEXT];

	dice_seed(3);
	for (unsigned i = 0; i < CIPHERS && ciphers[i].aead; i++) {
		make_message(&sealed, 100);
		seal(&ciphers[i], &sealed);
		sealed.tag[AEAD_TAG - 1] ^= 1;
		assert_int_equal(open(&ciphers[i], &sealed, out), -EBADMSG);
		sealed.tag[AEAD_TAG - 1] ^= 1;
		sealed.text[99] ^= 0x80;
		assert_int_equal(open(&ciphers[i], &sealed, out), -EBADMSG);
		sealed.text[99] ^= 0x80;
		sealed.aad[0] ^= 1;
		assert_int_equal(open(&ciphers[i], &sealed, out), -EBADMSG);
		sealed.aad[0] ^= 1;
		sealed.iv[11] ^= 1;
		assert_int_equal(open(&ciphers[i], &sealed, out), -EBADMSG);
		sealed.iv[11] ^= 1;
		assert_int_equal(open(&ciphers[i], &sealed, out), 0);
	}
}

/* A packet's tag lies directly behind it, and nothing beyond that is touched. */
static void only_the_text_and_the_tag_are_written(void **state)
{
	struct cipher *ciphers = *state;

	dice_seed(4);
	for (size_t len = 0; len < 300; len++) {
		for (unsigned i = 0; i < CIPHERS && ciphers[i].aead; i++) {
			uint8_t *packet = malloc(12 + len + AEAD_TAG + 1), aad[12];
			struct aead_text text = {packet, 12, packet + 12, len};

			fill(packet, 12 + len + AEAD_TAG);
			packet[12 + len + AEAD_TAG] = 0x5a;
			memcpy(aad, packet, 12);
			assert_int_equal(ciphers[i].aead->seal(
						 ciphers[i].seal, key, &text, packet + 12 + len),
				0);
			assert_memory_equal(packet, aad, 12);
			assert_int_equal(packet[12 + len + AEAD_TAG], 0x5a);
			free(packet);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_one_seals_the_other_opens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_touched_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_the_text_and_the_tag_are_written, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
