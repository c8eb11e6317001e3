/* SPDX-License-Identifier: MIT */
#include "egress/layers.h"

#include "media.h"

static void chooses(void **state)
{
	struct source s = {
		.layer_count = 3, .layers = {{.height = 180}, {.height = 360}, {.height = 720}}};

	(void)state;
	assert_int_equal(layers_choose(&s, 65535), -1); /* none is live */
	s.layers[0].live = s.layers[1].live = true;
	assert_int_equal(layers_choose(&s, 65535), 1);
	s.layers[2].live = true;
	assert_int_equal(layers_choose(&s, 65535), 2);
	assert_int_equal(layers_choose(&s, 720), 2);
	assert_int_equal(layers_choose(&s, 719), 1);
	assert_int_equal(layers_choose(&s, 359), 0);
	assert_int_equal(layers_choose(&s, 90), 0); /* all are too high: the lowest */
	assert_int_equal(layers_choose(&s, 0), -1); /* paused */
	s.layers[0].live = false;
	assert_int_equal(layers_choose(&s, 90), 1);
	s.layers[2].height = 0; /* unknown yet: tried */
	assert_int_equal(layers_choose(&s, 400), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(chooses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
