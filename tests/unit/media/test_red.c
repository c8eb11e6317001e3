/* SPDX-License-Identifier: MIT */
#include "rtp/red.h"

#include <errno.h>

#include "media.h"

/* As Chromium sends it: a copy of the packet 20 ms before. */
static const uint8_t one_copy[] = {0x80 | 111, 960 >> 6, (uint8_t)(960 << 2) | 3 >> 8, 3, 111, 'o',
	'l', 'd', 'n', 'e', 'w', '!'};

static void known_bytes(void **state)
{
	struct red red;

	(void)state;
	assert_int_equal(red_parse(one_copy, sizeof(one_copy), &red), 0);
	assert_int_equal(red.count, 2);
	assert_int_equal(red.blocks[0].pt, 111);
	assert_int_equal(red.blocks[0].ago, 960);
	assert_memory_equal(one_copy + red.blocks[0].at, "old", red.blocks[0].len);
	assert_int_equal(red.blocks[1].ago, 0);
	assert_int_equal(red.blocks[1].len, 4);
	assert_memory_equal(one_copy + red.blocks[1].at, "new!", 4);
}

static void the_primary_may_be_alone_and_empty(void **state)
{
	struct red red;

	(void)state;
	assert_int_equal(red_parse((const uint8_t[]){111}, 1, &red), 0);
	assert_int_equal(red.count, 1);
	assert_int_equal(red.blocks[0].len, 0);
}

static void every_cut_of_the_copies_is_refused(void **state)
{
	struct red red = {.count = 77};

	(void)state;
	for (size_t len = 0; len < 8; len++)
		assert_int_equal(red_parse(one_copy, len, &red), -EBADMSG);
	assert_int_equal(red.count, 77);
}

static void blocks_are_bounded(void **state)
{
	uint8_t payload[RED_HEAD * RED_MAX_BLOCKS + RED_PRIMARY_HEAD];
	struct red red;

	(void)state;
	memset(payload, 0, sizeof(payload));
	for (unsigned i = 0; i < RED_MAX_BLOCKS; i++)
		payload[RED_HEAD * i] = 0x80 | 111;
	assert_int_equal(red_parse(payload, sizeof(payload), &red), -EBADMSG);
	assert_int_equal(red_parse(payload + RED_HEAD, sizeof(payload) - RED_HEAD, &red), 0);
	assert_int_equal(red.count, RED_MAX_BLOCKS);
}

static void any_blocks_come_back(void **state)
{
	uint8_t payload[RED_HEAD * RED_MAX_BLOCKS + RED_MAX_BLOCKS * (RED_MAX_LEN + 1)] = {0};

	(void)state;
	seed_dice(11);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned count = 1 + (unsigned)dice() % RED_MAX_BLOCKS;
		struct red_block blocks[RED_MAX_BLOCKS] = {0};
		struct writer w = writer_of(payload, sizeof(payload));
		struct red back;
		size_t at, len = 0;

		for (unsigned i = 0; i < count; i++) {
			blocks[i].pt = dice() & 0x7f;
			blocks[i].ago = i + 1 < count ? (uint16_t)(dice() % (RED_MAX_AGO + 1)) : 0;
			blocks[i].len = (uint16_t)(dice() % (RED_MAX_LEN + 1));
			len += blocks[i].len;
		}
		red_write_heads(&w, blocks, count);
		assert_false(w.bad);
		at = w.len;
		assert_int_equal(at, RED_HEAD * (count - 1) + RED_PRIMARY_HEAD);
		assert_int_equal(red_parse(payload, at + len, &back), 0);
		assert_int_equal(back.count, count);
		for (unsigned i = 0; i < count; at += blocks[i++].len) {
			assert_int_equal(back.blocks[i].pt, blocks[i].pt);
			assert_int_equal(back.blocks[i].ago, blocks[i].ago);
			assert_int_equal(back.blocks[i].len, blocks[i].len);
			assert_int_equal(back.blocks[i].at, at);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_bytes),
		cmocka_unit_test(the_primary_may_be_alone_and_empty),
		cmocka_unit_test(every_cut_of_the_copies_is_refused),
		cmocka_unit_test(blocks_are_bounded),
		cmocka_unit_test(any_blocks_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
