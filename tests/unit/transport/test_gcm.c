/* SPDX-License-Identifier: MIT */
/*
 * SRTP and SRTCP with GCM: the vectors of RFC 7714, and what happens to indices over wraps, late
 * packets, replays and forgeries. Every test runs on each cipher that this machine has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/gcm.h"
#include "srtp/session.h"
#include "tests/unit/transport/dice.h"

enum { ROOM = 1600, HEADER = 12, SSRC = 0x4d617273 };

/* RFC 7714 16, 17: the session key, and "Quid pro quo" for a salt, for RTP and RTCP alike. */
static const struct gcm_keys rfc7714_keys = {
	.rtp = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	.rtp_salt = {0x51, 0x75, 0x69, 0x64, 0x20, 0x70, 0x72, 0x6f, 0x20, 0x71, 0x75, 0x6f},
	.rtcp = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	.rtcp_salt = {0x51, 0x75, 0x69, 0x64, 0x20, 0x70, 0x72, 0x6f, 0x20, 0x71, 0x75, 0x6f},
};

/* 16.1.1, 16.2.1 */
static const uint8_t rtp_plain[] = {0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01,
	0xa0, 0xb2, 'G', 'a', 'l', 'l', 'i', 'a', ' ', 'e', 's', 't', ' ', 'o', 'm', 'n', 'i', 's',
	' ', 'd', 'i', 'v', 'i', 's', 'a', ' ', 'i', 'n', ' ', 'p', 'a', 'r', 't', 'e', 's', ' ',
	't', 'r', 'e', 's'};
static const uint8_t rtp_sealed[] = {0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01,
	0xa0, 0xb2, 0xf2, 0x4d, 0xe3, 0xa3, 0xfb, 0x34, 0xde, 0x6c, 0xac, 0xba, 0x86, 0x1c, 0x9d,
	0x7e, 0x4b, 0xca, 0xbe, 0x63, 0x3b, 0xd5, 0x0d, 0x29, 0x4e, 0x6f, 0x42, 0xa5, 0xf4, 0x7a,
	0x51, 0xc7, 0xd1, 0x9b, 0x36, 0xde, 0x3a, 0xdf, 0x88, 0x33, 0x89, 0x9d, 0x7f, 0x27, 0xbe,
	0xb1, 0x6a, 0x91, 0x52, 0xcf, 0x76, 0x5e, 0xe4, 0x39, 0x0c, 0xce};

/* 17.1, 17.2, 17.3 */
enum { RTCP_VECTOR_INDEX = 0x5d4 };
static const uint8_t rtcp_plain[] = {0x81, 0xc8, 0x00, 0x0d, 0x4d, 0x61, 0x72, 0x73, 0x4e, 0x54,
	0x50, 0x31, 0x4e, 0x54, 0x50, 0x32, 0x52, 0x54, 0x50, 0x20, 0x00, 0x00, 0x04, 0x2a, 0x00,
	0x00, 0xe9, 0x30, 0x4c, 0x75, 0x6e, 0x61, 0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef,
	0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef};
static const uint8_t rtcp_sealed[] = {0x81, 0xc8, 0x00, 0x0d, 0x4d, 0x61, 0x72, 0x73, 0x63, 0xe9,
	0x48, 0x85, 0xdc, 0xda, 0xb6, 0x7c, 0xa7, 0x27, 0xd7, 0x66, 0x2f, 0x6b, 0x7e, 0x99, 0x7f,
	0xf5, 0xc0, 0xf7, 0x6c, 0x06, 0xf3, 0x2d, 0xc6, 0x76, 0xa5, 0xf1, 0x73, 0x0d, 0x6f, 0xda,
	0x4c, 0xe0, 0x9b, 0x46, 0x86, 0x30, 0x3d, 0xed, 0x0b, 0xb9, 0x27, 0x5b, 0xc8, 0x4a, 0xa4,
	0x58, 0x96, 0xcf, 0x4d, 0x2f, 0xc5, 0xab, 0xf8, 0x72, 0x45, 0xd9, 0xea, 0xde, 0x80, 0x00,
	0x05, 0xd4};
static const uint8_t rtcp_tag_only_end[] = {0x84, 0x1d, 0xd9, 0x68, 0x3d, 0xd7, 0x8e, 0xc9, 0x2a,
	0xe5, 0x87, 0x90, 0x12, 0x5f, 0x62, 0xb3, 0x00, 0x00, 0x05, 0xd4};

struct fixture {
	const struct aead *aead;
	struct gcm *a, *b; /* each opens what the other seals */
};

static int set_up_on(void **state, const struct aead *aead)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->aead = aead;
	*state = f;
	if (!aead) {
		print_message("this machine has no IPsec-MB\n");
		return 0;
	}
	assert_int_equal(gcm_create(aead, &rfc7714_keys, &rfc7714_keys, &f->a), 0);
	return gcm_create(aead, &rfc7714_keys, &rfc7714_keys, &f->b);
}

static int set_up_openssl(void **state)
{
	aead_start();
	return set_up_on(state, aead_openssl());
}

static int set_up_ipsec_mb(void **state)
{
	aead_start();
	return set_up_on(state, aead_ipsec_mb());
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	gcm_destroy(f->a);
	gcm_destroy(f->b);
	free(f);
	return 0;
}

static struct fixture *fixture_of(void **state)
{
	struct fixture *f = *state;

	if (!f->aead)
		skip();
	return f;
}

static size_t make_packet(uint8_t *out, uint32_t ssrc, uint16_t seq, size_t payload)
{
	memset(out, 0, HEADER + payload);
	out[0] = 0x80;
	out[1] = 96;
	out[2] = (uint8_t)(seq >> 8);
	out[3] = (uint8_t)seq;
	for (unsigned i = 0; i < 4; i++)
		out[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	return HEADER + payload;
}

static int seal_seq(struct gcm *gcm, uint16_t seq, uint8_t *out, size_t *ret_len)
{
	*ret_len = make_packet(out, SSRC, seq, 8);
	return gcm_seal_rtp(gcm, out, ret_len, ROOM);
}

static int open_copy(struct gcm *gcm, const uint8_t *sealed, size_t len)
{
	uint8_t copy[ROOM];

	memcpy(copy, sealed, len);
	return gcm_open_rtp(gcm, copy, &len);
}

/* From `a` to `b` and on arrival as it was. */
static void assert_passes(struct fixture *f, uint16_t seq)
{
	uint8_t plain[ROOM], packet[ROOM];
	size_t len, plain_len = make_packet(plain, SSRC, seq, 8);

	assert_int_equal(seal_seq(f->a, seq, packet, &len), 0);
	assert_int_equal(gcm_open_rtp(f->b, packet, &len), 0);
	assert_int_equal(len, plain_len);
	assert_memory_equal(packet, plain, len);
}

/* ---- vectors ---- */

static void rtp_is_sealed_and_opened_as_rfc7714_16_says(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len = sizeof(rtp_plain);

	memcpy(packet, rtp_plain, len);
	assert_int_equal(gcm_seal_rtp(f->a, packet, &len, ROOM), 0);
	assert_int_equal(len, sizeof(rtp_sealed));
	assert_memory_equal(packet, rtp_sealed, len);
	assert_int_equal(gcm_open_rtp(f->b, packet, &len), 0);
	assert_int_equal(len, sizeof(rtp_plain));
	assert_memory_equal(packet, rtp_plain, len);
}

static void rtcp_is_sealed_and_opened_as_rfc7714_17_says(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len = 0;

	for (unsigned index = 0; index <= RTCP_VECTOR_INDEX; index++) {
		len = sizeof(rtcp_plain);
		memcpy(packet, rtcp_plain, len);
		assert_int_equal(gcm_seal_rtcp(f->a, packet, &len, ROOM), 0);
	}
	assert_int_equal(len, sizeof(rtcp_sealed));
	assert_memory_equal(packet, rtcp_sealed, len);
	assert_int_equal(gcm_open_rtcp(f->b, packet, &len), 0);
	assert_int_equal(len, sizeof(rtcp_plain));
	assert_memory_equal(packet, rtcp_plain, len);
}

/* Authentic, but its E bit says that it is not encrypted. */
static void rtcp_in_the_clear_is_refused(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len = sizeof(rtcp_plain) + sizeof(rtcp_tag_only_end);

	memcpy(packet, rtcp_plain, sizeof(rtcp_plain));
	memcpy(packet + sizeof(rtcp_plain), rtcp_tag_only_end, sizeof(rtcp_tag_only_end));
	assert_int_equal(gcm_open_rtcp(f->b, packet, &len), -EBADMSG);
}

/* The same with its text encrypted: only the bit is wrong, and authenticated so. */
static void a_lying_e_bit_is_refused(void **state)
{
	struct fixture *f = fixture_of(state);
	void *key = aligned_alloc(AEAD_ALIGN, f->aead->key_room);
	uint8_t packet[8 + 20 + AEAD_TAG + 4] = {0x81, 0xc8, 0, 6}, aad[12], iv[AEAD_IV];
	struct aead_text text = {aad, sizeof(aad), packet + 8, 20};
	size_t len = sizeof(packet);

	memcpy(aad, packet, 8);
	memset(aad + 8, 0, 4); /* E is 0, the index too, and so is the SSRC: */
	memcpy(iv, rfc7714_keys.rtcp_salt, AEAD_IV);
	assert_int_equal(f->aead->key_init(key, AEAD_SEAL, rfc7714_keys.rtcp), 0);
	assert_int_equal(f->aead->seal(key, iv, &text, packet + 28), 0);
	memcpy(packet + 28 + AEAD_TAG, aad + 8, 4);
	assert_int_equal(gcm_open_rtcp(f->b, packet, &len), -EBADMSG);
	f->aead->key_finish(key);
	free(key);
}

/* ---- indices ---- */

static void the_counter_goes_on_over_three_wraps(void **state)
{
	struct fixture *f = fixture_of(state);

	for (uint32_t index = 60000; index < 60000 + 3 * 65536 + 100; index++)
		assert_passes(f, (uint16_t)index);
}

static void packets_around_a_wrap_may_change_places(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t sealed[4][ROOM];
	size_t lens[4];

	assert_passes(f, 65533);
	assert_int_equal(seal_seq(f->a, 65534, sealed[0], &lens[0]), 0);
	assert_int_equal(seal_seq(f->a, 65535, sealed[1], &lens[1]), 0);
	assert_int_equal(seal_seq(f->a, 0, sealed[2], &lens[2]), 0);
	assert_int_equal(seal_seq(f->a, 1, sealed[3], &lens[3]), 0);
	assert_int_equal(open_copy(f->b, sealed[3], lens[3]), 0);
	assert_int_equal(open_copy(f->b, sealed[1], lens[1]), 0);
	assert_int_equal(open_copy(f->b, sealed[2], lens[2]), 0);
	assert_int_equal(open_copy(f->b, sealed[0], lens[0]), 0);
	assert_passes(f, 2);
}

/* A repair comes when the numbers have wrapped already: it belongs to the round before. */
static void a_packet_sent_late_keeps_its_round(void **state)
{
	struct fixture *f = fixture_of(state);

	assert_passes(f, 65530);
	assert_passes(f, 5);
	assert_passes(f, 65535);
	assert_passes(f, 65531);
	assert_passes(f, 0);
	assert_passes(f, 6);
}

static void no_index_is_sent_twice(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM], plain[ROOM];
	size_t len;

	for (unsigned seq = 1000; seq < 1400; seq++)
		assert_int_equal(seal_seq(f->a, (uint16_t)seq, packet, &len), 0);
	for (unsigned seq = 1000; seq < 1400; seq++) {
		assert_int_equal(seal_seq(f->a, (uint16_t)seq, packet, &len), -EEXIST);
		assert_int_equal(len, make_packet(plain, SSRC, (uint16_t)seq, 8));
		assert_memory_equal(packet, plain, len);
	}
	/* older than what is remembered: it might have been sent */
	assert_int_equal(seal_seq(f->a, 999, packet, &len), -EEXIST);
	assert_int_equal(seal_seq(f->a, 1400, packet, &len), 0);
	/* another stream has indices of its own */
	len = make_packet(packet, SSRC + 1, 1000, 8);
	assert_int_equal(gcm_seal_rtp(f->a, packet, &len, ROOM), 0);
}

static void nothing_is_sent_before_the_first_round(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len;

	assert_passes(f, 3);
	assert_int_equal(seal_seq(f->a, 65535, packet, &len), -ERANGE);
	assert_passes(f, 4);
}

/* Nothing can be before the first round: a number that seems to be is far ahead. */
static void a_leap_in_the_first_round_is_followed(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len;

	assert_passes(f, 3);
	/* the other end never sent 3, but begins here */
	assert_int_equal(seal_seq(f->b, 65535, packet, &len), 0);
	assert_int_equal(gcm_open_rtp(f->b, packet, &len), 0);
	assert_int_equal(seal_seq(f->b, 0, packet, &len), 0);
	assert_int_equal(gcm_open_rtp(f->b, packet, &len), 0);
}

static int compare_words(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(uint64_t));
}

/* Zeros are sealed, so that the payloads are the key stream: none of it may come again. */
static void the_key_stream_never_repeats(void **state)
{
	enum { STREAMS = 2, EACH = 2 * 65536 + 2000, ALL = STREAMS * EACH };
	struct fixture *f = fixture_of(state);
	uint64_t *words = calloc(ALL, sizeof(*words));
	unsigned count = 0;

	dice_seed(5);
	for (unsigned i = 0; i < EACH; i++) {
		for (uint32_t stream = 0; stream < STREAMS; stream++) {
			/* out of order, and by accident some of them again */
			unsigned seq = 500 + i - dice() % 300;
			uint8_t packet[ROOM];
			size_t len = make_packet(packet, SSRC + stream, (uint16_t)seq, 8);
			int err = gcm_seal_rtp(f->a, packet, &len, ROOM);

			if (!err)
				memcpy(&words[count++], packet + HEADER, sizeof(*words));
			else
				assert_int_equal(err, -EEXIST);
		}
	}
	assert_true(count > ALL / 2);
	qsort(words, count, sizeof(*words), compare_words);
	for (unsigned i = 1; i < count; i++)
		assert_true(words[i] != words[i - 1]);
	free(words);
}

static void a_rtcp_index_is_used_once_whoever_reports(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len;

	for (uint32_t index = 0; index < 100; index++) {
		len = sizeof(rtcp_plain);
		memcpy(packet, rtcp_plain, len);
		packet[7] = (uint8_t)(index % 3);
		assert_int_equal(gcm_seal_rtcp(f->a, packet, &len, ROOM), 0);
		assert_int_equal(packet[len - 4], 0x80);
		assert_int_equal(packet[len - 1], index);
		assert_int_equal(gcm_open_rtcp(f->b, packet, &len), 0);
	}
}

/* ---- receiving ---- */

static void rtcp_replays_are_refused_and_late_ones_taken(void **state)
{
	enum { COUNT = SRTP_WINDOW + 10 };
	struct fixture *f = fixture_of(state);
	uint8_t(*sealed)[100] = calloc(COUNT, sizeof(*sealed)), copy[100];
	size_t len = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		len = sizeof(rtcp_plain);
		memcpy(sealed[i], rtcp_plain, len);
		assert_int_equal(gcm_seal_rtcp(f->a, sealed[i], &len, sizeof(*sealed)), 0);
	}
	/* the newest first: what is 1024 behind it is too old, what is 1023 behind is not */
	for (unsigned i = COUNT; i-- > 0;) {
		size_t whole = len;

		memcpy(copy, sealed[i], len);
		assert_int_equal(gcm_open_rtcp(f->b, copy, &whole),
			COUNT - 1 - i < SRTP_WINDOW ? 0 : -EALREADY);
		whole = len;
		memcpy(copy, sealed[i], len);
		assert_int_equal(gcm_open_rtcp(f->b, copy, &whole), -EALREADY);
	}
	free(sealed);
}

/* A forgery that pretends to be far ahead would move the window, were it believed. */
static void a_forgery_changes_nothing(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM], forged[ROOM], late[ROOM];
	size_t len, late_len;

	assert_passes(f, 100);
	assert_int_equal(seal_seq(f->a, 101, late, &late_len), 0);
	for (unsigned seq = 102; seq < 60000; seq += 7) {
		len = make_packet(forged, SSRC, (uint16_t)seq, 30);
		assert_int_equal(gcm_open_rtp(f->b, forged, &len), -EBADMSG);
	}
	assert_int_equal(seal_seq(f->a, 102, packet, &len), 0);
	memcpy(forged, packet, len);
	forged[len - 1] ^= 1;
	assert_int_equal(gcm_open_rtp(f->b, forged, &len), -EBADMSG);
	assert_int_equal(open_copy(f->b, packet, len), 0);
	assert_int_equal(open_copy(f->b, late, late_len), 0);
}

static void every_cut_of_a_packet_is_refused(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t sealed[ROOM];
	size_t whole, len;

	/* five CSRCs and an extension of three words */
	len = make_packet(sealed, SSRC, 9, 20 + 16 + 50);
	sealed[0] = 0x80 | 0x10 | 5;
	sealed[HEADER + 20 + 3] = 3;
	whole = len;
	assert_int_equal(gcm_seal_rtp(f->a, sealed, &whole, ROOM), 0);
	for (len = 0; len < whole; len++) {
		uint8_t *exact = malloc(len ? len : 1);
		size_t rtcp_len = len;

		memcpy(exact, sealed, len);
		assert_int_equal(gcm_open_rtp(f->b, exact, &(size_t){len}), -EBADMSG);
		memcpy(exact, sealed, len);
		assert_int_equal(gcm_open_rtcp(f->b, exact, &rtcp_len), -EBADMSG);
		free(exact);
	}
	assert_int_equal(open_copy(f->b, sealed, whole), 0);
}

static void an_extension_longer_than_its_packet_is_refused(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len = make_packet(packet, SSRC, 9, 100);

	packet[0] |= 0x10;
	packet[HEADER + 2] = 0xff;
	packet[HEADER + 3] = 0xff;
	assert_int_equal(gcm_open_rtp(f->b, packet, &len), -EBADMSG);
	assert_int_equal(gcm_seal_rtp(f->a, packet, &len, ROOM), -EBADMSG);
	assert_int_equal(len, HEADER + 100);
}

static void rtp_and_rtcp_share_the_streams_there_may_be(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len;

	for (uint32_t i = 0; i < SRTP_MAX_SSRCS; i++) {
		len = make_packet(packet, i, 1, 8);
		assert_int_equal(gcm_seal_rtp(f->a, packet, &len, ROOM), 0);
		assert_int_equal(gcm_open_rtp(f->b, packet, &len), 0);
	}
	for (uint32_t i = 0; i <= SRTP_MAX_SSRCS; i++) {
		len = sizeof(rtcp_plain);
		memcpy(packet, rtcp_plain, len);
		memset(packet + 4, 0, 3);
		packet[7] = (uint8_t)i;
		assert_int_equal(gcm_seal_rtcp(f->a, packet, &len, ROOM), 0);
		assert_int_equal(
			gcm_open_rtcp(f->b, packet, &len), i < SRTP_MAX_SSRCS ? 0 : -ENOSPC);
	}
}

static void only_so_many_streams_are_sent(void **state)
{
	struct fixture *f = fixture_of(state);
	uint8_t packet[ROOM];
	size_t len;

	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i <= SRTP_MAX_SENT; i++) {
			len = make_packet(packet, i, (uint16_t)round, 8);
			assert_int_equal(gcm_seal_rtp(f->a, packet, &len, ROOM),
				i < SRTP_MAX_SENT ? 0 : -ENOSPC);
		}
	}
}

/* What hundreds of subscribers cost: each sends reports, and gets as many streams as there are. */
static void a_session_takes_less_than_8_kib(void **state)
{
	struct fixture *f = fixture_of(state);
	size_t before = mallinfo2().uordblks, used, len;
	struct gcm *gcm;
	uint8_t packet[ROOM];

	assert_int_equal(gcm_create(f->aead, &rfc7714_keys, &rfc7714_keys, &gcm), 0);
	for (uint32_t i = 0; i < SRTP_MAX_SENT; i++) {
		len = make_packet(packet, i, 1, 8);
		assert_int_equal(gcm_seal_rtp(gcm, packet, &len, ROOM), 0);
	}
	for (uint32_t i = 0; i < 3; i++) {
		len = sizeof(rtcp_plain);
		memcpy(packet, rtcp_plain, len);
		packet[7] = (uint8_t)i;
		assert_int_equal(gcm_seal_rtcp(f->a, packet, &len, ROOM), 0);
		assert_int_equal(gcm_open_rtcp(gcm, packet, &len), 0);
	}
	used = mallinfo2().uordblks - before;
	gcm_destroy(gcm);
	if (used == 0)
		skip(); /* a sanitizer's malloc tells nothing */
	assert_in_range(used, sizeof(struct gcm_keys), 8191);
}

#define BOTH(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up_openssl, tear_down),                          \
		cmocka_unit_test_setup_teardown(name, set_up_ipsec_mb, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(rtp_is_sealed_and_opened_as_rfc7714_16_says),
		BOTH(rtcp_is_sealed_and_opened_as_rfc7714_17_says),
		BOTH(rtcp_in_the_clear_is_refused),
		BOTH(a_lying_e_bit_is_refused),
		BOTH(a_leap_in_the_first_round_is_followed),
		BOTH(the_counter_goes_on_over_three_wraps),
		BOTH(packets_around_a_wrap_may_change_places),
		BOTH(a_packet_sent_late_keeps_its_round),
		BOTH(no_index_is_sent_twice),
		BOTH(nothing_is_sent_before_the_first_round),
		BOTH(the_key_stream_never_repeats),
		BOTH(a_rtcp_index_is_used_once_whoever_reports),
		BOTH(rtcp_replays_are_refused_and_late_ones_taken),
		BOTH(a_forgery_changes_nothing),
		BOTH(every_cut_of_a_packet_is_refused),
		BOTH(an_extension_longer_than_its_packet_is_refused),
		BOTH(rtp_and_rtcp_share_the_streams_there_may_be),
		BOTH(only_so_many_streams_are_sent),
		BOTH(a_session_takes_less_than_8_kib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
