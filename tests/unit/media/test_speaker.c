/* SPDX-License-Identifier: MIT */
#include "route/speaker.h"

#include "media.h"

enum { VOICES = 8, PACKET_US = 20000 };

static struct speaker speaker;
static struct voice voices[VOICES + 1]; /* by peer, from 1 */
static uint64_t now_us;

static int setup(void **state)
{
	(void)state;
	now_us = 5000000;
	speaker_init(&speaker);
	for (unsigned i = 0; i <= VOICES; i++)
		list_init(&voices[i].of_speaker);
	return 0;
}

static void add(unsigned count)
{
	for (unsigned i = 1; i <= count; i++)
		speaker_add(&speaker, &voices[i], i, now_us);
}

/* All speak for `ms`, each at its level, from peer 1 on. Returns how often anything changed. */
static unsigned speak(unsigned ms, const uint8_t *levels, unsigned count)
{
	unsigned changes = 0;

	for (unsigned t = 0; t < ms; t += PACKET_US / 1000) {
		now_us += PACKET_US;
		for (unsigned i = 1; i <= count; i++)
			changes += speaker_level(&speaker, &voices[i], levels[i - 1], now_us);
	}
	return changes;
}

static bool is_heard(uint64_t peer)
{
	for (unsigned i = 1; i <= SPEAKER_SHARED; i++) {
		if (speaker.heard[i] == peer)
			return true;
	}
	return false;
}

static void the_loudest_speaks(void **state)
{
	(void)state;
	add(3);
	speak(1000, (uint8_t[]){40, 25, 60}, 3);
	assert_int_equal(speaker.speaker, 2);
	speak(3000, (uint8_t[]){127, 127, 127}, 3);
	assert_int_equal(speaker.speaker, 0);
}

static void a_cough_does_not_take_the_turn(void **state)
{
	(void)state;
	add(2);
	speak(2000, (uint8_t[]){30, 127}, 2);
	assert_int_equal(speaker.speaker, 1);
	speak(200, (uint8_t[]){30, 10}, 2);
	assert_int_equal(speaker.speaker, 1);
	speak(1000, (uint8_t[]){30, 127}, 2);
	assert_int_equal(speaker.speaker, 1);
	speak(1000, (uint8_t[]){60, 20}, 2); /* but speech does */
	assert_int_equal(speaker.speaker, 2);
}

static void a_pause_for_breath_keeps_the_turn(void **state)
{
	(void)state;
	add(2);
	speak(2000, (uint8_t[]){30, 65}, 2);
	speak(1000, (uint8_t[]){127, 65}, 2);
	assert_int_equal(speaker.speaker, 1);
}

static void a_quiet_room_is_silence(void **state)
{
	(void)state;
	add(2);
	speak(3000, (uint8_t[]){70, 65}, 2);
	assert_int_equal(speaker.speaker, 0);
}

static void a_fourth_voice_replaces_one_that_is_silent(void **state)
{
	(void)state;
	add(4);
	speak(3000, (uint8_t[]){30, 30, 127, 127}, 4);
	assert_true(is_heard(1) && is_heard(2) && is_heard(3));
	speak(100, (uint8_t[]){30, 30, 127, 30}, 4);
	assert_true(is_heard(4));
	assert_false(is_heard(3));
}

static void slots_do_not_flutter(void **state)
{
	(void)state;
	add(5);
	speak(1000, (uint8_t[]){30, 31, 32, 127, 127}, 5);
	/* Two more, about as loud as the others: the first three stay. */
	assert_int_equal(speak(10000, (uint8_t[]){30, 31, 32, 31, 33}, 5), 0);
	assert_true(is_heard(1) && is_heard(2) && is_heard(3));
	/* Much louder for a while: the weakest goes. */
	speak(1000, (uint8_t[]){30, 31, 32, 15, 33}, 5);
	assert_true(is_heard(4) && is_heard(1));
}

static void a_heard_voice_keeps_its_slot_number(void **state)
{
	uint64_t before;

	(void)state;
	add(4);
	speak(1000, (uint8_t[]){30, 30, 30, 127}, 4);
	before = speaker.heard[2];
	speaker_remove(&speaker, &voices[speaker.heard[1]], now_us);
	speak(1000, (uint8_t[]){30, 30, 30, 20}, 4);
	assert_int_equal(speaker.heard[2], before);
	assert_true(is_heard(4));
}

static void the_reserved_takes_no_shared_slot(void **state)
{
	(void)state;
	add(4);
	speaker_reserve(&speaker, 1, now_us);
	speak(1000, (uint8_t[]){20, 30, 30, 30}, 4);
	assert_int_equal(speaker.heard[0], 1);
	assert_false(is_heard(1));
	assert_true(is_heard(2) && is_heard(3) && is_heard(4));
	assert_int_equal(speaker.speaker, 1);
}

static void the_long_silent_give_up_their_slot(void **state)
{
	(void)state;
	add(1);
	assert_true(is_heard(1));
	for (int i = 0; i < 300; i++) {
		now_us += 100000;
		speaker_tick(&speaker, now_us);
	}
	assert_false(is_heard(1));
	speak(20, (uint8_t[]){40}, 1); /* back with the first packet */
	assert_true(is_heard(1));
}

/* DTX (RFC 7587 3.1.3): a voice's last packets tell how loud it was, then one each 400 ms. */
static void few_packets_are_no_speech(void **state)
{
	(void)state;
	add(5);
	speak(2000, (uint8_t[]){30, 35, 40, 127, 127}, 5);
	assert_int_equal(speaker.speaker, 1);
	/* The first falls silent with its last level, 30, still standing; a fourth begins. */
	for (unsigned t = 0; t < 4000; t += PACKET_US / 1000) {
		now_us += PACKET_US;
		if (t % 400 == 0) {
			speaker_level(&speaker, &voices[1], 60 + (uint8_t)(t / 400 % 8), now_us);
			speaker_level(&speaker, &voices[5], 61, now_us);
		}
		speaker_level(&speaker, &voices[2], 35, now_us);
		speaker_level(&speaker, &voices[3], 40, now_us);
		if (t >= 1000)
			speaker_level(&speaker, &voices[4], 40, now_us);
	}
	assert_int_equal(speaker.speaker, 2);
	assert_true(is_heard(2) && is_heard(3) && is_heard(4));
}

/* Pauses of a second, in turn, with four packets a second in them: no slot is taken for that. */
static void dtx_between_sentences_does_not_flutter(void **state)
{
	uint64_t before[LECTERN_AUDIO_SLOTS];
	unsigned changes = 0;

	(void)state;
	add(4);
	speak(1000, (uint8_t[]){30, 32, 34, 127}, 4);
	for (unsigned t = 0; t < 30000; t += PACKET_US / 1000) {
		now_us += PACKET_US;
		memcpy(before, speaker.heard, sizeof(before));
		for (unsigned i = 1; i <= 4; i++) {
			bool talks = (t / 1000 + i) % 2 == 0; /* the fourth like the others */

			if (talks || t % 240 == 0)
				speaker_level(&speaker, &voices[i],
					talks ? (uint8_t)(30 + 2 * i) : 90, now_us);
		}
		changes += memcmp(before, speaker.heard, sizeof(before)) != 0;
	}
	assert_int_equal(changes, 0);
	assert_true(is_heard(1) && is_heard(2) && is_heard(3));
}

/* Equals are equal: who has a slot keeps it, and the turn stays where it is. */
static void ties_change_nothing(void **state)
{
	uint64_t speaks;

	(void)state;
	add(VOICES);
	speak(2000, (uint8_t[]){30, 30, 30, 30, 30, 30, 30, 30}, VOICES);
	speaks = speaker.speaker;
	assert_int_not_equal(speaks, 0);
	assert_int_equal(speak(60000, (uint8_t[]){30, 30, 30, 30, 30, 30, 30, 30}, VOICES), 0);
	assert_int_equal(speaker.speaker, speaks);
}

static void never_one_twice(void **state)
{
	(void)state;
	seed_dice(3);
	add(VOICES);
	for (int step = 0; step < 100000; step++) {
		unsigned peer = 1 + (unsigned)dice() % VOICES;

		now_us += (uint64_t)(dice() % 10000);
		switch (dice() % 200) {
		case 0:
			speaker_reserve(&speaker, (uint64_t)dice() % (VOICES + 1), now_us);
			break;
		case 1:
			speaker_remove(&speaker, &voices[peer], now_us);
			break;
		case 2:
			if (list_empty(&voices[peer].of_speaker))
				speaker_add(&speaker, &voices[peer], peer, now_us);
			break;
		default:
			speaker_level(&speaker, &voices[peer], (uint8_t)(dice() % 128), now_us);
		}
		for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
			for (unsigned k = i + 1; k < LECTERN_AUDIO_SLOTS; k++)
				assert_true(
					!speaker.heard[i] || speaker.heard[i] != speaker.heard[k]);
			if (i && speaker.heard[i])
				assert_false(list_empty(&voices[speaker.heard[i]].of_speaker));
		}
		if (speaker.speaker)
			assert_false(list_empty(&voices[speaker.speaker].of_speaker));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_loudest_speaks, setup),
		cmocka_unit_test_setup(a_cough_does_not_take_the_turn, setup),
		cmocka_unit_test_setup(a_pause_for_breath_keeps_the_turn, setup),
		cmocka_unit_test_setup(a_quiet_room_is_silence, setup),
		cmocka_unit_test_setup(a_fourth_voice_replaces_one_that_is_silent, setup),
		cmocka_unit_test_setup(slots_do_not_flutter, setup),
		cmocka_unit_test_setup(a_heard_voice_keeps_its_slot_number, setup),
		cmocka_unit_test_setup(the_reserved_takes_no_shared_slot, setup),
		cmocka_unit_test_setup(the_long_silent_give_up_their_slot, setup),
		cmocka_unit_test_setup(few_packets_are_no_speech, setup),
		cmocka_unit_test_setup(dtx_between_sentences_does_not_flutter, setup),
		cmocka_unit_test_setup(ties_change_nothing, setup),
		cmocka_unit_test_setup(never_one_twice, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
