/* SPDX-License-Identifier: MIT */
/*
 * What the recorder leaves behind when it is killed, when its disk is full, and when a file is
 * damaged: less than a second lost, and all of the rest plays.
 */
#include <errno.h>
#include <fcntl.h>
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

enum { CAMERA = 1, MIC = 2, MICS = 24, MS = 6000, KILLS = 10, SEAL_KILLS = 5, SPEED = 8 };

static struct stream video, sound;

static void begin(struct feeder *f)
{
	feeder_open(f, RECORDING);
	feeder_track(f, RECORDING, CAMERA, &video, LECTERN_CAMERA, "m1");
	feeder_track(f, RECORDING, MIC, &sound, LECTERN_MIC, "m1");
	feeder_wait_keyframe(f);
}

/* Both streams, SPEED times as fast as they are, until until_ms of media. */
static void play_fast(struct feeder *f, unsigned until_ms)
{
	unsigned v = 0, s = 0;

	for (unsigned ms = 0; ms < until_ms; ms += 20) {
		while (v < video.packet_count && video.packets[v].at_us <= ms * 1000) {
			feeder_rtp(
				f, CAMERA, &video.packets[v], f->base_us + video.packets[v].at_us);
			v++;
		}
		while (s < sound.packet_count && sound.packets[s].at_us <= ms * 1000) {
			feeder_rtp(f, MIC, &sound.packets[s], f->base_us + sound.packets[s].at_us);
			s++;
		}
		usleep(20000 / SPEED);
	}
}

/* Frames are the stream's from its start, without a hole, and reach to at least from_ms. */
static void assert_reaches(struct feeder *f, const json_t *manifest, const char *kind,
	const struct stream *s, int64_t from_ms)
{
	unsigned number = clip_number(manifest, kind);
	struct read_clip clip;

	assert_true(number > 0);
	clip_read(f, RECORDING, number, &clip);
	assert_true(clip.count > 0);
	for (unsigned i = 0; i < clip.count; i++)
		assert_int_equal(clip.frames[i].hash, s->units[i].hash);
	if (clip.frames[clip.count - 1].at_ms < from_ms)
		fail_msg("%s reaches to %lld ms only, not to %lld", kind,
			(long long)clip.frames[clip.count - 1].at_ms, (long long)from_ms);
	assert_true(clip.duration_ms > 0);
	assert_true(clip_seek(f, RECORDING, number, from_ms / 2) <= from_ms / 2);
	clip_free(&clip);
}

static void loses_less_than_a_second_when_killed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KILLS; i++) {
		struct feeder f;
		struct wire_sealed sealed;
		json_t *manifest;
		unsigned until_ms = 1100 + next_random() % (MS - 1100);

		feeder_start(&f);
		begin(&f);
		play_fast(&f, until_ms);
		feeder_kill(&f, SIGKILL);
		feeder_disconnect(&f);
		feeder_spawn(&f);
		feeder_connect(&f);
		feeder_query(&f, RECORDING);
		feeder_wait_sealed(&f, &sealed);
		assert_int_equal(sealed.error, 0);
		assert_int_equal(sealed.clips, 2);
		manifest = manifest_load(&f, RECORDING);
		assert_true(json_is_true(json_object_get(manifest, "recovered")));
		assert_reaches(&f, manifest, "camera", &video, (int64_t)until_ms - 1000);
		assert_reaches(&f, manifest, "mic", &sound, (int64_t)until_ms - 1000);
		json_decref(manifest);
		feeder_finish(&f);
	}
}

/* As they come on a lossy link: in real time, each microphone without one packet, at a moment of
 * its own, and the camera without the one before its second keyframe. */
static void play_with_losses(struct feeder *f, unsigned until_ms, const unsigned *missing)
{
	uint64_t begun_us = clock_now_us();
	unsigned v = 0, s = 0, before_key = 0;

	while (!video.units[video.packets[before_key + 1].unit].keyframe ||
		video.packets[before_key + 1].unit == 0)
		before_key++;
	for (unsigned ms = 0; ms < until_ms; ms += 20) {
		uint64_t due_us = begun_us + ms * 1000ull, now_us = clock_now_us();

		if (now_us < due_us)
			usleep((useconds_t)(due_us - now_us));
		for (; v < video.packet_count && video.packets[v].at_us <= ms * 1000; v++)
			if (v != before_key)
				feeder_rtp(f, CAMERA, &video.packets[v], clock_now_us());
		for (; s < sound.packet_count && sound.packets[s].at_us <= ms * 1000; s++)
			for (unsigned m = 0; m < MICS; m++)
				if (s != missing[m])
					feeder_rtp(f, MIC + m, &sound.packets[s], clock_now_us());
	}
}

/* When the last frame of a clip begins, as libavformat reads it. */
static int64_t reach_ms(const struct feeder *f, unsigned number)
{
	struct read_clip clip;
	int64_t at_ms;

	clip_read(f, RECORDING, number, &clip);
	assert_true(clip.count > 0);
	at_ms = clip.frames[clip.count - 1].at_ms;
	clip_free(&clip);
	return at_ms;
}

static void loses_less_than_a_second_while_packets_are_missing(void **state)
{
	unsigned until_ms = 3000 + next_random() % 400, missing[MICS];
	int64_t least_ms = INT64_MAX;
	struct feeder f;
	struct wire_sealed sealed;

	(void)state;
	feeder_start(&f);
	feeder_open(&f, RECORDING);
	feeder_track(&f, RECORDING, CAMERA, &video, LECTERN_CAMERA, "m1");
	for (unsigned m = 0; m < MICS; m++) {
		char member[8];

		snprintf(member, sizeof(member), "m%u", m);
		feeder_track(&f, RECORDING, MIC + m, &sound, LECTERN_MIC, member);
		missing[m] = until_ms / 20 - 2 - m * 1900 / 20 / MICS; /* of the last two seconds */
	}
	feeder_wait_keyframe(&f);
	play_with_losses(&f, until_ms, missing);
	feeder_kill(&f, SIGKILL);
	feeder_disconnect(&f);
	feeder_spawn(&f);
	feeder_connect(&f);
	feeder_query(&f, RECORDING);
	feeder_wait_sealed(&f, &sealed);
	assert_int_equal(sealed.error, 0);
	assert_int_equal(sealed.clips, 1 + MICS);
	for (unsigned number = 1; number <= 1 + MICS; number++)
		if (reach_ms(&f, number) < least_ms)
			least_ms = reach_ms(&f, number);
	print_message("lost at most %d ms\n", (int)(until_ms - least_ms));
	assert_true(least_ms > (int64_t)until_ms - 1000);
	feeder_finish(&f);
}

static void resumes_a_seal_that_was_killed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SEAL_KILLS; i++) {
		struct feeder f;
		struct wire_sealed sealed;
		json_t *manifest;

		feeder_start(&f);
		begin(&f);
		play_fast(&f, 2000);
		feeder_close(&f, RECORDING);
		usleep(next_random() % 8000); /* somewhere in what a seal takes */
		feeder_kill(&f, SIGKILL);
		feeder_disconnect(&f);
		feeder_spawn(&f);
		feeder_connect(&f);
		feeder_query(&f, RECORDING);
		feeder_wait_sealed(&f, &sealed);
		assert_int_equal(sealed.error, 0);
		manifest = manifest_load(&f, RECORDING);
		assert_reaches(&f, manifest, "camera", &video, 1000);
		assert_reaches(&f, manifest, "mic", &sound, 1000);
		json_decref(manifest);
		feeder_finish(&f);
	}
}

static void goes_on_after_it_was_killed(void **state)
{
	struct feeder f;
	struct wire_sealed sealed;
	json_t *manifest, *gaps, *clip;
	int64_t end_ms = 0;
	size_t i;

	(void)state;
	feeder_start(&f);
	begin(&f);
	play_fast(&f, 2000);
	feeder_kill(&f, SIGKILL);
	feeder_disconnect(&f);
	usleep(2500000); /* the media ran ahead of the clock; the pause must lie behind it */
	feeder_spawn(&f);
	feeder_connect(&f);
	begin(&f);
	play_fast(&f, 2000);
	feeder_close(&f, RECORDING);
	feeder_wait_sealed(&f, &sealed);
	assert_int_equal(sealed.error, 0);
	assert_int_equal(sealed.clips, 4);
	manifest = manifest_load(&f, RECORDING);
	assert_true(json_is_true(json_object_get(manifest, "recovered")));
	gaps = json_object_get(manifest, "gaps");
	assert_int_equal(json_array_size(gaps), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(gaps, 0), "why")), "interrupted");
	json_array_foreach(json_object_get(manifest, "clips"), i, clip)
	{
		if (strcmp(json_string_value(json_object_get(clip, "kind")), "mic") != 0)
			continue;
		assert_true(json_integer_value(json_object_get(clip, "start_ms")) >= end_ms);
		end_ms = json_integer_value(json_object_get(clip, "start_ms")) +
			 json_integer_value(json_object_get(clip, "duration_ms"));
	}
	json_decref(manifest);
	feeder_finish(&f);
}

/* What a power cut or a bad disk can leave at the end of a file. */
static void damage(const struct feeder *f, unsigned number, unsigned how)
{
	char path[256];
	struct stat st;
	uint8_t junk[5000];
	int fd;

	for (unsigned i = 0; i < sizeof(junk); i++)
		junk[i] = how == 0 ? 0 : (uint8_t)next_random();
	snprintf(path, sizeof(path), "%s/%s/c%04u.webm", f->root, RECORDING, number);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	if (how == 2) /* a cluster cut short */
		assert_int_equal(ftruncate(fd, st.st_size - 777), 0);
	else
		assert_int_equal(pwrite(fd, junk, sizeof(junk), st.st_size), sizeof(junk));
	close(fd);
	snprintf(path, sizeof(path), "%s/%s/c%04u.jsonl", f->root, RECORDING, number);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"at_ms\":9", 10), 10);
	close(fd);
}

static void recovers_files_with_damaged_ends(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		struct feeder f;
		struct wire_sealed sealed;
		json_t *manifest;

		feeder_start(&f);
		begin(&f);
		play_fast(&f, 3000);
		feeder_kill(&f, SIGKILL);
		feeder_disconnect(&f);
		damage(&f, 1, how);
		damage(&f, 2, how);
		feeder_spawn(&f);
		feeder_connect(&f);
		feeder_query(&f, RECORDING);
		feeder_wait_sealed(&f, &sealed);
		assert_int_equal(sealed.clips, 2);
		manifest = manifest_load(&f, RECORDING);
		assert_reaches(&f, manifest, "camera", &video, 1400);
		assert_reaches(&f, manifest, "mic", &sound, 1400);
		json_decref(manifest);
		feeder_finish(&f);
	}
}

static void fill(const char *dir, bool full)
{
	char path[128];
	static const char block[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/filler", dir);
	if (!full) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void tells_of_a_full_disk_and_goes_on(void **state)
{
	char dir[] = "/tmp/lectern-full-XXXXXX";
	struct feeder f;
	struct wire_sealed sealed;
	struct wire_fault fault;
	json_t *manifest, *gaps;
	unsigned half = 0;
	uint64_t filled_us;

	(void)state;
	assert_non_null(mkdtemp(dir));
	if (mount("tmpfs", dir, "tmpfs", 0, "size=4m,mode=700") < 0) {
		rmdir(dir);
		skip(); /* may not mount */
	}
	feeder_start_at(&f, dir);
	begin(&f);
	while (half < video.packet_count && video.packets[half].at_us < 2000000)
		half++;
	feeder_play(&f, CAMERA, &video, 0, half);
	feeder_play(&f, MIC, &sound, 0, 100);
	usleep(700000); /* what is there is written: a cluster waits no longer */
	fill(dir, true);
	filled_us = clock_now_us();
	feeder_play(&f, MIC, &sound, 100, 150);
	feeder_wait_fault(&f, &fault);
	assert_int_equal(fault.error, -ENOSPC);
	assert_true(clock_now_us() - filled_us < 2000000);
	fill(dir, false);
	feeder_event(&f, RECORDING, 3000000, "{\"type\":\"chat\",\"text\":\"kept\"}");
	feeder_wait_fault(&f, &fault);
	assert_int_equal(fault.error, 0);
	feeder_play(&f, MIC, &sound, 200, 300);
	feeder_close(&f, RECORDING);
	feeder_wait_sealed(&f, &sealed);
	assert_int_equal(sealed.error, 0);
	assert_int_equal(sealed.clips, 3);
	manifest = manifest_load(&f, RECORDING);
	assert_reaches(&f, manifest, "camera", &video, 1400);
	assert_reaches(&f, manifest, "mic", &sound, 1400);
	gaps = json_object_get(manifest, "gaps");
	assert_int_equal(json_array_size(gaps), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(gaps, 0), "why")), "fault");
	json_decref(manifest);
	feeder_finish(&f);
	assert_int_equal(umount(dir), 0);
	rmdir(dir);
}

static void lets_only_one_run(void **state)
{
	struct feeder f, second;
	int status;

	(void)state;
	feeder_start(&f);
	second = f;
	feeder_spawn(&second);
	assert_int_equal(waitpid(second.pid, &status, 0), second.pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 75);
	feeder_finish(&f);
}

static void ends_when_no_server_comes_back(void **state)
{
	struct feeder f;
	uint64_t gone_us;
	int status;

	(void)state;
	feeder_start(&f);
	begin(&f);
	feeder_play(&f, MIC, &sound, 0, 50);
	feeder_disconnect(&f);
	gone_us = clock_now_us();
	assert_int_equal(waitpid(f.pid, &status, 0), f.pid);
	f.pid = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_in_range(clock_now_us() - gone_us, 9900000, 12000000);
	assert_true(file_is_there(&f, RECORDING, "manifest.json"));
	feeder_finish(&f);
}

static int make_streams(void **state)
{
	(void)state;
	stream_vp8(&video, MS, 100, 1000);
	stream_opus(&sound, MS, 200, 2000);
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
		cmocka_unit_test(loses_less_than_a_second_when_killed),
		cmocka_unit_test(loses_less_than_a_second_while_packets_are_missing),
		cmocka_unit_test(resumes_a_seal_that_was_killed),
		cmocka_unit_test(goes_on_after_it_was_killed),
		cmocka_unit_test(recovers_files_with_damaged_ends),
		cmocka_unit_test(tells_of_a_full_disk_and_goes_on),
		cmocka_unit_test(lets_only_one_run),
		cmocka_unit_test(ends_when_no_server_comes_back),
	};

	return cmocka_run_group_tests(tests, make_streams, free_streams);
}
