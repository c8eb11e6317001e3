/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

enum { MANY = 200000 };

static unsigned discarded;

static void discard(void *message)
{
	(void)message;
	discarded++;
}

static void keeps_order_and_room(void **state)
{
	struct mailbox *box;
	int words[5];

	(void)state;
	assert_int_equal(mailbox_create(4, &box), 0);
	assert_null(mailbox_pop(box));
	for (int round = 0; round < 3; round++) { /* around the end of the ring */
		for (int i = 0; i < 4; i++)
			assert_int_equal(mailbox_push(box, &words[i]), 0);
		assert_int_equal(mailbox_push(box, &words[4]), -ENOSPC);
		for (int i = 0; i < 4; i++)
			assert_ptr_equal(mailbox_pop(box), &words[i]);
		assert_null(mailbox_pop(box));
		assert_int_equal(mailbox_push(box, &words[0]), 0);
		assert_ptr_equal(mailbox_pop(box), &words[0]);
	}
	mailbox_destroy(box, discard);
}

static void discards_what_was_not_taken(void **state)
{
	struct mailbox *box;
	int word;

	(void)state;
	discarded = 0;
	assert_int_equal(mailbox_create(8, &box), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(mailbox_push(box, &word), 0);
	mailbox_pop(box);
	mailbox_destroy(box, discard);
	assert_int_equal(discarded, 2);
	mailbox_destroy(NULL, discard);
}

static void *produce(void *arg)
{
	for (uintptr_t i = 1; i <= MANY; i++) {
		while (mailbox_push(arg, (void *)i)) /* NOLINT: numbers stand for messages */
			sched_yield();
	}
	return NULL;
}

static void passes_between_threads(void **state)
{
	struct mailbox *box;
	pthread_t producer;
	uintptr_t next = 1;

	(void)state;
	assert_int_equal(mailbox_create(64, &box), 0);
	assert_int_equal(pthread_create(&producer, NULL, produce, box), 0);
	while (next <= MANY) {
		void *message = mailbox_pop(box);

		if (!message) {
			sched_yield();
			continue;
		}
		assert_int_equal((uintptr_t)message, next);
		next++;
	}
	pthread_join(producer, NULL);
	mailbox_destroy(box, discard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_and_room),
		cmocka_unit_test(discards_what_was_not_taken),
		cmocka_unit_test(passes_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
