/* SPDX-License-Identifier: MIT */
/* Three hours of a microphone: replay is ready within two seconds of the end, whatever the
 * length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lectern/engine.h"
#include "tests/unit/recorder/support.h"

#define RECORDING "north-1/long"

enum { HOURS = 3, PACKETS = HOURS * 3600 * 50, TRACKS = 1 };

static void put_be(uint8_t *out, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static void seals_three_hours_within_two_seconds(void **state)
{
	struct feeder f;
	struct stream sound;
	struct wire_sealed sealed;
	uint64_t closed_us;
	json_t *manifest;

	(void)state;
	stream_opus(&sound, 1000, 1, 1);
	feeder_start(&f);
	feeder_open(&f, RECORDING);
	feeder_track(&f, RECORDING, 1, &sound, LECTERN_MIC, "m1");
	for (unsigned i = 0; i < PACKETS; i++) {
		struct rtp_packet packet = sound.packets[i % sound.packet_count];

		put_be(packet.data + 2, i, 2);
		put_be(packet.data + 4, i * 960, 4);
		for (uint32_t track = 1; track <= TRACKS; track++)
			feeder_rtp(&f, track, &packet, f.base_us + i * 20000ull);
		if (i % 250 == 0)
			feeder_report(&f, 1, i * 960, f.base_us + i * 20000ull);
	}
	/* The end of a real class finds the disk idle: wait until it has caught up. */
	feeder_query(&f, "north-1/none");
	feeder_wait_sealed(&f, &sealed);
	closed_us = clock_now_us();
	feeder_close(&f, RECORDING);
	feeder_wait_sealed(&f, &sealed);
	print_message("sealed in %u ms\n", (unsigned)((clock_now_us() - closed_us) / 1000));
	assert_int_equal(sealed.error, 0);
	assert_int_equal(sealed.clips, TRACKS);
	assert_true(clock_now_us() - closed_us < 2000000);
	manifest = manifest_load(&f, RECORDING);
	assert_int_equal(
		json_integer_value(json_object_get(clip_of(manifest, "mic", 0), "duration_ms")),
		HOURS * 3600 * 1000);
	assert_in_range(clip_seek(&f, RECORDING, 1, 9000000), 8999000, 9000000);
	json_decref(manifest);
	stream_finish(&sound);
	feeder_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals_three_hours_within_two_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
