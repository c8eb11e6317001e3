/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void reads_big_endian(void **state)
{
	const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	struct reader r = reader_of(data, sizeof(data));

	(void)state;
	assert_int_equal(read_u8(&r), 1);
	assert_int_equal(read_u16(&r), 0x0203);
	assert_int_equal(read_u24(&r), 0x040506);
	assert_int_equal(read_u32(&r), 0x0708090a);
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.bad);
}

static void an_error_sticks(void **state)
{
	const uint8_t data[] = {1, 2, 3};
	struct reader r = reader_of(data, sizeof(data));

	(void)state;
	assert_int_equal(read_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(read_u8(&r), 0); /* though a byte is there */
	assert_int_equal(reader_left(&r), 0);
	assert_null(read_bytes(&r, 0));
}

static void a_part_is_bounded_by_itself(void **state)
{
	const uint8_t data[] = {1, 2, 3, 4};
	struct reader r = reader_of(data, sizeof(data));
	struct reader part = read_sub(&r, 2);

	(void)state;
	assert_int_equal(read_u24(&part), 0);
	assert_true(part.bad);
	assert_false(r.bad);
	assert_int_equal(read_u16(&r), 0x0304);
	part = read_sub(&r, SIZE_MAX);
	assert_true(part.bad && r.bad);
}

static void writes_all_or_nothing(void **state)
{
	uint8_t data[6] = {0};
	struct writer w = writer_of(data, 5);

	(void)state;
	write_u24(&w, 0x010203);
	write_u32(&w, 0xffffffff);
	assert_true(w.bad);
	write_u8(&w, 9);
	assert_int_equal(w.len, 3);
	assert_int_equal(data[2], 3);
	assert_int_equal(data[3], 0);
	assert_int_equal(data[5], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian),
		cmocka_unit_test(an_error_sticks),
		cmocka_unit_test(a_part_is_bounded_by_itself),
		cmocka_unit_test(writes_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
