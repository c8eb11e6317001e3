/* SPDX-License-Identifier: MIT */
/*
 * A whole class of VP8 and Opus. The trainee sends from the first moment, but may be heard and seen
 * from 8 s to 16 s only.
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

enum { SEEDS = 4 };

static const struct sim_camera camera = {
	.name = "VP8", .codec = LECTERN_CODEC_VP8, .streams = 3, .spatial = 1};

struct expectation {
	const char *name;
	struct link_profile links;
	unsigned decoded;  /* of 1000 frames begun */
	unsigned requests; /* keyframes asked of the instructor for in 30 s, at most */
	unsigned step_ms;  /* sound and picture apart by reports, at most */
	unsigned heard;	   /* of 1000 packets of the instructor's sound, by copies too */
};

static const struct expectation expectations[] = {
	{"clean", {.delay_us = 20000}, 990, 30, 5, 995},
	{"jitter", {.delay_us = 20000, .jitter_us = 15000, .duplicate = 10}, 990, 30, 20, 995},
	{"loss 2 %", {.delay_us = 40000, .loss = 20}, 985, 40, 5, 990},
	{"loss 10 %, reordered", {.delay_us = 30000, .jitter_us = 10000, .loss = 100}, 900, 90, 20,
		970},
	{"bursts", {.delay_us = 25000, .burst = 15}, 900, 90, 5, 900},
};

static void check_feedback(const struct publisher *p)
{
	unsigned wrong = 0, untold = 0, sent = 0;

	for (unsigned i = 0; i < 65536; i++) {
		uint16_t ago = (uint16_t)(p->twcc - i);

		if (ago < 500 || ago > 5000) /* the last are still on their way */
			continue;
		sent++;
		untold += p->told[i] == 0;
		wrong += p->arrived[i] && p->told[i] == 1;
		if (!p->arrived[i]) /* never told of what did not come */
			assert_int_not_equal(p->told[i], 2);
	}
	/* Feedback is lost too, some of it; what it told is true. */
	assert_true(untold * 4 <= sent);
	assert_true(wrong * 50 <= sent);
}

static void check_scores(struct class *class, const struct expectation *expected)
{
	unsigned begun, decoded, all = 0, good = 0;

	for (unsigned layer = 0; layer < SIM_LAYERS; layer++) {
		for (unsigned peer = INSTRUCTOR; peer <= TRAINEE; peer++) {
			subscriber_score(&class->viewer, peer, layer, &begun, &decoded);
			all += begun;
			good += decoded;
		}
	}
	assert_true(all > 600);
	if (good * 1000 < all * expected->decoded)
		print_error("decoded %u of %u frames\n", good, all);
	assert_true(good * 1000 >= all * expected->decoded);
}

/* The instructor sends copies, which server and viewer use. */
static void check_sound(const struct class *class, const struct expectation *expected)
{
	unsigned sent = class->senders[0].publisher.mic.frame;
	unsigned heard = class->viewer.audio_frames[INSTRUCTOR];

	if (heard * 1000 < sent * expected->heard)
		print_error("heard %u of %u packets\n", heard, sent);
	assert_true(heard * 1000 >= sent * expected->heard);
}

static void check_sync(const struct class *class, const struct expectation *expected)
{
	const struct sim_slot *sound = &class->viewer.slots[0];
	const struct sim_slot *picture = &class->viewer.slots[SIM_VIDEO_SLOT];
	int64_t apart_us = sound->offset_us - picture->offset_us;

	assert_true(sound->has_offset && picture->has_offset);
	if (llabs(apart_us) > expected->step_ms * 1000)
		print_error("apart %lld us\n", (long long)apart_us);
	assert_true(llabs(apart_us) <= expected->step_ms * 1000);
}

/* The trainee's 8 seconds, and not a packet before or after. */
static void hold(struct class *class)
{
	unsigned before;

	class_permit(class, INSTRUCTOR, true);
	class_show(class, INSTRUCTOR);
	class_run(class, 8000);
	assert_int_equal(class->sent_of[TRAINEE], 0);
	assert_int_equal(class_shown(class).layer, 2);

	class_permit(class, TRAINEE, true);
	class_run(class, 4000);
	assert_true(class->viewer.audio_frames[TRAINEE] > 100); /* heard in a shared slot */
	class_show(class, TRAINEE);
	class_run(class, 4000);
	assert_int_equal(class->viewer.slots[SIM_VIDEO_SLOT].last_peer, TRAINEE);

	class_permit(class, TRAINEE, false);
	before = class->sent_of[TRAINEE];
	class_run(class, 2000);
	class_show(class, INSTRUCTOR);
	class_run(class, 4000);
	assert_int_equal(class->sent_of[TRAINEE], before);
	assert_int_equal(class->viewer.slots[SIM_VIDEO_SLOT].last_peer, INSTRUCTOR);

	slot_limit(class_slot(class), 200, class->now_us);
	class_run(class, 4000);
	assert_int_equal(class_shown(class).layer, 0);
	slot_limit(class_slot(class), SLOT_UNLIMITED, class->now_us);
	class_run(class, 4000);
	assert_int_equal(class_shown(class).layer, 2);
}

static void check(struct class *class, const struct expectation *expected)
{
	struct publisher *instructor = &class->senders[0].publisher;
	struct downstream_stats stats;

	check_scores(class, expected);
	check_sync(class, expected);
	check_feedback(instructor);
	check_feedback(&class->senders[1].publisher);
	if (instructor->key_requests > expected->requests)
		print_error("asked for %u keyframes\n", instructor->key_requests);
	assert_true(instructor->key_requests <= expected->requests);
	check_sound(class, expected);
	assert_true(instructor->blocks > 60); /* 4 streams, every second */
	downstream_stats(class->downstream, &stats);
	assert_in_range(stats.rtt_us, 2 * expected->links.delay_us,
		2 * (expected->links.delay_us + expected->links.jitter_us) + 25000);
}

static void hold_class(const struct expectation *expected, uint64_t seed)
{
	struct class *class = class_open(&expected->links, &camera, seed * 1000003 + 1);

	hold(class);
	check(class, expected);
	if (getenv("SIM_VERBOSE")) {
		const struct sim_slot *video = &class->viewer.slots[SIM_VIDEO_SLOT];

		print_message("%s, seed %llu: %u packets, %llu repaired, %u keyframe requests up, "
			      "%u down, %u nacks up\n",
			expected->name, (unsigned long long)seed, class->forwarded,
			(unsigned long long)video->repaired,
			class->senders[0].publisher.key_requests, class->viewer.plis,
			class->senders[0].publisher.nacked);
	}
	class_close(class);
}

static void hold_classes(void **state)
{
	const struct expectation *expected = *state;
	const char *only = getenv("SIM_SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1;
	uint64_t last = only ? first : SEEDS;

	for (uint64_t seed = first; seed <= last; seed++) {
		print_message("%s: seed %llu\n", expected->name, (unsigned long long)seed);
		hold_class(expected, seed);
	}
}

int main(void)
{
	enum { COUNT = sizeof(expectations) / sizeof(expectations[0]) };
	struct CMUnitTest tests[COUNT];

	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){.name = expectations[i].name,
			.test_func = hold_classes,
			.initial_state = (void *)&expectations[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
