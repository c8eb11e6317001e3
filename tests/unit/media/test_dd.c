/* SPDX-License-Identifier: MIT */
/* Dependency descriptors, written by a small writer after the syntax of the specification. */
#include "rtp/dd.h"

#include "base/bits.h"
#include <errno.h>

#include "media.h"

enum { NONE, DISCARDABLE, SWITCH, REQUIRED };

struct example {
	uint8_t spatial, temporal;
	uint8_t dti[4];
	uint8_t difference; /* 0: none */
};

/* L1T3 as encoders have it: T0 key, T0, T1, T2. */
static const struct example l1t3[] = {
	{0, 0, {SWITCH, SWITCH, SWITCH}, 0},
	{0, 0, {SWITCH, SWITCH, SWITCH}, 4},
	{0, 1, {NONE, DISCARDABLE, SWITCH}, 2},
	{0, 2, {NONE, NONE, DISCARDABLE}, 1},
};
/* L2T1_KEY: key S0, S0, key S1, S1. */
static const struct example l2t1_key[] = {
	{0, 0, {SWITCH, SWITCH}, 0},
	{0, 0, {SWITCH, NONE}, 2},
	{1, 0, {NONE, SWITCH}, 1},
	{1, 0, {NONE, SWITCH}, 2},
};

static void write_structure(
	struct bit_writer *w, const struct example *t, unsigned count, unsigned targets, bool sizes)
{
	write_bits(w, 60, 6); /* ids wrap */
	write_bits(w, targets - 1, 5);
	for (unsigned i = 0; i < count; i++) {
		if (i + 1 == count)
			write_bits(w, 3, 2);
		else if (t[i + 1].spatial > t[i].spatial)
			write_bits(w, 2, 2);
		else
			write_bits(w, t[i + 1].temporal > t[i].temporal, 2);
	}
	for (unsigned i = 0; i < count; i++) {
		for (unsigned k = 0; k < targets; k++)
			write_bits(w, t[i].dti[k], 2);
	}
	for (unsigned i = 0; i < count; i++) {
		if (t[i].difference)
			write_bits(w, 1u << 4 | (t[i].difference - 1u), 5);
		write_bits(w, 0, 1);
	}
	/* one chain: ns(targets + 1) of 1, each target protected by it (ns(1): no bits) */
	write_bits(w, targets == 3 ? 1 : 2, 2);
	for (unsigned i = 0; i < count; i++)
		write_bits(w, 5, 4);
	write_bits(w, sizes, 1);
	for (unsigned i = 0; sizes && i <= t[count - 1].spatial; i++) {
		write_bits(w, (320u << i) - 1, 16);
		write_bits(w, (180u << i) - 1, 16);
	}
}

static size_t with_structure(
	uint8_t out[64], uint16_t number, const struct example *t, unsigned count, unsigned targets)
{
	struct bit_writer w = bit_writer_of(out, 64);

	memset(out, 0, 64);
	write_bits(&w, 2, 2); /* start, not end */
	write_bits(&w, 60, 6);
	write_bits(&w, number, 16);
	write_bits(&w, 0x10, 5);
	write_structure(&w, t, count, targets, true);
	return (w.len + 7) / 8;
}

static void parses_a_structure(void **state)
{
	static const struct dd_structure none;
	struct dd_structure s;
	struct dd_frame frame;
	uint8_t bytes[64];
	size_t len = with_structure(bytes, 0x1234, l1t3, 4, 3);

	(void)state;
	assert_int_equal(dd_parse(bytes, len, &none, &s, &frame), 0);
	assert_true(frame.has_structure && frame.start && !frame.end);
	assert_int_equal(frame.number, 0x1234);
	assert_int_equal(frame.active, 7);
	assert_int_equal(s.template_count, 4);
	assert_int_equal(s.target_count, 3);
	assert_int_equal(s.chain_count, 1);
	assert_int_equal(s.target_temporal[2], 2);
	assert_int_equal(s.spatial_count, 1);
	assert_int_equal(s.widths[0], 320);
	assert_int_equal(s.heights[0], 180);
	assert_int_equal(s.templates[2].present, 6);
	assert_int_equal(s.templates[2].switches, 4);
	assert_int_equal(s.templates[2].differences[0], 2);
	assert_int_equal(frame.layers.difference_count, 0);
	for (size_t i = 0; i < len - 1; i++)
		assert_true(dd_parse(bytes, i, &none, &s, &frame) < 0);
}

static void a_template_must_be_known(void **state)
{
	static const struct dd_structure none;
	const uint8_t bytes[] = {0x80 | 60, 0, 1};
	struct dd_structure s;
	struct dd_frame frame;

	(void)state;
	assert_int_equal(dd_parse(bytes, 3, &none, &s, &frame), -ENOENT);
	assert_int_equal(dd_parse(bytes, 2, &none, &s, &frame), -EBADMSG);
}

struct stream {
	struct pkt_pool *pool;
	struct codec_stream of;
	uint32_t timestamp;
};

static int play(struct stream *s, const uint8_t *dd, size_t len, struct pkt_rtp *ret_rtp)
{
	const uint8_t payload[] = {0x10, 0x30, 0xaa};
	struct spec spec = {.pt = 45,
		.timestamp = s->timestamp += 3000,
		.payload = payload,
		.payload_len = sizeof(payload)};
	struct pkt *pkt = make(s->pool, &spec, NULL);
	int error;

	memcpy(pkt->data + 100, dd, len);
	pkt->rtp.dd_at = 100;
	pkt->rtp.dd_len = (uint8_t)len;
	error = codec_mark(codec_find(LECTERN_CODEC_AV1), &s->of, pkt);
	*ret_rtp = pkt->rtp;
	pkt_put(pkt);
	return error;
}

static struct pkt_rtp play_template(struct stream *s, unsigned template, uint16_t number)
{
	const uint8_t dd[] = {
		(uint8_t)(0xc0 | ((60 + template) & 63)), (uint8_t)(number >> 8), (uint8_t)number};
	struct pkt_rtp rtp;

	assert_int_equal(play(s, dd, sizeof(dd), &rtp), 0);
	return rtp;
}

static void marks_targets_and_switching_points(void **state)
{
	struct stream s = {0};
	struct pkt_rtp rtp;
	uint8_t bytes[64];
	size_t len = with_structure(bytes, 65534, l1t3, 4, 3);

	(void)state;
	assert_int_equal(pkt_pool_create(1, &s.pool), 0);
	assert_int_equal(play(&s, bytes, len, &rtp), 0);
	assert_true(rtp.keyframe && rtp.frame_start && !rtp.frame_end);
	assert_int_equal(rtp.height, 180);
	assert_int_equal(rtp.targets, TARGETS_ALL);
	rtp = play_template(&s, 3, 65535); /* T2 */
	assert_int_equal(rtp.targets, targets_above(2));
	assert_int_equal(rtp.switches, 0);
	assert_int_equal(rtp.temporal, 2);
	rtp = play_template(&s, 2, 0); /* T1, refers to the keyframe alone */
	assert_int_equal(rtp.targets, targets_above(1));
	assert_int_equal(rtp.switches, targets_above(2));
	assert_int_equal(rtp.after, TARGETS_ALL);
	rtp = play_template(&s, 3, 1); /* refers to the T1 */
	assert_int_equal(rtp.after, targets_above(1));
	rtp = play_template(&s, 1, 2);
	assert_false(rtp.keyframe);
	assert_int_equal(rtp.switches, TARGETS_ALL);
	pkt_pool_destroy(s.pool);
}

static void a_layer_that_is_switched_off_breaks_those_who_saw_it(void **state)
{
	/* start and end, template 61, number 9; active targets follow: the first only */
	const uint8_t off[] = {0xc0 | 61, 0, 9, 0x40 | 0x02};
	struct stream s = {0};
	struct pkt_rtp rtp;
	uint8_t bytes[64];
	size_t len = with_structure(bytes, 7, l2t1_key, 4, 2);

	(void)state;
	assert_int_equal(pkt_pool_create(1, &s.pool), 0);
	assert_int_equal(play(&s, bytes, len, &rtp), 0);
	assert_int_equal(s.of.spatial_count, 2);
	assert_int_equal(s.of.heights[1], 360);
	rtp = play_template(&s, 2, 8);
	assert_int_equal(rtp.targets, targets_from(1));
	assert_int_equal(play(&s, off, sizeof(off), &rtp), 0);
	assert_int_equal(rtp.breaks, targets_from(1));
	assert_int_equal(rtp.targets, TARGETS_ALL); /* the highest that there is */
	pkt_pool_destroy(s.pool);
}

static void writes_a_number_and_what_is_left(void **state)
{
	static const struct dd_structure none;
	struct dd_structure s;
	struct dd_frame frame;
	uint8_t bytes[64], out[64 + DD_MAX_GROWTH], again[64 + 2 * DD_MAX_GROWTH];
	size_t len = with_structure(bytes, 7, l1t3, 4, 3), written;

	(void)state;
	/* all of it: only the number changes */
	written = dd_write(bytes, len, 0xabcd, target_of(3, 7), out);
	assert_int_equal(written, len);
	assert_memory_equal(out + 3, bytes + 3, len - 3);
	assert_int_equal(out[1] << 8 | out[2], 0xabcd);
	/* the base layer */
	written = dd_write(bytes, len, 8, target_of(0, 0), out);
	assert_true(written <= len + DD_MAX_GROWTH);
	assert_int_equal(dd_parse(out, written, &none, &s, &frame), 0);
	assert_true(frame.has_structure && frame.has_active);
	assert_int_equal(frame.active, 1);
	assert_int_equal(frame.number, 8);
	assert_int_equal(s.template_count, 4);
	assert_int_equal(s.heights[0], 180);
	/* and from there on fewer still are none */
	assert_int_equal(dd_write(out, written, 8, target_of(3, 7), again), written);
	assert_memory_equal(again, out, written);
	/* L2T1_KEY: who sees S1 is not sent S0 */
	len = with_structure(bytes, 7, l2t1_key, 4, 2);
	written = dd_write(bytes, len, 8, target_of(1, 7), out);
	assert_int_equal(dd_parse(out, written, &none, &s, &frame), 0);
	assert_int_equal(frame.active, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_a_structure),
		cmocka_unit_test(a_template_must_be_known),
		cmocka_unit_test(marks_targets_and_switching_points),
		cmocka_unit_test(a_layer_that_is_switched_off_breaks_those_who_saw_it),
		cmocka_unit_test(writes_a_number_and_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
