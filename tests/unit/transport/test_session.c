/* SPDX-License-Identifier: MIT */
/*
 * SRTP against a second implementation, written here from the RFCs on OpenSSL's primitives. That
 * one is anchored in published vectors first: key derivation of RFC 3711 B.3, GCM of RFC
 * 7714 16.1.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "srtp/session.h"

enum { ROOM = 1600, PACKET = 12 + 100 };

/* ---- the reference ---- */

static void aes_ctr(
	const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int done;

	EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key, iv);
	EVP_EncryptUpdate(ctx, out, &done, in, (int)len);
	assert_int_equal(done, len);
	EVP_CIPHER_CTX_free(ctx);
}

static void aes_gcm(const uint8_t *key, const uint8_t *iv, const uint8_t *aad, size_t aad_len,
	const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int done;

	EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, iv);
	EVP_EncryptUpdate(ctx, NULL, &done, aad, (int)aad_len);
	EVP_EncryptUpdate(ctx, out, &done, in, (int)len);
	EVP_EncryptFinal_ex(ctx, out + done, &done);
	EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, out + len);
	EVP_CIPHER_CTX_free(ctx);
}

/* RFC 3711 4.3.1, key derivation rate 0: the PRF is AES-CM keyed with the master key. */
static void derive(const uint8_t *master, size_t salt_len, uint8_t label, uint8_t *out, size_t len)
{
	static const uint8_t zeros[32];
	uint8_t x[16] = {0};

	memcpy(x, master + 16,
		salt_len); /* RFC 7714 11: 12 bytes are padded with zeros at the end */
	x[7] ^= label;
	aes_ctr(master, x, zeros, out, len);
}

static const uint8_t rfc3711_master[30] = {0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6,
	0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39, 0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb,
	0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6};

static void the_reference_derives_as_rfc3711_b3(void **state)
{
	static const uint8_t cipher_key[16] = {0xc6, 0x1e, 0x7a, 0x93, 0x74, 0x4f, 0x39, 0xee, 0x10,
		0x73, 0x4a, 0xfe, 0x3f, 0xf7, 0xa0, 0x87};
	static const uint8_t cipher_salt[14] = {
		0x30, 0xcb, 0xbc, 0x08, 0x86, 0x3d, 0x8c, 0x85, 0xd4, 0x9d, 0xb3, 0x4a, 0x9a, 0xe1};
	static const uint8_t auth_key[20] = {0xce, 0xbe, 0x32, 0x1f, 0x6f, 0xf7, 0x71, 0x6b, 0x6f,
		0xd4, 0xab, 0x49, 0xaf, 0x25, 0x6a, 0x15, 0x6d, 0x38, 0xba, 0xa4};
	uint8_t out[20];

	(void)state;
	derive(rfc3711_master, 14, 0, out, 16);
	assert_memory_equal(out, cipher_key, 16);
	derive(rfc3711_master, 14, 2, out, 14);
	assert_memory_equal(out, cipher_salt, 14);
	derive(rfc3711_master, 14, 1, out, 20);
	assert_memory_equal(out, auth_key, 20);
}

static void the_reference_seals_as_rfc7714_16_1_1(void **state)
{
	static const uint8_t key[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const uint8_t iv[12] = {
		0x51, 0x75, 0x3c, 0x65, 0x80, 0xc2, 0x72, 0x6f, 0x20, 0x71, 0x84, 0x14};
	static const uint8_t aad[12] = {
		0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01, 0xa0, 0xb2};
	static const char text[] = "Gallia est omnis divisa in partes tres";
	static const uint8_t sealed[] = {0xf2, 0x4d, 0xe3, 0xa3, 0xfb, 0x34, 0xde, 0x6c, 0xac, 0xba,
		0x86, 0x1c, 0x9d, 0x7e, 0x4b, 0xca, 0xbe, 0x63, 0x3b, 0xd5, 0x0d, 0x29, 0x4e, 0x6f,
		0x42, 0xa5, 0xf4, 0x7a, 0x51, 0xc7, 0xd1, 0x9b, 0x36, 0xde, 0x3a, 0xdf, 0x88, 0x33,
		0x89, 0x9d, 0x7f, 0x27, 0xbe, 0xb1, 0x6a, 0x91, 0x52, 0xcf, 0x76, 0x5e, 0xe4, 0x39,
		0x0c, 0xce};
	uint8_t out[sizeof(sealed)];

	(void)state;
	assert_int_equal(sizeof(sealed), strlen(text) + 16);
	aes_gcm(key, iv, aad, sizeof(aad), (const uint8_t *)text, strlen(text), out);
	assert_memory_equal(out, sealed, sizeof(sealed));
}

/* RFC 7714 8.1: 00 00 || SSRC || ROC || SEQ, xor salt; ROC is 0 here. */
static void seal_gcm(const uint8_t *master, const uint8_t *packet, size_t len, uint8_t *out)
{
	uint8_t key[16], salt[12], iv[12] = {0};

	derive(master, 12, 0, key, 16);
	derive(master, 12, 2, salt, 12);
	memcpy(iv + 2, packet + 8, 4);
	memcpy(iv + 10, packet + 2, 2);
	for (unsigned i = 0; i < 12; i++)
		iv[i] ^= salt[i];
	memcpy(out, packet, 12);
	aes_gcm(key, iv, packet, 12, packet + 12, len - 12, out + 12);
}

/* RFC 3711 4.1.1: salt * 2^16 xor SSRC * 2^64 xor index * 2^16; 4.2: HMAC over packet and ROC. */
static void seal_cm(const uint8_t *master, const uint8_t *packet, size_t len, uint8_t *out)
{
	uint8_t key[16], salt[14], auth[20], iv[16] = {0}, tag[20];

	derive(master, 14, 0, key, 16);
	derive(master, 14, 2, salt, 14);
	derive(master, 14, 1, auth, 20);
	memcpy(iv + 4, packet + 8, 4);
	memcpy(iv + 12, packet + 2, 2);
	for (unsigned i = 0; i < 14; i++)
		iv[i] ^= salt[i];
	memcpy(out, packet, 12);
	aes_ctr(key, iv, packet + 12, out + 12, len - 12);
	memset(out + len, 0, 4); /* ROC 0 */
	HMAC(EVP_sha1(), auth, 20, out, len + 4, tag, NULL);
	memcpy(out + len, tag, 10);
}

/* ---- ours ---- */

struct fixture {
	struct srtp_session
		*session; /* sends with the key that it receives with: talks to itself */
	enum srtp_suite suite;
};

static int set_up_suite(void **state, enum srtp_backend backend, enum srtp_suite suite)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int err;

	*state = f;
	f->suite = suite;
	assert_int_equal(srtp_library_start(), 0);
	err = srtp_session_create_on(backend, suite, rfc3711_master, rfc3711_master, &f->session);
	if (err == -ENOTSUP && backend == SRTP_BACKEND_IPSEC_MB)
		print_message("this machine has no IPsec-MB\n");
	else
		assert_int_equal(err, 0);
	return 0;
}

static int set_up_ipsec_mb(void **state)
{
	return set_up_suite(state, SRTP_BACKEND_IPSEC_MB, SRTP_AEAD_AES_128_GCM_SUITE);
}

static int set_up_openssl(void **state)
{
	return set_up_suite(state, SRTP_BACKEND_OPENSSL, SRTP_AEAD_AES_128_GCM_SUITE);
}

static int set_up_libsrtp(void **state)
{
	return set_up_suite(state, SRTP_BACKEND_LIBSRTP, SRTP_AEAD_AES_128_GCM_SUITE);
}

static int set_up_cm(void **state)
{
	return set_up_suite(state, SRTP_BACKEND_BEST, SRTP_AES128_CM_SHA1_80_SUITE);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	srtp_session_destroy(f->session);
	srtp_library_stop();
	free(f);
	return 0;
}

static struct fixture *fixture_of(void **state)
{
	struct fixture *f = *state;

	if (!f->session)
		skip();
	return f;
}

static void make_packet(uint8_t *out, uint32_t ssrc, uint16_t seq)
{
	memset(out, 0, 12);
	out[0] = 0x80;
	out[1] = 96;
	out[2] = (uint8_t)(seq >> 8);
	out[3] = (uint8_t)seq;
	out[7] = 5;
	out[8] = (uint8_t)(ssrc >> 24);
	out[9] = (uint8_t)(ssrc >> 16);
	out[10] = (uint8_t)(ssrc >> 8);
	out[11] = (uint8_t)ssrc;
	for (unsigned i = 12; i < PACKET; i++)
		out[i] = (uint8_t)(i * seq);
}

static size_t tag_len(const struct fixture *f)
{
	return f->suite == SRTP_AEAD_AES_128_GCM_SUITE ? 16 : 10;
}

static void it_seals_as_the_reference_does(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM], plain[ROOM], expected[ROOM];
	size_t len = PACKET;

	make_packet(packet, 0xcafebabe, 1234);
	memcpy(plain, packet, PACKET);
	if (f->suite == SRTP_AEAD_AES_128_GCM_SUITE)
		seal_gcm(rfc3711_master, packet, PACKET, expected);
	else
		seal_cm(rfc3711_master, packet, PACKET, expected);
	assert_int_equal(srtp_protect_rtp(f->session, packet, &len, ROOM), 0);
	assert_int_equal(len, PACKET + tag_len(f));
	assert_memory_equal(packet, expected, len);
	assert_int_equal(srtp_unprotect_rtp(f->session, packet, &len), 0);
	assert_int_equal(len, PACKET);
	assert_memory_equal(packet, plain, len);
}

static void every_flipped_byte_and_every_cut_is_refused(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t sealed[ROOM], bad[ROOM];
	size_t whole = PACKET, len;

	make_packet(sealed, 0xcafebabe, 7);
	assert_int_equal(srtp_protect_rtp(f->session, sealed, &whole, ROOM), 0);
	for (size_t i = 0; i < whole; i++) {
		memcpy(bad, sealed, whole);
		bad[i] ^= 0x01;
		len = whole;
		assert_int_not_equal(srtp_unprotect_rtp(f->session, bad, &len), 0);
	}
	for (size_t cut = 0; cut < whole; cut++) {
		memcpy(bad, sealed, whole);
		len = cut;
		assert_int_not_equal(srtp_unprotect_rtp(f->session, bad, &len), 0);
	}
	len = whole;
	assert_int_equal(srtp_unprotect_rtp(f->session, sealed, &len), 0);
}

static void seal_many(struct fixture *f, uint8_t (*out)[ROOM], size_t *lens, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		make_packet(out[i], 0xcafebabe, (uint16_t)(65000 + i)); /* over the wrap */
		lens[i] = PACKET;
		assert_int_equal(srtp_protect_rtp(f->session, out[i], &lens[i], ROOM), 0);
	}
}

static void replays_are_refused_and_late_ones_within_the_window_taken(void **state)
{
	enum { COUNT = SRTP_WINDOW + 200 };
	struct fixture *f = fixture_of(state);
	uint8_t(*sealed)[ROOM] = calloc(COUNT, ROOM), copy[ROOM];
	size_t lens[COUNT], len;

	seal_many(f, sealed, lens, COUNT);
	for (unsigned i = 0; i < COUNT; i++) {
		if (i == 300)
			continue; /* comes late */
		memcpy(copy, sealed[i], lens[i]);
		len = lens[i];
		assert_int_equal(srtp_unprotect_rtp(f->session, copy, &len), 0);
	}
	memcpy(copy, sealed[300], lens[300]);
	len = lens[300];
	assert_int_equal(srtp_unprotect_rtp(f->session, copy, &len), 0);
	for (unsigned i = 0; i < COUNT; i++) {
		memcpy(copy, sealed[i], lens[i]);
		len = lens[i];
		assert_int_equal(srtp_unprotect_rtp(f->session, copy, &len), -EALREADY);
	}
	free(sealed);
}

static void only_so_many_streams_and_forgeries_take_none(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len;

	for (uint32_t ssrc = 1; ssrc <= 1000; ssrc++) {
		make_packet(packet, 0xf0000000 + ssrc, 1); /* never sealed */
		len = PACKET;
		assert_int_equal(srtp_unprotect_rtp(f->session, packet, &len), -EBADMSG);
	}
	for (uint32_t ssrc = 1; ssrc <= SRTP_MAX_SSRCS + 1; ssrc++) {
		make_packet(packet, ssrc, 1);
		len = PACKET;
		assert_int_equal(srtp_protect_rtp(f->session, packet, &len, ROOM), 0);
		assert_int_equal(srtp_unprotect_rtp(f->session, packet, &len),
			ssrc <= SRTP_MAX_SSRCS ? 0 : -ENOSPC);
	}
}

static void rtcp_goes_both_ways(void **state)
{
	static const uint8_t report[] = {0x80, 201, 0, 1, 0xca, 0xfe, 0xba, 0xbe, 0x81, 202, 0, 2,
		0xca, 0xfe, 0xba, 0xbe, 1, 1, 'x', 0};
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM], sealed[ROOM];
	size_t len = sizeof(report), sealed_len;

	memcpy(packet, report, len);
	assert_int_equal(srtp_protect_rtcp_compound(f->session, packet, &len, ROOM), 0);
	assert_in_range(len, sizeof(report) + 14, sizeof(report) + SRTP_TRAILER);
	memcpy(sealed, packet, len);
	sealed_len = len;
	assert_int_equal(srtp_unprotect_rtcp_compound(f->session, packet, &len), 0);
	assert_int_equal(len, sizeof(report));
	assert_memory_equal(packet, report, len);
	assert_int_equal(srtp_unprotect_rtcp_compound(f->session, sealed, &sealed_len), -EALREADY);
}

static void no_room_for_the_trailer_is_refused(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[PACKET + SRTP_TRAILER];
	size_t len = PACKET;

	make_packet(packet, 1, 1);
	assert_int_equal(
		srtp_protect_rtp(f->session, packet, &len, PACKET + SRTP_TRAILER - 1), -ENOSPC);
	assert_int_equal(srtp_protect_rtp(f->session, packet, &len, PACKET + SRTP_TRAILER), 0);
}

static void the_best_is_what_there_is(void **state)
{
	struct srtp_session *session = NULL;
	bool ipsec_mb;

	(void)state;
	assert_int_equal(srtp_library_start(), 0);
	ipsec_mb = srtp_session_create_on(SRTP_BACKEND_IPSEC_MB, SRTP_AEAD_AES_128_GCM_SUITE,
			   rfc3711_master, rfc3711_master, &session) == 0;
	assert_string_equal(srtp_gcm_backend(), ipsec_mb ? "ipsec-mb" : "openssl");
	srtp_session_destroy(session);
	session = NULL;
	assert_int_equal(srtp_session_create_on(SRTP_BACKEND_OPENSSL, SRTP_AES128_CM_SHA1_80_SUITE,
				 rfc3711_master, rfc3711_master, &session),
		-ENOTSUP);
	assert_null(session);
	srtp_library_stop();
}

#define EACH(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up_ipsec_mb, tear_down),                         \
		cmocka_unit_test_setup_teardown(name, set_up_openssl, tear_down),                  \
		cmocka_unit_test_setup_teardown(name, set_up_libsrtp, tear_down),                  \
		cmocka_unit_test_setup_teardown(name, set_up_cm, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_derives_as_rfc3711_b3),
		cmocka_unit_test(the_reference_seals_as_rfc7714_16_1_1),
		EACH(it_seals_as_the_reference_does),
		EACH(every_flipped_byte_and_every_cut_is_refused),
		EACH(replays_are_refused_and_late_ones_within_the_window_taken),
		EACH(only_so_many_streams_and_forgeries_take_none),
		EACH(rtcp_goes_both_ways),
		EACH(no_room_for_the_trailer_is_refused),
		cmocka_unit_test(the_best_is_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
