/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "signaling/work.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

struct fixture {
	struct folder folder;
	struct work *work;
	int woken;
	int order[64];
	int done;
};

struct step {
	struct fixture *f;
	int number;
	int result;
	bool hold; /* until `go` is written */
	int go;
};

static void wake(void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(eventfd_write(f->woken, 1), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char why[STORE_WHY];
	struct store *store;
	const char *path;

	folder_init(&f->folder);
	path = folder_file(&f->folder, "lectern.db");
	f->woken = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(store_open(path, STORE_SETUP, &store, why), 0);
	store_close(store);
	assert_int_equal(work_create(path, wake, f, &f->work, why), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	work_destroy(f->work);
	close(f->woken);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static void run(struct store *store, void *arg)
{
	struct step *step = arg;
	eventfd_t go;

	if (step->hold)
		assert_int_equal(eventfd_read(step->go, &go), 0);
	step->result = store_run(store,
		"INSERT INTO site (id, slug, name, time_zone, language)"
		" VALUES ($1, 's' || $1, 'n', 'UTC', 'en')",
		V_INT(step->number));
}

static void done(void *arg)
{
	struct step *step = arg;

	step->f->order[step->f->done++] = step->number;
}

static void await(struct fixture *f, int count)
{
	while (f->done < count) {
		struct pollfd fd = {.fd = f->woken, .events = POLLIN};
		eventfd_t wakes;

		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(eventfd_read(f->woken, &wakes), 0);
		work_poll(f->work);
	}
}

static void writes_are_done_in_order(void **state)
{
	struct fixture *f = *state;
	struct step steps[20];

	for (int i = 0; i < 20; i++) {
		steps[i] = (struct step){.f = f, .number = i + 1};
		assert_int_equal(work_submit(f->work, run, done, &steps[i]), 0);
	}
	await(f, 20);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(steps[i].result, 1);
		assert_int_equal(f->order[i], i + 1);
	}
}

static void readers_do_not_wait_for_the_writer(void **state)
{
	struct fixture *f = *state;
	struct step write = {.f = f, .number = 1, .hold = true, .go = eventfd(0, EFD_CLOEXEC)};
	struct step read = {.f = f, .number = 2};

	assert_int_equal(work_submit(f->work, run, done, &write), 0);
	assert_int_equal(work_submit_to(f->work, WORK_READ, run, done, &read), 0);
	await(f, 1);
	assert_int_equal(f->order[0], 2);
	assert_true(read.result < 0); /* a reader's connection refuses to write */
	assert_int_equal(eventfd_write(write.go, 1), 0);
	await(f, 2);
	assert_int_equal(write.result, 1);
	close(write.go);
}

static void a_full_lane_says_so(void **state)
{
	struct fixture *f = *state;
	struct step first = {.f = f, .number = 1, .hold = true, .go = eventfd(0, EFD_CLOEXEC)};
	struct step rest = {.f = f, .number = 1};

	assert_int_equal(work_submit(f->work, run, done, &first), 0);
	for (int i = 1; i < WORK_MAX_JOBS; i++)
		assert_int_equal(work_submit(f->work, run, NULL, &rest), 0);
	assert_int_equal(work_submit(f->work, run, done, &rest), -ENOSPC);
	assert_int_equal(eventfd_write(first.go, 1), 0);
	await(f, 1);
	close(first.go);
	/* The jobs that are left point at this function's memory. */
	work_destroy(f->work);
	f->work = NULL;
}

/* As another process does that backs the database up, or an administrator's shell. */
static void a_class_outwaits_a_lock(void **state)
{
	struct fixture *f = *state;
	struct step patient = {.f = f, .number = 1};
	struct pollfd never = {.fd = -1};
	char why[STORE_WHY];
	struct store *other;

	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_WRITE, &other, why), 0);
	assert_int_equal(store_run(other, "BEGIN IMMEDIATE"), 0);
	assert_int_equal(work_submit(f->work, run, done, &patient), 0);
	poll(&never, 1, STORE_BUSY_MS + 300);
	work_poll(f->work);
	assert_int_equal(f->done, 0);
	assert_int_equal(store_run(other, "ROLLBACK"), 0);
	await(f, 1);
	assert_int_equal(patient.result, 1); /* row */
	store_close(other);
}

static void the_end_runs_what_was_submitted(void **state)
{
	struct fixture *f = *state;
	struct step steps[10];

	for (int i = 0; i < 10; i++) {
		steps[i] = (struct step){.f = f, .number = i + 1};
		assert_int_equal(work_submit(f->work, run, done, &steps[i]), 0);
	}
	work_destroy(f->work);
	f->work = NULL;
	assert_int_equal(f->done, 10);
	assert_int_equal(steps[9].result, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_are_done_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			readers_do_not_wait_for_the_writer, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_lane_says_so, setup, teardown),
		cmocka_unit_test_setup_teardown(a_class_outwaits_a_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(the_end_runs_what_was_submitted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
