/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <srtp2/srtp.h>

#include "tests/bench/floor.h"
#include "tests/bench/floor_gcm.h"

enum { HEAD = 12, PLAIN = 900 };

static uint8_t key[FLOOR_KEY] = "0123456789abcdefSALTSALTSALT";

static srtp_t make(srtp_ssrc_type_t type)
{
	srtp_policy_t policy = {.ssrc.type = type, .key = key, .window_size = 1024};
	srtp_t srtp;

	srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
	srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	assert_int_equal(srtp_create(&srtp, &policy), srtp_err_status_ok);
	return srtp;
}

static void write_packet(uint8_t *packet, uint16_t seq)
{
	memset(packet, 0x5a, HEAD + PLAIN);
	memcpy(packet, (uint8_t[]){0x80, 0x60, 0, 0, 1, 2, 3, 4, 0xde, 0xad, 0xbe, 0xef}, HEAD);
	packet[2] = (uint8_t)(seq >> 8);
	packet[3] = (uint8_t)seq;
}

/* Over a wrap, so that the rollover counter is in it. */
static void seals_what_libsrtp_opens(void **state)
{
	struct floor_gcm *gcm = floor_gcm_create(key);
	srtp_t in = make(ssrc_any_inbound);
	uint8_t plain[HEAD + PLAIN], packet[HEAD + PLAIN + FLOOR_TAG];

	(void)state;
	for (uint64_t index = 65000; index < 66000; index++) {
		struct floor_packet job = {.header = packet,
			.header_len = HEAD,
			.index = index,
			.in = plain + HEAD,
			.len = PLAIN,
			.out = packet + HEAD};
		int len = sizeof(packet);

		write_packet(plain, (uint16_t)index);
		memcpy(packet, plain, HEAD);
		floor_gcm_seal(gcm, &job);
		assert_int_equal(srtp_unprotect(in, packet, &len), srtp_err_status_ok);
		assert_int_equal(len, HEAD + PLAIN);
		assert_memory_equal(packet, plain, sizeof(plain));
	}
	srtp_dealloc(in);
	floor_gcm_destroy(gcm);
}

static void opens_what_libsrtp_seals(void **state)
{
	struct floor_gcm *gcm = floor_gcm_create(key);
	srtp_t out = make(ssrc_any_outbound);
	uint8_t plain[HEAD + PLAIN], packet[HEAD + PLAIN + SRTP_MAX_TRAILER_LEN];
	struct floor_packet job = {.header = packet,
		.header_len = HEAD,
		.index = 4711,
		.in = packet + HEAD,
		.len = PLAIN,
		.out = packet + HEAD};
	int len = HEAD + PLAIN;

	(void)state;
	write_packet(plain, 4711);
	memcpy(packet, plain, sizeof(plain));
	assert_int_equal(srtp_protect(out, packet, &len), srtp_err_status_ok);
	assert_int_equal(floor_gcm_open(gcm, &job), 0);
	assert_memory_equal(packet, plain, sizeof(plain));
	assert_int_equal(floor_gcm_open(gcm, &job), -EBADMSG); /* it is plain now */
	srtp_dealloc(out);
	floor_gcm_destroy(gcm);
}

static int start(void **state)
{
	(void)state;
	return srtp_init() == srtp_err_status_ok ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals_what_libsrtp_opens),
		cmocka_unit_test(opens_what_libsrtp_seals),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
