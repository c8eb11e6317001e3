/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "engine/letters.h"

enum { COUNT = 5 * LETTERS_ROOM };

struct numbered {
	struct letter letter;
	unsigned number;
};

static void post(struct letters *letters, unsigned number)
{
	struct numbered *numbered = malloc(sizeof(*numbered));

	numbered->number = number;
	letters_post(letters, &numbered->letter);
}

static void expect(struct letter *letter, unsigned number)
{
	struct numbered *numbered = list_of(letter, struct numbered, letter);

	assert_int_equal(numbered->number, number);
	free(numbered);
}

static void a_full_box_loses_nothing_and_keeps_the_order(void **state)
{
	struct letters letters;
	struct letter *letter;
	unsigned next = 0;

	(void)state;
	assert_int_equal(letters_init(&letters), 0);
	for (unsigned i = 0; i < COUNT; i++)
		post(&letters, i);
	while (next < COUNT) {
		letter = letters_take(&letters);
		if (letter)
			expect(letter, next++);
		else
			letters_push_backlog(&letters);
	}
	assert_null(letters_take(&letters));
	letters_finish(&letters);
}

static void what_was_never_taken_is_freed(void **state)
{
	struct letters letters;

	(void)state;
	assert_int_equal(letters_init(&letters), 0);
	for (unsigned i = 0; i < LETTERS_ROOM + 10; i++)
		post(&letters, i);
	letters_finish(&letters);
}

static void *take_all(void *arg)
{
	struct letters *letters = arg;
	unsigned next = 0;

	while (next < COUNT) {
		struct letter *letter = letters_take(letters);

		if (letter)
			expect(letter, next++);
		else
			sched_yield();
	}
	return NULL;
}

static void between_two_threads(void **state)
{
	struct letters letters;
	pthread_t thread;

	(void)state;
	assert_int_equal(letters_init(&letters), 0);
	pthread_create(&thread, NULL, take_all, &letters);
	for (unsigned i = 0; i < COUNT; i++)
		post(&letters, i);
	while (!list_empty(&letters.backlog)) {
		letters_push_backlog(&letters);
		sched_yield();
	}
	pthread_join(thread, NULL);
	letters_finish(&letters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_box_loses_nothing_and_keeps_the_order),
		cmocka_unit_test(what_was_never_taken_is_freed),
		cmocka_unit_test(between_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
