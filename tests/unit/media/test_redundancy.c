/* SPDX-License-Identifier: MIT */
/* ingress/redundancy: every pattern of losses that copies can mend is mended, each at its place. */
#include "ingress/redundancy.h"

#include "media.h"

enum { STEP = 960, BASE = 65536 + 65530, PACKETS = 12 };

static struct redundancy r;
static int64_t found;

static int setup(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	return 0;
}

static void a_copy_of_what_came_is_none(void **state)
{
	(void)state;
	redundancy_came(&r, BASE, 0);
	redundancy_came(&r, BASE + 1, STEP);
	assert_false(redundancy_find(&r, BASE + 1, 0, 1, &found));
	assert_false(redundancy_find(&r, BASE + 1, (uint32_t)-STEP, 2, &found)); /* too old */
	assert_false(redundancy_find(&r, BASE + 1, STEP, 0, &found));
	assert_false(redundancy_find(&r, BASE + 1, 2 * STEP, 0, &found)); /* of the future */
}

/* All patterns in which the first and the last come, with copies at the given distances. */
static void mend(const unsigned *distances, unsigned count)
{
	for (unsigned pattern = 0; pattern < 1u << PACKETS; pattern++) {
		uint32_t had = pattern | 1;

		setup(NULL);
		for (unsigned i = 0; i < PACKETS; i++) {
			uint32_t timestamp = 0xfffffff0u + i * STEP;

			if (!(pattern >> i & 1) && i)
				continue;
			redundancy_came(&r, BASE + i, timestamp);
			for (unsigned k = count; k-- > 0;) {
				unsigned back = distances[k];

				if (i < back)
					continue;
				if (!redundancy_find(
					    &r, BASE + i, timestamp - back * STEP, k + 1, &found)) {
					assert_true(had >> (i - back) & 1);
					continue;
				}
				assert_int_equal(found, BASE + i - back);
				redundancy_came(&r, found, timestamp - back * STEP);
				had |= 1u << (i - back);
			}
		}
	}
}

static void every_pattern_of_losses(void **state)
{
	(void)state;
	mend((const unsigned[]){1}, 1);
	mend((const unsigned[]){1, 2}, 2);
	mend((const unsigned[]){2, 4}, 2); /* spaced */
	mend((const unsigned[]){1, 2, 3, 4}, 4);
}

/* The sender paused (DTX) between what is lost and what came: time does not divide evenly. */
static void after_a_pause_copies_are_those_right_before(void **state)
{
	(void)state;
	redundancy_came(&r, BASE, 0);
	/* BASE + 1 at STEP and BASE + 2, after a pause, are lost */
	redundancy_came(&r, BASE + 3, 11 * STEP);
	assert_true(redundancy_find(&r, BASE + 3, 10 * STEP, 1, &found));
	assert_int_equal(found, BASE + 2);
	redundancy_came(&r, BASE + 2, 10 * STEP);
	assert_true(redundancy_find(&r, BASE + 3, STEP, 2, &found));
	assert_int_equal(found, BASE + 1);
}

static void no_place_for_it(void **state)
{
	(void)state;
	redundancy_came(&r, BASE, 0);
	redundancy_came(&r, BASE + 1, 10 * STEP); /* they follow: nothing was lost between */
	assert_false(redundancy_find(&r, BASE + 1, 5 * STEP, 1, &found));
	redundancy_came(&r, BASE + 1000, 20 * STEP); /* more than is remembered */
	assert_false(redundancy_find(&r, BASE + 1000, 19 * STEP, 1, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_copy_of_what_came_is_none, setup),
		cmocka_unit_test_setup(every_pattern_of_losses, setup),
		cmocka_unit_test_setup(after_a_pause_copies_are_those_right_before, setup),
		cmocka_unit_test_setup(no_place_for_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
