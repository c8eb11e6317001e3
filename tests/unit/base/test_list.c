/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct item {
	int value;
	struct list of_list;
};

static void keeps_order_and_lets_go(void **state)
{
	struct item items[4];
	struct list head;
	int sum = 0;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	for (int i = 0; i < 4; i++) {
		items[i].value = i + 1;
		list_append(&head, &items[i].of_list);
	}
	list_each (it, &head) {
		struct item *item = list_of(it, struct item, of_list);

		sum = sum * 10 + item->value;
		if (item->value == 2)
			list_remove(it); /* itself: allowed */
	}
	assert_int_equal(sum, 1234);
	list_remove(&items[1].of_list); /* again: harmless */
	sum = 0;
	list_each (it, &head)
		sum = sum * 10 + list_of(it, struct item, of_list)->value;
	assert_int_equal(sum, 134);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_order_and_lets_go)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
