/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "engine/table.h"

static void an_id_is_never_given_twice(void **state)
{
	struct table table;
	lectern_id first, id;

	(void)state;
	assert_int_equal(table_init(&table, 2), 0);
	assert_int_equal(table_add(&table, &first), 0);
	assert_true(first != 0);
	table_remove(&table, first);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(table_add(&table, &id), 0);
		assert_true(id != first);
		assert_null(table_find(&table, first));
		assert_non_null(table_find(&table, id));
		table_remove(&table, id);
		table_remove(&table, id); /* harmless */
	}
	table_finish(&table);
}

static void full_is_said_and_a_place_comes_back(void **state)
{
	struct table table;
	lectern_id ids[3];

	(void)state;
	assert_int_equal(table_init(&table, 3), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(table_add(&table, &ids[i]), 0);
	assert_int_equal(table_add(&table, &ids[0]), -ENOSPC);
	assert_non_null(table_find(&table, ids[0])); /* untouched */
	table_remove(&table, ids[1]);
	assert_int_equal(table_add(&table, &ids[1]), 0);
	assert_int_equal(id_index(ids[1]), 1);
	table_finish(&table);
}

static void a_foreign_id_is_not_found(void **state)
{
	struct table table;
	lectern_id id;

	(void)state;
	assert_int_equal(table_init(&table, 2), 0);
	assert_int_equal(table_add(&table, &id), 0);
	assert_null(table_find(&table, 0));
	assert_null(table_find(&table, id + 1));
	assert_null(table_find(&table, id_make(1, 4000000000)));
	assert_null(table_find(&table, id_make(2, id_index(id))));
	table_finish(&table);
}

static void generations_end_rather_than_begin_again(void **state)
{
	struct table table;
	lectern_id id;

	(void)state;
	assert_int_equal(table_init(&table, 1), 0);
	table.entries[0].generation = UINT32_MAX;
	assert_int_equal(table_add(&table, &id), 0);
	table_remove(&table, id);
	assert_int_equal(table_add(&table, &id), -ENOSPC);
	table_finish(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_never_given_twice),
		cmocka_unit_test(full_is_said_and_a_place_comes_back),
		cmocka_unit_test(a_foreign_id_is_not_found),
		cmocka_unit_test(generations_end_rather_than_begin_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
