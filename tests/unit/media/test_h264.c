/* SPDX-License-Identifier: MIT */
#include "rtp/h264.h"

#include <errno.h>

#include "media.h"

/* Parameter sets of x264's: Constrained Baseline 640x360; the same 1920x1080, which is cropped. */
static const uint8_t sps_360[] = {0x67, 0x42, 0xc0, 0x16, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11,
	0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x0a, 0x0f, 0x16, 0x2e, 0x48};
static const uint8_t sps_1080[] = {0x67, 0x42, 0xc0, 0x28, 0xda, 0x01, 0xe0, 0x08, 0x9f, 0x97, 0x01,
	0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x00, 0xa0, 0xf1, 0x83, 0x2a};

static void finds_the_size(void **state)
{
	struct h264 h264;

	(void)state;
	assert_int_equal(h264_parse(sps_360, sizeof(sps_360), &h264), 0);
	assert_true(h264.has_sps && !h264.idr);
	assert_int_equal(h264.width, 640);
	assert_int_equal(h264.height, 360);
	assert_int_equal(h264_parse(sps_1080, sizeof(sps_1080), &h264), 0);
	assert_int_equal(h264.width, 1920);
	assert_int_equal(h264.height, 1080);
	/* cut: still a keyframe, of unknown size */
	assert_int_equal(h264_parse(sps_360, 6, &h264), 0);
	assert_true(h264.has_sps && h264.height == 0);
}

static void finds_keyframes_in_each_form(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
		int error;
		bool idr;
	} cases[] = {
		{{0x65, 0x88}, 2, 0, true},
		{{0x41, 0x9a}, 2, 0, false},
		{{0x06, 0x05}, 2, 0, false},
		{{0x7c, 0x85, 0x88}, 3, 0, true},  /* FU-A, start of an IDR picture */
		{{0x7c, 0x05, 0x88}, 3, 0, false}, /* its middle */
		{{0x7c, 0x81, 0x88}, 3, 0, false},
		{{0x78, 0, 2, 0x41, 0x9a, 0, 1, 0x65}, 8, 0, true}, /* STAP-A */
		{{0x78, 0, 2, 0x41, 0x9a, 0, 9, 0x65}, 8, -EBADMSG, false},
		{{0x78, 0, 0, 0, 1, 0x65}, 6, -EBADMSG, false},
		{{0x79, 0, 0}, 3, -EBADMSG, false}, /* STAP-B: interleaved mode */
		{{0x40, 0, 0}, 3, -EBADMSG, false}, /* type 0 */
		{{0x65}, 1, -EBADMSG, false},
	};
	struct h264 h264;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(h264_parse(cases[i].bytes, cases[i].len, &h264), cases[i].error);
		if (!cases[i].error)
			assert_int_equal(h264.idr, cases[i].idr);
	}
}

static struct pkt_rtp play(
	struct pkt_pool *pool, struct codec_stream *stream, const uint8_t *payload, size_t len)
{
	struct spec spec = {.pt = 102, .payload = payload, .payload_len = len};
	struct pkt *pkt = make(pool, &spec, NULL);
	struct pkt_rtp rtp;

	assert_int_equal(codec_mark(codec_find(LECTERN_CODEC_H264), stream, pkt), 0);
	rtp = pkt->rtp;
	pkt_put(pkt);
	return rtp;
}

static void a_keyframe_begins_with_its_parameters(void **state)
{
	static const uint8_t idr[] = {0x7c, 0x85, 0x88};
	struct codec_stream stream = {0};
	struct pkt_pool *pool;
	struct pkt_rtp rtp;

	(void)state;
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	/* a sender that told them elsewhere */
	assert_true(play(pool, &stream, idr, sizeof(idr)).keyframe);
	rtp = play(pool, &stream, sps_360, sizeof(sps_360));
	assert_true(rtp.keyframe);
	assert_int_equal(rtp.height, 360);
	assert_int_equal(rtp.targets, TARGETS_ALL);
	assert_false(play(pool, &stream, idr, sizeof(idr)).keyframe);
	pkt_pool_destroy(pool);
}

static void higher_profiles_hold_lower_ones(void **state)
{
	(void)state;
	assert_true(h264_profile_holds(0x42e01f, 0x42e01f));
	assert_true(h264_profile_holds(0x42e01f, 0x42001f));
	assert_true(h264_profile_holds(0x42e01f, 0x42e034)); /* whatever the level */
	assert_true(h264_profile_holds(0x4d001f, 0x42e01f));
	assert_true(h264_profile_holds(0x64001f, 0x4d001f));
	assert_false(h264_profile_holds(0x42e01f, 0x64001f));
	assert_false(h264_profile_holds(0x4d001f, 0x64001f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_size),
		cmocka_unit_test(finds_keyframes_in_each_form),
		cmocka_unit_test(a_keyframe_begins_with_its_parameters),
		cmocka_unit_test(higher_profiles_hold_lower_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
