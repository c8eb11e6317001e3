/* SPDX-License-Identifier: MIT */
#include "rtp/vp8.h"

#include <errno.h>

#include "media.h"

static void smallest_descriptor(void **state)
{
	const uint8_t inner[] = {0x00, 0x55}; /* neither X nor S: the middle of a frame */
	struct vp8 vp8;

	(void)state;
	assert_int_equal(vp8_parse(inner, sizeof(inner), &vp8), 0);
	assert_int_equal(vp8.len, 1);
	assert_false(vp8.frame_start || vp8.keyframe || vp8.has_picture_id);
}

static void all_fields(void **state)
{
	/* X N S PID 0; I L T K; 15-bit id 0x1234; tl0 7; TID 2, Y, KEYIDX 5; a keyframe of 640x360
	 */
	const uint8_t payload[] = {0xb0, 0xf0, 0x92, 0x34, 7, 0xa5, 0x10, 2, 0, 0x9d, 0x01, 0x2a,
		0x80, 0x02, 0x68, 0x01};
	struct vp8 vp8;

	(void)state;
	assert_int_equal(vp8_parse(payload, sizeof(payload), &vp8), 0);
	assert_int_equal(vp8.len, 6);
	assert_true(vp8.non_reference && vp8.start && vp8.frame_start && vp8.keyframe);
	assert_int_equal(vp8.picture_id, 0x1234);
	assert_int_equal(vp8.tl0, 7);
	assert_int_equal(vp8.tid, 2);
	assert_true(vp8.layer_sync);
	assert_int_equal(vp8.keyidx, 5);
	assert_int_equal(vp8.width, 640);
	assert_int_equal(vp8.height, 360);
}

static void size_is_without_its_scale(void **state)
{
	const uint8_t payload[] = {0x10, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68, 0xc1};
	struct vp8 vp8;

	(void)state;
	assert_int_equal(vp8_parse(payload, sizeof(payload), &vp8), 0);
	assert_int_equal(vp8.width, 640);
	assert_int_equal(vp8.height, 360);
}

static void no_keyframe(void **state)
{
	uint8_t payload[] = {0x10, 0x11, 2, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
	struct vp8 vp8;

	(void)state;
	vp8_parse(payload, sizeof(payload), &vp8); /* P: an interframe */
	assert_true(vp8.frame_start && !vp8.keyframe);
	payload[1] = 0x10;
	payload[4] = 0; /* not the start code */
	vp8_parse(payload, sizeof(payload), &vp8);
	assert_false(vp8.keyframe);
	payload[4] = 0x9d;
	payload[0] = 0x11; /* the second partition */
	vp8_parse(payload, sizeof(payload), &vp8);
	assert_false(vp8.frame_start || vp8.keyframe);
	payload[0] = 0x10;
	assert_int_equal(vp8_parse(payload, 9, &vp8), 0); /* cut in its head */
	assert_true(vp8.frame_start && !vp8.keyframe);
}

static void cut_short(void **state)
{
	const uint8_t payload[] = {0xb0, 0xf0, 0x92, 0x34, 7, 0xa5, 0x10};
	struct vp8 vp8 = {.len = 99};

	(void)state;
	for (size_t len = 0; len < sizeof(payload); len++)
		assert_int_equal(vp8_parse(payload, len, &vp8), -EBADMSG);
	assert_int_equal(vp8.len, 99);
	assert_int_equal(vp8_parse(payload, sizeof(payload), &vp8), 0);
}

static void seven_bits_become_fifteen(void **state)
{
	const uint8_t payload[] = {0x90, 0x80, 0x7f, 0x11};
	struct vp8 vp8, back;
	uint8_t out[8];
	size_t len;

	(void)state;
	assert_int_equal(vp8_parse(payload, sizeof(payload), &vp8), 0);
	assert_int_equal(vp8.picture_id, 0x7f);
	vp8.picture_id = 0x7abc;
	len = vp8_write(&vp8, out);
	assert_int_equal(len, 4);
	out[len] = 0x11;
	assert_int_equal(vp8_parse(out, len + 1, &back), 0);
	assert_int_equal(back.picture_id, 0x7abc);
	assert_true(back.start);
}

static void any_descriptor_comes_back(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 64; bits++) {
		struct vp8 vp8 = {
			.non_reference = bits & 1,
			.start = bits & 2,
			.partition = bits & 2 ? 0 : 3,
			.has_picture_id = bits & 4,
			.has_tl0 = bits & 8,
			.has_tid = bits & 16,
			.has_keyidx = bits & 32,
			.picture_id = bits & 4 ? 0x4321 : 0,
			.tl0 = bits & 8 ? 200 : 0,
			.tid = bits & 48 ? 1 : 0,
			.layer_sync = bits & 48,
			.keyidx = bits & 48 ? 9 : 0,
		};
		struct vp8 back;
		uint8_t out[8];
		size_t len = vp8_write(&vp8, out);

		out[len] = 0x11;
		assert_int_equal(vp8_parse(out, len + 1, &back), 0);
		vp8.wide = vp8.has_picture_id;
		vp8.len = (uint8_t)len;
		vp8.frame_start = vp8.start;
		assert_memory_equal(&back, &vp8, sizeof(vp8));
	}
}

static void marks_and_rewrites_a_packet(void **state)
{
	struct codec_stream stream = {0};
	struct pkt_pool *pool;
	struct pkt *pkt;
	struct vp8 vp8;
	uint8_t payload[64], out[CODEC_DESCRIPTOR_ROOM];
	struct spec spec = {.pt = 96, .payload = payload, .payload_len = sizeof(payload)};

	(void)state;
	vp8_payload(payload, sizeof(payload), true, true, 0x1234, 9, 720);
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	pkt = make(pool, &spec, NULL);
	assert_int_equal(codec_mark(codec_find(LECTERN_CODEC_VP8), &stream, pkt), 0);
	assert_true(pkt->rtp.keyframe && pkt->rtp.frame_start);
	assert_int_equal(pkt->rtp.height, 720);
	assert_int_equal(pkt->rtp.descriptor_len, 6);
	assert_int_equal(codec_find(LECTERN_CODEC_VP8)->rewrite(pkt, 0x7fff, 3, out), 6);
	assert_int_equal(vp8_parse(out, 6 + 1, &vp8), 0);
	assert_int_equal(vp8.picture_id, 0x7fff);
	assert_int_equal(vp8.tl0, 3);
	pkt_put(pkt);
	pkt_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smallest_descriptor),
		cmocka_unit_test(all_fields),
		cmocka_unit_test(size_is_without_its_scale),
		cmocka_unit_test(no_keyframe),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(seven_bits_become_fifteen),
		cmocka_unit_test(any_descriptor_comes_back),
		cmocka_unit_test(marks_and_rewrites_a_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
