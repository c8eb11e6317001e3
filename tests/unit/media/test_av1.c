/* SPDX-License-Identifier: MIT */
#include "rtp/av1.h"

#include <errno.h>

#include "media.h"

/* A sequence header of libaom's for 640x360, and the beginning of a frame, without sizes inside. */
static const uint8_t sequence[] = {
	0x08, 0x00, 0x00, 0x00, 0x0c, 0xc4, 0xff, 0x67, 0x36, 0xbe, 0x40, 0x10};

static void parses_the_aggregation_header(void **state)
{
	const uint8_t payload[] = {0xd0, 0x30, 0xaa};
	struct av1 av1;

	(void)state;
	assert_int_equal(av1_parse(payload, sizeof(payload), &av1), 0);
	assert_true(av1.continues && av1.unended && !av1.sequence);
	assert_int_equal(av1.count, 1);
	assert_int_equal(av1_parse(payload, 1, &av1), -EBADMSG);
	/* a sequence does not begin in the middle */
	assert_int_equal(av1_parse((const uint8_t[]){0x88, 0x30, 0xaa}, 3, &av1), -EBADMSG);
}

static size_t keyframe(uint8_t out[64], uint8_t head)
{
	out[0] = head;
	out[1] = sizeof(sequence);
	memcpy(out + 2, sequence, sizeof(sequence));
	memcpy(out + 2 + sizeof(sequence), (const uint8_t[]){0x30, 0x10, 0, 0x87}, 4);
	return 2 + sizeof(sequence) + 4;
}

static void finds_the_size_in_a_sequence_header(void **state)
{
	uint8_t payload[64];
	struct av1 av1;
	/* W 2: the second element has no length; with W 0 each has */
	size_t len = keyframe(payload, 0x28);

	(void)state;
	assert_int_equal(av1_parse(payload, len, &av1), 0);
	assert_true(av1.sequence);
	assert_int_equal(av1.width, 640);
	assert_int_equal(av1.height, 360);
	payload[1] = 60; /* longer than the packet */
	assert_int_equal(av1_parse(payload, len, &av1), -EBADMSG);
}

static void marks_streams_without_a_descriptor(void **state)
{
	uint8_t payload[64];
	size_t len = keyframe(payload, 0x28);
	struct spec spec = {.pt = 45, .payload = payload, .payload_len = len, .marker = true};
	struct pkt_pool *pool;
	struct pkt *pkt;

	(void)state;
	assert_int_equal(pkt_pool_create(1, &pool), 0);
	pkt = make(pool, &spec, NULL);
	assert_int_equal(mark(LECTERN_CODEC_AV1, pkt), 0);
	assert_true(pkt->rtp.keyframe && pkt->rtp.frame_start && pkt->rtp.frame_end);
	assert_int_equal(pkt->rtp.height, 360);
	assert_int_equal(pkt->rtp.targets, TARGETS_ALL);
	pkt_put(pkt);
	payload[0] = 0x20;
	pkt = make(pool, &spec, NULL);
	assert_int_equal(mark(LECTERN_CODEC_AV1, pkt), 0);
	assert_false(pkt->rtp.keyframe);
	pkt_put(pkt);
	pkt_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_the_aggregation_header),
		cmocka_unit_test(finds_the_size_in_a_sequence_header),
		cmocka_unit_test(marks_streams_without_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
