/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/gather.h"
#include "net/loop.h"

struct fixture {
	struct loop *loop;
	unsigned woken, turns;
	char order[64];
	unsigned order_len;
};

static void on_woken(void *arg, uint64_t now_us)
{
	struct fixture *f = arg;

	(void)now_us;
	f->woken++;
	f->order[f->order_len++] = 'w';
}

static void on_turn_end(void *arg, uint64_t now_us)
{
	struct fixture *f = arg;

	(void)now_us;
	f->turns++;
	f->order[f->order_len++] = 'e';
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct loop_hooks hooks = {on_woken, on_turn_end, f};

	*state = f;
	return loop_create(&hooks, &f->loop);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	loop_destroy(f->loop);
	free(f);
	return 0;
}

struct probe {
	struct loop_timer timer;
	unsigned *sequence, fired_as;
};

static void on_fire(struct loop_timer *timer, uint64_t now_us)
{
	struct probe *probe = list_of(timer, struct probe, timer);

	(void)now_us;
	probe->fired_as = ++*probe->sequence;
}

static void timers_fire_in_order_whatever_the_order_of_setting(void **state)
{
	enum { COUNT = 200 };
	struct fixture *f = *state;
	struct probe probes[COUNT];
	uint64_t now_us = clock_now_us();
	unsigned sequence = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		probes[i] = (struct probe){.timer.fire = on_fire, .sequence = &sequence};
		assert_int_equal(loop_timer_add(f->loop, &probes[i].timer), 0);
		loop_timer_set(f->loop, &probes[i].timer, now_us - 1000 + (i * 37) % COUNT);
	}
	loop_turn(f->loop, 0);
	assert_int_equal(sequence, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		assert_int_equal(probes[i].fired_as, (i * 37) % COUNT + 1);
	loop_turn(f->loop, 0); /* one shot */
	assert_int_equal(sequence, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		loop_timer_remove(f->loop, &probes[(i * 7) % COUNT].timer);
}

static void a_removed_or_postponed_timer_does_not_fire(void **state)
{
	struct fixture *f = *state;
	uint64_t now_us = clock_now_us();
	unsigned sequence = 0;
	struct probe probes[3];

	for (unsigned i = 0; i < 3; i++) {
		probes[i] = (struct probe){.timer.fire = on_fire, .sequence = &sequence};
		assert_int_equal(loop_timer_add(f->loop, &probes[i].timer), 0);
		loop_timer_set(f->loop, &probes[i].timer, now_us - 10);
	}
	loop_timer_remove(f->loop, &probes[0].timer);
	loop_timer_set(f->loop, &probes[1].timer, now_us + 60 * 1000000);
	loop_turn(f->loop, 0);
	assert_int_equal(sequence, 1);
	assert_int_equal(probes[2].fired_as, 1);
	loop_timer_remove(f->loop, &probes[2].timer);
	loop_timer_remove(f->loop, &probes[1].timer);
}

static void those_left_fire_when_others_are_removed(void **state)
{
	enum { COUNT = 100 };
	struct fixture *f = *state;
	struct probe probes[COUNT];
	uint64_t now_us = clock_now_us();
	unsigned sequence = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		probes[i] = (struct probe){.timer.fire = on_fire, .sequence = &sequence};
		assert_int_equal(loop_timer_add(f->loop, &probes[i].timer), 0);
		loop_timer_set(f->loop, &probes[i].timer, now_us + 1000000 + i);
	}
	for (unsigned i = 0; i < COUNT; i += 3)
		loop_timer_remove(f->loop, &probes[i].timer);
	/* the later it was, the earlier it is now */
	for (unsigned i = 0; i < COUNT; i++) {
		if (i % 3 != 0)
			loop_timer_set(f->loop, &probes[i].timer, now_us - 1000 - i);
	}
	loop_turn(f->loop, 0);
	for (unsigned i = 0, after = COUNT - COUNT / 3 - 1; i < COUNT; i++) {
		assert_int_equal(probes[i].fired_as, i % 3 == 0 ? 0 : after--);
		if (i % 3 != 0)
			loop_timer_remove(f->loop, &probes[i].timer);
	}
}

static void a_turn_waits_for_the_next_timer(void **state)
{
	struct fixture *f = *state;
	unsigned sequence = 0;
	struct probe probe = {.timer.fire = on_fire, .sequence = &sequence};
	uint64_t start_us = clock_now_us();

	assert_int_equal(loop_timer_add(f->loop, &probe.timer), 0);
	loop_timer_set(f->loop, &probe.timer, start_us + 20000);
	while (!sequence)
		loop_turn(f->loop, 5000);
	assert_true(clock_now_us() - start_us >= 20000);
	assert_true(clock_now_us() - start_us < 4000000);
	loop_timer_remove(f->loop, &probe.timer);
}

static void *wake_from_outside(void *arg)
{
	struct fixture *f = arg;

	loop_wake(f->loop);
	loop_wake(f->loop);
	return NULL;
}

static void another_thread_wakes_it(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;

	pthread_create(&thread, NULL, wake_from_outside, f);
	while (!f->woken)
		loop_turn(f->loop, 5000);
	pthread_join(thread, NULL);
	loop_turn(f->loop, 0);
	assert_in_range(f->woken, 1, 2); /* wakes may fall together */
}

struct reader_io {
	struct loop_io io;
	struct fixture *f;
};

static void on_ready(struct loop_io *io, uint64_t now_us)
{
	struct reader_io *reader = list_of(io, struct reader_io, io);
	char byte;

	(void)now_us;
	assert_int_equal(read(io->fd, &byte, 1), 1);
	reader->f->order[reader->f->order_len++] = byte;
}

struct deferred {
	struct loop_work work;
	struct fixture *f;
};

static void on_work(struct loop_work *work, uint64_t now_us)
{
	struct deferred *deferred = list_of(work, struct deferred, work);

	(void)now_us;
	deferred->f->order[deferred->f->order_len++] = 'd';
}

static void a_turn_goes_wake_sockets_work_end(void **state)
{
	struct fixture *f = *state;
	struct reader_io reader = {.io.ready = on_ready, .f = f};
	struct deferred deferred = {.f = f};
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	reader.io.fd = ends[0];
	assert_int_equal(loop_io_add(f->loop, &reader.io), 0);
	loop_work_init(&deferred.work, on_work);
	assert_int_equal(write(ends[1], "s", 1), 1);
	loop_wake(f->loop);
	loop_defer(f->loop, &deferred.work);
	loop_defer(f->loop, &deferred.work); /* once */
	loop_turn(f->loop, 1000);
	assert_string_equal(f->order, "wsde");
	loop_io_remove(f->loop, &reader.io);
	close(ends[0]);
	close(ends[1]);
}

struct again {
	struct loop_timer timer;
	struct loop *loop;
	unsigned left;
};

static void on_again(struct loop_timer *timer, uint64_t now_us)
{
	struct again *again = list_of(timer, struct again, timer);

	if (--again->left)
		loop_timer_set(again->loop, timer, now_us);
	else
		loop_stop(again->loop);
}

static void turns_that_never_rest_gather(void **state)
{
	enum { TURNS = 40 };
	struct fixture *f = *state;
	struct again again = {.timer = {.fire = on_again}, .loop = f->loop, .left = TURNS};
	uint64_t began_us = clock_now_us();

	assert_int_equal(loop_timer_add(f->loop, &again.timer), 0);
	loop_timer_set(f->loop, &again.timer, began_us);
	loop_run(f->loop);
	assert_int_equal(f->turns, TURNS);
	/* the first has none before it */
	assert_true(clock_now_us() - began_us >= (TURNS - 2) * (uint64_t)GATHER_FIRST_US);
	loop_timer_remove(f->loop, &again.timer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			timers_fire_in_order_whatever_the_order_of_setting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_removed_or_postponed_timer_does_not_fire, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			those_left_fire_when_others_are_removed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_turn_waits_for_the_next_timer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(turns_that_never_rest_gather, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_thread_wakes_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_turn_goes_wake_sockets_work_end, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
