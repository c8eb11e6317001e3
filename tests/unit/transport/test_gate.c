/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "dtls/gate.h"

/* The first fragment of Chromium 156's ClientHello, cut after the random: lengths are real. */
static const uint8_t hello[] = {
	22,
	0xfe,
	0xff,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	20, /* record: handshake, epoch 0, 20 bytes */
	1,
	0x00,
	0x05,
	0x78,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	8, /* ClientHello of 1400, 8 bytes from 0 */
	0xfe,
	0xfd,
	1,
	2,
	3,
	4,
	5,
	6,
};

static void a_client_hello_or_a_piece_of_one_opens(void **state)
{
	uint8_t second[sizeof(hello)];

	(void)state;
	assert_true(dtls_opens(hello, sizeof(hello)));
	memcpy(second, hello, sizeof(hello));
	second[20] = 4; /* the piece from 1024 on, which may come first */
	assert_true(dtls_opens(second, sizeof(second)));
}

static void a_cut_anywhere_does_not(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(hello); len++)
		assert_false(dtls_opens(hello, len));
}

struct change {
	size_t at;
	uint8_t to;
};

static void nothing_else_does(void **state)
{
	static const struct change changes[] = {
		{0, 20}, {0, 21}, {0, 23},   /* change cipher spec, alert, application data */
		{1, 0x03}, {2, 0xfc},	     /* TLS, DTLS 1.3 as a record version */
		{4, 1},			     /* epoch 1 */
		{12, 21},		     /* longer than the datagram */
		{13, 2}, {13, 11}, {13, 16}, /* other handshake messages */
		{14, 1},		     /* a ClientHello of 64 KiB */
		{19, 1},		     /* a piece from beyond its end */
		{24, 9},		     /* a piece longer than its record */
	};
	uint8_t bad[sizeof(hello)];

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		memcpy(bad, hello, sizeof(hello));
		bad[changes[i].at] = changes[i].to;
		assert_false(dtls_opens(bad, sizeof(bad)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_hello_or_a_piece_of_one_opens),
		cmocka_unit_test(a_cut_anywhere_does_not),
		cmocka_unit_test(nothing_else_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
