/* SPDX-License-Identifier: MIT */
#include "rtp/vp9.h"

#include <errno.h>

#include "media.h"

static void parses_layers_without_references(void **state)
{
	/* I L B E, 15-bit id 0x1234; TID 2, U, SID 1, D; TL0PICIDX 7 */
	const uint8_t payload[] = {0xac, 0x92, 0x34, 0x53, 7, 0xaa};
	struct vp9 vp9;

	(void)state;
	assert_int_equal(vp9_parse(payload, sizeof(payload), &vp9), 0);
	assert_int_equal(vp9.picture_id, 0x1234);
	assert_int_equal(vp9.tid, 2);
	assert_int_equal(vp9.sid, 1);
	assert_int_equal(vp9.tl0, 7);
	assert_true(vp9.wide && vp9.switch_up && vp9.inter_layer && vp9.start && vp9.end);
	assert_false(vp9.inter || vp9.flexible || vp9.keyframe || vp9.alone);
	assert_int_equal(vp9.head, 5);
	assert_int_equal(vp9.len, 5);
}

static void parses_flexible_references(void **state)
{
	/* I P L F Z, 7-bit id, TID 0 SID 2, differences 1 and 3 */
	const uint8_t payload[] = {0xf1, 0x55, 0x04, 0x03, 0x06, 0xaa};
	const uint8_t endless[] = {0xf1, 0x55, 0x04, 0x03, 0x03, 0x03, 0xaa};
	struct vp9 vp9;

	(void)state;
	assert_int_equal(vp9_parse(payload, sizeof(payload), &vp9), 0);
	assert_true(vp9.inter && vp9.flexible && vp9.alone && !vp9.wide && !vp9.has_tl0);
	assert_int_equal(vp9.picture_id, 0x55);
	assert_int_equal(vp9.sid, 2);
	assert_int_equal(vp9.head, 3);
	assert_int_equal(vp9.len, 5);
	assert_int_equal(vp9_parse(endless, sizeof(endless), &vp9), -EBADMSG);
}

/* A keyframe with a structure of two spatial layers and a group of two pictures. */
static const uint8_t key[] = {0x8a, 0x81, 0x00,		      /* I B V */
	0x38, 0x01, 0x40, 0x00, 0xb4, 0x02, 0x80, 0x01, 0x68, /* 320x180, 640x360 */
	2, 0x04, 1, 0x54, 2, 0xaa};

static void parses_structures(void **state)
{
	struct vp9 vp9;

	(void)state;
	assert_int_equal(vp9_parse(key, sizeof(key), &vp9), 0);
	assert_true(vp9.keyframe && vp9.has_structure);
	assert_int_equal(vp9.spatial_count, 2);
	assert_int_equal(vp9.widths[1], 640);
	assert_int_equal(vp9.heights[0], 180);
	assert_int_equal(vp9.heights[1], 360);
	assert_int_equal(vp9.len, sizeof(key) - 1);
	for (size_t len = 0; len < sizeof(key); len++)
		assert_int_equal(vp9_parse(key, len, &vp9), -EBADMSG);
}

static void reads_the_size_of_a_keyframe(void **state)
{
	/* descriptor I B; frame: marker 2, profile 0, keyframe, shown; sync; color space 1, range;
	 * 1279, 719 */
	const uint8_t payload[] = {
		0x88, 0x05, 0x82, 0x49, 0x83, 0x42, 0x20, 0x4f, 0xf0, 0x2c, 0xf0};
	struct vp9 vp9;

	(void)state;
	assert_int_equal(vp9_parse(payload, sizeof(payload), &vp9), 0);
	assert_true(vp9.keyframe);
	assert_int_equal(vp9.widths[0], 1280);
	assert_int_equal(vp9.heights[0], 720);
}

static void refuses_more_layers_than_there_are_masks_for(void **state)
{
	const uint8_t payload[] = {0xac, 0x92, 0x34, 0x58, 7, 0xaa}; /* SID 4 */
	struct vp9 vp9;

	(void)state;
	assert_int_equal(vp9_parse(payload, sizeof(payload), &vp9), -EBADMSG);
}

struct stream {
	struct pkt_pool *pool;
	struct codec_stream of;
	uint32_t timestamp;
};

static struct pkt_rtp play(struct stream *s, uint8_t bits, uint8_t layers, bool marker)
{
	const uint8_t payload[] = {bits, 0x80, 0x11, layers, 3, 0xaa};
	struct spec spec = {.pt = 98,
		.timestamp = s->timestamp,
		.marker = marker,
		.payload = payload,
		.payload_len = sizeof(payload)};
	struct pkt *pkt = make(s->pool, &spec, NULL);
	struct pkt_rtp rtp;

	assert_int_equal(codec_mark(codec_find(LECTERN_CODEC_VP9), &s->of, pkt), 0);
	rtp = pkt->rtp;
	pkt_put(pkt);
	if (marker)
		s->timestamp += 3000;
	return rtp;
}

static void marks_what_each_target_needs(void **state)
{
	struct stream s = {0};
	struct pkt_rtp rtp;

	(void)state;
	assert_int_equal(pkt_pool_create(1, &s.pool), 0);
	/* a keyframe of two spatial layers */
	rtp = play(&s, 0xac, 0x10, false);
	assert_true(rtp.keyframe);
	assert_int_equal(rtp.targets, TARGETS_ALL);
	rtp = play(&s, 0xac, 0x13, true);
	assert_false(rtp.keyframe);
	assert_int_equal(rtp.targets, targets_from(1));
	/* then S0 that S1 refers to, and S0 that it does not (Z) */
	rtp = play(&s, 0xec, 0x40, false);
	assert_int_equal(rtp.targets, targets_above(2));
	rtp = play(&s, 0xed, 0x40, false);
	assert_int_equal(rtp.targets, targets_above(2) & targets_at(0));
	assert_int_equal(rtp.switches, 0);
	/* a switching point of the highest layer counts for all above */
	rtp = play(&s, 0xec, 0x33, true);
	assert_int_equal(rtp.targets, targets_above(1) & targets_from(1));
	assert_int_equal(rtp.switches, rtp.targets);
	/* the higher layer stays away, and S0 was not sent to those who saw it */
	for (int i = 1; i < VP9_PATIENCE; i++) {
		rtp = play(&s, 0xed, 0x00, true);
		assert_int_equal(rtp.breaks, 0);
	}
	rtp = play(&s, 0xed, 0x00, true);
	assert_int_equal(rtp.breaks, targets_from(1));
	rtp = play(&s, 0xed, 0x00, true);
	assert_int_equal(rtp.targets, TARGETS_ALL);
	pkt_pool_destroy(s.pool);
}

static void rewrites_ids_and_nothing_else(void **state)
{
	const uint8_t payload[] = {0xac, 0x34, 0x53, 7, 0xaa}; /* 7-bit id */
	struct spec spec = {.pt = 98, .payload = payload, .payload_len = sizeof(payload)};
	struct pkt_pool *pool;
	struct pkt *pkt;
	uint8_t out[CODEC_DESCRIPTOR_ROOM];
	const uint8_t wanted[] = {0xac, 0xff, 0xfe, 0x53, 9};

	(void)state;
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	pkt = make(pool, &spec, NULL);
	assert_int_equal(mark(LECTERN_CODEC_VP9, pkt), 0);
	assert_int_equal(pkt->rtp.descriptor_len, 4);
	assert_int_equal(vp9_rewrite(pkt, 0x7ffe, 9, out), sizeof(wanted));
	assert_memory_equal(out, wanted, sizeof(wanted));
	pkt_put(pkt);
	pkt_pool_destroy(pool);
}

static void short_picture_ids_go_on(void **state)
{
	struct codec_stream stream = {0};
	uint16_t wide = codec_picture(&stream, 120, false);

	(void)state;
	for (int i = 1; i < 1000; i++)
		assert_int_equal(codec_picture(&stream, (120 + i) & 0x7f, false), wide + i);
	/* late ones too */
	assert_int_equal(codec_picture(&stream, (120 + 990) & 0x7f, false), wide + 990);
	assert_int_equal(codec_picture(&stream, (120 + 1000) & 0x7f, false), wide + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_layers_without_references),
		cmocka_unit_test(parses_flexible_references),
		cmocka_unit_test(parses_structures),
		cmocka_unit_test(reads_the_size_of_a_keyframe),
		cmocka_unit_test(refuses_more_layers_than_there_are_masks_for),
		cmocka_unit_test(marks_what_each_target_needs),
		cmocka_unit_test(rewrites_ids_and_nothing_else),
		cmocka_unit_test(short_picture_ids_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
