/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "engine/letters.h"

enum { ROOM = 256, COUNT = 5 * ROOM };

struct numbered {
	uint64_t number;
};

static unsigned discarded;

static void discard(const void *letter)
{
	(void)letter;
	discarded++;
}

static void post(struct letters *letters, unsigned number)
{
	assert_int_equal(letters_post(letters, &(struct numbered){number}), 0);
}

/* Whether one was there; it is the one with that number. */
static bool take(struct letters *letters, unsigned number)
{
	const struct numbered *numbered = letters_front(letters);

	if (!numbered)
		return false;
	assert_int_equal(numbered->number, number);
	letters_pop(letters);
	return true;
}

static void a_full_ring_loses_nothing_and_keeps_the_order(void **state)
{
	struct letters letters;
	unsigned next = 0;

	(void)state;
	assert_int_equal(letters_init(&letters, ROOM, sizeof(struct numbered)), 0);
	for (unsigned i = 0; i < COUNT; i++)
		post(&letters, i);
	while (next < COUNT) {
		if (take(&letters, next))
			next++;
		else
			letters_push_backlog(&letters);
	}
	assert_null(letters_front(&letters));
	letters_finish(&letters, NULL);
}

static void what_is_offered_never_overtakes_what_waits(void **state)
{
	struct letters letters;

	(void)state;
	assert_int_equal(letters_init(&letters, 2, sizeof(struct numbered)), 0);
	assert_int_equal(letters_offer(&letters, &(struct numbered){0}), 0);
	assert_int_equal(letters_offer(&letters, &(struct numbered){1}), 0);
	assert_int_equal(letters_offer(&letters, &(struct numbered){9}), -ENOSPC);
	assert_false(letters_wait(&letters));
	post(&letters, 2);
	post(&letters, 3);
	assert_true(take(&letters, 0));
	/* the room goes to the one that waits */
	assert_int_equal(letters_offer(&letters, &(struct numbered){9}), -ENOSPC);
	assert_true(take(&letters, 1));
	assert_true(take(&letters, 2));
	assert_int_equal(letters_offer(&letters, &(struct numbered){4}), 0);
	assert_true(take(&letters, 3));
	assert_true(take(&letters, 4));
	letters_finish(&letters, NULL);
}

static void what_was_never_taken_is_discarded(void **state)
{
	struct letters letters;

	(void)state;
	discarded = 0;
	assert_int_equal(letters_init(&letters, ROOM, sizeof(struct numbered)), 0);
	for (unsigned i = 0; i < ROOM + 10; i++)
		post(&letters, i);
	letters_finish(&letters, discard);
	assert_int_equal(discarded, ROOM + 10);
	letters_finish(&letters, discard);
}

static void *take_all(void *arg)
{
	unsigned next = 0;

	while (next < COUNT) {
		if (take(arg, next))
			next++;
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
	assert_int_equal(letters_init(&letters, ROOM, sizeof(struct numbered)), 0);
	pthread_create(&thread, NULL, take_all, &letters);
	for (unsigned i = 0; i < COUNT; i++)
		post(&letters, i);
	while (letters_wait(&letters)) {
		letters_push_backlog(&letters);
		sched_yield();
	}
	pthread_join(thread, NULL);
	letters_finish(&letters, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_ring_loses_nothing_and_keeps_the_order),
		cmocka_unit_test(what_is_offered_never_overtakes_what_waits),
		cmocka_unit_test(what_was_never_taken_is_discarded),
		cmocka_unit_test(between_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
