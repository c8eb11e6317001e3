/* SPDX-License-Identifier: MIT */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <cmocka.h>

enum { MANY = 200000 };

struct entry {
	uint64_t number, twice;
};

static bool push(struct ring *ring, uint64_t number)
{
	struct entry *entry = ring_place(ring);

	if (!entry)
		return false;
	*entry = (struct entry){number, 2 * number};
	ring_push(ring);
	return true;
}

static bool pop(struct ring *ring, uint64_t number)
{
	const struct entry *entry = ring_front(ring);

	if (!entry)
		return false;
	assert_int_equal(entry->number, number);
	assert_int_equal(entry->twice, 2 * number);
	ring_pop(ring);
	return true;
}

static void keeps_order_and_room(void **state)
{
	struct ring *ring;

	(void)state;
	assert_int_equal(ring_create(4, sizeof(struct entry), &ring), 0);
	assert_null(ring_front(ring));
	for (int round = 0; round < 3; round++) { /* around the end of the ring */
		for (uint64_t i = 0; i < 4; i++)
			assert_true(push(ring, i));
		assert_false(push(ring, 4));
		for (uint64_t i = 0; i < 4; i++)
			assert_true(pop(ring, i));
		assert_false(pop(ring, 0));
		assert_true(push(ring, 7));
		assert_true(pop(ring, 7));
	}
	/* what is not pushed is not there, and looking twice takes nothing */
	assert_ptr_equal(ring_place(ring), ring_place(ring));
	assert_null(ring_front(ring));
	ring_destroy(ring);
	ring_destroy(NULL);
}

static void *produce(void *arg)
{
	for (uint64_t i = 1; i <= MANY; i++) {
		while (!push(arg, i))
			sched_yield();
	}
	return NULL;
}

static void passes_between_threads(void **state)
{
	struct ring *ring;
	pthread_t producer;

	(void)state;
	assert_int_equal(ring_create(64, sizeof(struct entry), &ring), 0);
	assert_int_equal(pthread_create(&producer, NULL, produce, ring), 0);
	for (uint64_t next = 1; next <= MANY;) {
		if (pop(ring, next))
			next++;
		else
			sched_yield();
	}
	pthread_join(producer, NULL);
	ring_destroy(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_and_room),
		cmocka_unit_test(passes_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
