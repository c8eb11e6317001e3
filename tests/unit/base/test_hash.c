/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* SipHash: a fast short-input PRF (Aumasson, Bernstein 2012), appendix A: key 00..0f, input 00..0e.
 */
static void published_vector(void **state)
{
	const struct hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	uint8_t input[15];

	(void)state;
	for (uint8_t i = 0; i < sizeof(input); i++)
		input[i] = i;
	assert_true(hash_keyed(&key, input, sizeof(input)) == 0xa129ca6149be45e5);
	assert_true(hash_keyed(&key, input, 0) == 0x726fdb47dd0e0e31);
}

static void process_key_is_kept(void **state)
{
	(void)state;
	assert_true(hash_bytes("abc", 3) == hash_bytes("abc", 3));
	assert_true(hash_bytes("abc", 3) != hash_bytes("abd", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vector),
		cmocka_unit_test(process_key_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
