/* SPDX-License-Identifier: MIT */
/*
 * A camera in every codec and way to have layers, over good and bad links, while the viewer wants it
 * large, small, of middle size and large again, at full and at a lower frame rate. What is sent must
 * decode, by the numbers which lead to what a frame refers to, and the picture must not stand still.
 *
 * Each run prints its seed: SIM_SEED=<n> repeats that one alone, SIM_VERBOSE tells figures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "class.h"

enum { SEEDS = 3, SMALL = 200, MIDDLE = 400, SETTLE_MS = 2500, WATCH_MS = 1500 };

static const struct sim_camera cameras[] = {
	{"VP8, simulcast", LECTERN_CODEC_VP8, 3, 1, false, true},
	{"H264, simulcast", LECTERN_CODEC_H264, 3, 1, false, false},
	{"VP9, simulcast", LECTERN_CODEC_VP9, 3, 1, false, true},
	{"VP9, L3T3", LECTERN_CODEC_VP9, 1, 3, true, true},
	{"VP9, L3T3_KEY", LECTERN_CODEC_VP9, 1, 3, false, true},
	{"AV1, simulcast", LECTERN_CODEC_AV1, 3, 1, false, true},
	{"AV1, L3T3", LECTERN_CODEC_AV1, 1, 3, true, true},
	{"AV1, L3T3_KEY", LECTERN_CODEC_AV1, 1, 3, false, true},
};

static const struct expectation {
	const char *name;
	struct link_profile links;
	unsigned decoded;  /* of 1000 frames begun */
	unsigned requests; /* for keyframes, at most */
	uint64_t still_us; /* at most without a frame */
} expectations[] = {
	{"clean", {.delay_us = 20000}, 1000, 12, 300000},
	/* The first packets cannot be asked for, nor can a picture that was begun before a switch. */
	{"loss 3 %, reordered", {.delay_us = 30000, .jitter_us = 8000, .loss = 30, .duplicate = 10},
		940, 20, 600000},
};

/* Frames that came since, by spatial (or simulcast) and temporal layer. */
static void count_frames(const struct class *class, const struct sim_camera *how, uint64_t from_us,
	unsigned frames[SIM_LAYERS][SIM_TEMPORAL])
{
	memset(frames, 0, SIM_LAYERS * sizeof(frames[0]));
	for (unsigned layer = 0; layer < SIM_LAYERS; layer++) {
		for (unsigned i = 0; i < SIM_FRAMES; i++) {
			const struct sim_frame *f = &class->viewer.frames[INSTRUCTOR][layer][i];

			if (f->count && f->at_us >= from_us)
				frames[how->streams > 1 ? layer : f->spatial][f->temporal]++;
		}
	}
}

/* After a while only what is wanted comes. `layer` 0 to 2; between keyframes. */
static void wants(struct class *class, const struct sim_camera *how, unsigned height,
	unsigned layer, unsigned temporal)
{
	unsigned frames[SIM_LAYERS][SIM_TEMPORAL];
	struct slot_stats shown;
	uint64_t from_us;

	slot_limit(class_slot(class), height, class->now_us);
	slot_limit_temporal(class_slot(class), temporal, class->now_us);
	class_run(class, SETTLE_MS);
	from_us = class->now_us;
	class_run(class, WATCH_MS);
	shown = class_shown(class);
	assert_int_equal(how->streams > 1
				 ? shown.layer
				 : (layer == 2 ? shown.spatial > 1 ? 2 : -1 : shown.spatial),
		layer);
	count_frames(class, how, from_us, frames);
	assert_true(frames[layer][0] >= (how->temporal ? 8 : 30));
	for (unsigned above = layer + 1; above < SIM_LAYERS; above++)
		assert_int_equal(frames[above][0] + frames[above][1] + frames[above][2], 0);
	if (!how->temporal)
		return;
	assert_true((frames[layer][1] > 5) == (temporal >= 1));
	assert_true((frames[layer][2] > 10) == (temporal >= 2));
}

static void check(struct class *class, const struct expectation *expected)
{
	unsigned begun, decoded, all = 0, good = 0;
	uint64_t still_us;

	for (unsigned layer = 0; layer < SIM_LAYERS; layer++) {
		subscriber_score(&class->viewer, INSTRUCTOR, layer, &begun, &decoded);
		all += begun;
		good += decoded;
	}
	still_us = subscriber_still_us(&class->viewer, INSTRUCTOR, START_US + 1000000);
	if (getenv("SIM_VERBOSE") || good * 1000 < all * expected->decoded)
		print_message("decoded %u of %u frames, still for %llu ms, %u keyframes asked for, "
			      "%u by the viewer\n",
			good, all, (unsigned long long)still_us / 1000,
			class->senders[0].publisher.key_requests, class->viewer.plis);
	assert_true(all > 400 && good * 1000 >= all * expected->decoded);
	assert_true(still_us <= expected->still_us);
	assert_true(class->senders[0].publisher.key_requests <= expected->requests);
	assert_true(expected->links.loss || class->viewer.plis == 0);
}

static void hold(const struct sim_camera *how, const struct expectation *expected, uint64_t seed)
{
	struct class *class = class_open(&expected->links, how, seed * 1000003 + 1);

	class_permit(class, INSTRUCTOR, true);
	class_show(class, INSTRUCTOR);
	wants(class, how, SLOT_UNLIMITED, 2, 7);
	wants(class, how, SMALL, 0, 7);
	wants(class, how, MIDDLE, 1, 7);
	wants(class, how, MIDDLE, 1, 0);
	wants(class, how, MIDDLE, 1, 1);
	wants(class, how, SLOT_UNLIMITED, 2, 7);
	check(class, expected);
	class_close(class);
}

static void holds(void **state)
{
	const struct sim_camera *how = *state;
	const char *only = getenv("SIM_SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1;
	uint64_t last = only ? first : SEEDS;

	for (unsigned i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
		for (uint64_t seed = first; seed <= last; seed++) {
			print_message("%s, %s: seed %llu\n", how->name, expectations[i].name,
				(unsigned long long)seed);
			hold(how, &expectations[i], seed);
		}
	}
}

int main(void)
{
	enum { COUNT = sizeof(cameras) / sizeof(cameras[0]) };
	struct CMUnitTest tests[COUNT];

	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){.name = cameras[i].name,
			.test_func = holds,
			.initial_state = (void *)&cameras[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
