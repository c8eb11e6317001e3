/* SPDX-License-Identifier: MIT */
/* Choosing layers, and following the choice inside a stream so that all that is sent decodes. */
#include "egress/layers.h"

#include "media.h"

static struct layers_limit limit_of(unsigned height)
{
	return (struct layers_limit){.height = height, .temporal = 7};
}

static int choose(const struct source *source, unsigned height)
{
	struct layers_limit limit = limit_of(height);

	return layers_choose(source, &limit).layer;
}

static void chooses(void **state)
{
	struct source s = {
		.layer_count = 3, .layers = {{.height = 180}, {.height = 360}, {.height = 720}}};

	(void)state;
	assert_int_equal(choose(&s, 65535), -1); /* none is live */
	s.layers[0].live = s.layers[1].live = true;
	assert_int_equal(choose(&s, 65535), 1);
	s.layers[2].live = true;
	assert_int_equal(choose(&s, 65535), 2);
	assert_int_equal(choose(&s, 720), 2);
	assert_int_equal(choose(&s, 719), 1);
	assert_int_equal(choose(&s, 359), 0);
	assert_int_equal(choose(&s, 90), 0); /* all are too high: the lowest */
	assert_int_equal(choose(&s, 0), -1); /* paused */
	s.layers[0].live = false;
	assert_int_equal(choose(&s, 90), 1);
	s.layers[2].height = 0; /* unknown yet: tried */
	assert_int_equal(choose(&s, 400), 2);
}

static void chooses_spatial_layers(void **state)
{
	struct source s = {.layer_count = 1,
		.layers = {{.live = true,
			.height = 720,
			.spatial_count = 3,
			.heights = {180, 360, 720}}}};
	const unsigned limits[][2] = {{65535, 3}, {720, 3}, {719, 1}, {360, 1}, {200, 0}, {90, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct layers_limit limit = limit_of(limits[i][0]);
		struct layers_aim aim = layers_choose(&s, &limit);

		assert_int_equal(aim.layer, 0);
		assert_int_equal(aim.spatial, limits[i][1]);
		limit.temporal = 1;
		assert_int_equal(layers_choose(&s, &limit).temporal, 1);
	}
}

/* ---- streams made by hand: frames with their references ---- */

enum mode { FULL, KEY_ONLY }; /* where frames refer to the spatial layer below */

enum { FRAMES = 4000, SPATIAL = 3, CYCLE = 4 };

struct frame {
	struct pkt_rtp rtp;
	int refs[3]; /* indices of frames, -1 none */
	bool sent, decodes;
};

static struct frame frames[FRAMES];
static int count;

static int last_of(int spatial, int highest_temporal, int before)
{
	for (int i = before - 1; i >= 0; i--) {
		if (frames[i].rtp.spatial == spatial && frames[i].rtp.temporal <= highest_temporal)
			return i;
	}
	return -1;
}

/* A picture of three spatial layers, 0 2 1 2 in time, as the encoders of browsers do. */
static void add_picture(enum mode mode, int number, bool key)
{
	static const uint8_t pattern[CYCLE] = {0, 2, 1, 2};
	uint8_t temporal = key ? 0 : pattern[number % CYCLE];

	for (int spatial = 0; spatial < SPATIAL; spatial++) {
		struct frame *f = &frames[count];
		bool apart = mode == KEY_ONLY && !key;

		*f = (struct frame){.refs = {-1, -1, -1}};
		f->rtp.timestamp = (uint32_t)number * 3000;
		f->rtp.spatial = (uint8_t)spatial;
		f->rtp.temporal = temporal;
		f->rtp.frame_start = f->rtp.frame_end = true;
		f->rtp.marker = spatial == SPATIAL - 1;
		f->rtp.keyframe = key && spatial == 0;
		f->rtp.targets = targets_above(temporal) &
				 (apart && spatial < SPATIAL - 1 ? targets_at((unsigned)spatial)
								 : targets_from((unsigned)spatial));
		if (temporal == 0 || number % CYCLE == 2)
			f->rtp.switches = f->rtp.targets &
					  (spatial == SPATIAL - 1 ? TARGETS_ALL
								  : targets_at((unsigned)spatial));
		if (spatial > 0 && !apart)
			f->refs[0] = count - 1;
		/* A T2 refers to the nearest of lower layers: a T1 and T0 to a T0. */
		if (!key)
			f->refs[1] = last_of(spatial, temporal == 2 ? 1 : 0, count);
		count++;
	}
}

static void run(struct layers *layers, struct layers_aim *aim, int from)
{
	for (int i = from; i < count; i++) {
		struct frame *f = &frames[i];

		if (i == 0)
			layers_begin(layers, aim, &f->rtp);
		f->sent = layers_take(layers, aim, &f->rtp);
		f->decodes = f->sent;
		for (int k = 0; k < 3; k++) {
			if (f->refs[k] >= 0 && !frames[f->refs[k]].decodes)
				f->decodes = false;
		}
		if (f->sent)
			assert_true(f->decodes);
	}
}

/* What is sent of a picture: the highest spatial layer, and whether its last packet is marked. */
static int highest_sent(const struct layers *layers, int picture)
{
	int highest = -1;
	bool marked = false;

	for (int i = 0; i < SPATIAL; i++) {
		const struct frame *f = &frames[picture * SPATIAL + i];

		if (!f->sent)
			continue;
		assert_false(marked);
		highest = i;
		marked = layers_end(layers, &f->rtp);
	}
	assert_true(highest < 0 || marked);
	return highest;
}

static void goes_down_and_up(enum mode mode)
{
	struct layers layers;
	struct layers_aim aim = {.layer = 0, .spatial = 3, .temporal = 7};

	count = 0;
	for (int i = 0; i < 40; i++) {
		if (i == 9)
			aim.spatial = 1;
		if (i == 21) {
			assert_true(layers_need_keyframe(&layers, &aim) == (mode == KEY_ONLY));
			aim.spatial = 3;
		}
		add_picture(mode, i, i == 0 || i == 32);
		run(&layers, &aim, i * SPATIAL);
		/* Down at once if the layers below were sent; up at the keyframe. */
		assert_int_equal(
			highest_sent(&layers, i), i >= 9 && i < 32 && mode == FULL ? 1 : 2);
		/* Below the highest only what it refers to. */
		if (mode == KEY_ONLY && i > 0 && i != 32)
			assert_false(frames[i * SPATIAL].sent);
	}
}

static void full_svc_goes_down_at_once_and_up_at_a_keyframe(void **state)
{
	(void)state;
	goes_down_and_up(FULL);
}

static void key_svc_changes_at_keyframes_only(void **state)
{
	(void)state;
	goes_down_and_up(KEY_ONLY);
}

static void temporal_layers_go_up_at_a_switching_point(void **state)
{
	struct layers layers;
	struct layers_aim aim = {.layer = 0, .spatial = 3, .temporal = 7};

	(void)state;
	count = 0;
	for (int i = 0; i < 30; i++) {
		bool sent;

		if (i == 5)
			aim.temporal = 0;
		if (i == 17) { /* not at a keyframe, and no keyframe needed */
			aim.temporal = 7;
			assert_false(layers_need_keyframe(&layers, &aim));
		}
		add_picture(FULL, i, i == 0);
		run(&layers, &aim, i * SPATIAL);
		sent = highest_sent(&layers, i) == 2;
		if (i < 5)
			assert_true(sent);
		else if (i < 17)
			assert_int_equal(sent, i % CYCLE == 0);
		else if (i > 20)
			assert_true(sent);
	}
}

/* VP8: each layer refers to the one below until a frame refers to the base alone (Y). */
static void temporal_layers_climb_by_steps(void **state)
{
	const uint8_t tids[] = {0, 2, 1, 2, 0, 2, 1, 2, 0, 2, 1, 2};
	const bool sync[] = {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	const bool full[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
	struct layers layers;
	struct layers_aim aim = {.layer = 0, .spatial = 3, .temporal = 0};

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < sizeof(tids); i++) {
			struct pkt_rtp rtp = {.timestamp = 3000 * (round * 12 + i),
				.keyframe = round == 0 && i == 0,
				.frame_start = true,
				.temporal = tids[i],
				.targets = targets_above(tids[i])};

			if (sync[i]) {
				rtp.after = targets_above(tids[i] - 1u);
				rtp.switches = tids[i] == 2 ? rtp.targets
							    : rtp.targets & ~targets_above(2);
			}
			if (rtp.keyframe)
				layers_begin(&layers, &aim, &rtp);
			aim.temporal = round ? 7 : 0;
			/* In the second round: T1 by the first Y, T2 by the next. */
			assert_int_equal(layers_take(&layers, &aim, &rtp),
				round ? tids[i] == 0 || (tids[i] == 1) || i >= 5 : full[i]);
		}
	}
}

/* Whatever is wished for when: what is sent decodes, and something always is. */
static void whatever_is_sent_decodes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		enum mode mode = seed % 2 ? FULL : KEY_ONLY;
		struct layers_aim aim = {.layer = 0, .spatial = 3, .temporal = 7};
		struct layers layers;

		seed_dice(seed);
		count = 0;
		for (int i = 0; i < 1000; i++) {
			if (dice() % 9 == 0) {
				aim.spatial = (uint8_t)(dice() % 4);
				aim.temporal = (uint8_t)(dice() % 4);
			}
			add_picture(mode, i, i == 0 || dice() % 97 == 0);
			run(&layers, &aim, i * SPATIAL);
			assert_false(layers_are_lost(&layers));
			if (frames[count - 1].rtp.temporal == 0)
				assert_true(highest_sent(&layers, i) >= 0);
		}
	}
}

static void late_packets_go_by_what_was_sent_then(void **state)
{
	struct layers layers;
	struct layers_aim aim = {.layer = 0, .spatial = 3, .temporal = 7};

	(void)state;
	count = 0;
	for (int i = 0; i < 8; i++) {
		if (i == 4)
			aim.temporal = 0;
		add_picture(FULL, i, i == 0);
		run(&layers, &aim, i * SPATIAL);
	}
	for (int i = 0; i < 8; i++)
		assert_int_equal(layers_took(&layers, &frames[i * SPATIAL].rtp),
			i < 4 || frames[i * SPATIAL].rtp.temporal == 0);
}

static void a_broken_target_waits_for_a_keyframe(void **state)
{
	struct layers layers;
	struct layers_aim aim = {.layer = 0, .spatial = 3, .temporal = 7};

	(void)state;
	count = 0;
	add_picture(KEY_ONLY, 0, true);
	run(&layers, &aim, 0);
	add_picture(KEY_ONLY, 1, false);
	frames[3].rtp.breaks = targets_from(2); /* the highest is switched off */
	run(&layers, &aim, 3);
	assert_true(layers_are_lost(&layers) && layers_need_keyframe(&layers, &aim));
	assert_int_equal(highest_sent(&layers, 1), -1);
	add_picture(KEY_ONLY, 2, true);
	run(&layers, &aim, 6);
	assert_int_equal(highest_sent(&layers, 2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(chooses_spatial_layers),
		cmocka_unit_test(full_svc_goes_down_at_once_and_up_at_a_keyframe),
		cmocka_unit_test(key_svc_changes_at_keyframes_only),
		cmocka_unit_test(temporal_layers_go_up_at_a_switching_point),
		cmocka_unit_test(temporal_layers_climb_by_steps),
		cmocka_unit_test(whatever_is_sent_decodes),
		cmocka_unit_test(late_packets_go_by_what_was_sent_then),
		cmocka_unit_test(a_broken_target_waits_for_a_keyframe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
