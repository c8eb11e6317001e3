/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "peer/demux.h"

/* The table never looks into a peer. */
#define PEER(n) ((struct peer *)(uintptr_t)(0x1000 + 16 * (n)))

static void the_first_byte_tells_the_protocol(void **state)
{
	(void)state;
	assert_int_equal(demux_protocol((const uint8_t *)"", 0), DEMUX_NOTHING);
	for (unsigned i = 0; i < 256; i++) {
		const uint8_t byte = (uint8_t)i;
		enum demux_protocol expected = DEMUX_NOTHING;

		if (i <= 3)
			expected = DEMUX_STUN;
		else if (i >= 20 && i <= 63)
			expected = DEMUX_DTLS;
		else if (i >= 128 && i <= 191)
			expected = DEMUX_SRTP;
		assert_int_equal(demux_protocol(&byte, 1), expected);
	}
}

static void names_are_exact_and_each_has_one_peer(void **state)
{
	struct demux *demux = malloc(sizeof(*demux));
	struct demux_name a, b;

	(void)state;
	demux_init(demux);
	demux_name_init(&a, PEER(1));
	demux_name_init(&b, PEER(2));
	assert_int_equal(demux_name_add(demux, &a, "ufrag"), 0);
	assert_int_equal(demux_name_add(demux, &b, "ufrag"), -EEXIST);
	assert_ptr_equal(demux_by_ufrag(demux, "ufrag", 5), PEER(1));
	assert_null(demux_by_ufrag(demux, "ufrag", 4));
	assert_null(demux_by_ufrag(demux, "ufragx", 6));
	assert_int_equal(demux_name_add(demux, &a, "other"), 0); /* moves */
	assert_null(demux_by_ufrag(demux, "ufrag", 5));
	assert_int_equal(demux_name_add(demux, &b, "ufrag"), 0);
	demux_name_remove(&b);
	demux_name_remove(&b);
	assert_null(demux_by_ufrag(demux, "ufrag", 5));
	assert_ptr_equal(demux_by_ufrag(demux, "other", 5), PEER(1));
	free(demux);
}

static void an_address_belongs_to_the_last_who_showed_it(void **state)
{
	struct demux *demux = malloc(sizeof(*demux));
	struct demux_path a, b;
	struct addr addr, other;

	(void)state;
	demux_init(demux);
	demux_path_init(&a, PEER(1));
	demux_path_init(&b, PEER(2));
	addr_parse("192.0.2.1", 4000, &addr);
	addr_parse("192.0.2.1", 4001, &other);
	demux_path_add(demux, &a, &addr);
	assert_ptr_equal(demux_by_addr(demux, &addr), PEER(1));
	assert_null(demux_by_addr(demux, &other));
	demux_path_add(demux, &b, &addr);
	assert_ptr_equal(demux_by_addr(demux, &addr), PEER(2));
	demux_path_remove(&a); /* it has it no more: harmless */
	assert_ptr_equal(demux_by_addr(demux, &addr), PEER(2));
	demux_path_remove(&b);
	assert_null(demux_by_addr(demux, &addr));
	free(demux);
}

static void thousands_are_told_apart(void **state)
{
	enum { COUNT = 4096 };
	struct demux *demux = malloc(sizeof(*demux));
	struct demux_name *names = calloc(COUNT, sizeof(*names));
	struct demux_path *paths = calloc(COUNT, sizeof(*paths));
	struct addr addr;
	char text[16];

	(void)state;
	demux_init(demux);
	for (unsigned i = 0; i < COUNT; i++) {
		demux_name_init(&names[i], PEER(i));
		demux_path_init(&paths[i], PEER(i));
		snprintf(text, sizeof(text), "u%04u", i);
		addr_parse("192.0.2.1", (uint16_t)(1000 + i), &addr);
		assert_int_equal(demux_name_add(demux, &names[i], text), 0);
		demux_path_add(demux, &paths[i], &addr);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "u%04u", i);
		addr_parse("192.0.2.1", (uint16_t)(1000 + i), &addr);
		assert_ptr_equal(demux_by_ufrag(demux, text, 5), PEER(i));
		assert_ptr_equal(demux_by_addr(demux, &addr), PEER(i));
	}
	free(names);
	free(paths);
	free(demux);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_byte_tells_the_protocol),
		cmocka_unit_test(names_are_exact_and_each_has_one_peer),
		cmocka_unit_test(an_address_belongs_to_the_last_who_showed_it),
		cmocka_unit_test(thousands_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
