/* SPDX-License-Identifier: MIT */
#include "rtp/rtcp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* What was told, as text. */
struct told {
	char text[4096];
	size_t len;
};

static void tell(struct told *told, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct told *told, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	told->len += (size_t)vsnprintf(
		told->text + told->len, sizeof(told->text) - told->len, format, args);
	va_end(args);
	assert_true(told->len < sizeof(told->text));
}

static void on_sr(void *arg, const struct rtcp_sr *sr)
{
	tell(arg, "sr %x %llx %x %u %u;", sr->ssrc, (unsigned long long)sr->ntp, sr->rtp_timestamp,
		sr->packets, sr->octets);
}

static void on_block(void *arg, const struct rtcp_block *b)
{
	tell(arg, "block %x %u %d %x %u %x %x;", b->ssrc, b->fraction, b->lost, b->highest,
		b->jitter, b->lsr, b->dlsr);
}

static void on_bye(void *arg, uint32_t ssrc)
{
	tell(arg, "bye %x;", ssrc);
}

static void on_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	tell(arg, "nack %x %u;", ssrc, seq);
}

static void on_keyframe(void *arg, uint32_t ssrc)
{
	tell(arg, "keyframe %x;", ssrc);
}

static void on_fir(void *arg, uint32_t ssrc, uint8_t command)
{
	tell(arg, "fir %x %u;", ssrc, command);
}

static void on_twcc(void *arg, uint32_t media, const uint8_t *fci, size_t len)
{
	(void)media;
	tell(arg, "twcc %x %zu;", len ? fci[0] : 0u, len);
}

static const struct rtcp_handler handler = {
	on_sr, on_block, on_bye, on_nack, on_keyframe, on_fir, on_twcc};

static const char *parse(const uint8_t *data, size_t len)
{
	static struct told told;

	told = (struct told){0};
	if (rtcp_parse(data, len, &handler, &told))
		tell(&told, "refused");
	return told.text;
}

static void what_is_written_parses_back(void **state)
{
	const struct rtcp_sr sr = {0xaaaa, 0x0102030405060708, 0x99, 5, 6};
	const struct rtcp_block blocks[] = {
		{0x1, 255, -3, 0x10002, 4, 5, 6}, {0x2, 0, 0x7fffff, 7, 8, 9, 10}};
	const uint16_t seqs[] = {65530, 65535, 0, 10, 30};
	const uint32_t gone[] = {0x1, 0x2};
	uint8_t data[512];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	rtcp_write_sr(&w, &sr, blocks, 1);
	rtcp_write_sdes(&w, 0xaaaa, "cname");
	rtcp_write_rr(&w, 0xbbbb, blocks + 1, 1);
	rtcp_write_nack(&w, 0xbbbb, 0xcccc, seqs, 5);
	rtcp_write_pli(&w, 0xbbbb, 0xdddd);
	rtcp_write_fir(&w, 0xbbbb, 0xeeee, 9);
	rtcp_write_bye(&w, gone, 2);
	assert_false(w.bad);
	assert_int_equal(w.len % 4, 0);
	assert_string_equal(parse(data, w.len),
		"sr aaaa 102030405060708 99 5 6;block 1 255 -3 10002 4 5 6;"
		"block 2 0 8388607 7 8 9 a;"
		"nack cccc 65530;nack cccc 65535;nack cccc 0;nack cccc 10;nack cccc 30;"
		"keyframe dddd;fir eeee 9;bye 1;bye 2;");
}

static void sdes_is_padded_and_ended(void **state)
{
	const char *names[] = {"", "a", "ab", "abc", "abcd", "abcde"};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		uint8_t data[64];
		struct writer w = writer_of(data, sizeof(data));

		rtcp_write_sdes(&w, 1, names[i]);
		assert_int_equal(w.len % 4, 0);
		assert_int_equal((data[2] << 8 | data[3]) * 4 + 4, w.len);
		assert_int_equal(data[w.len - 1], 0); /* RFC 3550 6.5: a null ends the list */
		assert_string_equal(parse(data, w.len), "");
	}
}

static void fir_names_its_streams(void **state)
{
	const uint8_t fir[] = {0x84, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x21, 7, 0, 0, 0,
		0, 0, 0, 0x22, 8, 0, 0, 0};

	(void)state;
	assert_string_equal(parse(fir, sizeof(fir)), "fir 21 7;fir 22 8;");
}

static void feedback_goes_on_as_it_is(void **state)
{
	const uint8_t twcc[] = {
		0xaf, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0x77, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 3};

	(void)state; /* without its padding */
	assert_string_equal(parse(twcc, sizeof(twcc)), "twcc 77 9;");
}

static void others_are_skipped(void **state)
{
	const uint8_t data[] = {0x80, 207, 0, 1, 0, 0, 0, 1,	 /* XR */
		0x80, 204, 0, 2, 0, 0, 0, 1, 't', 'e', 's', 't', /* APP */
		0x83, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0x12, 0x34, 0x56,
		0x78, /* TMMBR */
		0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0x81, 206, 0, 2, 0, 0,
		0, 1, 0, 0, 0, 5};

	(void)state;
	assert_string_equal(parse(data, sizeof(data)), "keyframe 5;");
}

static void refused_before_the_first_word(void **state)
{
	uint8_t data[] = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 5, 0x80, 201, 0, 1, 0, 0, 0, 1};

	(void)state;
	assert_string_equal(parse(data, sizeof(data)), "keyframe 5;");
	data[15] = 2; /* the second is longer than what is left */
	assert_string_equal(parse(data, sizeof(data)), "refused");
	for (size_t len = 0; len < 12; len++)
		assert_string_equal(parse(data, len), "refused");
	data[0] = 0x41;
	assert_string_equal(parse(data, 12), "refused");
	data[0] = 0xa1; /* padding longer than the body */
	data[11] = 9;
	assert_string_equal(parse(data, 12), "refused");
}

static void counts_that_lie(void **state)
{
	const uint8_t rr[] = {0x9f, 201, 0, 1, 0, 0, 0, 1};
	const uint8_t bye[] = {0x9f, 203, 0, 1, 0, 0, 0, 1};
	const uint8_t sr[] = {0x80, 200, 0, 1, 0, 0, 0, 1};

	(void)state;
	assert_string_equal(parse(rr, sizeof(rr)), "refused");
	assert_string_equal(parse(bye, sizeof(bye)), "bye 1;refused");
	assert_string_equal(parse(sr, sizeof(sr)), "refused");
}

static unsigned nacks;

static void count_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	(void)arg;
	(void)ssrc;
	(void)seq;
	nacks++;
}

static void nacks_are_bounded(void **state)
{
	static uint8_t data[1400];
	const struct rtcp_handler counting = {.nack = count_nack};

	(void)state;
	memset(data, 0xff, sizeof(data));
	memcpy(data, (uint8_t[]){0x81, 205, 1400 / 4 / 256, (1400 / 4 - 1) % 256}, 4);
	nacks = 0;
	assert_int_equal(rtcp_parse(data, sizeof(data), &counting, NULL), 0);
	assert_int_equal(nacks, RTCP_MAX_NACKS);
}

static void clocks(void **state)
{
	struct rtcp_block block = {0};
	uint64_t ntp = rtcp_ntp_of_us(7500000);

	(void)state;
	assert_true(ntp == ((uint64_t)7 << 32 | 0x80000000));
	for (uint64_t us = 0; us < 5000000; us += 33333) {
		int64_t back = rtcp_us_of_ntp(rtcp_ntp_of_us(us)) - (int64_t)us;

		assert_true(back >= -1 && back <= 0);
	}
	assert_int_equal(rtcp_round_trip_us(&block, 7500000), 0);
	/* RFC 3550 6.4.1, figure 2: A = 0xb710:8000, LSR 0xb705:2000, DLSR 5.25 s: 6.125 s */
	block.lsr = 0xb7052000;
	block.dlsr = 0x00054000;
	assert_in_range(
		rtcp_round_trip_us(&block, (uint64_t)0xb710 * 1000000 + 500000), 6125000, 6125002);
	block.dlsr = 0x10000000; /* more than passed */
	assert_int_equal(rtcp_round_trip_us(&block, (uint64_t)0xb710 * 1000000 + 500000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_parses_back),
		cmocka_unit_test(sdes_is_padded_and_ended),
		cmocka_unit_test(fir_names_its_streams),
		cmocka_unit_test(feedback_goes_on_as_it_is),
		cmocka_unit_test(others_are_skipped),
		cmocka_unit_test(refused_before_the_first_word),
		cmocka_unit_test(counts_that_lie),
		cmocka_unit_test(nacks_are_bounded),
		cmocka_unit_test(clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
