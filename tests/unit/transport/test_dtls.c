/* SPDX-License-Identifier: MIT */
/* The DTLS server against an OpenSSL client, datagram by datagram, over a wire in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "dtls/dtls.h"
#include "tests/client/handshake.h"

enum { WIRE_ROOM = 64, DATAGRAM = 1600 };
#define SECOND UINT64_C(1000000)

struct wire {
	unsigned count, lost;
	unsigned lose_first; /* so many datagrams never arrive */
	size_t lens[WIRE_ROOM];
	uint8_t data[WIRE_ROOM][DATAGRAM];
};

static void put(void *arg, const uint8_t *data, size_t len)
{
	struct wire *wire = arg;

	if (wire->lost < wire->lose_first) {
		wire->lost++;
		return;
	}
	assert_true(wire->count < WIRE_ROOM && len <= DATAGRAM);
	memcpy(wire->data[wire->count], data, len);
	wire->lens[wire->count++] = len;
}

struct fixture {
	struct dtls_identity *identity;
	struct dtls_context *context;
	struct dtls *dtls;
	struct handshake *client;
	struct wire to_server, to_client;
	unsigned hello_datagrams;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	assert_int_equal(dtls_identity_create(&f->identity), 0);
	assert_int_equal(dtls_context_create(f->identity, &f->context), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	dtls_destroy(f->dtls);
	handshake_destroy(f->client);
	dtls_context_destroy(f->context);
	dtls_identity_destroy(f->identity);
	free(f);
	return 0;
}

static void begin(struct fixture *f, struct handshake_config config, const char *fingerprint)
{
	config.send = put;
	config.arg = &f->to_server;
	assert_int_equal(handshake_create(&config, &f->client), 0);
	if (!fingerprint)
		fingerprint = handshake_fingerprint(f->client);
	assert_int_equal(dtls_create(f->context, fingerprint, put, &f->to_client, &f->dtls), 0);
	handshake_start(f->client);
	f->hello_datagrams = f->to_server.count;
}

static void deliver(struct fixture *f, uint64_t now_us)
{
	while (f->to_server.count || f->to_client.count) {
		struct wire up = f->to_server, down = f->to_client;

		f->to_server.count = f->to_client.count = 0;
		for (unsigned i = 0; i < up.count; i++)
			dtls_recv(f->dtls, up.data[i], up.lens[i], now_us);
		for (unsigned i = 0; i < down.count; i++)
			handshake_recv(f->client, down.data[i], down.lens[i]);
	}
}

static void expect_same_keys(struct fixture *f, enum dtls_profile profile)
{
	struct handshake_keys theirs;
	struct dtls_keys ours;

	assert_int_equal(dtls_export_keys(f->dtls, &ours), 0);
	assert_int_equal(handshake_keys(f->client, &theirs), 0);
	assert_int_equal(ours.profile, profile);
	assert_int_equal(theirs.profile, profile);
	assert_int_equal(ours.len, profile == DTLS_AEAD_AES_128_GCM ? 28 : 30);
	assert_memory_equal(ours.receive, theirs.send, ours.len);
	assert_memory_equal(ours.send, theirs.receive, ours.len);
}

static void gcm_is_taken_whatever_the_client_prefers(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){0}, NULL);
	deliver(f, SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_CONNECTED);
	assert_true(handshake_server_is(f->client, dtls_identity_fingerprint(f->identity)));
	expect_same_keys(f, DTLS_AEAD_AES_128_GCM);
	assert_int_equal(dtls_half_open(f->context), 0);
}

static void aes_cm_is_taken_when_there_is_nothing_else(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){.profiles = "SRTP_AES128_CM_SHA1_80"}, NULL);
	deliver(f, SECOND);
	expect_same_keys(f, DTLS_AES128_CM_SHA1_80);
}

static void a_hello_in_two_datagrams_in_either_order(void **state)
{
	struct fixture *f = *state;
	struct wire first;

	begin(f, (struct handshake_config){.long_hello = true}, NULL);
	assert_int_equal(f->hello_datagrams, 2);
	first = f->to_server;
	f->to_server.count = 0;
	dtls_recv(f->dtls, first.data[1], first.lens[1], SECOND);
	dtls_recv(f->dtls, first.data[0], first.lens[0], SECOND);
	deliver(f, SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_CONNECTED);
}

static void expect_failed(struct fixture *f, const char *reason)
{
	struct dtls_keys keys;

	deliver(f, SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_FAILED);
	assert_string_equal(dtls_reason(f->dtls), reason);
	assert_int_equal(dtls_export_keys(f->dtls, &keys), -ENOTCONN);
	assert_int_equal(dtls_half_open(f->context), 0);
}

static void another_certificate_than_the_offers_ends_it(void **state)
{
	struct fixture *f = *state;

	/* any other certificate: our own will do */
	begin(f, (struct handshake_config){0}, dtls_identity_fingerprint(f->identity));
	expect_failed(f, "certificate does not match the offer's fingerprint");
	assert_true(handshake_over(f->client)); /* it was told, by an alert */
}

static void no_certificate_ends_it(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){.no_certificate = true}, NULL);
	expect_failed(f, "handshake failed");
}

static void no_srtp_ends_it(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){.profiles = ""}, NULL);
	expect_failed(f, "no common SRTP profile");
}

static void only_profiles_that_are_not_ours_end_it(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){.profiles = "SRTP_AEAD_AES_256_GCM"}, NULL);
	expect_failed(f, "no common SRTP profile");
}

static void junk_makes_no_association(void **state)
{
	struct fixture *f = *state;
	uint8_t junk[64] = {22, 0xfe, 0xfd};

	begin(f, (struct handshake_config){0}, NULL);
	for (unsigned i = 20; i < 64; i++) {
		junk[0] = (uint8_t)i;
		dtls_recv(f->dtls, junk, sizeof(junk), SECOND);
	}
	assert_int_equal(dtls_state(f->dtls), DTLS_WAITING);
	assert_int_equal(f->to_client.count, 0);
	assert_int_equal(dtls_half_open(f->context), 0);
}

static void a_lost_flight_comes_again(void **state)
{
	struct fixture *f = *state;

	f->to_client.lose_first = 1; /* of the server's first flight */
	begin(f, (struct handshake_config){0}, NULL);
	deliver(f, SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_HANDSHAKE);
	for (unsigned i = 0; i < 200 && dtls_state(f->dtls) == DTLS_HANDSHAKE; i++) {
		poll(NULL, 0, 10); /* OpenSSL reads the clock itself: 200 ms must really pass */
		dtls_tick(f->dtls, SECOND);
		deliver(f, SECOND);
	}
	assert_int_equal(dtls_state(f->dtls), DTLS_CONNECTED);
}

/* We are done then, and have given back what records need. */
static void our_last_flight_comes_again(void **state)
{
	struct fixture *f = *state;
	struct wire up;

	begin(f, (struct handshake_config){0}, NULL);
	while (dtls_state(f->dtls) != DTLS_CONNECTED) {
		struct wire down = f->to_client;

		assert_true(f->to_server.count + down.count > 0);
		f->to_client.count = 0;
		for (unsigned i = 0; i < down.count; i++)
			handshake_recv(f->client, down.data[i], down.lens[i]);
		up = f->to_server;
		f->to_server.count = 0;
		for (unsigned i = 0; i < up.count; i++)
			dtls_recv(f->dtls, up.data[i], up.lens[i], SECOND);
	}
	assert_true(f->to_client.count > 0);
	f->to_client.count = 0; /* lost */
	assert_false(handshake_done(f->client));
	for (unsigned i = 0; i < 300 && !handshake_done(f->client); i++) {
		poll(NULL, 0, 10);
		handshake_tick(f->client);
		deliver(f, SECOND);
	}
	assert_true(handshake_done(f->client));
	expect_same_keys(f, DTLS_AEAD_AES_128_GCM);
}

static void a_handshake_has_ten_seconds(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){0}, NULL);
	dtls_recv(f->dtls, f->to_server.data[0], f->to_server.lens[0], SECOND);
	assert_int_equal(dtls_half_open(f->context), 1);
	dtls_tick(f->dtls, 11 * SECOND - 1);
	assert_int_equal(dtls_state(f->dtls), DTLS_HANDSHAKE);
	dtls_tick(f->dtls, 11 * SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_FAILED);
	assert_int_equal(dtls_half_open(f->context), 0);
}

/* CVE-2026-75806: types 20 to 24, epochs 0 to 2, lengths 0 to 30, none of them may end it. */
static void strange_records_do_not_end_an_association(void **state)
{
	struct fixture *f = *state;
	uint8_t record[13 + 30] = {0, 0xfe, 0xfd};

	begin(f, (struct handshake_config){0}, NULL);
	deliver(f, SECOND);
	for (unsigned type = 20; type <= 24; type++) {
		for (unsigned epoch = 0; epoch <= 2; epoch++) {
			for (unsigned len = 0; len <= 30; len++) {
				record[0] = (uint8_t)type;
				record[4] = (uint8_t)epoch;
				record[10] = (uint8_t)(100 + len);
				record[12] = (uint8_t)len;
				dtls_recv(f->dtls, record, 13 + len, SECOND);
				assert_int_equal(dtls_state(f->dtls), DTLS_CONNECTED);
			}
		}
	}
}

static void half_open_handshakes_are_limited(void **state)
{
	struct fixture *f = *state;
	struct dtls *stalled[DTLS_MAX_HALF_OPEN];

	begin(f, (struct handshake_config){0}, NULL);
	for (unsigned i = 0; i < DTLS_MAX_HALF_OPEN; i++) {
		assert_int_equal(dtls_create(f->context, handshake_fingerprint(f->client), put,
					 &f->to_client, &stalled[i]),
			0);
		dtls_recv(stalled[i], f->to_server.data[0], f->to_server.lens[0], SECOND);
		f->to_client.count = 0;
	}
	assert_int_equal(dtls_half_open(f->context), DTLS_MAX_HALF_OPEN);
	/* no place while all of them are young; no answer */
	dtls_recv(f->dtls, f->to_server.data[0], f->to_server.lens[0], 2 * SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_WAITING);
	assert_int_equal(f->to_client.count, 0);
	/* later the oldest gives way */
	deliver(f, 4 * SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_CONNECTED);
	assert_int_equal(dtls_state(stalled[0]), DTLS_FAILED);
	assert_int_equal(dtls_state(stalled[1]), DTLS_HANDSHAKE);
	for (unsigned i = 0; i < DTLS_MAX_HALF_OPEN; i++)
		dtls_destroy(stalled[i]);
	assert_int_equal(dtls_half_open(f->context), 0);
}

static void closing_is_told_either_way(void **state)
{
	struct fixture *f = *state;

	begin(f, (struct handshake_config){0}, NULL);
	deliver(f, SECOND);
	dtls_close(f->dtls);
	deliver(f, SECOND);
	assert_true(handshake_over(f->client));
	dtls_destroy(f->dtls);
	handshake_destroy(f->client);
	begin(f, (struct handshake_config){0}, NULL);
	deliver(f, SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_CONNECTED);
	handshake_close(f->client);
	deliver(f, SECOND);
	assert_int_equal(dtls_state(f->dtls), DTLS_CLOSED);
}

static void a_fingerprint_is_checked_for_its_form(void **state)
{
	struct fixture *f = *state;
	char text[DTLS_FINGERPRINT];

	memcpy(text, dtls_identity_fingerprint(f->identity), 96);
	assert_int_equal(strlen(text), 95);
	text[94] = '\0';
	assert_int_equal(dtls_create(f->context, text, put, NULL, &f->dtls), -EINVAL);
	memcpy(text, dtls_identity_fingerprint(f->identity), 96);
	text[2] = '-';
	assert_int_equal(dtls_create(f->context, text, put, NULL, &f->dtls), -EINVAL);
	assert_int_equal(dtls_create(f->context, "", put, NULL, &f->dtls), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gcm_is_taken_whatever_the_client_prefers),
		TEST(aes_cm_is_taken_when_there_is_nothing_else),
		TEST(a_hello_in_two_datagrams_in_either_order),
		TEST(another_certificate_than_the_offers_ends_it),
		TEST(no_certificate_ends_it),
		TEST(no_srtp_ends_it),
		TEST(only_profiles_that_are_not_ours_end_it),
		TEST(junk_makes_no_association),
		TEST(a_lost_flight_comes_again),
		TEST(our_last_flight_comes_again),
		TEST(a_handshake_has_ten_seconds),
		TEST(strange_records_do_not_end_an_association),
		TEST(half_open_handshakes_are_limited),
		TEST(closing_is_told_either_way),
		TEST(a_fingerprint_is_checked_for_its_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
