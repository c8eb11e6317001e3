/* SPDX-License-Identifier: MIT */
/*
 * The recorder as a server sees it: the real process, fed over its socket with real VP8 and Opus,
 * and what it left on disk read back with libavformat.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lectern/engine.h"
#include "tests/unit/recorder/support.h"

#define RECORDING "north-1/r7"

enum { CAMERA = 1, MIC = 2, SCREEN = 3, MS = 6000 };

static struct stream video, sound;

static int64_t get(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Every frame of the stream from unit `from`, byte for byte, at its time. */
static void assert_is_stream(const struct read_clip *clip, const struct stream *s, unsigned from)
{
	assert_int_equal(clip->count, s->unit_count - from);
	for (unsigned i = 0; i < clip->count; i++) {
		const struct unit *unit = &s->units[from + i];
		int64_t at_ms = (unit->ticks - s->units[from].ticks) * 1000 / s->clock_rate;

		assert_int_equal(clip->frames[i].hash, unit->hash);
		assert_int_equal(clip->frames[i].at_ms, at_ms);
		if (s == &video)
			assert_int_equal(clip->frames[i].keyframe, unit->keyframe);
	}
}

static void begin(struct feeder *f)
{
	feeder_start(f);
	feeder_open(f, RECORDING);
	feeder_track(f, RECORDING, CAMERA, &video, LECTERN_CAMERA, "m1");
	feeder_track(f, RECORDING, MIC, &sound, LECTERN_MIC, "m1");
	feeder_wait_keyframe(f);
}

static json_t *seal(struct feeder *f, struct wire_sealed *sealed)
{
	feeder_close(f, RECORDING);
	feeder_wait_sealed(f, sealed);
	assert_string_equal(sealed->recording, RECORDING);
	return manifest_load(f, RECORDING);
}

static void records_what_it_is_given(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	struct read_clip clip;
	json_t *manifest;
	unsigned camera, mic;

	(void)state;
	begin(&f);
	feeder_play(&f, CAMERA, &video, 0, video.packet_count);
	feeder_play(&f, MIC, &sound, 0, sound.packet_count);
	feeder_end(&f, CAMERA);
	feeder_end(&f, MIC);
	manifest = seal(&f, &sealed);
	assert_int_equal(sealed.error, 0);
	assert_int_equal(sealed.clips, 2);
	camera = clip_number(manifest, "camera");
	mic = clip_number(manifest, "mic");
	clip_read(&f, RECORDING, camera, &clip);
	assert_is_stream(&clip, &video, 0);
	assert_int_equal(clip.width, 320);
	assert_int_equal(clip.height, 180);
	assert_in_range(clip.duration_ms, MS - 60, MS + 60);
	clip_free(&clip);
	clip_read(&f, RECORDING, mic, &clip);
	assert_is_stream(&clip, &sound, 0);
	assert_int_equal(clip.duration_ms, MS);
	clip_free(&clip);
	/* Cues: libavformat finds the keyframe of two seconds before, and the sound's half second.
	 */
	assert_int_equal(clip_seek(&f, RECORDING, camera, 5500), 4000);
	assert_in_range(clip_seek(&f, RECORDING, mic, 5500), 5000, 5500);
	assert_int_equal(get(clip_of(manifest, "camera", 0), "width"), 320);
	assert_int_equal(get(clip_of(manifest, "mic", 0), "duration_ms"), MS);
	assert_true(json_is_false(json_object_get(manifest, "recovered")));
	json_decref(manifest);
	feeder_finish(&f);
}

static void puts_sound_and_picture_in_step(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	json_t *manifest;
	uint64_t late_us = 340000; /* the picture comes that much later, and jitters */

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < video.packet_count; i++)
		feeder_rtp(&f, CAMERA, &video.packets[i],
			f.base_us + video.packets[i].at_us + late_us + i * 7919 % 30000);
	feeder_play(&f, MIC, &sound, 0, sound.packet_count);
	/* Both were captured 20 ms before the sound came; one of the reports is wildly off. */
	for (unsigned s = 0; s < 5; s++) {
		uint64_t at_us = f.base_us - 20000 + s * 1000000;

		feeder_report(
			&f, CAMERA, video.first_rtp + s * 90000, at_us + (s == 2 ? 90000 : 0));
		feeder_report(&f, MIC, sound.first_rtp + s * 48000, at_us + s % 2 * 1000);
	}
	manifest = seal(&f, &sealed);
	assert_int_equal(sealed.error, 0);
	assert_in_range(get(clip_of(manifest, "camera", 0), "start_ms") -
				get(clip_of(manifest, "mic", 0), "start_ms") + 5,
		3, 7);
	json_decref(manifest);
	feeder_finish(&f);
}

static void waits_for_what_comes_late(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	struct read_clip clip;
	json_t *manifest;

	(void)state;
	begin(&f);
	/* Blocks of seven come backwards, the tenth of each hundred only at the very end. */
	for (unsigned i = 0; i < video.packet_count; i += 7)
		for (unsigned n = i + 7; n-- > i;)
			if (n < video.packet_count && n % 100 != 10)
				feeder_rtp(&f, CAMERA, &video.packets[n],
					f.base_us + video.packets[n].at_us);
	for (unsigned n = 10; n < video.packet_count; n += 100)
		feeder_rtp(&f, CAMERA, &video.packets[n], f.base_us + video.packets[n].at_us);
	for (unsigned n = 0; n < video.packet_count; n += 5) /* and once more */
		feeder_rtp(&f, CAMERA, &video.packets[n], f.base_us + video.packets[n].at_us);
	manifest = seal(&f, &sealed);
	clip_read(&f, RECORDING, 1, &clip);
	/* The very first block has no before: what is older than its first packet is lost. */
	assert_int_equal(clip.frames[clip.count - 1].hash, video.units[video.unit_count - 1].hash);
	for (unsigned i = 1; i < clip.count; i++)
		assert_true(clip.frames[i].at_ms > clip.frames[i - 1].at_ms);
	json_decref(manifest);
	clip_free(&clip);
	feeder_finish(&f);
}

static void drops_a_broken_frame_until_the_next_keyframe(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	struct read_clip clip;
	json_t *manifest;
	unsigned lost = 0, shown = 0, before;

	(void)state;
	begin(&f);
	while (video.packets[lost].unit < 70) /* between the keyframes 50 and 100 */
		lost++;
	feeder_play(&f, CAMERA, &video, 0, lost);
	before = f.keyframes;
	usleep(500000); /* it asks once a second at most: the first must be that long ago */
	feeder_play(&f, CAMERA, &video, lost + 1, video.packet_count);
	feeder_wait_keyframe(&f); /* when it is given up */
	assert_int_equal(f.keyframes, before + 1);
	manifest = seal(&f, &sealed);
	clip_read(&f, RECORDING, 1, &clip);
	for (unsigned i = 0; i < clip.count; i++) {
		while (video.units[shown].hash != clip.frames[i].hash)
			assert_true(++shown < video.unit_count);
		assert_true(shown < 70 || shown >= 100);
	}
	assert_int_equal(clip.count, video.unit_count - 30);
	assert_true(file_is_there(&f, RECORDING, "c0001.jsonl"));
	json_decref(manifest);
	clip_free(&clip);
	feeder_finish(&f);
}

static void fills_a_gap_of_sound_with_silence(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	struct read_clip clip;
	json_t *manifest;
	unsigned silent = 0;

	(void)state;
	begin(&f);
	feeder_play(&f, MIC, &sound, 0, 100);
	feeder_play(&f, MIC, &sound, 150, sound.packet_count); /* one second is missing */
	manifest = seal(&f, &sealed);
	clip_read(&f, RECORDING, 1, &clip);
	assert_int_equal(clip.count, sound.unit_count);
	for (unsigned i = 0; i < clip.count; i++) {
		assert_int_equal(clip.frames[i].at_ms, i * 20);
		silent += clip.frames[i].len == 3;
	}
	assert_int_equal(silent, 50);
	json_decref(manifest);
	clip_free(&clip);
	feeder_finish(&f);
}

static void begins_a_new_clip_after_a_long_gap_of_sound(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	json_t *manifest, *first, *second;

	(void)state;
	begin(&f);
	feeder_play(&f, MIC, &sound, 0, 50);
	feeder_play(&f, MIC, &sound, 200, sound.packet_count);
	manifest = seal(&f, &sealed);
	assert_int_equal(sealed.clips, 2);
	first = clip_of(manifest, "mic", 0);
	second = clip_of(manifest, "mic", 1);
	assert_int_equal(get(first, "duration_ms"), 1000);
	assert_int_equal(get(second, "start_ms") - get(first, "start_ms"), 4000);
	json_decref(manifest);
	feeder_finish(&f);
}

static void writes_events_and_chapters(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	json_t *manifest, *chapters;

	(void)state;
	begin(&f);
	feeder_play(&f, MIC, &sound, 0, sound.packet_count);
	feeder_event(
		&f, RECORDING, 100000, "{\"type\":\"speaker\",\"member\":\"m1\",\"name\":\"A\"}");
	feeder_event(&f, RECORDING, 20000000,
		"{\"type\":\"speaker\",\"member\":\"m2\",\"name\":\"J\303\274rg\"}");
	feeder_event(
		&f, RECORDING, 26000000, "{\"type\":\"screen\",\"member\":\"m1\",\"on\":true}");
	feeder_event(&f, RECORDING, 27000000, "{\"type\":\"chat\",\"type\":\"twice\"}");
	feeder_event(&f, RECORDING, 27000000, "{\"type\":\"stop\"}");
	feeder_event(&f, RECORDING, 27000000, "[]");
	feeder_event(
		&f, RECORDING, 28000000, "{\"type\":\"chat\",\"at_ms\":5,\"text\":\"\303\251\"}");
	manifest = seal(&f, &sealed);
	chapters = json_object_get(manifest, "chapters");
	assert_int_equal(json_array_size(chapters), 3);
	assert_int_equal(get(json_array_get(chapters, 1), "at_ms"), 20000);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(chapters, 1), "member")), "m2");
	assert_int_equal(get(json_array_get(chapters, 2), "at_ms"), 26000);
	json_decref(manifest);
	feeder_finish(&f);
}

static void goes_on_with_a_recording_that_was_stopped(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	json_t *manifest, *gaps;

	(void)state;
	begin(&f);
	feeder_play(&f, MIC, &sound, 0, 50);
	json_decref(seal(&f, &sealed));
	assert_int_equal(sealed.clips, 1);
	usleep(1200000); /* the length of the pause is what is measured */
	feeder_open(&f, RECORDING);
	for (unsigned i = 50; i < 100; i++)
		feeder_rtp(&f, MIC, &sound.packets[i], f.base_us + (i - 50) * 20000);
	manifest = seal(&f, &sealed);
	assert_int_equal(sealed.clips, 2);
	gaps = json_object_get(manifest, "gaps");
	assert_int_equal(json_array_size(gaps), 1);
	assert_int_equal(get(json_array_get(gaps, 0), "at_ms"), 1000);
	assert_in_range(get(json_array_get(gaps, 0), "length_ms"), 100, 1000);
	assert_true(get(clip_of(manifest, "mic", 1), "start_ms") >= 1200);
	json_decref(manifest);
	feeder_finish(&f);
}

/* The first keyframe is taken, even while the disk still looks at what another recorder left. */
static void goes_on_at_once_with_a_long_recording(void **state)
{
	struct wire_open open = {.recording = RECORDING};
	struct wire_sealed sealed;
	struct read_clip clip;
	struct feeder f;
	json_t *manifest;

	(void)state;
	feeder_start(&f);
	f.base_us = clock_now_us();
	open.now_us = f.base_us - 3600 * 1000000LL;
	open.wall_ms = clock_wall_ms() - 3600 * 1000LL;
	feeder_track(&f, RECORDING, CAMERA, &video, LECTERN_CAMERA, "m1");
	feeder_send(f.control, WIRE_OPEN, &open, sizeof(open), NULL, 0);
	feeder_wait_keyframe(&f);
	feeder_play(&f, CAMERA, &video, 0, video.packet_count);
	feeder_end(&f, CAMERA);
	manifest = seal(&f, &sealed);
	clip_read(&f, RECORDING, clip_number(manifest, "camera"), &clip);
	assert_is_stream(&clip, &video, 0);
	clip_free(&clip);
	json_decref(manifest);
	feeder_finish(&f);
}

static void seals_when_the_server_is_gone(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;

	(void)state;
	begin(&f);
	feeder_play(&f, MIC, &sound, 0, sound.packet_count);
	feeder_disconnect(&f);
	feeder_connect(&f);
	feeder_query(&f, RECORDING);
	feeder_wait_sealed(&f, &sealed);
	assert_int_equal(sealed.error, 0);
	assert_int_equal(sealed.clips, 1);
	assert_in_range(sealed.duration_ms, MS, MS + 5000);
	feeder_query(&f, "north-1/none");
	feeder_wait_sealed(&f, &sealed);
	assert_int_equal(sealed.error, -ENOENT);
	feeder_finish(&f);
}

static void closes_what_sends_nonsense(void **state)
{
	static const char *const names[] = {"../r7", "north/../r7", "north", "north/", "/r7",
		"north/r7/x", "North/r7", "north/r 7", "north/.lock", ""};
	struct feeder f;

	(void)state;
	feeder_start(&f);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char byte;

		feeder_open(&f, names[i]);
		assert_int_equal(read(f.control, &byte, 1), 0); /* closed */
		feeder_disconnect(&f);
		feeder_connect(&f);
	}
	feeder_finish(&f);
}

static void assert_private(const char *path, mode_t mode)
{
	if (mode & 077)
		fail_msg("%s is open to others", path);
}

static void keeps_others_out(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;

	(void)state;
	begin(&f);
	feeder_play(&f, CAMERA, &video, 0, video.packet_count);
	json_decref(seal(&f, &sealed));
	each_file(f.dir, assert_private);
	feeder_finish(&f);
}

static int make_streams(void **state)
{
	(void)state;
	/* Numbers and timestamps that wrap within the stream. */
	stream_vp8(&video, MS, 65500, UINT32_MAX - 200000);
	stream_opus(&sound, MS, 65400, UINT32_MAX - 100000);
	return 0;
}

static int free_streams(void **state)
{
	(void)state;
	stream_finish(&video);
	stream_finish(&sound);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_what_it_is_given),
		cmocka_unit_test(puts_sound_and_picture_in_step),
		cmocka_unit_test(waits_for_what_comes_late),
		cmocka_unit_test(drops_a_broken_frame_until_the_next_keyframe),
		cmocka_unit_test(fills_a_gap_of_sound_with_silence),
		cmocka_unit_test(begins_a_new_clip_after_a_long_gap_of_sound),
		cmocka_unit_test(writes_events_and_chapters),
		cmocka_unit_test(goes_on_with_a_recording_that_was_stopped),
		cmocka_unit_test(goes_on_at_once_with_a_long_recording),
		cmocka_unit_test(seals_when_the_server_is_gone),
		cmocka_unit_test(closes_what_sends_nonsense),
		cmocka_unit_test(keeps_others_out),
	};

	return cmocka_run_group_tests(tests, make_streams, free_streams);
}
