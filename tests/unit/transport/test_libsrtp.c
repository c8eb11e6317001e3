/* SPDX-License-Identifier: MIT */
/*
 * libsrtp against our own GCM, on each cipher that this machine has, packet by packet: all of them
 * seal the same bytes, and all of them say the same about whatever arrives: in order or not, twice,
 * forged or cut, over wraps, with CSRCs and extensions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/session.h"
#include "tests/unit/transport/dice.h"

enum {
	ROOM = 1600,
	STREAMS = 4,
	PACKETS = 60000,
	HELD = 64,     /* packets that are under way */
	MAX_STEP = 30, /* between sequence numbers, so that each stream wraps three times */
};

static const enum srtp_backend backends[] = {
	SRTP_BACKEND_LIBSRTP,
	SRTP_BACKEND_OPENSSL,
	SRTP_BACKEND_IPSEC_MB,
};

enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

struct fixture {
	struct srtp_session *sessions[BACKENDS]; /* NULL: this machine lacks it */
	uint64_t next[STREAMS];			 /* indices */
	unsigned taken, too_late;		 /* deliveries */
	struct held {
		uint8_t sealed[ROOM], plain[ROOM];
		size_t len, plain_len; /* 0: nothing here */
	} held[HELD];
};

static int set_up(void **state)
{
	static const uint8_t key[28] = "a key of 16 bytes and a salt";
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	assert_int_equal(srtp_library_start(), 0);
	for (unsigned i = 0; i < BACKENDS; i++) {
		int err = srtp_session_create_on(
			backends[i], SRTP_AEAD_AES_128_GCM_SUITE, key, key, &f->sessions[i]);

		if (err != -ENOTSUP || backends[i] != SRTP_BACKEND_IPSEC_MB)
			assert_int_equal(err, 0);
	}
	/* The first are close to their first wrap. */
	f->next[0] = 65535;
	f->next[1] = 65500;
	f->next[2] = 32767;
	dice_seed(7);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < BACKENDS; i++)
		srtp_session_destroy(f->sessions[i]);
	srtp_library_stop();
	free(f);
	return 0;
}

static unsigned below(unsigned n)
{
	return dice() % n;
}

static size_t make_rtp(uint8_t *out, unsigned stream, uint16_t seq)
{
	unsigned csrcs = below(4) ? 0 : below(16), words = below(3) ? 0 : below(20);
	size_t header = 12 + csrcs * 4 + (words ? 4 + words * 4 : 0);
	size_t len = header + (below(10) ? below(1200) : 0);

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)dice();
	out[0] = (uint8_t)(0x80 | (words ? 0x10 : 0) | csrcs);
	out[2] = (uint8_t)(seq >> 8);
	out[3] = (uint8_t)seq;
	memset(out + 8, 0, 3);
	out[11] = (uint8_t)stream;
	if (words) {
		out[12 + csrcs * 4 + 2] = 0;
		out[12 + csrcs * 4 + 3] = (uint8_t)words;
	}
	return len;
}

static size_t make_rtcp(uint8_t *out, unsigned stream)
{
	size_t len = 8 + 4 * below(100);

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)dice();
	out[0] = 0x80;
	out[1] = 200;
	memset(out + 4, 0, 3);
	out[7] = (uint8_t)stream;
	return len;
}

typedef int seal_fn(struct srtp_session *session, uint8_t *packet, size_t *len, size_t room);
typedef int open_fn(struct srtp_session *session, uint8_t *packet, size_t *len);

/* All seal alike. */
static void seal_all(struct fixture *f, seal_fn *seal, struct held *held)
{
	uint8_t packet[ROOM];

	for (unsigned i = 0; i < BACKENDS && f->sessions[i]; i++) {
		size_t len = held->plain_len;

		memcpy(packet, held->plain, len);
		assert_int_equal(seal(f->sessions[i], packet, &len, ROOM), 0);
		if (i == 0) {
			memcpy(held->sealed, packet, len);
			held->len = len;
		}
		assert_int_equal(len, held->len);
		assert_memory_equal(packet, held->sealed, len);
	}
}

/* All say the same, which is told; what one takes is as it was sent. */
static int open_all(struct fixture *f, open_fn *open, const struct held *held)
{
	uint8_t packet[ROOM];
	int verdict = 0;

	for (unsigned i = 0; i < BACKENDS && f->sessions[i]; i++) {
		size_t len = held->len;
		int err;

		memcpy(packet, held->sealed, len);
		err = open(f->sessions[i], packet, &len);
		if (i == 0)
			verdict = err;
		assert_int_equal(err, verdict);
		if (err)
			continue;
		assert_int_equal(len, held->plain_len);
		assert_memory_equal(packet, held->plain, len);
	}
	return verdict;
}

/* One bit of what is authenticated, but none of those that say which packet it is; or cut. */
static void deliver_forgery(struct fixture *f, open_fn *open, const struct held *held)
{
	uint8_t forged[ROOM], packet[ROOM];
	size_t at = 12 + below((unsigned)held->len - 12), len = held->len;

	memcpy(forged, held->sealed, len);
	if (below(2))
		len = at;
	else
		forged[at] ^= (uint8_t)(1U << below(8));
	for (unsigned i = 0; i < BACKENDS && f->sessions[i]; i++) {
		size_t forged_len = len;

		memcpy(packet, forged, len);
		assert_int_not_equal(open(f->sessions[i], packet, &forged_len), 0);
	}
}

static void deliver(struct fixture *f, open_fn *open, struct held *held)
{
	int verdict;

	if (below(20) == 0)
		deliver_forgery(f, open, held);
	if (below(50) == 0)
		return; /* lost */
	verdict = open_all(f, open, held);
	if (verdict == -EALREADY) {
		f->too_late++; /* all agree, and it was out for a long time */
		return;
	}
	assert_int_equal(verdict, 0);
	f->taken++;
	if (below(20) == 0)
		assert_int_equal(open_all(f, open, held), -EALREADY);
}

static void rtp_is_the_same_from_all_and_to_all(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < PACKETS + HELD; i++) {
		struct held *held = &f->held[below(HELD)];
		unsigned stream = below(STREAMS);

		if (held->len)
			deliver(f, srtp_unprotect_rtp, held);
		held->len = 0;
		if (i >= PACKETS)
			continue;
		held->plain_len = make_rtp(held->plain, stream, (uint16_t)f->next[stream]);
		seal_all(f, srtp_protect_rtp, held);
		f->next[stream] += 1 + below(MAX_STEP);
		/* A stream's first packet must arrive first: it tells where the numbers begin. */
		if (i < 100) {
			deliver(f, srtp_unprotect_rtp, held);
			held->len = 0;
		}
	}
	for (unsigned stream = 0; stream < STREAMS; stream++)
		assert_true(f->next[stream] >> 16 >= 3);
	assert_in_range(f->too_late, 1, f->taken / 50);
}

static void late_packets_are_sealed_alike(void **state)
{
	struct fixture *f = *state;
	static struct held held;

	for (uint64_t top = 65000; top < 66000 + 65536; top += 50) {
		/* 49 to 0 places behind, each number once */
		for (unsigned behind = 50; behind-- > 0;) {
			uint16_t seq = (uint16_t)(top + (behind * 7 + 3) % 50);

			held.plain_len = make_rtp(held.plain, 1, seq);
			seal_all(f, srtp_protect_rtp, &held);
			assert_int_equal(open_all(f, srtp_unprotect_rtp, &held), 0);
		}
	}
}

static void a_number_sent_again_is_refused_by_all(void **state)
{
	struct fixture *f = *state;
	static struct held held;

	held.plain_len = make_rtp(held.plain, 1, 700);
	seal_all(f, srtp_protect_rtp, &held);
	for (unsigned i = 0; i < BACKENDS && f->sessions[i]; i++) {
		size_t len = held.plain_len;

		assert_int_equal(srtp_protect_rtp(f->sessions[i], held.plain, &len, ROOM), -EEXIST);
		assert_int_equal(len, held.plain_len);
	}
}

/* libsrtp counts each stream from 1, we all of them from 0: so each is compared with itself. */
static void rtcp_of_one_is_taken_by_all(void **state)
{
	struct fixture *f = *state;
	static struct held held;

	for (unsigned i = 0; i < 3000; i++) {
		unsigned sender = below(BACKENDS);

		if (!f->sessions[sender])
			continue;
		/* a stream each, or they would replay one another */
		held.plain_len = make_rtcp(held.plain, sender);
		held.len = held.plain_len;
		memcpy(held.sealed, held.plain, held.len);
		assert_int_equal(srtp_protect_rtcp_compound(
					 f->sessions[sender], held.sealed, &held.len, ROOM),
			0);
		assert_int_equal(held.len, held.plain_len + 20);
		deliver(f, srtp_unprotect_rtcp_compound, &held);
	}
	assert_true(f->taken > 500 && f->too_late == 0);
}

static void rtcp_is_the_same_from_all_and_to_all(void **state)
{
	struct fixture *f = *state;
	static struct held held;

	/* ours begin at 0 (RFC 3711 3.4), libsrtp at 1 */
	for (unsigned i = 1; i < BACKENDS && f->sessions[i]; i++) {
		held.len = make_rtcp(held.plain, 9);
		assert_int_equal(
			srtp_protect_rtcp_compound(f->sessions[i], held.plain, &held.len, ROOM), 0);
	}
	for (unsigned i = 0; i < 3000; i++) {
		held.plain_len = make_rtcp(held.plain, 9);
		seal_all(f, srtp_protect_rtcp_compound, &held);
		deliver(f, srtp_unprotect_rtcp_compound, &held);
	}
	assert_true(f->taken > 2000 && f->too_late == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rtp_is_the_same_from_all_and_to_all),
		TEST(late_packets_are_sealed_alike),
		TEST(a_number_sent_again_is_refused_by_all),
		TEST(rtcp_of_one_is_taken_by_all),
		TEST(rtcp_is_the_same_from_all_and_to_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
