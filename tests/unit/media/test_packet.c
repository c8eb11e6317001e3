/* SPDX-License-Identifier: MIT */
#include "rtp/packet.h"

#include <errno.h>

#include "media.h"
#include "rtp/seq.h"

static struct pkt_pool *pool;

static int setup(void **state)
{
	(void)state;
	return pkt_pool_create(4, &pool);
}

static int teardown(void **state)
{
	(void)state;
	pkt_pool_destroy(pool);
	return 0;
}

static int parse(
	const uint8_t *bytes, size_t len, struct pkt_rtp *ret_rtp, struct rtp_names *ret_names)
{
	struct pkt *pkt = pkt_get(pool);
	int error;

	memcpy(pkt->data, bytes, len);
	pkt->len = (uint32_t)len;
	error = rtp_packet_parse(pkt, &test_exts, ret_names);
	*ret_rtp = pkt->rtp;
	pkt_put(pkt);
	return error;
}

static void fixed_header_and_csrcs(void **state)
{
	/* version 2, two CSRCs, marker, payload type 96 */
	const uint8_t bytes[] = {0x82, 0xe0, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba,
		0xbe, 0, 0, 0, 1, 0, 0, 0, 2, 0x55, 0x66};
	struct pkt_rtp rtp;
	struct rtp_names names;

	(void)state;
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), 0);
	assert_true(rtp.marker);
	assert_int_equal(rtp.pt, 96);
	assert_int_equal(rtp.seq, 0x1234);
	assert_int_equal(rtp.timestamp, 0xdeadbeef);
	assert_int_equal(rtp.ssrc, 0xcafebabe);
	assert_int_equal(rtp.header_len, 20);
	assert_int_equal(rtp.payload_len, 2);
	assert_string_equal(names.mid, "");
}

static void one_byte_extensions(void **state)
{
	/* RFC 8285 4.2: padding between elements, one of length 1, then what we know */
	const uint8_t bytes[] = {0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xbe, 0xde, 0, 4, 0x10,
		'a',		  /* mid "a" */
		0, 0,		  /* padding */
		0x41, 0xab, 0xcd, /* twcc */
		0x50, 0x80 | 35,  /* level, V */
		0x72, 1, 2, 3,	  /* unknown */
		0x21, 'h', 'i',	  /* rid "hi" */
		0xff};
	struct pkt_rtp rtp;
	struct rtp_names names;

	(void)state;
	assert_int_equal(parse(bytes, 16 + 16, &rtp, &names), 0);
	assert_string_equal(names.mid, "a");
	assert_true(rtp.has_twcc);
	assert_int_equal(rtp.twcc, 0xabcd);
	assert_true(rtp.has_level && rtp.voice);
	assert_int_equal(rtp.level, 35);
	assert_string_equal(names.rid, "hi");
	assert_int_equal(rtp.header_len, 32);
}

static void one_byte_stops(void **state)
{
	/* RFC 8285 4.2: id 15 ends it; so does id 0 with a length */
	const uint8_t fifteen[] = {0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xbe, 0xde, 0, 2, 0xf0,
		0, 0x10, 'a', 0x10, 'b', 0, 0};
	const uint8_t zero[] = {0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xbe, 0xde, 0, 2, 0x10, 'a',
		0x03, 0x10, 'b', 0, 0, 0};
	struct pkt_rtp rtp;
	struct rtp_names names;

	(void)state;
	assert_int_equal(parse(fifteen, sizeof(fifteen), &rtp, &names), 0);
	assert_string_equal(names.mid, "");
	assert_int_equal(parse(zero, sizeof(zero), &rtp, &names), 0);
	assert_string_equal(names.mid, "a");
}

static void two_byte_extensions(void **state)
{
	const uint8_t bytes[] = {0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x10, 0x00, 0, 4, 1, 2,
		'm', '1',	  /* mid */
		0,		  /* padding */
		9, 0,		  /* unknown, empty */
		4, 2, 0x01, 0x02, /* twcc */
		5, 1, 127,	  /* level */
		0, 0, 0x77};
	struct pkt_rtp rtp;
	struct rtp_names names;

	(void)state;
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), 0);
	assert_string_equal(names.mid, "m1");
	assert_int_equal(rtp.twcc, 0x0102);
	assert_int_equal(rtp.level, 127);
	assert_false(rtp.voice);
	assert_int_equal(rtp.payload_len, 1);
}

static void names_that_are_too_long_are_none(void **state)
{
	const struct spec spec = {
		.pt = 96, .mid = "0123456789abcdef", .payload = (uint8_t *)"x", .payload_len = 1};
	struct rtp_names names;

	(void)state;
	pkt_put(make(pool, &spec, &names));
	assert_string_equal(names.mid, "");
}

static void padding(void **state)
{
	uint8_t bytes[] = {0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x55, 0, 0, 3};
	struct pkt_rtp rtp;
	struct rtp_names names;

	(void)state;
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), 0);
	assert_int_equal(rtp.payload_len, 1);
	assert_int_equal(rtp.padding, 3);
	bytes[15] = 4; /* nothing but padding: a probe */
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), 0);
	assert_int_equal(rtp.payload_len, 0);
	bytes[15] = 5;
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), -EBADMSG);
	bytes[15] = 0;
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), -EBADMSG);
	assert_int_equal(parse(bytes, 12, &rtp, &names), -EBADMSG);
}

static void refuses_what_does_not_fit(void **state)
{
	uint8_t bytes[24] = {0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xbe, 0xde, 0, 2, 0x13, 'a'};
	struct pkt_rtp rtp;
	struct rtp_names names;

	(void)state;
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), 0);
	for (size_t len = 0; len < sizeof(bytes); len++)
		assert_int_equal(parse(bytes, len, &rtp, &names), -EBADMSG);
	bytes[16] = 0x1f; /* an element longer than the block */
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), -EBADMSG);
	bytes[0] = 0x50; /* version 1 */
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), -EBADMSG);
	bytes[0] = 0x8f; /* more CSRCs than bytes */
	assert_int_equal(parse(bytes, sizeof(bytes), &rtp, &names), -EBADMSG);
}

static void tells_rtcp(void **state)
{
	const uint8_t sr[] = {0x80, 200}, feedback[] = {0x81, 206};
	const uint8_t rtp[] = {0x80, 96}, marked[] = {0x80, 0x80 | 96}, stun[] = {0, 1};

	(void)state;
	assert_true(rtp_is_rtcp(sr, 2));
	assert_true(rtp_is_rtcp(feedback, 2));
	assert_false(rtp_is_rtcp(sr, 1));
	assert_false(rtp_is_rtcp(rtp, 2));
	assert_false(rtp_is_rtcp(marked, 2));
	assert_false(rtp_is_rtcp(stun, 2));
}

static void a_written_header_parses_back(void **state)
{
	struct rtp_template t;
	struct pkt_rtp rtp;
	struct rtp_names names;
	uint8_t out[128] = {0};

	(void)state;
	rtp_template_init(&t, 0xcafe, &test_exts, "video-slot-mid");
	rtp_template_write(&t, out, 100, true, 0xfffe, 0x80000001);
	rtp_template_set_level(&t, out, 30, true);
	rtp_set_twcc(out, t.twcc_at, 0x1234);
	rtp_set_send_time(out, t.abs_send_time_at, 1500000); /* 1.5 s in 6.18 */
	assert_int_equal(parse(out, t.len + 4u, &rtp, &names), 0);
	assert_int_equal(rtp.header_len, t.len);
	assert_int_equal(rtp.payload_len, 4);
	assert_int_equal(rtp.pt, 100);
	assert_true(rtp.marker);
	assert_int_equal(rtp.seq, 0xfffe);
	assert_int_equal(rtp.timestamp, 0x80000001);
	assert_int_equal(rtp.ssrc, 0xcafe);
	assert_int_equal(rtp.twcc, 0x1234);
	assert_int_equal(rtp.level, 30);
	assert_true(rtp.voice);
	assert_string_equal(names.mid, "video-slot-mid");
	assert_int_equal(out[t.abs_send_time_at], 0x06);
	assert_int_equal(out[t.abs_send_time_at + 1], 0);
}

static void nothing_negotiated_nothing_written(void **state)
{
	const struct rtp_exts none = {0};
	struct rtp_template t;
	uint8_t out[64] = {0};

	(void)state;
	rtp_template_init(&t, 1, &none, "0");
	assert_int_equal(t.len, 12);
	rtp_template_write(&t, out, 96, false, 1, 2);
	rtp_set_twcc(out, t.twcc_at, 0xffff); /* no place for them: nothing happens */
	rtp_set_send_time(out, t.abs_send_time_at, 1);
	rtp_template_set_level(&t, out, 1, true);
	assert_int_equal(out[0], 0x80);
	assert_int_equal(out[12], 0);
}

static void sections_give_the_ids(void **state)
{
	const struct lectern_section sections[] = {
		{.use = LECTERN_SECTION_UNUSED, .ext_mid = 9, .ext_twcc = 9},
		{.use = LECTERN_SECTION_UP, .ext_mid = 4, .ext_level = 1},
		{.use = LECTERN_SECTION_SLOT, .ext_mid = 4, .ext_twcc = 3, .ext_rrid = 11},
	};
	struct rtp_exts exts = rtp_exts_of(sections, 3);

	(void)state;
	assert_int_equal(exts.mid, 4);
	assert_int_equal(exts.level, 1);
	assert_int_equal(exts.twcc, 3);
	assert_int_equal(exts.rrid, 11);
	assert_int_equal(exts.rid, 0);
}

static void numbers_wrap(void **state)
{
	(void)state;
	assert_true(seq_newer(0, 65535));
	assert_false(seq_newer(65535, 0));
	assert_int_equal(seq_diff(2, 65534), 4);
	assert_true(seq_extend(1, 65535) == 65537);
	assert_true(seq_extend(65535, 65537) == 65535);
	assert_true(timestamp_diff(5, 0xfffffffb) == 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_header_and_csrcs),
		cmocka_unit_test(one_byte_extensions),
		cmocka_unit_test(one_byte_stops),
		cmocka_unit_test(two_byte_extensions),
		cmocka_unit_test(names_that_are_too_long_are_none),
		cmocka_unit_test(padding),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(tells_rtcp),
		cmocka_unit_test(a_written_header_parses_back),
		cmocka_unit_test(nothing_negotiated_nothing_written),
		cmocka_unit_test(sections_give_the_ids),
		cmocka_unit_test(numbers_wrap),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
